"""The lesson: one page on which four equations become a gradient, by hand and by autodiff."""
