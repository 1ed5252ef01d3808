"""Hessian-vector products: drawn, judged against the certified truth, counted, told."""
