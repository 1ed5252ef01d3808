"""TensorFlow: GradientTape, eager."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..adapter_base import Peer
from ..environment import imported
from ..objective import Answer, LibraryWords, Objective, leaves_among
from ..protocol import Array, Traits

with imported(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0"):
    import tensorflow as tf

WORDS = LibraryWords(
    activations={
        "sigmoid": tf.nn.sigmoid,
        "tanh": tf.nn.tanh,
        "relu": tf.nn.relu,
        "softplus": tf.nn.softplus,
        "identity": tf.identity,
        "softmax": partial(tf.nn.softmax, axis=0),
        "leaky_relu": partial(tf.nn.leaky_relu, alpha=0.01),
        "elu": tf.nn.elu,
        "selu": tf.nn.selu,
        "gelu": tf.nn.gelu,
        "gelu_tanh": partial(tf.nn.gelu, approximate=True),
        "silu": tf.nn.silu,
        "softsign": tf.nn.softsign,
        "logsigmoid": tf.math.log_sigmoid,
        "relu6": tf.nn.relu6,
    },
    costs={
        ("cross_entropy", "sigmoid"): lambda z, a, y: tf.reduce_sum(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)
        ),
        ("cross_entropy", "softmax"): lambda z, a, y: tf.reduce_sum(
            tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z, axis=0)
        ),
    },
    of_any_output={"quadratic": lambda z, a, y: tf.reduce_sum(tf.math.squared_difference(a, y)) / 2},
    total=tf.reduce_sum,
)


class Tensorflow(Peer):
    """TensorFlow: a GradientTape that watches the leaves."""

    def answer(self, cost: Objective, arrays: tuple[Array, ...]) -> Answer:
        tensors = [*map(tf.constant, arrays)]
        leaves = tensors[: leaves_among(arrays)]
        with tf.GradientTape() as tape:
            for leaf in leaves:
                tape.watch(leaf)
            total, shown = cost(*tensors)
        return tape.gradient(total, leaves), shown

    def array(self, value: Any) -> Array:
        return super().array(value.numpy())


TENSORFLOW = Tensorflow("tensorflow", tf.__version__, WORDS, Traits(flushes=True, recomputes=False))
