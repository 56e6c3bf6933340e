"""Transforms that draw: crops, flips and cutouts, for each image of a batch its own."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._check import is_whole
from .._random import Generator, drawn, random_source, uniform
from ._images import ImageTransform


class _RandomTransform(ImageTransform):
    def __init__(self, generator: Generator | None, seed: int | None) -> None:
        self._source = random_source(generator, seed, type(self).__name__)


class RandomCrop(_RandomTransform):
    """Cuts a window out of each image, at a random place of the image with its padding.

    Args:
        size: height and width of the window, or one number for both.
        padding: pixels put on every side before.
        fill: the value of the padding.
        generator: what is drawn from; without it or `seed`, deepcore's own.
        seed: a number that fixes the draws, instead of generator.

    Raises:
        ValueError: a number is out of its range, or the window larger than the padded image.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import RandomCrop
        >>> RandomCrop(32, padding=4)(np.zeros((128, 3, 32, 32), np.uint8)).shape
        (128, 3, 32, 32)
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        padding: int = 0,
        fill: float = 0,
        *,
        generator: Generator | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(generator, seed)
        sizes = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
        if len(sizes) != 2 or not all(is_whole(n) and n > 0 for n in sizes):
            raise ValueError(f"[RandomCrop] size must be one or two positive numbers, got {size}.")
        if not is_whole(padding) or padding < 0:
            raise ValueError(f"[RandomCrop] padding must be 0 or more pixels, got {padding}.")
        self.size = operator.index(sizes[0]), operator.index(sizes[1])
        self.padding, self.fill = padding, fill

    def _apply(self, images: NDArray[Any]) -> NDArray[Any]:
        count, channels, rows, columns = images.shape
        p, (height, width) = self.padding, self.size
        free_rows, free_columns = rows + 2 * p - height, columns + 2 * p - width
        if free_rows < 0 or free_columns < 0:
            raise ValueError(
                f"[RandomCrop] size must fit into the padded images, got {self.size} for "
                f"{(rows + 2 * p, columns + 2 * p)}; padding={p} is too small."
            )
        padded_shape = count, channels, rows + 2 * p, columns + 2 * p
        padded = np.full(padded_shape, self.fill, images.dtype)
        padded[:, :, p : p + rows, p : p + columns] = images
        tops = drawn(count, free_rows + 1, self._source).tolist()
        lefts = drawn(count, free_columns + 1, self._source).tolist()
        result = np.empty((count, channels, height, width), images.dtype)
        for i, (top, left) in enumerate(zip(tops, lefts, strict=True)):
            result[i] = padded[i, :, top : top + height, left : left + width]
        return result

    def __repr__(self) -> str:
        return f"RandomCrop(size={self.size}, padding={self.padding}, fill={self.fill})"


class RandomHorizontalFlip(_RandomTransform):
    """Mirrors an image, left to right, with probability p.

    Args:
        p: the probability.
        generator: what is drawn from; without it or `seed`, deepcore's own.
        seed: a number that fixes the draws, instead of generator.

    Raises:
        ValueError: p is not from 0 to 1.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import RandomHorizontalFlip
        >>> RandomHorizontalFlip(1.0)(np.arange(3.0).reshape(1, 1, 1, 3)).tolist()
        [[[[2.0, 1.0, 0.0]]]]
    """

    def __init__(
        self, p: float = 0.5, *, generator: Generator | None = None, seed: int | None = None
    ) -> None:
        super().__init__(generator, seed)
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"[RandomHorizontalFlip] p must be from 0 to 1, got {p}.")
        self.p = p

    def _apply(self, images: NDArray[Any]) -> NDArray[Any]:
        chosen = uniform(len(images), self._source) < self.p
        result: NDArray[Any] = images.copy()
        result[chosen] = images[chosen][..., ::-1]
        return result

    def __repr__(self) -> str:
        return f"RandomHorizontalFlip(p={self.p})"


class Cutout(_RandomTransform):
    """Fills a square around a random pixel of each image; what lies outside the image is cut off.

    Args:
        size: the side of the square.
        fill: what it is filled with; 0 is the mean of normalized images.
        generator: what is drawn from; without it or `seed`, deepcore's own.
        seed: a number that fixes the draws, instead of generator.

    Raises:
        ValueError: size is no positive whole number.

    Reference: T. DeVries, G. W. Taylor, "Improved Regularization of Convolutional Neural Networks
        with Cutout", 2017.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import Cutout
        >>> float(Cutout(1)(np.ones((1, 1, 4, 4))).sum())
        15.0
    """

    def __init__(
        self,
        size: int,
        fill: float = 0,
        *,
        generator: Generator | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(generator, seed)
        if not is_whole(size) or size < 1:
            raise ValueError(f"[Cutout] size must be a positive whole number, got {size}.")
        self.size, self.fill = size, fill

    def _apply(self, images: NDArray[Any]) -> NDArray[Any]:
        count, _, rows, columns = images.shape
        down, across = self._inside(count, rows), self._inside(count, columns)
        square = down[:, None, :, None] & across[:, None, None, :]
        result: NDArray[Any] = np.where(square, images.dtype.type(self.fill), images)
        return result

    def _inside(self, count: int, length: int) -> NDArray[np.bool_]:
        """For each image, which of `length` positions the square covers."""
        first: NDArray[np.int64] = drawn(count, length, self._source)[:, None] - self.size // 2
        positions = np.arange(length)
        covered: NDArray[np.bool_] = (first <= positions) & (positions < first + self.size)
        return covered

    def __repr__(self) -> str:
        return f"Cutout(size={self.size}, fill={self.fill})"
