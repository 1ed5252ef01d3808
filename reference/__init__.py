"""Everything the derivation is held against: autodiff backends, and the certified truth."""
