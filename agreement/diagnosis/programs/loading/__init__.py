"""Loading a program without its data, its plots and its training loop."""
