"""How right the answers are: scored against what only the synthetic world knows, in the world at hand and in many others."""
