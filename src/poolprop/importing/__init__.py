"""Bring in a spreadsheet as people keep it: read, understand, show, and write tidy tables."""
