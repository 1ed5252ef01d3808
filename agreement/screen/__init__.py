"""What fits a screen of 80 columns."""
