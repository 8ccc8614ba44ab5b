"""The report: result files in, one self-contained HTML page out.

Modules, in the order in which they may import one another::

    formats -> values -> bias, ledger -> read -> textbox, drawing -> strips -> drawn
            -> figures, tables, prose, naming, checklists -> sections, doors -> view -> render

Nothing here computes a result. Every number on the page is quoted from a result file and
carries the identifier and the field it was quoted from.
"""
