"""Programs in many styles are read as they are: their gradients are those of the network that they were given."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.diagnosis.programs.limits import limits
from backproof.agreement.diagnosis.programs.loading.program import load
from backproof.agreement.diagnosis.programs.reading.reader import ProgramReading, read
from backproof.agreement.diagnosis.programs.reading.tried import NotRead
from backproof.manual.backprop import backprop
from helpers.readings import assert_of, truth

PATIENT = 60.0
STYLES = Path(__file__).parents[3] / "programs" / "styles"
SIGMOID = ("sigmoid", "sigmoid", "quadratic", 1.0)
LOGISTIC = ("sigmoid", "sigmoid", "cross_entropy", 1.0)
SOFTMAX = ("relu", "softmax", "cross_entropy", 1.0)
READ = {
    "attributes_in_place": SIGMOID,
    "course_dictionaries": ("tanh", "sigmoid", "cross_entropy", 1.0),
    "layer_objects": ("tanh", "identity", "quadratic", 2.0),
    "plain_script": SIGMOID,
    "params_class_ids": SOFTMAX,
    "minibatch_tuples": SIGMOID,
    "locals_of_training": ("tanh", "softmax", "cross_entropy", 1.0),
    "folded_bias_lists": SIGMOID,
    "python_two": SIGMOID,
    "no_biases": SIGMOID,
    "layers_of_a_script": SOFTMAX,
    "forward_gives_both": ("sigmoid", "sigmoid", "quadratic", 2.0),
    "layers_as_arguments": SIGMOID,
    "biases_untouched": SIGMOID,
    "rate_unused": SIGMOID,
    "neurons_in_dicts": SIGMOID,
    "neuron_objects": SIGMOID,
    "number_objects": ("tanh", "tanh", "quadratic", 2.0),
    "tensor_objects": ("tanh", "tanh", "quadratic", 2.0),
    "layers_alone": SIGMOID,
    "kept_inputs": SIGMOID,
    "typed_sizes": LOGISTIC,
    "one_row": LOGISTIC,
    "without_prints": SIGMOID,
    "both_sizes_at_once": SIGMOID,
    "layers_with_functions": SIGMOID,
    "layers_added_by_numbers": SIGMOID,
    "built_when_used": SIGMOID,
    "table_not_there": SOFTMAX,
    "graph_of_nodes": ("sigmoid", "sigmoid", "quadratic", 2.0),
    "built_of_layers": ("tanh", "tanh", "quadratic", 2.0 / 3),
    "straight_line": SIGMOID,
    "older_numpy": SIGMOID,
    "rate_beside_y": SIGMOID,
    "sizes_at_once": SOFTMAX,
}
"""Each program with the activations, the cost, and how many times our own cost its one is (up to a power of m)."""


def _read(name: str) -> ProgramReading:
    (path,) = STYLES.glob(f"{name}.*")
    if path.suffix == ".txt":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.py"
            file.write_bytes(path.read_text("utf-8").encode("latin-1"))
            return read(load(file), seconds=PATIENT)
    return read(load(path), seconds=PATIENT)


@pytest.mark.parametrize("name", READ)
def test_a_program_is_read_as_it_is(name: str) -> None:
    assert_of(_read(name), *READ[name])


def test_a_class_that_makes_its_weights_is_neither_grown_nor_taken_apart() -> None:
    assert str(_read("sizes_at_once").plan.entry).startswith("Network(…)")


def test_inputs_and_outputs_of_a_class_are_numbers_beside_the_hidden_sizes(tmp_path: Path) -> None:
    source = (STYLES / "sizes_at_once.py").read_text("utf-8")
    for was, now in (("input_size", "inputs"), ("hidden_size_list", "hidden_sizes"), ("output_size", "outputs")):
        source = source.replace(was, now)
    file = tmp_path / "sizes.py"
    file.write_text(source, "utf-8")
    reading = read(load(file))
    for got, want in zip(
        reading.gradients(reading.numbers), _read("sizes_at_once").gradients(reading.numbers), strict=True
    ):
        for one, other in zip(got, want, strict=True):
            np.testing.assert_array_equal(one, other)


def test_limits_are_told() -> None:
    assert limits(_read("plain_script"))["widths"] == [[3, 4, 1]]
    assert limits(_read("params_class_ids"))["depths"] == [2]
    assert limits(_read("params_class_ids"))["labels"] == "one_hot"
    assert limits(_read("minibatch_tuples"))["depths"] is None
    assert limits(_read("folded_bias_lists"))["one_example"]
    assert not limits(_read("no_biases"))["biases"]


def test_what_computes_nothing_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "nothing.py"
    file.write_text("import numpy as np\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n", "utf-8")
    with pytest.raises(NotRead):
        read(load(file))


def test_a_layer_alone_is_read_between_activations_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "layer.py"
    source = (STYLES / "layer_objects.py").read_text("utf-8").partition("class Tanh")[0]
    file.write_text(source, "utf-8")
    reading = read(load(file))
    right = backprop(truth(reading.numbers, *SIGMOID[:3]))
    nabla_w, _ = reading.gradients(reading.numbers)
    for got, want in zip(nabla_w, right.nabla_w, strict=True):
        np.testing.assert_allclose(got, reading.numbers.examples * want, rtol=1e-9, atol=1e-12)


def test_one_entry_a_thousandth_larger_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "larger.py"
    source = (STYLES / "params_class_ids.py").read_text("utf-8")
    file.write_text(
        source.replace("return loss, grads", 'grads["W1"][0, 0] *= 1.001\n        return loss, grads'), "utf-8"
    )
    reading = read(load(file))
    right = _read("params_class_ids").gradients(reading.numbers)
    wrong = reading.gradients(reading.numbers)
    assert wrong[0][0][0, 0] == pytest.approx(1.001 * right[0][0][0, 0], rel=1e-12)
    np.testing.assert_array_equal(wrong[0][1], right[0][1])
