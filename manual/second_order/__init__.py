"""Hessian-vector products by hand: the R-operator on the four equations, and what rounding does to it."""
