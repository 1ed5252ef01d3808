"""The catalogue of conventions in which ports differ: a row of text and one function each."""

from .catalogue import CONVENTIONS, NamedConvention, PortConvention, named

__all__ = ["CONVENTIONS", "NamedConvention", "PortConvention", "named"]
