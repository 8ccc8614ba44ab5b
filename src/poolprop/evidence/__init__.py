"""Curated study tables: read, checked, audited, and selected for analysis."""
