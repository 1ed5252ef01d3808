"""Every backend of ours, by the library whose test runs it; test_registry holds this against the registry."""

NUMPY = ("numpy", "numpy.textbook")
TORCH = ("torch", "torch.unfused")
JAX = ("jax", "jax.unfused")
JAX_EAGER = ("jax.eager",)
ZERO = ("zero",)
ALL = (*NUMPY, *TORCH, *JAX, *JAX_EAGER, *ZERO)
