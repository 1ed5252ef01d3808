"""The same model in two frameworks: is it the same function, and where and why not."""
