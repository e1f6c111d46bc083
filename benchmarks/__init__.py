"""Speed, as ratios measured in one run: against a floor, or against a peer. Never asserted as seconds."""
