"""Keras on torch, on JAX, on TensorFlow: `keras.ops`, and the gradients of the library below.

Keras reads KERAS_BACKEND once, when it is imported, so a process has one of the three.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from ..environment import imported, variables
from ..objective import Answer, Layer, LibraryWords, Objective, Sigma
from ..protocol import Backend
from ..registry import Unavailable


def keras_on(library: str) -> Any:
    """The module, on this library; Unavailable where the process has it on another."""
    before = set(sys.modules)
    try:
        # A home of its own: Keras writes its settings there, and a user's could change the dtype.
        with tempfile.TemporaryDirectory() as home, imported(KERAS_BACKEND=library, KERAS_HOME=home):
            keras = import_module("keras")
    except ImportError:
        for half in [name for name in set(sys.modules) - before if name.partition(".")[0] == "keras"]:
            del sys.modules[half]
        raise
    if keras.config.backend() != library:
        raise Unavailable(
            f"keras runs on {keras.config.backend()} in this process already: ask for keras.{library} in one of its own"
            + ", or before tensorflow, which imports keras" * (library != "tensorflow")
        )
    return keras


def _activations(keras: Any) -> dict[str, Sigma]:
    ops = keras.ops
    return {
        "sigmoid": ops.sigmoid,
        "tanh": ops.tanh,
        "relu": ops.relu,
        "softplus": ops.softplus,
        "identity": keras.activations.linear,
        "softmax": partial(ops.softmax, axis=0),
    }


def words(keras: Any) -> LibraryWords:
    """What Keras calls what architectures name."""
    ops = keras.ops
    return LibraryWords(
        _activations(keras),
        costs={
            ("cross_entropy", "sigmoid"): lambda z, a, y: ops.sum(ops.binary_crossentropy(y, z, from_logits=True)),
            ("cross_entropy", "softmax"): lambda z, a, y: ops.sum(
                ops.categorical_crossentropy(y, z, from_logits=True, axis=0)
            ),
        },
        of_any_output={"quadratic": lambda z, a, y: ops.sum(ops.square(a - y)) / 2},
    )


def layer(keras: Any) -> Layer:
    """z by `ops.matmul`, as Keras's own layers have it."""

    def dense(sigma: Sigma, w: Any, b: Any, nudge: Any, below: Any) -> tuple[Any, Any]:
        z = keras.ops.matmul(w, below) + b[:, None] + nudge
        return z, keras.ops.cast(sigma(z), keras.backend.standardize_dtype(z.dtype))  # tanh on jax is float32

    return dense


def on_torch() -> Backend:
    """`torch.autograd.grad`."""
    keras = keras_on("torch")
    from ..torch_backends.torch_autograd import TorchBackend, gradient

    def mode(cost: Objective, arrays: tuple[Any, ...]) -> Answer:
        with keras.device(str(arrays[0].device)):
            return gradient(cost, arrays)

    what, version = "torch.autograd.grad of keras.ops", keras.__version__
    return TorchBackend("keras.torch", {}, mode, layer(keras), spoken=words(keras), what=what, version=version)


def on_jax() -> Backend:
    """`jit(vmap(value_and_grad))`."""
    keras = keras_on("jax")
    from ..jax_backends.jax_grad import JaxBackend

    what, version = "jit(vmap(value_and_grad)) of keras.ops", keras.__version__
    return JaxBackend("keras.jax", {}, layer=layer(keras), spoken=words(keras), what=what, version=version)


def on_tensorflow() -> Backend:
    """A GradientTape."""
    with variables(KERAS_BACKEND="tensorflow"):
        from .tensorflow_tape import TENSORFLOW
    keras = keras_on("tensorflow")

    about = {"name": "keras.tensorflow", "version": keras.__version__}
    return replace(TENSORFLOW, **about, words=words(keras), layer=layer(keras))


MAKERS: dict[str, Callable[[], Backend]] = {"TORCH": on_torch, "JAX": on_jax, "TENSORFLOW": on_tensorflow}


def __getattr__(name: str) -> Backend:
    """Made when it is asked for: each decides what Keras runs on."""
    if name not in MAKERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return MAKERS[name]()
