"""What opens behind a number: its result, rows, decisions, job and hashes."""
