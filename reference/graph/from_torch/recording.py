"""Records one training step of torch as it is executed: every ATen call, forward and backward, with its operands.

A dispatch mode sees what runs, whatever led there: branches on values, in-place updates, custom functions,
checkpoints, autocast. Tensors are strides over storages, as torch has them; the floats of a storage are copied
once a version.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_leaves, tree_map

from ..graph import FORWARD, SourceLine

NUMPY_DTYPES = {torch.bfloat16: torch.float32}
"""Dtypes that NumPy lacks, and the one that holds their numbers exactly."""
MUTATES_UNSAID = {
    "native_batch_norm": (3, 4),
    "cudnn_batch_norm": (3, 4),
    "miopen_batch_norm": (3, 4),
}
"""Operations that update arguments (running statistics) without their schema saying so."""
METADATA_ONLY = frozenset(("transpose_", "t_", "squeeze_", "unsqueeze_", "swapaxes_", "swapdims_", "as_strided_"))
"""In-place views: they change strides and no number."""
APPLY = ("apply", "autograd/function.py")


@dataclass(frozen=True)
class TensorView:
    """A tensor as an operation saw it: strides over one version of a storage."""

    storage: int
    version: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    made_by: tuple[int, int] | None = None
    """The autograd node that made it, by its sequence number, and which of its results it is."""
    stopped: bool = False
    """Whether a detach lies between it and the storage: what is read passes no cotangent."""

    @property
    def indices(self) -> Any:
        """Where in the flat storage its entries lie, in its shape."""
        found = np.full((), self.offset, dtype=np.int64)
        for size, stride in zip(self.shape, self.strides, strict=True):
            found = np.add.outer(found, np.arange(size, dtype=np.int64) * stride)
        return found


@dataclass(frozen=True)
class RecordedCall:
    """One ATen call. `arguments` are (args, kwargs) with an Operand for every tensor."""

    name: str
    arguments: tuple[Any, Mapping[str, Any]]
    results: tuple[TensorView | None, ...]
    written: tuple[bool, ...]
    """Which results it computed: the others are views of an argument."""
    updated: tuple[TensorView, ...]
    """Arguments that it wrote to without giving them back, as they are afterwards."""
    phase: str
    source: SourceLine | None
    sequence: int
    backward_of: str
    grad_enabled: bool
    in_function: bool

    def __str__(self) -> str:
        return f"aten.{self.name}" + (f" at {self.source}" if self.source else "")


class Pulled(NamedTuple):
    """What one node of the autograd graph was given and what it gave."""

    name: str
    sequence: int
    incoming: tuple[TensorView | None, ...]
    outgoing: tuple[TensorView | None, ...]
    sources: tuple[tuple[int, int] | None, ...]
    """For each outgoing cotangent what it belongs to: a node's result, or a leaf (sequence −1, its address)."""
    after: int
    """How many calls had been executed."""


@dataclass
class Recording:
    """A step: what was executed, and the floats of every version of every storage, flat."""

    calls: list[RecordedCall] = field(default_factory=list)
    floats: dict[tuple[int, int], Any] = field(default_factory=dict)
    dtypes: dict[int, str] = field(default_factory=dict)
    pulled: list[Pulled] = field(default_factory=list)

    @cached_property
    def custom(self) -> frozenset[int]:
        """The numbers of the autograd nodes that are no operation's own: torch numbers the names of its own."""
        return frozenset(p.sequence for p in self.pulled if not p.name[-1:].isdigit())

    def executed(self, operand: TensorView) -> Any:
        """The numbers it held then, as a NumPy array (bfloat16 as float32)."""
        return self.floats[operand.storage, operand.version][operand.indices]


def dtype_name(dtype: torch.dtype) -> str:
    """As NumPy and the graph name it."""
    return str(dtype).removeprefix("torch.")


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own class hook has no types
    """Fills a Recording while it is entered. Set `phase` when the backward pass begins."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.recording, self.phase = Recording(), FORWARD
        self._storages: dict[int, int] = {}
        self._versions: dict[int, int] = {}
        self._owners: dict[int, Any] = {}  # an address is an identity only while its owner lives
        self._stopped: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name, kwargs = str(func).removeprefix("aten."), dict(kwargs or {})
        arguments = tree_map(self._argument, (args, kwargs))
        known = set(self._storages)
        result = func(*args, **kwargs)
        changed = {id(tensor): tensor for tensor in self._changed(func, args, kwargs)}
        created = [tensor for tensor in _tensors(result) if address_of(tensor) not in known]
        for tensor in {address_of(t): t for t in (*changed.values(), *created)}.values():
            self._new_version(tensor)
        self._note(func, name, arguments, result, known, changed)
        return result

    def _note(
        self, func: Any, name: str, arguments: Any, result: Any, known: set[int], changed: dict[int, Any]
    ) -> None:
        found, node = tree_leaves(result), torch._C._current_autograd_node()
        in_function, source = _stack()
        enabled = torch.is_grad_enabled()
        self._hand_on_stops(name, arguments, found, in_function)
        results = tuple(self._argument(x) if isinstance(x, torch.Tensor) else None for x in found)
        given_back = {id(tensor) for tensor in found}
        self.recording.calls.append(
            RecordedCall(
                name,
                arguments,
                results,
                tuple(isinstance(x, torch.Tensor) and (address_of(x) not in known or id(x) in changed) for x in found),
                tuple(self.operand(x) for key, x in changed.items() if key not in given_back),
                self.phase,
                source,
                torch.autograd._get_sequence_nr() - 1 if node is None else node._sequence_nr(),
                "" if node is None else node.name(),
                enabled,
                in_function,
            )
        )

    def _hand_on_stops(self, name: str, arguments: Any, results: list[Any], in_function: bool) -> None:
        """A detach stops, and so does every view of what it gives."""
        stops = name == "detach.default" and self.phase == FORWARD and not in_function
        sources = {x.storage for x in _operands(arguments) if x.stopped}
        for tensor in results:
            if isinstance(tensor, torch.Tensor) and (stops or self._storages.get(address_of(tensor)) in sources):
                self._keep(tensor, id(tensor))
                self._stopped.add(id(tensor))

    def _changed(self, func: Any, args: Any, kwargs: Mapping[str, Any]) -> Iterator[Any]:
        """The tensors among the arguments that the call writes to."""
        schema = func._schema
        if schema.name.removeprefix("aten::") in METADATA_ONLY:
            return
        for k, argument in enumerate(schema.arguments):
            unsaid = k in MUTATES_UNSAID.get(schema.name.removeprefix("aten::"), ())
            if unsaid or (argument.alias_info is not None and argument.alias_info.is_write):
                given = args[k] if k < len(args) else kwargs.get(argument.name)
                yield from _tensors(given)

    def _argument(self, x: Any) -> Any:
        return self.operand(x) if isinstance(x, torch.Tensor) else x

    def operand(self, tensor: Any) -> TensorView:
        """The tensor as it is now."""
        address = address_of(tensor)
        if address not in self._storages:
            self._new_version(tensor)
        storage = self._storages[address]
        return TensorView(
            storage,
            self._versions[storage],
            int(tensor.storage_offset()),
            tuple(map(int, tensor.shape)),
            tuple(map(int, tensor.stride())),
            dtype_name(tensor.dtype),
            None if tensor.grad_fn is None else (tensor.grad_fn._sequence_nr(), tensor.output_nr),
            id(tensor) in self._stopped and tensor.grad_fn is None,  # autograd itself detaches what it saves
        )

    def _new_version(self, tensor: Any) -> None:
        address = address_of(tensor)
        number = self._storages.setdefault(address, len(self._storages))
        self._keep(tensor.untyped_storage(), address)
        self._versions[number] = self._versions.get(number, -1) + 1
        self.recording.dtypes.setdefault(number, dtype_name(tensor.dtype))
        self.recording.floats[number, self._versions[number]] = _flat(tensor)

    def _keep(self, owner: Any, key: int) -> None:
        self._owners[key] = owner

    def follow(self, loss: Any) -> None:
        """Note what every autograd node behind the loss is given and gives, as the backward pass goes."""
        for node in _nodes(loss.grad_fn):
            node.register_hook(self._hook(node))

    def _hook(self, node: Any) -> Any:
        name, sequence = node.name(), node._sequence_nr()
        sources = tuple(None if fn is None else _source(fn, position) for fn, position in node.next_functions)

        def note(outgoing: Any, incoming: Any) -> None:
            pair = [tuple(None if x is None else self.operand(x) for x in side) for side in (incoming, outgoing)]
            after = len(self.recording.calls)
            self.recording.pulled.append(Pulled(name, sequence, pair[0], pair[1], sources, after))

        return note


def _nodes(root: Any) -> list[Any]:
    """The autograd nodes from here on, but for the parameters' own."""
    found, waiting = [], [root]
    seen = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen or node.name().endswith("AccumulateGrad"):
            continue
        seen.add(node)
        found.append(node)
        waiting.extend(following for following, _ in node.next_functions)
    return found


def _source(node: Any, position: int) -> tuple[int, int]:
    variable = getattr(node, "variable", None)
    return (node._sequence_nr(), position) if variable is None else (-1, address_of(variable))


def _operands(arguments: Any) -> list[TensorView]:
    return [x for x in tree_leaves(arguments) if isinstance(x, TensorView)]


def _tensors(tree: Any) -> list[Any]:
    return [x for x in tree_leaves(tree) if isinstance(x, torch.Tensor)]


def address_of(tensor: Any) -> int:
    """What a tensor's storage is known by."""
    return int(tensor.untyped_storage()._cdata)


def _flat(tensor: Any) -> Any:
    """A copy of the whole storage as a flat NumPy array."""
    with _disable_current_modes(), torch.no_grad():
        whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
        readable = whole.to(NUMPY_DTYPES.get(tensor.dtype, tensor.dtype))
        return np.array(readable.cpu().numpy(), copy=True)


def _stack() -> tuple[bool, SourceLine | None]:
    """Whether a custom function's apply is running, and the innermost line that is neither torch's nor ours."""
    frame: FrameType | None = sys._getframe(2)
    in_function, source = False, None
    while frame is not None:
        code = frame.f_code
        in_function |= code.co_name == APPLY[0] and code.co_filename.endswith(APPLY[1])
        if source is None and _is_users(frame):
            source = SourceLine(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back
    return in_function, source


def _is_users(frame: FrameType) -> bool:
    package = str(frame.f_globals.get("__name__", ""))
    return package.split(".")[0] not in ("torch", "functorch") and not package.startswith("backproof.")
