"""Tallying: what findings come to, cell by cell."""
