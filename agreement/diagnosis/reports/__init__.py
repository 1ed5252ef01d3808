"""A diagnosis as text, as a table, in a notebook and for Gradescope."""
