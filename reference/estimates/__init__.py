"""Estimates of a gradient that are meant to fail the judge: differences and the complex step."""
