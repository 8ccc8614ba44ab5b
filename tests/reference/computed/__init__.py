"""Our value of each reference quantity, by family of methods."""
