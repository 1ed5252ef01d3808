"""Counting findings, cell by cell."""
