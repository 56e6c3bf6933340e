"""What transforms share: which images they take, and of which kind they give them back."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._convert import Tensor, to_tensor

Images = TypeVar("Images", Tensor, NDArray[Any])

_DTYPES = ("uint8", "float32", "float64")
_MOST_CHANNELS = 4  # red, green, blue and alpha


class ImageTransform:
    """Images in, images out; a subclass writes `_apply` for a batch (N, C, H, W)."""

    def __call__(self, images: Images) -> Images:
        """The transformed images, Tensors as Tensors and arrays as arrays; no gradient passes.

        Args:
            images: uint8, float32 or float64; they stay as they are.

        Shape:
            images: (N, C, H, W), or (C, H, W) for one image.

        Raises:
            TypeError: images are of another kind.
            ValueError: they have another number of axes, channels last or none, or do not fit the
                transform's options.
        """
        op = type(self).__name__
        array = images.detach().numpy() if isinstance(images, Tensor) else images
        if not isinstance(array, np.ndarray) or array.dtype.name not in _DTYPES:
            got = array.dtype.name if isinstance(array, np.ndarray) else type(images).__name__
            raise TypeError(
                f"[{op}] images must be a Tensor or array of {', '.join(_DTYPES)}, got {got}."
            )
        if array.ndim not in (3, 4):
            raise ValueError(
                f"[{op}] images must be (N, C, H, W) or (C, H, W), got shape {array.shape}."
            )
        _check_channels(op, array.shape, "permute" if isinstance(images, Tensor) else "transpose")
        result = self._apply(array) if array.ndim == 4 else self._apply(array[None])[0]
        return to_tensor(result, op) if isinstance(images, Tensor) else result

    def _apply(self, images: NDArray[Any]) -> NDArray[Any]:
        raise NotImplementedError


def _check_channels(op: str, shape: tuple[int, ...], swap: str) -> None:
    """ValueError for images with channels last, and for many images without channels."""
    *_, channels, rows, columns = shape
    if min(channels, rows) > _MOST_CHANNELS >= columns:
        order, axes = (
            ("(C, H, W)", "2, 0, 1") if len(shape) == 3 else ("(N, C, H, W)", "0, 3, 1, 2")
        )
        raise ValueError(
            f"[{op}] images must lie as {order}, got {shape}; .{swap}({axes}) brings them there."
        )
    if len(shape) == 3 and channels > _MOST_CHANNELS:
        raise ValueError(
            f"[{op}] images must be (N, C, H, W), or (C, H, W) of at most {_MOST_CHANNELS} "
            f"channels, got {shape}, which has no axis of channels; x[:, None] adds it."
        )
