"""Check a review while one works: faults, and what is legal but suspicious."""
