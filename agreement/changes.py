"""What changed between two environments, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNSET = "unset"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """A phrase for each thing that differs, such as `torch 2.12.0 → 2.13.0`; only what both environments note."""
    before, after = flat(old), flat(new)
    both = {key.partition(" ")[0] for key in before} & {key.partition(" ")[0] for key in after} | {"flag"}
    names = [name for name in {**before, **after} if name.partition(" ")[0] in both]
    return [
        f"{name} {before.get(name, UNSET)} → {after.get(name, UNSET)}"
        for name in names
        if before.get(name, UNSET) != after.get(name, UNSET)
    ]


def flat(environment: Mapping[str, Any]) -> dict[str, str]:
    """One word or phrase for each library, flag, BLAS and thread pool."""
    words: dict[str, str] = {}
    for key, value in environment.items():
        if key == "flags":
            words |= {f"flag {name}": repr(setting) for name, setting in value.items()}
        elif key == "blas":
            words[key] = ", ".join(" ".join(map(str, library.values())) for library in value)
        elif key == "threads":
            words |= {f"threads {pool}": str(n) for pool, n in value.items()}
        else:
            words[key] = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return words
