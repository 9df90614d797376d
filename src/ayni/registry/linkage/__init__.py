"""Finding duplicates by likeness: what is compared and how (residents.yaml), and a search that says why.

It needs the optional group `linkage` (splink and DuckDB), which is imported when a search begins, not before.
"""
