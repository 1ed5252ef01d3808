"""Documents from outside, JSON or TOML: read under limits, refused in one line that names the place.

Syntax, depth and numbers are held to limits while the text is read; msgspec holds the structure
against a type. What types cannot say is checked beside each type.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import tomllib
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from .errors import UsageError, one_line

T = TypeVar("T")
LARGEST = 256 << 20
"""Bytes of one file: a record of a million cases has a tenth of it."""
DEEPEST = 32
DIGITS = 128
"""Of one number: a sum of content hashes has 90."""
DIGEST = "digest"
"""The key under which a document notes what its content came to when it was written."""
_STRINGS_AND_SCALARS = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PLACE = re.compile(r"^(?P<said>.*?)(?: - at (?P<place>.*))?$", re.DOTALL)
SENTENCES = (
    (re.compile(r"Expected `(?P<kind>[^`]*)`, got `[^`]*`"), "{kind} is needed"),
    (re.compile(r"Expected `(?P<kind>[^`]*)` (?P<limit>.*)"), "{kind} {limit} is needed"),
    (re.compile(r"Object missing required field `(?P<key>[^`]*)`"), "the key '{key}' is missing"),
    (re.compile(r"Object contains unknown field `(?P<key>[^`]*)`"), "there is no key '{key}'"),
    (re.compile(r"Invalid enum value (?P<value>.*)"), "'inf' or a number is needed"),
)
KINDS = {
    "array": "a list",
    "object": "an object",
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "bool": "true or false",
    "float | str": "a number or a hex float like '0x1.8p+0'",
    "float | array": "a number or a list",
}
"""How msgspec calls what it expects, and how people do."""
_STEP = re.compile(r"\.([^.\[`]+)|\[(\d+)\]")


def text_of(path: Path, most: int = LARGEST) -> str:
    """The text of a regular file of at most so many bytes; UsageError before anything else is read.

    A FIFO or a device would be waited for, and a large file would fill the memory: neither is opened to read.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"cannot read {str(path)!r}: it is {_kind(found.st_mode)}, a file is needed")
        if found.st_size > most:
            raise UsageError(f"cannot read {str(path)!r}: {found.st_size} bytes, at most {most} are read")
        with path.open("rb") as file:
            return file.read(most).decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except ValueError as error:  # no UTF-8, or a NUL in the path
        raise UsageError(f"cannot read {str(path)!r} as UTF-8: {error}") from None


def _kind(mode: int) -> str:
    kinds: dict[Callable[[int], bool], str] = {
        stat.S_ISDIR: "a folder",
        stat.S_ISFIFO: "a FIFO",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
        stat.S_ISSOCK: "a socket",
    }
    return next((word for fits, word in kinds.items() if fits(mode)), "no regular file")


def loaded(text: str) -> Any:
    """The document of a JSON text.

    Raises ValueError where it is none, is nested deeper than DEEPEST, has a key twice in one object, a
    number that no float64 holds or that is longer than DIGITS, or text that no UTF-8 can hold.
    """
    _held_to_depth(text)
    document = json.loads(
        text, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
    )
    if _SURROGATE.search(text):
        _ = json.dumps(document, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError is a ValueError
    return document


def read_json(path: Path, what: str = "") -> Any:
    """The document of a JSON file; UsageError naming the file where there is none."""
    text = text_of(path)
    try:
        return loaded(text)
    except ValueError as error:
        raise UsageError(f"{what}{str(path)!r} is not JSON, or only a part of it: {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The document of a TOML file of at most 16 MB; UsageError naming the file where there is none."""
    text = text_of(path, 16 << 20)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None


def _held_to_depth(text: str) -> None:
    steps = (1 if bracket in "[{" else -1 for bracket in _STRINGS_AND_SCALARS.sub("", text))
    if max(accumulate(steps), default=0) > DEEPEST:
        raise ValueError(f"it is nested deeper than {DEEPEST}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"a number of {len(digits)} digits: at most {DIGITS} are read")
    return int(digits)


def _float(digits: str) -> float:
    if len(digits) > DIGITS or abs(value := float(digits)) == float("inf"):
        raise ValueError(f"{digits[:40]} is no number of at most {DIGITS} digits in the range of float64")
    return value


def _constant(word: str) -> float:
    raise ValueError(f"{word} is no number that can be compared with")


def checked(document: Any, kind: type[T], what: str) -> T:
    """A document as a value of this type; UsageError naming the place, what stands there and what is needed."""
    import msgspec

    try:
        return msgspec.convert(document, kind, strict=True, str_keys=True)
    except msgspec.ValidationError as error:
        raise UsageError(f"{what}: {_worded(str(error), document)}") from None
    except RecursionError:
        raise UsageError(f"{what}: it is nested too deeply") from None


def _worded(said: str, document: Any) -> str:
    """msgspec's sentence in plain words, with the place in front and what stands there."""
    parts = _PLACE.match(said)
    assert parts is not None
    place, needed = (parts["place"] or "$").replace("`", ""), _needed(parts["said"])
    where, value = place.partition("$")[2].removeprefix("."), _at(place, document)
    if not needed.endswith("is needed"):
        return f"{where}: {needed}" if where else needed
    return f"{where or 'it'} is {one_line(_shown(value), 80)}: {needed}" if value is not ... else f"{place}: {needed}"


def _needed(said: str) -> str:
    for pattern, words in SENTENCES:
        if found := pattern.fullmatch(said):
            names = {key: KINDS.get(value, value) for key, value in found.groupdict().items()}
            return words.format(**names)
    return said


def _at(place: str, document: Any) -> Any:
    """What stands at msgspec's `$.a[0].b`; ... where that cannot be told."""
    if not place.startswith("$"):
        return ...
    value, rest = document, place.removeprefix("$")
    for step in _STEP.finditer(rest):
        try:
            value = value[int(step[2])] if step[2] else value[step[1]]
        except (KeyError, IndexError, TypeError):
            return ...
    return value if "..." not in rest else ...


def _shown(value: Any) -> str:
    """The value, cut short where it is a container."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return repr(value)


def to_json(value: Any) -> str:
    """JSON on one line, in UTF-8; ValueError for what is no number."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def digest(document: Any) -> str:
    """Sixteen hex digits of the content of a document, whatever the order of its keys and its white space."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def unsealed(document: dict[str, Any], what: str) -> dict[str, Any]:
    """A document without its digest; UsageError where that is another's: it was changed by hand, or on the way.

    One without a digest, from before there was one, is what it is.
    """
    content = {key: part for key, part in document.items() if key != DIGEST}
    if DIGEST in document and document[DIGEST] != digest(content):
        raise UsageError(
            f"{what} is damaged: its content has the digest {digest(content)}, it says {document[DIGEST]!r}"
        )
    return content


def first(complaints: Iterable[str], what: str) -> None:
    """UsageError with the first complaint, where there is one."""
    for complaint in complaints:
        raise UsageError(f"{what} is damaged: {complaint}")
