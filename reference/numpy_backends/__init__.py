"""NumPy by hand: the manual module as a backend, and its products."""
