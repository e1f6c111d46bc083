"""What must hold of what the tables hold: rules from their specifications, invariants, and what usually arrives."""
