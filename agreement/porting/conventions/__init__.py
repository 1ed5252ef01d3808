"""The catalogue of conventions in which ports differ: a row of text and one function each."""

from .catalogue import CONVENTIONS, Convention, Named, named

__all__ = ["CONVENTIONS", "Convention", "Named", "named"]
