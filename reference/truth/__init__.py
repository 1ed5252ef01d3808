"""The certified truth: an enclosure of every gradient, in balls and in pairs of floats."""
