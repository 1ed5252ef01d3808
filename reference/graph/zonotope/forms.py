"""Errors as linear forms in symbols η ∈ [−1, 1] that all values share, and what each use may be off by besides."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..rounding import SLACK, gamma

U = 2.0**-53
NARROW = 1e150
"""Doubts beyond this stay outside the forms: their products would overflow."""


class SharedForm(NamedTuple):
    """The error of one value, entry by entry (flat): `shared` η + [−own, own].

    Every use of the value has the same η; `own` may differ from use to use, as where a compiler computes it twice.
    """

    shared: Any
    """Entries × symbols, in compressed rows."""
    own: Any
    radius: Any
    """What the error is at most: Σ |shared| + own."""


class TooLarge(Exception):
    """The forms of a graph need more than their share of work."""


class Ledger:
    """Numbers the symbols, and keeps count of the multiplications."""

    def __init__(self, limit: float) -> None:
        self.symbols, self.work, self.limit = 0, 0.0, limit

    def spend(self, work: float) -> None:
        """Raises TooLarge where that is beyond the limit."""
        self.work += work
        if self.work > self.limit:
            raise TooLarge

    def fresh(self, sizes: Any) -> Any:
        """One new symbol for each entry that is not 0."""
        rows = np.flatnonzero(sizes)
        columns = self.symbols + np.arange(len(rows))
        self.symbols += len(rows)
        return sparse.csr_matrix((sizes[rows], (rows, columns)), shape=(len(sizes), self.symbols))


def exact(size: int) -> SharedForm:
    """No error."""
    return SharedForm(sparse.csr_matrix((size, 0)), np.zeros(size), np.zeros(size))


def loose(sizes: Any) -> SharedForm:
    """At each use this much, and nothing shared."""
    return SharedForm(sparse.csr_matrix((len(sizes), 0)), sizes, sizes)


def combined(jacobians: list[tuple[Any, SharedForm]], size: int, ledger: Ledger) -> SharedForm:
    """Σ J · form, and what its own arithmetic rounds."""
    shared, own = sparse.csr_matrix((size, ledger.symbols)), np.zeros(size)
    for jacobian, form in jacobians:
        lengths = np.diff(form.shared.indptr)
        ledger.spend(float(lengths[jacobian.indices].sum()) + jacobian.nnz)
        absolute = abs(jacobian)
        terms = int(np.diff(jacobian.indptr).max(initial=0)) + len(jacobians) + 4
        form.shared.resize(form.shared.shape[0], ledger.symbols)
        shared = shared + jacobian @ form.shared
        own = own + (absolute @ form.own + gamma(terms, U) * (absolute @ form.radius)) * SLACK
    return with_radius(shared, own)


def with_radius(shared: Any, own: Any) -> SharedForm:
    """A form, and what it comes to."""
    total = np.asarray(abs(shared).sum(axis=1)).ravel() * SLACK + own
    return SharedForm(shared, own, np.where(np.isnan(total), math.inf, total))


def without(form: SharedForm, rows: Any, sizes: Any) -> SharedForm:
    """The form with these rows (a mask) as nothing but `sizes`."""
    if not np.any(rows):
        return form
    kept = sparse.diags_array(np.where(rows, 0.0, 1.0)).tocsr()
    shared = sparse.csr_matrix(kept @ form.shared)
    shared.eliminate_zeros()
    return with_radius(shared, np.where(rows, sizes, form.own))


def materialised(form: SharedForm, ledger: Ledger) -> SharedForm:
    """What is computed once is off by the same at each use: `own` as symbols."""
    narrow = np.isfinite(form.own) & (form.own < NARROW)
    fresh = ledger.fresh(np.where(narrow, form.own, 0.0))
    form.shared.resize(form.shared.shape[0], ledger.symbols)
    return SharedForm(form.shared + fresh, np.where(narrow, 0.0, form.own), form.radius)
