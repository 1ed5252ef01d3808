"""`torch.compile`: the whole objective, forward and backward, as one compiled graph."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import Any

import torch

from ..protocol import Architecture, Array, Gradients, Pack, Traits
from .torch_autograd import FUSED, TorchBackend
from .torch_modes import unwarned

MOST_COMPILED = 8
"""Compiled shapes of one objective; torch refuses to compile more."""
_compiled: dict[object, Any] = {}


@dataclass(frozen=True)
class TorchCompiled(TorchBackend):
    """PyTorch through `torch.compile(fullgraph=True)`."""

    compiler: str = "inductor"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        compiler = os.environ.get("CXX", "g++")
        if self.compiler == "inductor" and shutil.which(compiler) is None:
            return f"torch.compile needs a C++ compiler: there is no {compiler}"
        return super().supports(architecture, dtype)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with unwarned():
            return super().gradients(pack)

    def _objective(self, inputs: Any) -> Any:
        key = (self.compiler, self.device, inputs.architecture, inputs.x.shape, inputs.dtype.name)
        if key not in _compiled:
            if len(_compiled) >= MOST_COMPILED:
                torch.compiler.reset()
                _compiled.clear()
            cost = super()._objective(inputs)
            _compiled[key] = torch.compile(cost, fullgraph=True, dynamic=False, backend=self.compiler)
        return _compiled[key]


FUSING = Traits(recomputes=True, architectures=2)
COMPILED = TorchCompiled("torch.compile", FUSED, traits=FUSING, what="torch.compile(fullgraph=True), inductor")
GRAPH = TorchCompiled(
    "torch.aot_eager", FUSED, traits=FUSING, compiler="aot_eager", what="torch.compile(fullgraph=True), the graph alone"
)
