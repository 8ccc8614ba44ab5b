"""The audit of the sources: what they print is recomputed from what else they print."""
