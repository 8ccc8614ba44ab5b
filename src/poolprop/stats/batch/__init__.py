"""The engine for thousands of data sets at once: the same answers, NumPy's overhead paid once."""
