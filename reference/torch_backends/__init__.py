"""PyTorch's modes of a gradient, and to a Hessian-vector product."""
