"""The two graphs side by side, from the values that both have to the one at which they part."""

from .graphs import PartingGraph, parting_graphs
from .svg import drawn

__all__ = ["PartingGraph", "drawn", "parting_graphs"]
