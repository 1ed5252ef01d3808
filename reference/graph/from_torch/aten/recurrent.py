"""One direction of one LSTM layer as one call: gates in torch's order i, f, g, o."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...expression import Expression
from ...graph import Unsupported
from .activations import sigmoid_backward, tanh_backward
from .call import AtenCall, Row
from .shaping import numbered

E = Expression
LSTM_MODE = 2


class Moment(NamedTuple):
    """One step of time: the gates, the state before and after."""

    i: E
    f: E
    g: E
    o: E
    c_before: E
    c: E
    h_before: E
    h: E


def at(x: E, k: int) -> E:
    """x[k]."""
    return x.take(numbered(x.shape)[k])


def joined(parts: Sequence[E], axis: int) -> E:
    """One after the other along an axis."""
    shape = list(parts[0].shape)
    shape[axis] = sum(p.shape[axis] for p in parts)
    return parts[0].apply("concatenate", *parts[1:], shape=tuple(shape), dimension=axis)


def stacked(parts: Sequence[E]) -> E:
    """On a new first axis."""
    return joined([p.reshape(1, *p.shape) for p in parts], 0)


def moments(x: E, w: E, u: E, biases: Sequence[E], h: E, c: E, order: Sequence[int]) -> list[Moment]:
    """z = W x_t + U h + b; c = f ⊙ c + i ⊙ g; h = o ⊙ tanh c."""
    found, hidden = [], u.shape[1]
    for t in order:
        z = at(x, t).matmul(w.mT) + h.matmul(u.mT)
        for b in biases:
            z = b.plus_products(z, w.shape[1] + hidden)
        gates = [z.take(numbered(z.shape)[:, k * hidden : (k + 1) * hidden]) for k in range(4)]
        i, f, g, o = gates[0].logistic(), gates[1].logistic(), gates[2].tanh(), gates[3].logistic()
        c_after = f * c + i * g
        h_after = o * c_after.tanh()
        found.append(Moment(i, f, g, o, c, c_after, h, h_after))
        h, c = h_after, c_after
    return found


def _checked(call: AtenCall, mode: int) -> None:
    if mode != LSTM_MODE:
        raise Unsupported(f"{call.executed}: an LSTM, not another recurrence (mode {mode})")


def _flat_state(x: E) -> E:
    return x.reshape(*x.shape[-2:])


def layer(
    call: AtenCall, x: E, w: E, u: E, b: E, b2: E, h: E, c: E, reverse: bool, sizes: Any, mode: int, hidden: int,
    layers: int, has_biases: bool, bidirectional: bool, *_: Any,
) -> tuple[E, E, E, None]:  # fmt: skip
    """(all h, the last h, the last c, a workspace)."""
    _checked(call, mode)
    order = list(range(x.shape[0]))[:: -1 if reverse else 1]
    steps = moments(x, w, u, [b, b2] if has_biases else [], _flat_state(h), _flat_state(c), order)
    outputs = stacked([steps[order.index(t)].h for t in range(len(order))])
    return outputs, steps[-1].h.reshape(*h.shape), steps[-1].c.reshape(*c.shape), None


def layer_backward(
    call: AtenCall, x: E, w: E, u: E, b: E, b2: E, h: E, c: E, out: E, hy: E, cy: E, v: E | None, v_h: E | None,
    v_c: E | None, reverse: bool, mode: int, hidden: int, layers: int, has_biases: bool, train: bool,
    bidirectional: bool, *_: Any,
) -> tuple[E | None, ...]:  # fmt: skip
    """Through time, backwards: to the operand, both weights, both biases and the states."""
    _checked(call, mode)
    order = list(range(x.shape[0]))[:: -1 if reverse else 1]
    steps = moments(x, w, u, [b, b2] if has_biases else [], _flat_state(h), _flat_state(c), order)
    zero = _flat_state(h) * 0.0
    to_h = zero if v_h is None else _flat_state(v_h)
    to_c = zero if v_c is None else _flat_state(v_c)
    to_z: dict[int, E] = {}
    for t, m in reversed(list(zip(order, steps, strict=True))):
        to_h = to_h if v is None else to_h + at(v, t)
        bent = m.c.tanh()
        to_c = to_c + tanh_backward(call, to_h * m.o, bent)
        parts = (
            sigmoid_backward(call, to_c * m.g, m.i),
            sigmoid_backward(call, to_c * m.c_before, m.f),
            tanh_backward(call, to_c * m.i, m.g),
            sigmoid_backward(call, to_h * bent, m.o),
        )
        to_z[t] = joined(parts, 1)
        to_h, to_c = to_z[t].matmul(u), to_c * m.f
    whole = stacked([to_z[t] for t in range(len(order))])
    flat = whole.reshape(-1, whole.shape[-1])
    before = stacked([steps[order.index(t)].h_before for t in range(len(order))])
    to_x = flat.matmul(w).reshape(*x.shape)
    to_w, to_u = flat.mT.matmul(x.reshape(-1, x.shape[-1])), flat.mT.matmul(before.reshape(-1, before.shape[-1]))
    to_b = flat.sum((0,)) if has_biases else None
    return to_x, to_w, to_u, to_b, to_b, to_h.reshape(*h.shape), to_c.reshape(*c.shape)


RECURRENT: dict[str, Row] = {"mkldnn_rnn_layer": layer, "mkldnn_rnn_layer_backward": layer_backward}
