"""Regression: a record held against a baseline, or against an earlier record."""
