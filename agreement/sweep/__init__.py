"""Bulk runs: units of work, who does them, what is kept of them, and what becomes of those that crash."""
