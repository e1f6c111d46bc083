"""The tables of the layer `insights`: the questions and their answers here, the aggregates that they rest on a file each."""
