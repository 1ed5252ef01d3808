"""A correct program that is as far off as it may be: in each operation by its full allowance, to the side that moves
one entry furthest.

Written anew in torch's float64, from the allowances of docs/bounds.md, sections 2 to 6; it shares no
code with the bounds that it attacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from backproof.manual.case import Case
from torch import Tensor

C, C_LOG = 16.0, 40.0


class Allowed(NamedTuple):
    """u, ω and τ of a dtype, and which formulas and liberties a program has."""

    u: float
    omega: float
    tau: float
    textbook: bool = False
    recomputes: bool = False

    def gamma(self, n: int) -> float:
        return n * self.u / (1 - n * self.u)


class AdversaryRow(NamedTuple):
    """σ, σ′, and what rounding may do to them."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    steep: Callable[[Tensor], Tensor] | None = None
    """The slope of σ′ in a, where textbooks write it so."""
    c: float = C
    c_slope: float = C
    lost: float = 1.0
    """How many ω the stable slope may lose."""
    terms: float = 0.0
    """What the terms of a textbook's value come to."""
    squared: bool = False
    """σ′ is written with a², which is rounded too."""


def _sigmoid_slope(z: Tensor) -> Tensor:
    return torch.sigmoid(z) * torch.sigmoid(-z)


ROWS = {
    "sigmoid": AdversaryRow(torch.sigmoid, _sigmoid_slope, lambda a: 1 - 2 * a, terms=1.0),
    "tanh": AdversaryRow(
        torch.tanh, lambda z: 4 * _sigmoid_slope(2 * z), lambda a: 2 * a, lost=4.0, terms=3.0, squared=True
    ),
    "softplus": AdversaryRow(lambda z: torch.logaddexp(z, torch.zeros_like(z)), torch.sigmoid, c_slope=C_LOG),
    "relu": AdversaryRow(torch.relu, lambda z: (z > 0).double(), c=0.0, c_slope=0.0, lost=0.0),
    "identity": AdversaryRow(lambda z: z, torch.ones_like, c=0.0, c_slope=0.0, lost=0.0),
}


class AdversaryPass:
    """The pass of one case, whose k-th operation is off by `parts[k]` ∈ [−1, 1] of its allowance."""

    def __init__(self, case: Case, allowed: Allowed) -> None:
        self.case, self.allowed, self.of = case, allowed, case.architecture
        self.weights = [torch.tensor(w.astype("f8")) for w in case.weights]
        self.biases = [torch.tensor(b.astype("f8"))[:, None] for b in case.biases]
        self.x, self.y = (torch.tensor(array.astype("f8")) for array in (case.x, case.y))
        self.parts: list[Tensor] = []
        self._next = 0

    def gradients(self) -> tuple[list[Tensor], list[Tensor]]:
        """∂C/∂W and ∂C/∂b, layer 1 first."""
        self._next, names = 0, self.of.activations
        a, zs = [self.x], []
        for name, w, b in zip(names, self.weights, self.biases, strict=True):
            size = self.allowed.gamma(w.shape[1] + 2) * (w.abs() @ a[-1].abs() + b.abs())
            zs.append(AdversaryVersions(w @ a[-1] + b, size, self))
            if len(zs) < len(names):
                a.append(self._value(name, zs[-1].stored))
        deltas = [self._shared(HEADS[self.of.cost, names[-1]](self, zs[-1]))]
        for name, w, z in zip(names[-2::-1], self.weights[:0:-1], zs[-2::-1], strict=True):
            size = self.allowed.gamma(w.shape[0] + 1) * (w.T.abs() @ deltas[0].abs())
            back = self.off(w.T @ deltas[0], size)
            deltas.insert(0, self.product(back, self.slope(name, z.again()), 5))
        nabla_b = [self._sum(delta, 1) for delta in deltas]
        nabla_w = [self._sum(d[:, None] * below, 2) for d, below in zip(deltas, a, strict=True)]
        return [self._decayed(g, w) for g, w in zip(nabla_w, self.weights, strict=True)], nabla_b

    def off(self, value: Tensor, allowance: Tensor | float) -> Tensor:
        """One operation's result."""
        if self._next == len(self.parts):
            self.parts.append(torch.zeros_like(value, requires_grad=True))
        part = self.parts[self._next]
        self._next += 1
        return value + part * (allowance.detach() if isinstance(allowance, Tensor) else allowance)

    def _value(self, name: str, z: Tensor) -> Tensor:
        exact = ROWS[name].value(z)
        return self.off(exact, self.of_value(name, exact))

    def of_value(self, name: str, exact: Tensor) -> Tensor:
        """What a value may be off: c u of it, or of the terms that cancel in it."""
        row, size = ROWS[name], exact.abs()
        if self.allowed.textbook and row.c:
            size = size + 1 if name == "softplus" else torch.full_like(size, row.terms)
        return row.c * self.allowed.u * size + (self.allowed.omega if row.c else 0.0)

    def slope(self, name: str, z: Tensor) -> Tensor:
        """σ′: as the stable form has it, or from a rounded a."""
        row, u, exact = ROWS[name], self.allowed.u, ROWS[name].slope(z)
        stable = row.c_slope * u * exact.abs() + row.lost * self.allowed.omega
        if self.allowed.textbook and name == "softplus":
            return self.off(exact, torch.maximum(stable, self.of_value("sigmoid", exact)))
        if not self.allowed.textbook or row.steep is None:
            return self.off(exact, stable)
        a, size = row.value(z), self.allowed.omega
        off = self.of_value(name, a)
        written = (
            row.steep(a).abs() * off + off**2 + 4 * u * (exact + off) + row.squared * 2 * u * (a.abs() + off) + size
        )
        return self.off(exact, torch.maximum(written, stable))

    def product(self, x: Tensor, y: Tensor, roundings: int) -> Tensor:
        size = (x * y).abs()
        return self.off(x * y, self.allowed.gamma(roundings) * size + 4 * self.allowed.tau * (1 + x.abs()))

    def _shared(self, delta: Tensor) -> Tensor:
        if self.case.example_weights is not None:
            delta = self.product(delta, torch.tensor(self.case.example_weights.astype("f8")), 4)
        delta = delta * self.case.share
        return self.off(delta, self.allowed.gamma(4) * delta.abs() + 4 * self.allowed.tau)

    def _sum(self, terms: Tensor, more: int) -> Tensor:
        m = terms.shape[-1]
        size = self.allowed.gamma(m + more) * terms.abs().sum(-1) + (2 * m + 2) * self.allowed.tau
        return self.off(terms.sum(-1), size)

    def _decayed(self, nabla_w: Tensor, w: Tensor) -> Tensor:
        if not self.of.l2:
            return nabla_w
        term, gamma = w * self.case.decay, self.allowed.gamma
        return self.off(
            nabla_w + term, gamma(self.case.examples + 8) * term.abs() + gamma(2) * (nabla_w.abs() + term.abs())
        )


class AdversaryVersions:
    """z^l as it is stored, and as elementwise work may have it again."""

    def __init__(self, exact: Tensor, size: Tensor, of: AdversaryPass) -> None:
        self.exact, self.size, self.of = exact, size, of
        self.stored = of.off(exact, size)

    def again(self) -> Tensor:
        return self.of.off(self.exact, self.size) if self.of.allowed.recomputes else self.stored


def _quadratic(of: AdversaryPass, z: AdversaryVersions) -> Tensor:
    name, u = of.of.activations[-1], of.allowed.u
    exact = of._value(name, z.again()) - of.y
    g = of.off(exact, u * exact.abs() + of.allowed.tau)
    return of.product(g, of.slope(name, z.again()), 8)


def _binary(of: AdversaryPass, z: AdversaryVersions) -> Tensor:
    at, y, u = z.again(), of.y, of.allowed.u
    sides = (1 - y).abs() * torch.sigmoid(at) + y.abs() * torch.sigmoid(-at)
    size = (C_LOG + 6) * u * sides
    if of.allowed.textbook:
        off = of.of_value("sigmoid", torch.sigmoid(at))
        size = torch.maximum(size, off + u * ((torch.sigmoid(at) - y).abs() + off + (1 - y).abs()))
    return of.off(torch.sigmoid(at) - y, size + (1 + y.abs() + (1 - y).abs()) * of.allowed.omega)


def _categorical(of: AdversaryPass, z: AdversaryVersions) -> Tensor:
    at, y, u, n = z.again(), of.y, of.allowed.u, len(of.y)
    p, gap = torch.softmax(at, 0), at.max(0).values - at
    ln, shift = math.log(n), 0.0
    if of.allowed.textbook:
        shift = (C + 2) * u * (at.max(0).values.abs() + ln)
    rho = torch.expm1(u * (2 * gap + (C + 2) * (ln + 4)) + of.allowed.gamma(n) + shift) * p
    others, q = y.abs().sum(0) - y.abs(), p.sum(0) - p
    of_q = rho.sum(0) - rho + of.allowed.gamma(n) * q
    size = others * rho + y.abs() * of_q + of.allowed.gamma(n + 4) * (p * others + y.abs() * q)
    if of.allowed.textbook:
        total, of_total = y.sum(0).abs(), of.allowed.gamma(n) * y.abs().sum(0)
        most = p + rho
        size = torch.maximum(size, total * rho + of_total * most + 3 * u * (most * total + y.abs()))
    return of.off(p * y.sum(0) - y, size)


HEADS: dict[tuple[str, str], Callable[[AdversaryPass, AdversaryVersions], Tensor]] = {
    **{("quadratic", name): _quadratic for name in ROWS},
    ("cross_entropy", "sigmoid"): _binary,
    ("cross_entropy", "softmax"): _categorical,
}


def attack(case: Case, allowed: Allowed, kind: int, layer: int, entry: tuple[int, ...], rounds: int = 3) -> float:
    """How far the entry of ∂C/∂W (kind 0) or ∂C/∂b (1) gets from the truth."""
    program = AdversaryPass(case, allowed)
    exact = program.gradients()[kind][layer][entry].item()
    furthest = 0.0
    for _ in range(rounds):
        target = program.gradients()[kind][layer][entry]
        furthest = max(furthest, abs(target.item() - exact))
        slopes = torch.autograd.grad(target, program.parts, allow_unused=True)
        side = 1.0 if target.item() >= exact else -1.0
        program.parts = [
            torch.zeros_like(part).requires_grad_()
            if slope is None
            else torch.where(slope * side >= 0, 1.0, -1.0).double().requires_grad_()
            for part, slope in zip(program.parts, slopes, strict=True)
        ]
    return max(furthest, abs(program.gradients()[kind][layer][entry].item() - exact))
