"""The answers, a file a question: from hand-made aggregates to effects, and from a hand-written shop to aggregates."""
