"""Documents with one thing wrong: in their structure, or in the bytes of their file."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, 10**30, 2**63, "", "nan", "inf", "-inf", "0x1p+0", "0x1p+99999",
    "x", "x" * 600, "a\nb\x1b[31m::error::", "é\u202e", [], {}, [[]], [None], {"a": 1}, "../../etc/passwd", "torch",
)  # fmt: skip
Step = str | int
Text = Callable[[bytes, int, int], bytes]


class Whole(NamedTuple):
    """A document as JSON and as text, and the path of every part of it."""

    document: str
    text: bytes
    paths: list[tuple[Step, ...]]
    written: Callable[[Any], str]

    @classmethod
    def of(cls, document: Any, written: Callable[[Any], str] = json.dumps) -> Whole:
        return cls(json.dumps(document), written(document).encode(), list(places(document)), written)


def toml(document: Any) -> str:
    """A document as TOML, a line for each of its keys; what TOML cannot say is no TOML."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in document.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_inline(part)}' for key, part in value.items())}}}"
    return f"[{', '.join(map(_inline, value))}]" if isinstance(value, list) else json.dumps(value)


def places(document: Any, at: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The path of every part."""
    inside: Any = document.items() if isinstance(document, dict) else ()
    for step, part in enumerate(document) if isinstance(document, list) else inside:
        yield (*at, step)
        yield from places(part, (*at, step))


def _deleted(holder: Any, step: Any, value: Any) -> None:
    del holder[step]


def _replaced(holder: Any, step: Any, value: Any) -> None:
    holder[step] = value


def _moved(holder: Any, step: Any, value: Any) -> None:
    """A number a little off; anything else in a list of its own."""
    old = holder[step]
    numeric = isinstance(old, int | float) and not isinstance(old, bool)
    holder[step] = old * 2 + 1 if numeric else [old]


def _negated(holder: Any, step: Any, value: Any) -> None:
    old = holder[step]
    holder[step] = -old if isinstance(old, int | float) and not isinstance(old, bool) else {str(step): old}


def _twice(holder: Any, step: Any, value: Any) -> None:
    if isinstance(holder, list):
        holder.insert(step, copy.deepcopy(holder[step]))
    else:
        holder[f"{step}x"] = copy.deepcopy(holder[step])


def _renamed(holder: Any, step: Any, value: Any) -> None:
    if isinstance(holder, dict):
        holder[f"{step}s"] = holder.pop(step)
    else:
        holder.reverse()


def _deep(holder: Any, step: Any, value: Any) -> None:
    for _ in range(40):
        holder[step] = [holder[step]]


STRUCTURAL = (_deleted, _replaced, _moved, _negated, _twice, _renamed, _deep)
TEXTUAL: tuple[Text, ...] = (
    lambda text, at, n: text[:at],
    lambda text, at, n: text[:at] + text[at + n :],
    lambda text, at, n: text[:at] + text[at : at + n] + text[at:],
    lambda text, at, n: text[:at] + bytes([n % 256]) + text[at + 1 :],
    lambda text, at, n: text[:at] + b"NaN" + text[at:],
    lambda text, at, n: text[:at] + b"9" * n * 50 + text[at:],
    lambda text, at, n: text[:at] + b"[" * n * 500 + text[at:],
    lambda text, at, n: text[:at] + b"\n<<<<<<< HEAD\n" + text[at:],
    lambda text, at, n: b"\xef\xbb\xbf" + text,
    lambda text, at, n: text + text,
    lambda text, at, n: b"",
)


@st.composite
def damaged(draw: st.DrawFn, whole: Whole) -> bytes:
    """The bytes of a document with one thing wrong."""
    if draw(st.integers(0, 3)):
        changed = json.loads(whole.document)
        *route, step = whole.paths[draw(st.integers(0, len(whole.paths) - 1))]
        holder = changed
        for part in route:
            holder = holder[part]
        draw(st.sampled_from(STRUCTURAL))(holder, step, draw(st.sampled_from(VALUES)))
        return whole.written(changed).encode()
    at, n = draw(st.integers(0, len(whole.text))), draw(st.integers(1, 99))
    return draw(st.sampled_from(TEXTUAL))(whole.text, at, n)
