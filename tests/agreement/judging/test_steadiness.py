from __future__ import annotations

from dataclasses import replace

import numpy as np
from backproof.agreement.judging.backends import unsteady
from backproof.reference.numpy_backends.manual_numpy import MANUAL, ManualNumpy
from backproof.reference.protocol import Array, Gradients, Pack
from helpers.recorded import few


class Restless(ManualNumpy):
    """One bit of ∂C/∂W^1 is other on every call."""

    calls = 0

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = super().gradients(pack)
        Restless.calls += 1
        first, *rest = got.nabla_w
        towards = first.dtype.type(np.inf if Restless.calls % 2 else -np.inf)
        return replace(got, nabla_w=(np.nextafter(first, towards), *rest))


def test_other_bits_when_asked_again_are_told_with_the_place() -> None:
    pack, _ = few().work[0].draw()
    assert unsteady(MANUAL, pack) == []
    (said,) = unsteady(Restless(), pack)
    assert said.startswith(f"numpy gave other bits when asked again on {pack.architecture}, float64: BP4")
