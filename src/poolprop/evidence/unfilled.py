"""The remark on rows that were made for a new study and that nobody has filled in yet."""

from __future__ import annotations

TO_FILL = "to be filled in"
