"""What is done about each kind of error: repair or quarantine, declared once."""
