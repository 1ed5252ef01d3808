"""PyTorch's ways to a gradient, and to a Hessian-vector product."""
