"""Entries: the calls that make a program compute gradients, those whose names promise it first."""
