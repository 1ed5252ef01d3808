"""The two derivations side by side: four equations, and the nodes of torch's graph."""
