"""The tables of the layer `quality`, a file each."""
