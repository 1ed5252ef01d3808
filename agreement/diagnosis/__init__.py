"""Judges somebody's own back-propagation: which conventions, which equation, which mistake."""
