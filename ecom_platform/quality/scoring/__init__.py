"""How good the rules, the repairs and the answers are, scored against what only the synthetic world knows."""
