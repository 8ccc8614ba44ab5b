"""The library as its users type: names of columns, formulas, labels, missing values, R's words.

One layer before all public analyses; the engine behind it takes arrays.
"""
