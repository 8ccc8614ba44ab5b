"""Reporting checklists: what each item asks, in short words, and which section answers it.

An item with sections is filled where one of them stands on the page. An item without is filled
by a statement in the plan (``review.statements``), and lacks its text otherwise.
"""
