"""Take a finished review elsewhere: R, Stata, spreadsheets, reference managers, Word."""
