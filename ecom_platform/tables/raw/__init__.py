"""The tables of the layer `raw`, a file each."""
