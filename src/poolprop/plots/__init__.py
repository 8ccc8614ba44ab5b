"""Static figures for manuscripts, drawn with matplotlib."""
