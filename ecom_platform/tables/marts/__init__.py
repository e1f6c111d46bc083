"""The tables of the layer `marts`, a file each."""
