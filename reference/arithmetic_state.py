"""The state that arithmetic runs in: what other code may change of it is noticed, named and put back.

Every bound and every enclosure assumes rounding to nearest and subnormal numbers that are kept. A
library may take both away from its whole thread (flush-to-zero, denormals-are-zero, another rounding
mode), and set defaults of torch, jax and NumPy that change what others compute.
"""

from __future__ import annotations

import ctypes
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

BYTES = 256
"""More than any C library's fenv_t has."""
SMALLEST, ONE, QUARTER_STEP = (float.fromhex(number) for number in ("0x1p-1074", "0x1p+0", "0x1p-54"))
"""Numbers of the probes, read when the program runs: a compiler would work constants out beforehand."""


Note = Callable[[str], object]
"""Takes a sentence about what a call did besides answering."""


def warn(sentence: str) -> None:
    """The sentence as a warning, where nothing else takes it."""
    warnings.warn(sentence, stacklevel=2)


class Unsound(RuntimeError):
    """The floating-point environment is not IEEE's, and cannot be made so on this machine."""


def unsound() -> tuple[str, ...]:
    """What is not as IEEE arithmetic has it in this thread; empty where all is."""
    flushed = "subnormal numbers flushed to zero (FTZ/DAZ)" if SMALLEST * ONE == 0 else ""
    up, down = ONE + QUARTER_STEP != ONE, -ONE - QUARTER_STEP != -ONE
    nearest = ONE + 3 * QUARTER_STEP > ONE and not (up or down)
    direction = "up" if up else "down" if down else "toward zero"
    return tuple(filter(None, (flushed, "" if nearest else f"rounding {direction}")))


@contextmanager
def ieee() -> Iterator[None]:
    """IEEE arithmetic inside; at the end the caller's is back. Raises Unsound where it cannot be had."""
    if not unsound():
        yield
        return
    of_caller = (ctypes.c_ubyte * BYTES)()
    library = _c_library()
    library.fegetenv(of_caller)
    _make_sound(library)
    try:
        yield
    finally:
        library.fesetenv(of_caller)


def _make_sound(library: Any) -> None:
    before = unsound()
    library.fesetenv(_default(library))
    if unsound():
        raise Unsound(f"the process runs with {', '.join(before)}, and that cannot be turned off: start a fresh one")


def _c_library() -> Any:
    library: Any = ctypes.CDLL(None)
    if not hasattr(library, "fesetenv"):
        raise Unsound(f"the process runs with {', '.join(unsound())}: turn that off before anything is judged")
    return library


def _default(library: Any) -> Any:
    """The C library's FE_DFL_ENV: a variable on macOS, −1 elsewhere."""
    if sys.platform == "darwin":
        return ctypes.byref((ctypes.c_ubyte * BYTES).in_dll(library, "_FE_DFL_ENV"))
    return ctypes.c_void_p(-1)


class Default(NamedTuple):
    """A default of a library that changes what is computed: how it is read, and how it is set."""

    library: str
    what: str
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], object]


def _of_jax(name: str) -> Default:
    return Default(
        "jax", name, lambda jax: getattr(jax.config, name), lambda jax, value: jax.config.update(name, value)
    )


DEFAULTS = (
    Default("numpy", "NumPy's error state", lambda numpy: numpy.geterr(), lambda numpy, value: numpy.seterr(**value)),
    Default(
        "torch",
        "torch's default dtype",
        lambda torch: torch.get_default_dtype(),
        lambda torch, value: torch.set_default_dtype(value),
    ),
    Default(
        "torch",
        "torch's float32 matmul precision",
        lambda torch: torch.get_float32_matmul_precision(),
        lambda torch, value: torch.set_float32_matmul_precision(value),
    ),
    Default(
        "torch",
        "torch's grad mode",
        lambda torch: torch.is_grad_enabled(),
        lambda torch, value: torch.set_grad_enabled(value),
    ),
    *map(_of_jax, ("jax_enable_x64", "jax_default_matmul_precision", "jax_numpy_dtype_promotion", "jax_debug_nans")),
)


def _defaults() -> dict[Default, Any]:
    """Those of the libraries that are loaded, with their values."""
    loaded = ((row, sys.modules.get(row.library)) for row in DEFAULTS)
    return {row: row.read(module) for row, module in loaded if module is not None and _whole(row, module)}


def _whole(row: Default, module: Any) -> bool:
    """The library is there, and not a part of one that failed on import or a stand-in."""
    try:
        row.read(module)
    except AttributeError:
        return False
    return True


@contextmanager
def guarded(name: str, note: Note, defaults: bool = True) -> Iterator[None]:
    """IEEE arithmetic around a call of foreign code, of this name.

    What the call leaves changed is put back, and `note` is given a sentence for each: who did it, what
    it was and what it became. Without `defaults` only the floating-point state is seen to: an import
    may set its library up.
    """
    with ieee(), np.errstate():
        before = _defaults() if defaults else {}
        try:
            yield
        finally:
            left = [f"{fault} behind, in the thread that called it" for fault in unsound()]
            if left:
                _make_sound(_c_library())
            left += [_put_back(*change) for change in _changed(before)]
            for what in left:
                note(f"{name} left {what}: put back")


def _changed(before: dict[Default, Any]) -> list[tuple[Default, Any, Any]]:
    """The defaults that are others now: what they were, and what they are."""
    now = ((row, value, row.read(sys.modules[row.library])) for row, value in before.items())
    return [change for change in now if change[1] != change[2]]


def _put_back(row: Default, value: Any, became: Any) -> str:
    row.write(sys.modules[row.library], value)
    return f"{row.what} at {became} instead of {value}"
