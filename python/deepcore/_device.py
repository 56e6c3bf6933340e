"""The one device there is."""

from __future__ import annotations


class device:  # noqa: N801 - PyTorch's name
    """A place for tensors: always the CPU.

    Example:
        >>> import deepcore
        >>> deepcore.device("cpu")
        device(type='cpu')
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, type: str | device = "cpu", index: int | None = None) -> None:
        name, _, number = str(type).partition(":")
        if name != "cpu" or (number and not number.isdecimal()):
            raise other_device(str(type))
        self.type = "cpu"
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device)

    def __hash__(self) -> int:
        return hash("cpu")


CPU = device()


def other_device(name: str) -> ValueError:
    """The error of a device that is not the CPU."""
    return ValueError(f"[device] deepcore runs on CPUs, got {name!r}.")


def check_device(where: object) -> None:
    """Raises ValueError unless `where` is None or names the CPU."""
    if where is not None and where is not CPU:
        device(where)  # type: ignore[arg-type]  # anything a user passes: the constructor judges
