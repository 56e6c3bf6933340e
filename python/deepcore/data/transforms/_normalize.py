"""Normalize: channels of mean 0 and standard deviation 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._images import ImageTransform

_WHITE = 255.0


class Normalize(ImageTransform):
    """Shifts and scales each channel: y = (x − mean) / std.

    uint8 images are divided by 255 first, since mean and std are meant for values from 0 to 1, and
    become float32; floating images keep their dtype and are taken as they are.

    Args:
        mean: a number for each channel, or one for all.
        std: the same, above 0.

    Raises:
        ValueError: a number is not finite, std not positive, or the images have other channels.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import Normalize
        >>> Normalize(0.5, 0.5)(np.array([[[0, 255]]], np.uint8))
        array([[[-1.,  1.]]], dtype=float32)
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]) -> None:
        self.mean, self.std = mean, std
        self._mean, self._std = _by_channel("mean", mean), _by_channel("std", std)
        if not (self._std > 0).all():
            raise ValueError(f"[Normalize] std must be positive, got {std}.")

    def _apply(self, images: NDArray[Any]) -> NDArray[Any]:
        channels = images.shape[1]
        for name, values in (("mean", self._mean), ("std", self._std)):
            if len(values) not in (1, channels):
                raise ValueError(
                    f"[Normalize] {name} must have a number for each of {channels} channels or "
                    f"one for all, got {len(values)}."
                )
        is_whole = images.dtype == np.uint8
        kind = np.dtype(np.float32) if is_whole else images.dtype
        scale = 1 / (_WHITE * self._std) if is_whole else 1 / self._std
        shift = -self._mean / self._std
        result: NDArray[Any] = images * scale.astype(kind)
        result += shift.astype(kind)
        return result

    def __repr__(self) -> str:
        return f"Normalize(mean={self.mean}, std={self.std})"


def _by_channel(name: str, value: Any) -> NDArray[np.float64]:
    """The numbers as (C, 1, 1)."""
    numbers = np.asarray(value, np.float64)
    if numbers.ndim > 1 or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(
            f"[Normalize] {name} must be a finite number or one for each channel, got {value}."
        )
    return numbers.reshape(-1, 1, 1)
