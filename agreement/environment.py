"""What a result depends on besides the code: versions, BLAS, CPU, threads, flags.

The header of every pytest run is made here, so what is heavy is imported where it is used.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .languages import Language, in_language

LIBRARIES = ("backproof", "numpy", "torch", "jax", "jaxlib", "python-flint", "hypothesis")
FLAG_PREFIXES = ("XLA_", "JAX_", "TORCH_", "OMP_", "MKL_", "OPENBLAS_", "BLIS_", "NPY_", "ATEN_", "DNNL_", "ONEDNN_")
"""Environment variables that can change what comes out."""


def installed(library: str) -> str | None:
    """The installed version, without importing anything."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def flags() -> dict[str, str]:
    """The variables that are set among those that can change results."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith(FLAG_PREFIXES)}


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _numpy_config(*keys: str) -> Any:
    import numpy as np

    part: Any = np.show_config(mode="dicts")
    for key in keys:
        part = part.get(key, {}) if isinstance(part, dict) else {}
    return part


def _pools() -> list[dict[str, Any]]:
    import threadpoolctl

    return list(threadpoolctl.threadpool_info())


def _blas() -> list[dict[str, Any]]:
    """Every BLAS that is loaded, as it reports itself."""
    fields = ("internal_api", "version", "architecture", "threading_layer", "num_threads")
    pools = [pool for pool in _pools() if pool["user_api"] == "blas"]
    return [{key: pool.get(key) for key in fields} for pool in pools]


def environment() -> dict[str, Any]:
    """The environment of a record."""
    libraries = {library: installed(library) for library in LIBRARIES}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        "isa": [platform.machine(), *(_numpy_config("SIMD Extensions", "found") or [])],
        **libraries,
        "blas": _blas(),
        "threads": {pool["prefix"]: pool["num_threads"] for pool in _pools()},
        "cores": os.cpu_count(),
        "flags": flags(),
    }


ABSENT, UNSET = ("absent", "未安装"), ("unset", "未设置")
"""A library that is not installed, a flag that is not set."""


def changes(old: Mapping[str, Any], new: Mapping[str, Any], lang: Language = "en") -> list[str]:
    """A phrase for each thing that differs, such as `torch 2.12.0 → 2.13.0`; only what both environments note."""
    before, after, unset = flat(old, lang), flat(new, lang), in_language(UNSET, lang)
    both = {key.partition(" ")[0] for key in before} & {key.partition(" ")[0] for key in after} | {"flag"}
    names = [name for name in {**before, **after} if name.partition(" ")[0] in both]
    return [
        f"{name} {before.get(name, unset)} → {after.get(name, unset)}"
        for name in names
        if before.get(name, unset) != after.get(name, unset)
    ]


def flat(environment: Mapping[str, Any], lang: Language = "en") -> dict[str, str]:
    """One word or phrase for each library, flag, BLAS and thread pool."""
    words: dict[str, str] = {}
    for key, value in environment.items():
        if value is None:
            words[key] = in_language(ABSENT, lang)
        elif key == "flags":
            words |= {f"flag {name}": repr(setting) for name, setting in value.items()}
        elif key == "blas":
            words[key] = ", ".join(" ".join(str(part) for part in library.values() if part) for library in value)
        elif key == "threads":
            words |= {f"threads {pool}": str(n) for pool, n in value.items()}
        else:
            words[key] = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return words
