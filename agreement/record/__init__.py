"""The record of a run, and the cases that it names."""
