"""What people look at: the published aggregates, the pages, and what other tools read of them."""
