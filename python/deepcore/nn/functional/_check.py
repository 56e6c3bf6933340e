"""Checks that several functions share."""

from __future__ import annotations

from collections.abc import Sequence

# A size for all axes, or one for each; for outputs, None is the input's.
Window = int | Sequence[int]
OutputSize = int | Sequence[int | None] | None


def check_share(op: str, name: str, value: float) -> None:
    """Raises unless `value` is in 0 to 1."""
    if not hasattr(value, "__float__"):
        raise TypeError(f"[{op}] {name} must be a number, got {type(value).__name__}.")
    if not 0 <= value <= 1:
        raise ValueError(f"[{op}] {name} must be in 0 to 1, got {value}.")


def for_each_axis(size: Window, axes: int) -> tuple[int, ...]:
    """The size of every axis, where it may be one for all."""
    return tuple(size) if isinstance(size, Sequence) else (size,) * axes
