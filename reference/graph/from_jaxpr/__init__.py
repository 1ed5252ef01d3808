"""The front end for jax: a jaxpr as a Graph; jax is imported when something is traced."""

from .equations import precision_of
from .trace import TracedValues, execute, from_jaxpr, trace

__all__ = ["TracedValues", "execute", "from_jaxpr", "precision_of", "trace"]
