from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from backproof.agreement.record.record import Record
from helpers.later import long_but

pytest_plugins = ["pytester"]

OTHERS = [entry.name for entry in entry_points(group="pytest11") if entry.name != "backproof"]
SUITE = """
    from backproof.agreement import cross_check
    from backproof.reference.numpy_backends.manual_numpy import MANUAL
    from backproof.reference.zero import ZERO

    def test_right():
        assert cross_check(MANUAL).cases == 9

    def test_wrong():
        cross_check(ZERO)
"""


def test_options_header_footer_and_record(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("--agreement-cases", "9", "--agreement-report", "out")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["backproof: numpy * torch * jax *"])
    result.stdout.fnmatch_lines(["*= agreement =*", "✗ zero is wrong in z*. numpy * right.", "  ✗ zero * wrong of *"])
    assert Record.load(pytester.path / "out" / "record.json").summary["cases"] == 18


def test_workers_hand_over_what_they_counted(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("--agreement-cases", "9", "-n", "2")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*= agreement =*", "✗ zero is wrong in z*. numpy * right.", "  ✗ zero * wrong of *"])


def test_a_suite_that_checks_nothing_sees_only_a_header_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    assert "= agreement =" not in result.stdout.str()


def test_pyproject_gives_defaults_and_is_refused_by_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    pytester.makepyprojecttoml("[tool.backproof]\ncases = 9\n")
    pytester.runpytest_subprocess("-k", "right").assert_outcomes(passed=1, deselected=1)
    pytester.makepyprojecttoml("[tool.backproof]\ncaes = 9\n")
    result = pytester.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*[[]tool.backproof[]] has no 'caes'*"])


def test_the_plugin_loads_without_the_frameworks_or_numpy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_light():
            assert sorted({"torch", "jax", "numpy", "flint", "rich"} & set(sys.modules)) == []
        """
    )
    others = [part for name in OTHERS for part in ("-p", f"no:{name}")]
    pytester.runpytest_subprocess(*others).assert_outcomes(passed=1)


def test_a_backend_that_is_none_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess("--agreement-backend", "nosuch")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown backend 'nosuch'*"])


def test_a_disagreement_hides_its_frames(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from backproof.agreement import cross_check
        from backproof.reference.zero import Zero

        def test_zero():
            cross_check(Zero(), cases=9)
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    assert "crosscheck.py" not in result.stdout.str().partition("short test summary")[0]


def test_the_products_disagreement_hides_its_frames_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from backproof.agreement import cross_check_vjp

        def test_wrong():
            cross_check_vjp(lambda z, v: 2 * v, "sigmoid", cases=9)
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    assert "vjp/judge.py" not in result.stdout.str().partition("short test summary")[0]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--agreement-backend", "none.py:Mine", "*no file 'none.py'*"),
        ("--agreement-dtype", "float65", "*float65*"),
        ("--agreement-cost", "nosuch", "*unknown cost 'nosuch'*"),
        ("--agreement-activation", "nosuch", "*unknown activation 'nosuch'*"),
        ("--agreement-cases", "0", "*cases is 0*"),
        ("--agreement-report", "a-file", "*cannot write 'a-file/record.json': a file is in the way*"),
        ("--agreement-baseline", "nowhere.json", "*cannot read*'nowhere.json'*"),
    ],
)
def test_what_an_option_cannot_mean_is_refused_before_any_test(
    pytester: pytest.Pytester, option: str, value: str, said: str
) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    (pytester.path / "a-file").write_text("", "utf-8")
    result = pytester.runpytest_subprocess(option, value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


DEVIATING = """
    from dataclasses import replace
    from backproof.agreement import cross_check
    from backproof.manual import Architecture
    from backproof.manual.backprop import backprop

    class Mine:
        name, version = "mine", "1.0"

        def supports(self, architecture, dtype):
            return None

        def gradients(self, pack):
            got = backprop(pack)
            delta = got.delta[0] * (1 + OFF)
            return replace(got, delta=(delta,), nabla_w=(delta @ pack.x.mT,), nabla_b=(delta.sum(axis=-1),))

    def test_mine():
        of = Architecture((2, 3), ("sigmoid",), "quadratic")
        assert cross_check(Mine(), architecture=of, cases=9).verdicts
"""
LISTED = """
[[deviation]]
id = "mine-off"
library = "mine"
versions = ">=1"
dtypes = ["float64"]
activation = "sigmoid"
excess = { slope = 1e-3 }
what = "the slope is off by 1e-6"
reference = "https://example.org/1"
witness = { cost = "quadratic", z = 0.5, y = 0.0 }
"""


@pytest.mark.parametrize("told", long_but("option", of=("option", "pyproject")))
def test_a_list_of_deviations_is_honoured_and_as_strict(pytester: pytest.Pytester, told: str) -> None:
    pytester.path.joinpath("mine.toml").write_text(LISTED)
    pytester.makepyfile(DEVIATING.replace("OFF", "1e-6"))
    listing = ["--agreement-deviations", "mine.toml"] if told == "option" else []
    if told == "option":
        pytester.runpytest_subprocess().assert_outcomes(failed=1)
    else:
        pytester.makepyprojecttoml('[tool.backproof]\ndeviations = "mine.toml"\n')
    result = pytester.runpytest_subprocess(*listing)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*180 known (the slope is off by 1e-6)"])
    pytester.makepyfile(DEVIATING.replace("OFF", "0"))
    result = pytester.runpytest_subprocess(*listing)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*stale known deviation: mine-off no longer shows in mine 1.0 (float64)*"])
