"""The audit trail: what went in, what came out, by which code and versions."""
