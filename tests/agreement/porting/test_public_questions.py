"""Public questions of people who ported a model, rebuilt small: each gets its answer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from backproof.agreement import same_function
from backproof.agreement.porting.port import judge_port
from backproof.agreement.porting.result import Port
from torch.nn import functional as F  # noqa: N812 - as torch names it

RNG = np.random.default_rng(0)


def drawn(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32)


def in_torch(loss: Any, *arrays: Any) -> Any:
    return loss, tuple(torch.tensor(a) for a in arrays)


def in_jax(loss: Any, *arrays: Any) -> Any:
    return loss, tuple(jnp.array(a) for a in arrays)


def told(found: Port) -> list[str]:
    return [p.named.convention.id for p in found.partings if p.named is not None]


def test_a_dense_layer_differs_by_rounding() -> None:
    """google/flax#963: "the same weights and the same input would produce exactly the same output".

    They are the same function; float32 allows more than the difference.
    """
    w, x = drawn(10, 256), np.ones((1, 256), np.float32)
    found = same_function(
        in_torch(lambda w, x: F.linear(x, w).square().sum(), w, x),
        in_jax(lambda w, x: jnp.square(x @ w).sum(), w.T, x),
    )
    assert found.gradients is not None
    assert found.gradients.share is not None
    assert found.gradients.share < 1


def test_the_first_convolution_of_a_resnet() -> None:
    """google/flax#2993: 7×7, stride 2, padding 3 in torch, "SAME" in flax: from the first layer on another result."""
    w, x = drawn(2, 1, 7, 7), drawn(1, 1, 8, 8)
    found = judge_port(
        in_torch(lambda w, x: F.conv2d(x, w, stride=2, padding=3).square().sum(), w, x),
        in_jax(lambda w, x: jnp.square(jax.lax.conv_general_dilated(x, w, (2, 2), "SAME")).sum(), w, x),
    )
    assert told(found) == ["padding"]
    assert found.partings[0].named is not None
    assert found.partings[0].named[1:3] == ("padding 3 before, 3 after", "padding 2 before, 3 after")


def test_a_gelu_and_the_epsilon_of_an_rms_norm() -> None:
    """goodfire-ai/spd#730: erf in torch, tanh in jax; the dtype's epsilon in torch's rms_norm, 1e-5 in jax."""
    w, x = drawn(4, 4), drawn(3, 4)

    def mine(w: Any, x: Any) -> Any:
        h = x @ w
        h = h / jnp.sqrt((h * h).mean(-1, keepdims=True) + 1e-5)
        return (jax.nn.gelu(h) * x).sum()

    found = judge_port(in_torch(lambda w, x: (F.gelu(F.rms_norm(x @ w, (4,))) * x).sum(), w, x), in_jax(mine, w, x))
    assert sorted(told(found)) == ["epsilon", "gelu"]


def test_the_loss_agrees_and_the_gradients_do_not() -> None:
    """jax-ml/jax#22101: a sampled action's loss is the same in jax and torch, its gradients are not.

    On one side the action inside the logarithm of its density is detached.
    """
    w, x, noise = drawn(3, 2), drawn(4, 3), drawn(4, 2)

    def of_second(w: Any, x: Any, noise: Any) -> Any:
        mean = x @ w
        action = torch.tanh(mean + 0.5 * noise)
        density = -((torch.atanh(action.detach()) - mean) ** 2).sum(-1) * 2 - torch.log(1 - action**2).sum(-1)
        return (density - action.sum(-1)).mean()

    def mine(w: Any, x: Any, noise: Any) -> Any:
        mean = x @ w
        action = jnp.tanh(mean + 0.5 * noise)
        density = -((jnp.arctanh(action) - mean) ** 2).sum(-1) * 2 - jnp.log(1 - action**2).sum(-1)
        return (density - action.sum(-1)).mean()

    found = judge_port(in_torch(of_second, w, x, noise), in_jax(mine, w, x, noise))
    assert found.same
    assert found.gradients is not None
    assert not found.gradients.same
    assert [stop.side for stop in found.gradients.stopped] == [0]


def test_the_new_gate_of_a_gru() -> None:
    """tracel-ai/burn#2704: a GRU whose reset gate multiplies the state before the product, torch's after it."""
    w, u, x = drawn(2, 6), drawn(2, 2), drawn(3, 2)

    def of_second(w: Any, x: Any, u: Any) -> Any:
        r, z, n = (x @ w).chunk(3, -1)
        r, z = torch.sigmoid(r), torch.sigmoid(z)
        return ((1 - z) * torch.tanh(n + r * (x @ u)) + z * x).square().sum()

    def mine(w: Any, x: Any, u: Any) -> Any:
        r, z, n = jnp.split(x @ w, 3, -1)
        r, z = jax.nn.sigmoid(r), jax.nn.sigmoid(z)
        return jnp.square((1 - z) * jnp.tanh(n + (r * x) @ u) + z * x).sum()

    assert told(judge_port(in_torch(of_second, w, x, u), in_jax(mine, w, x, u))) == ["gru-reset"]


def test_a_transposed_convolution() -> None:
    """jax-ml/jax#11252: flax's ConvTranspose with the kernel of torch's ConvTranspose2d gives something else.

    A transposed convolution of torch reverses the kernel; lax.conv_transpose does not.
    """
    w, x = drawn(1, 1, 3, 3), drawn(1, 1, 4, 4)

    def mine(w: Any, x: Any) -> Any:
        numbers = ("NCHW", "IOHW", "NCHW")
        return jnp.tanh(jax.lax.conv_transpose(x, w, (2, 2), [(2, 2), (2, 2)], dimension_numbers=numbers)).sum()

    found = judge_port(in_torch(lambda w, x: F.conv_transpose2d(x, w, stride=2).tanh().sum(), w, x), in_jax(mine, w, x))
    assert told(found) == ["kernel-flip"]
