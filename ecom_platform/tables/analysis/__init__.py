"""The tables of the layer `analysis`, a file each."""
