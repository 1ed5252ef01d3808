"""Judging: a backend's answer held against the certified truth, entry by entry."""
