"""What this build and this process are; the number of threads."""

from __future__ import annotations

from types import TracebackType

from . import _core


def show_config() -> None:
    """Prints version, processor level, compiler, threads and Eigen, one a line.

    Example:
        >>> import deepcore as dc
        >>> dc.show_config()  # doctest: +ELLIPSIS
        version: ...
    """
    for name, value in _core.config().items():
        text = ", ".join(value) if isinstance(value, list) else value
        print(f"{name.replace('_', ' ')}: {text}")


def get_num_threads() -> int:
    """The threads an op may use from the calling thread.

    Example:
        >>> import deepcore as dc
        >>> with dc.threads(2):
        ...     dc.get_num_threads()
        2
    """
    return _core.num_threads()


def set_num_threads(n: int) -> None:
    """Sets the threads an op may use. Results do not depend on it.

    The default is `DEEPCORE_NUM_THREADS`, else `OMP_NUM_THREADS`, else the least of the CPUs this
    process may run on, its container's quota and the physical cores.

    Raises:
        ValueError: n is not in 1 to 4096.

    Example:
        >>> import deepcore as dc
        >>> before = dc.get_num_threads()
        >>> dc.set_num_threads(1)
        >>> dc.get_num_threads()
        1
        >>> dc.set_num_threads(before)
    """
    _core.set_num_threads(n)


class threads:  # noqa: N801 - reads as a statement: `with threads(1):`
    """Sets the threads of the calling thread's ops inside a `with`.

    Example:
        >>> import deepcore as dc
        >>> with dc.threads(1):
        ...     dc.get_num_threads()
        1
    """

    def __init__(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"[threads] n must be in 1 to 4096, got {n}.")
        self._n = n
        self._before: list[int] = []

    def __enter__(self) -> None:
        self._before.append(_core.set_local_threads(self._n))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _core.set_local_threads(self._before.pop())
