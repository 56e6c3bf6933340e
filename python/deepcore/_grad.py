"""Whether ops record a graph: a setting of the calling thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

from . import _core

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _GradMode:
    """A context manager and decorator that switches recording to `_enabled`."""

    _enabled: bool
    _before: list[bool]

    def __init__(self) -> None:
        self._before = []

    def __enter__(self) -> None:
        self._before.append(_core.set_grad_enabled(self._enabled))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _core.set_grad_enabled(self._before.pop())

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        enabled = self._enabled

        @functools.wraps(function)
        def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            before = _core.set_grad_enabled(enabled)
            try:
                return function(*args, **kwargs)
            finally:
                _core.set_grad_enabled(before)

        return wrapped


class no_grad(_GradMode):  # noqa: N801 - PyTorch's name
    """Ops inside record no graph: results do not require a gradient, and writes in place are free.

    Example:
        >>> import deepcore as dc
        >>> x = dc.ones(2, requires_grad=True)
        >>> with dc.no_grad():
        ...     y = x.exp()
        >>> y.requires_grad
        False
    """

    _enabled = False


class enable_grad(_GradMode):  # noqa: N801 - PyTorch's name
    """Ops inside record a graph, also within `no_grad`."""

    _enabled = True


class inference_mode(_GradMode):  # noqa: N801 - PyTorch's name
    """The same as `no_grad`; `inference_mode(False)` records, as `enable_grad`."""

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._enabled = not mode


class set_grad_enabled(_GradMode):  # noqa: N801 - PyTorch's name
    """Switches recording on or off: at once when called, and back at the end of a `with`."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._enabled = bool(mode)
        self._outer = _core.set_grad_enabled(self._enabled)

    def __enter__(self) -> None:
        _core.set_grad_enabled(self._enabled)
        self._before.append(self._outer)

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        _core.set_grad_enabled(self._outer)
        return super().__call__(function)


def is_grad_enabled() -> bool:
    """Whether ops called from this thread record a graph now."""
    return _core.is_grad_enabled()
