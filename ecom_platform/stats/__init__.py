"""Pure statistics on aggregates: no table, no file, no warehouse, nothing of the rest of the platform.

What belongs here is a method from the literature, as a function of *sufficient statistics*: counts, sums, sums of squares and
cross products by cell, which a warehouse can compute, or of a small sample. No function takes a row for each user. A result is
a named tuple whose every field is documented; the source of a method is in its docstring. A question, a metric or a threshold
belongs to who asks; this room knows no business word.

Import the module that holds the idea (`from ecom_platform.stats.instruments import two_stage`); numpy and scipy are loaded by
the modules, not by this package.
"""
