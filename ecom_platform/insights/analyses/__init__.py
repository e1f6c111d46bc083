"""The analyses that Python makes, a file each; its module has the name of its table and declares `ANALYSIS`."""
