"""What depth does not blind: the errors of all values as forms in shared symbols (docs/bounds.md, section 15)."""
