"""BPTTLoader: a long stream in windows, for truncated back-propagation through time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._check import check_flag, check_whole
from ._convert import Tensor, to_array, to_tensor
from ._sampler import check_batch_size


class BPTTLoader:
    """Windows of a stream read by `batch_size` readers side by side, each with its next tokens.

    The stream x of N tokens is cut into B columns of L = ⌊(N−1)/B⌋ tokens, one after the other:
    column b has x[b·L … b·L+L−1], its targets are x[b·L+1 … b·L+L]. Window k has the rows k·T …
    k·T+T−1 of all columns, so what window k+1 has in column b follows what window k had there, and
    a recurrent layer's states, detached, carry over from one window to the next. Begin each pass
    with states of zero. The last N−1−B·L tokens, fewer than B, are in no column.

    Args:
        tokens: x, whole numbers such as `Vocab.encode` gives.
        batch_size: B.
        steps: T.
        batch_first: windows as (B, T) instead of (T, B), the recurrent layers' default.
        drop_last: leave out the last window if L is no multiple of T; otherwise it is shorter.

    Shape:
        tokens: (N,). Each pass gives pairs `(input, target)` of int64 Tensors (T, B).

    Raises:
        ValueError: a number is not positive, or the stream is too short for one token a column (a
            window, with drop_last).
        TypeError: tokens are no whole numbers.

    Reference: R. Williams, J. Peng, "An Efficient Gradient-Based Algorithm for On-Line Training of
    Recurrent Network Trajectories", Neural Computation 2, 1990.

    Example:
        >>> from deepcore.data import BPTTLoader
        >>> for x, y in BPTTLoader(range(9), batch_size=2, steps=3, batch_first=True):
        ...     print(x.tolist(), y.tolist())
        [[0, 1, 2], [4, 5, 6]] [[1, 2, 3], [5, 6, 7]]
        [[3], [7]] [[4], [8]]
    """

    def __init__(
        self,
        tokens: Any,
        batch_size: int,
        steps: int,
        *,
        batch_first: bool = False,
        drop_last: bool = False,
    ) -> None:
        check_batch_size(batch_size, "BPTTLoader")
        check_whole("BPTTLoader", "steps", steps)
        check_flag("BPTTLoader", "batch_first", batch_first)
        check_flag("BPTTLoader", "drop_last", drop_last)
        if steps < 1:
            raise ValueError(f"[BPTTLoader] steps must be positive, got {steps}.")
        stream = _stream(tokens)
        self.batch_size = batch_size
        self.steps = steps
        self.batch_first = batch_first
        self.drop_last = drop_last
        self._length = (len(stream) - 1) // batch_size
        least = steps if drop_last else 1
        if self._length < least:
            raise ValueError(
                f"[BPTTLoader] tokens must be {batch_size * least + 1} or more for batch_size="
                f"{batch_size} and steps={steps}, got {len(stream)}."
            )
        used = batch_size * self._length
        self._inputs = stream[:used].reshape(batch_size, -1)
        self._targets = stream[1 : used + 1].reshape(batch_size, -1)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for window in range(len(self)):
            rows = slice(window * self.steps, (window + 1) * self.steps)
            yield self._batch(self._inputs[:, rows]), self._batch(self._targets[:, rows])

    def __len__(self) -> int:
        return self._length // self.steps if self.drop_last else -(-self._length // self.steps)

    def _batch(self, columns: NDArray[np.int64]) -> Tensor:
        return to_tensor((columns if self.batch_first else columns.T).copy("C"), "BPTTLoader")


def _stream(tokens: Any) -> NDArray[np.int64]:
    one_axis = "[BPTTLoader] tokens must have one axis"
    array = to_array(tokens, one_axis, "numpy.concatenate makes one stream of them")
    if array.size and array.dtype.kind not in "iu":
        kind = "strings" if array.dtype.kind == "U" else array.dtype.name
        raise TypeError(
            f"[BPTTLoader] tokens must be whole numbers, got {kind}; Vocab.encode makes them."
        )
    if array.ndim != 1:
        raise ValueError(f"{one_axis}, got shape {array.shape}.")
    return array.astype(np.int64)
