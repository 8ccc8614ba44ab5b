"""The one reader: every table that anybody brings is read here, cell by cell, as text."""
