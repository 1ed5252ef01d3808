"""What may go wrong at the border: each is one clear line, or a stated verdict."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement import Disagreement, UsageError, certify
from backproof.agreement.certificates.certify import judge_step
from backproof.agreement.judging.verdict import Verdict
from helpers.torch_steps import made


def weights(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("loss", "first", "message"),
    [
        (lambda w: w * 2, weights(3), r"the loss is a tensor float32\[3\]: one floating-point number is needed"),
        (lambda w: 3.0, weights(3), "the loss is a float: a tensor of one number is needed"),
        (lambda w: w.detach().sum(), weights(3), "does not depend on the first argument"),
        (lambda w: w.sum(), torch.arange(3), "only integers: floating-point tensors are needed"),
        (lambda m: m.sum(), torch.nn.Identity(), "no parameters that need a gradient"),
        (lambda w: w.sum(), torch.empty(3, device="meta"), "on the device meta, which holds no numbers"),
        (
            lambda w: torch.fft.fft(w).abs().sum(),
            weights(4),
            r"complex numbers at .*test_certified_inputs.py:\d+ .* are not",
        ),
        ("loss", weights(3), "loss is no function"),
    ],
)
def test_torch_says_what_is_wrong(loss, first, message) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        certify(loss, first)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("loss", "first", "message"),
    [
        (lambda w: w * 2, np.ones(3, np.float32), r"the loss is float32\[3\]: one floating-point number is needed"),
        (lambda w: (w.sum(), w.sum()), np.ones(3, np.float32), "one floating-point number is needed"),
        (lambda w: w.sum(), np.arange(3), "parameter first is int64: float64, float32"),
        (lambda w: jnp.float32(1), {}, "has no parameters"),
        (lambda w: jnp.real(jnp.fft.fft(w)).sum(), np.ones(4, np.float32), "complex numbers are not judged"),
    ],
)
def test_jax_says_what_is_wrong(loss, first, message) -> None:
    with pytest.raises(UsageError, match=message):
        certify(loss, first)


def test_an_unknown_mode() -> None:
    with pytest.raises(UsageError, match=r"unknown mode 'jit': choose from eager, compile, compile.aot_eager"):
        certify(lambda w: w.sum(), weights(3), modes=("jit",))


def test_the_operation_that_is_not_known_is_named_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"aten\._linalg_svd.*test_certified_inputs\.py:\d+"):
        certify(lambda w: torch.linalg.svdvals(w).sum(), weights(3, 3))


def test_a_branch_on_values_is_judged_as_taken_and_said() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        return w.square().sum() if w[0].item() > 0 else w.sum()

    found = certify(loss, weights(3).abs())
    assert any("branch that was taken" in note for note in found.notes)
    assert found.program.verdict == Verdict.ACCURATE


def test_random_numbers_are_those_that_were_drawn() -> None:
    loss, arguments = made("transformer encoder layer")
    found = certify(loss, *arguments)
    assert "random numbers are taken as executed" in found.notes


def test_arithmetic_on_drawn_numbers_is_judged_like_any_other() -> None:
    """The gradient is a sum of drawn numbers alone, and its program rounds that sum."""

    def loss(w):
        return (jax.random.normal(jax.random.key(7), (4, 3)) @ w).sum()

    found = certify(loss, np.ones(3, np.float32))
    assert found.program.digits >= 60
    assert "random numbers are taken as executed" in found.notes


def test_what_a_cholesky_factor_holds_above_its_diagonal_is_nobodys_business() -> None:
    def loss(a):
        return jnp.square(jnp.linalg.cholesky(a @ a.T + jnp.eye(3))).sum()

    found = certify(loss, weights(3, 3).numpy())
    assert found.program.digits >= 60
    assert not found.operations.wrong
    assert found.operations.verdicts[Verdict.UNDETERMINED] == 3


def test_in_place_updates_through_views() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        x = (w * 2).clone()
        x[0] = x[1] * 3
        x[:, 1].mul_(w[0, 0])
        x.view(-1)[::2] += 1
        x.t()[2].copy_(x[0].clone())
        return (x * x).sum()

    found = certify(loss, weights(3, 3))
    assert found.program.digits >= 60
    assert found.answers[0].verdicts[Verdict.ACCURATE] >= 8


def test_a_detach_and_a_no_grad_pass_nothing_and_are_said() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            scale = w.abs().max()
        return (w / scale * w.detach()).sum()

    found = certify(loss, weights(3))
    assert found.program.digits >= 60
    assert sum("no gradient passes at" in note and "test_certified_inputs.py" in note for note in found.notes) >= 2


def test_no_number_among_the_operands_is_undetermined() -> None:
    w = weights(4)
    w[1] = float("nan")
    found = judge_step(lambda w: (w * w).sum(), w)
    assert not found.disagrees
    assert not found.decided
    assert found.operations.verdicts[Verdict.UNDETERMINED] >= 2


def test_a_masked_infinity_is_an_ordinary_number() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        mask = torch.tril(torch.ones(4, 4, dtype=torch.bool))
        scores = w.masked_fill(~mask, float("-inf"))
        return (torch.softmax(scores, -1) * w).sum()

    found = certify(loss, weights(4, 4))
    assert found.program.digits >= 60
    assert found.answers[0].verdicts[Verdict.ACCURATE] == 16


def test_a_parameter_that_is_not_used() -> None:
    found = certify(lambda p: p["a"].sum() * 2, {"a": weights(2), "b": weights(3)})
    assert [p.name for p in found.program.parameters] == ["a", "b"]
    assert found.program.verdict == Verdict.ACCURATE


def test_tied_weights() -> None:
    def loss(w: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        x = torch.nn.functional.embedding(index, w)
        return torch.nn.functional.cross_entropy(x @ w.T, index)

    found = certify(loss, weights(5, 3), torch.tensor([0, 3, 3, 1]))
    assert found.program.digits >= 60


def test_a_checkpoint_that_runs_a_backward_pass_of_its_own() -> None:
    """`torch.autograd.grad` gives nothing for the parameters inside; `backward`, as in training, does."""

    def loss(layer: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        inner = torch.utils.checkpoint.checkpoint(layer, x.requires_grad_(), use_reentrant=True)
        return torch.tanh(inner).square().sum()

    torch.manual_seed(0)
    found = certify(loss, torch.nn.Linear(4, 3), weights(5, 4))
    assert found.program.digits >= 60
    assert found.answers[0].verdicts[Verdict.ACCURATE] == 15


def test_arrays_of_numpy_s_may_be_used_as_jax_s() -> None:
    found = certify(lambda w: jnp.square(w.at[0].set(w[1] * 2)).sum(), np.ones(3, np.float32))
    assert found.program.digits >= 60


def test_a_draw_with_a_parameter_has_an_implicit_derivative() -> None:
    message = r"random_gamma at .*test_certified_inputs\.py:\d+ .* draws with a parameter: its derivative is implicit"
    with pytest.raises(UsageError, match=message):
        certify(lambda a: jax.random.gamma(jax.random.key(0), a).sum(), np.ones(2, np.float32))


def test_a_gate_near_one_is_lossy_by_the_textbook_s_difference() -> None:
    w = torch.stack([weights(32), weights(32, seed=1).abs() + 3])
    found = certify(lambda w: torch.nn.functional.glu(w, 0).sin().sum(), w)
    assert found.operations.rows["aten.glu_backward"].verdicts[Verdict.LOSSY] > 0
    assert not found.operations.wrong


def test_only_the_authors_own_stops_are_said() -> None:
    def loss(w):
        return (jax.nn.softmax(w) * jax.nn.logsumexp(w) * jax.lax.stop_gradient(w)).sum()

    notes = [note for note in certify(loss, np.ones(3, np.float32), modes=("jit",)).notes if "no gradient" in note]
    assert len(notes) == 1
    assert "test_certified_inputs.py" in notes[0]
    softened = certify(lambda w: (torch.logaddexp(w, w.flip(0)) * w.softmax(0)).sum(), weights(3))
    assert "no gradient passes" not in str(softened)


def test_a_second_derivative_in_the_loss() -> None:
    """autograd detaches the results that it saves; a second derivative goes through them all the same."""

    def residual(m: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        x = x.clone().requires_grad_(True)
        (first,) = torch.autograd.grad(m(x).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x, create_graph=True)
        return (first + 0.1 * second).square().mean()

    layers = [torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4), torch.nn.Sigmoid(), torch.nn.Linear(4, 1)]
    found = certify(residual, torch.nn.Sequential(*layers), weights(5, 1))
    assert found.program.digits >= 60
    assert "no gradient passes" not in str(found)
    with torch.no_grad():
        stopped = certify(lambda w: (w * w.detach().tanh()).sum(), weights(3))
    assert any("no gradient passes" in note for note in stopped.notes)


def test_a_hook_that_scales_is_wrong_and_named() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(w)
        x.register_hook(lambda v: v * 1.5)
        return (torch.sin(x) + 2 * x).sum()

    with pytest.raises(Disagreement, match="1 program     wrong in 1 of 1 parameters") as caught:
        certify(loss, weights(3))
    assert "a hook on a result of Tanh at" in str(caught.value)


def test_a_parameter_s_own_hook_is_part_of_the_step() -> None:
    layer = torch.nn.Linear(3, 2)
    layer.weight.register_hook(lambda v: v * 0)
    found = judge_step(lambda m, x: m(x).square().sum(), layer, weights(4, 3))
    assert [p.name for p in found.program.parameters if p.verdict == Verdict.WRONG] == ["weight"]
    assert [(c.name, c.hook) for c in found.program.culprits] == [("weight", True)]
    tensor = weights(3).requires_grad_(True)
    tensor.register_hook(lambda v: 2 * v)
    assert judge_step(lambda w: w.square().sum(), tensor).disagrees
    assert tensor.grad is None


def test_an_optimiser_s_hook_takes_no_step() -> None:
    layer = torch.nn.Linear(3, 2)
    before = layer.weight.detach().clone()
    layer.weight.register_post_accumulate_grad_hook(lambda p: p.data.zero_())
    found = certify(lambda m, x: m(x).square().sum(), layer, weights(4, 3))
    assert "hooks on accumulated gradients, as optimisers set them, are not run" in found.notes
    assert torch.equal(layer.weight, before)


def test_a_step_that_ends_the_process_is_one_line() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        raise SystemExit(0)

    with pytest.raises(UsageError, match=r"the step ends the process \(exit code 0\)"):
        certify(loss, weights(3))


def test_flushed_subnormal_numbers_are_put_back_and_said() -> None:
    def loss(w: torch.Tensor) -> torch.Tensor:
        torch.set_flush_denormal(True)
        return (w * w).sum()

    found = certify(loss, weights(3))
    assert 5e-324 * 1.0 > 0
    assert any("the step left subnormal numbers flushed" in note for note in found.notes)


def test_a_kink_is_undetermined_and_the_rest_is_not() -> None:
    w = weights(4)
    w[2] = 0.0
    found = judge_step(lambda w: torch.relu(w).sum(), w)
    assert not found.disagrees
    assert not found.decided
    assert found.program.verdict == Verdict.UNDETERMINED
    assert found.program.parameters[0].agreement.unclear == 1
    assert str(found).startswith("INCOMPLETE")
