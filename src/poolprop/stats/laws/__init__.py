"""Random effects that follow another law than the normal one."""
