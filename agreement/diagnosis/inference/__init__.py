"""Inferring a program's conventions, and the mistake that explains its numbers."""
