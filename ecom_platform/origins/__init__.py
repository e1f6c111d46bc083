"""Where raw rows come from: the synthetic world, or a folder of files; and how a warehouse is brought up to date with them."""
