"""A module's state: its parameters and persistent buffers by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _core
from .._core import Tensor
from .._grad import no_grad
from ._parameter import Parameter

if TYPE_CHECKING:
    from ._module import Module


_MOST_LISTED = 10


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` found on one side only."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


def entries(module: Module) -> Iterator[tuple[str, Tensor]]:
    """Parameters, then buffers, of every module; a shared one by each of its paths."""
    for path, part in module.named_modules(remove_duplicate=False):
        dot = f"{path}." if path else ""
        for name, parameter in part._parameters.items():
            if parameter is not None:
                yield dot + name, parameter
        for name, buffer in part._buffers.items():
            if buffer is not None and name not in part._transient:
                yield dot + name, buffer


def load(module: Module, given: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Checks everything, then writes."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"[load_state_dict] state_dict must be a mapping, got {type(given).__name__}."
        )
    own = dict(entries(module))
    keys = IncompatibleKeys([k for k in own if k not in given], [k for k in given if k not in own])
    values = {key: _tensor(key, given[key]) for key in own if key in given}
    shapes = [
        f"{key!r} must be {own[key].shape}, got {value.shape}"
        for key, value in values.items()
        if value.shape != own[key].shape
    ]
    problems = _listed("shapes", shapes)
    if strict:
        missing, unexpected = (list(map(repr, names)) for names in keys)
        problems = _listed("missing", missing) + _listed("unexpected", unexpected) + problems
    if problems:
        raise ValueError(
            f"[load_state_dict] state_dict must have the keys and shapes of "
            f"{type(module).__name__}; {'; '.join(problems)}{_inner_hint(own, given)}."
        )
    if assign:
        for key, value in values.items():
            _assign(module, key, value)
        return keys
    with no_grad():
        for key, value in values.items():
            own[key].copy_(value)
    return keys


def _assign(module: Module, key: str, value: Tensor) -> None:
    path, _, name = key.rpartition(".")
    part = module.get_submodule(path)
    old = part._parameters.get(name)
    if old is not None and not isinstance(value, Parameter):
        value = Parameter(value.detach(), old.requires_grad)
    setattr(part, name, value)


def _tensor(key: str, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if not hasattr(value, "__array__"):
        raise TypeError(
            f"[load_state_dict] {key!r} must be a tensor or an array, got {type(value).__name__}."
        )
    return _core.tensor(value)


def _listed(what: str, problems: list[str]) -> list[str]:
    more = len(problems) - _MOST_LISTED
    shown = f"{', '.join(problems[:_MOST_LISTED])}{f' … and {more} more' if more > 0 else ''}"
    return [f"{what}: {shown}"] if problems else []


def _inner_hint(own: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Of a checkpoint that holds a state dict beside other things, the key it is under."""
    for key, value in given.items():
        if isinstance(value, Mapping) and own.keys() & value.keys():
            return f"; pass its [{key!r}], which has such keys"
    return ""
