"""How the page draws: plain rows in, tables with a drawn column and charts out, for any width."""
