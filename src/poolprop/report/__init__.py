"""The report: result files in, one self-contained HTML page out.

Nothing here computes a result. Every number on the page is quoted from a result file and
carries the identifier and the field it was quoted from.
"""
