"""Whether ops record a graph: a setting of the calling thread."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from . import _core

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _GradMode:
    """A context manager and decorator that switches recording to `_enabled`."""

    _enabled: bool
    _before: list[bool]

    def __new__(cls, *mode: Any) -> Any:
        made = super().__new__(cls)
        if not (len(mode) == 1 and callable(mode[0])):
            return made
        made.__init__()  # type: ignore[misc]  # `@no_grad` without parentheses
        return made(mode[0])

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
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & _GENERATOR:
            body: Any = function
            generate: Any = functools.wraps(body)(_switched(body, enabled))
            return generate  # type: ignore[no-any-return]

        @functools.wraps(function)
        def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            before = _core.set_grad_enabled(enabled)
            try:
                return function(*args, **kwargs)
            finally:
                _core.set_grad_enabled(before)

        return wrapped


_GENERATOR = 0x20  # inspect.CO_GENERATOR, without the import


def _switched(
    function: Callable[..., Generator[Any, Any, Any]], enabled: bool
) -> Callable[..., Generator[Any, Any, Any]]:
    """The generator function whose body runs in the mode, while what it yields to does not."""

    def resume(call: Callable[..., Any], *given: Any) -> Any:
        before = _core.set_grad_enabled(enabled)
        try:
            return call(*given)
        finally:
            _core.set_grad_enabled(before)

    def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        body = function(*args, **kwargs)
        try:
            item = resume(next, body)
            while True:
                try:
                    given = yield item
                except GeneratorExit:
                    resume(body.close)
                    raise
                except BaseException as error:
                    item = resume(body.throw, error)
                else:
                    item = resume(body.send, given)
        except StopIteration as end:
            return end.value

    return generate


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
    """Ops inside record a graph, also within `no_grad`.

    Example:
        >>> import deepcore as dc
        >>> x = dc.ones(2, requires_grad=True)
        >>> with dc.no_grad(), dc.enable_grad():
        ...     y = x.exp()
        >>> y.requires_grad
        True
    """

    _enabled = True


class inference_mode(_GradMode):  # noqa: N801 - PyTorch's name
    """The same as `no_grad`; `inference_mode(False)` records, as `enable_grad`.

    Example:
        >>> import deepcore as dc
        >>> x = dc.ones(2, requires_grad=True)
        >>> with dc.inference_mode():
        ...     y = x.exp()
        >>> y.requires_grad
        False
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._enabled = not mode


class set_grad_enabled(_GradMode):  # noqa: N801 - PyTorch's name
    """Switches recording on or off: at once when called, and back at the end of a `with`.

    Example:
        >>> import deepcore as dc
        >>> with dc.set_grad_enabled(False):
        ...     dc.is_grad_enabled()
        False
    """

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
    """Whether ops called from this thread record a graph now.

    Example:
        >>> import deepcore as dc
        >>> with dc.no_grad():
        ...     dc.is_grad_enabled()
        False
    """
    return _core.is_grad_enabled()
