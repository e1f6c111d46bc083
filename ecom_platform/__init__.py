"""How does a customer's early activation determine their long-term value? A Dagster platform that answers with evidence."""

__version__ = "0.1.0"
