"""Compose: one transform after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class Compose:
    """Applies transforms in their order.

    Args:
        transforms: functions of a batch of images.

    Raises:
        TypeError: one of them cannot be called.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import Compose, Normalize, RandomCrop
        >>> augment = Compose([RandomCrop(8, padding=1), Normalize(0.5, 0.5)])
        >>> augment(np.zeros((2, 3, 8, 8), np.uint8)).shape
        (2, 3, 8, 8)
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)
        for position, transform in enumerate(self.transforms):
            if not callable(transform):
                raise TypeError(
                    "[Compose] transforms must be functions of images, got "
                    f"{type(transform).__name__} at position {position}."
                )

    def __call__(self, images: Any) -> Any:
        """The images after the last transform."""
        for transform in self.transforms:
            images = transform(images)
        return images

    def __repr__(self) -> str:
        return f"Compose({self.transforms})"
