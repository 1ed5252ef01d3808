"""Six models in torch and in jax: the same function, and with a convention changed on the side of jax."""
