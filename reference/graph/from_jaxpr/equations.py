"""One equation of a jaxpr: the user's line, how it is executed, and the rule of a call with a rule of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..graph import Graph, SourceLine, Typed

NUMPY, TRACER = str(Path(np.__file__).parent), str(Path("porting", "sides", "numpy_tracer.py"))
"""Where a call of NumPy's is passed on to jax: no line of the user's."""
Maker = Callable[..., Sequence[Any]]
"""Executed operands → executed results."""
Read = Callable[[Any], Graph]
"""A closed jaxpr → its graph."""


def as_held(x: Any) -> Any:
    """A leaf as an array; keys of random numbers as they are."""
    import jax

    return x if isinstance(x, jax.Array) else np.asarray(x)


def precision_of(leaves: Sequence[Any]) -> Any:
    """The context in which jax keeps the dtypes of these arrays."""
    import jax

    wide = any(str(getattr(x, "dtype", "")) in ("float64", "int64", "uint64") for x in leaves)
    return jax.enable_x64(wide or _is_wide())


def _is_wide() -> bool:
    """Whether jax keeps 64 bits anyway."""
    import jax

    config: Any = jax.config
    return bool(config.jax_enable_x64)


def source_of(eqn: Any) -> SourceLine | None:
    """The user's line of an equation: the innermost that is neither jax's nor of what passes calls on to jax."""
    from jax._src import source_info_util

    try:
        frames = source_info_util.user_frames(eqn.source_info.traceback)
        frame = next((frame for frame in frames if not _passes_on(frame.file_name)), None)
    except Exception:  # a private function of jax: no line is better than no graph
        return None
    return frame and SourceLine(frame.file_name, frame.start_line, frame.function_name)


def _passes_on(file: str) -> bool:
    return file.startswith(NUMPY) or file.endswith(TRACER)


def is_library_stop(eqn: Any) -> bool:
    """Whether jax itself stops the cotangent, as of the maximum in its softmax."""
    from jax._src import source_info_util

    try:
        frames = eqn.source_info.traceback.frames
        outer = next(k for k, frame in enumerate(frames) if frame.function_name == "stop_gradient") + 1
        return not source_info_util.is_user_filename(frames[outer].file_name)
    except Exception:  # private functions of jax: what is not known to be its own is said
        return False


def call_name(eqn: Any) -> str:
    """The name of a function with a rule of its own."""
    given = eqn.params.get("name")
    if given:
        return str(given)
    inner = eqn.params.get("call_jaxpr", eqn.params.get("fun_jaxpr"))
    info = getattr(getattr(inner, "jaxpr", inner), "debug_info", None)
    return str(getattr(info, "func_name", "")) or eqn.primitive.name


def binding(eqn: Any) -> Maker:
    """An equation as a function of its operands."""

    def bound(*operands: Any) -> Sequence[Any]:
        import jax

        found = eqn.primitive.get_bind_params(eqn.params)
        functions, params = found if isinstance(found, tuple) else ((), found)  # until 0.9 a pair
        with _dtypes_of(eqn):
            held = [
                x if isinstance(x, jax.Array) else jax.numpy.asarray(x, v.aval.dtype)
                for x, v in zip(operands, eqn.invars, strict=True)
            ]
            made = eqn.primitive.bind(*functions, *held, **params)
        return list(made) if eqn.primitive.multiple_results else [made]

    return bound


def _dtypes_of(eqn: Any) -> Any:
    return precision_of([v.aval for v in (*eqn.invars, *eqn.outvars)])


def derivative_of(eqn: Any, read: Read) -> Callable[[], Any]:
    """The rule of a call alone, traced: (operands, cotangents of the results) → cotangents of the float operands."""

    def derivative() -> Any:
        import jax

        bind = binding(eqn)
        is_float = [Typed((), str(v.aval.dtype)).is_float for v in eqn.invars]

        def rule(operands: list[Any], cotangents: list[Any]) -> list[Any]:
            def of_floats(*floats: Any) -> list[Any]:
                given = iter(floats)
                return list(bind(*(next(given) if f else x for f, x in zip(is_float, operands, strict=True))))

            _, pull = jax.vjp(of_floats, *(x for f, x in zip(is_float, operands, strict=True) if f))
            return list(pull(list(cotangents)))

        struct: Any = jax.ShapeDtypeStruct
        shapes = [[struct(v.aval.shape, v.aval.dtype) for v in side] for side in (eqn.invars, eqn.outvars)]
        with _dtypes_of(eqn):
            return read(jax.make_jaxpr(rule)(*shapes))

    return derivative
