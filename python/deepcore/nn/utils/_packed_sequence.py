"""PackedSequence: sequences of several lengths without padding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ... import _core
from ..._core import Tensor

Lengths = Sequence[int] | npt.NDArray[np.integer[Any]] | Tensor


class _Fields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None


class PackedSequence(_Fields):
    """Sequences of several lengths, packed step by step, the longest first, without padding.

    For sequences of lengths 3, 2 and 1 whose steps are a, b and c, `data` has the rows
    a₀ b₀ c₀ a₁ b₁ a₂ and `batch_sizes` is 3, 2, 1. Sequences of length 0 come last: they have no
    row, and are counted by the indices alone.

    Args:
        data: the rows, of shape (rows, *).
        batch_sizes: how many sequences have a step t, for each t.
        sorted_indices: which sequence of the batch is the first, the second, ... of the packed
            ones; None where the batch is in that order.
        unsorted_indices: the inverse of sorted_indices; made of it if None.

    Raises:
        TypeError: data is no tensor, or the others are not int64.
        ValueError: batch_sizes grow, or do not add up to the rows of data, or the indices are no
            permutations, each the inverse of the other.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pack_sequence
        >>> packed = pack_sequence([dc.tensor([1, 2, 3]), dc.tensor([4])])
        >>> packed.data.tolist(), packed.batch_sizes.tolist()
        ([1, 4, 2, 3], [2, 1, 1])
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Tensor,
        batch_sizes: Tensor,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        if not isinstance(data, Tensor):
            raise TypeError(f"[PackedSequence] data must be a Tensor, got {type(data).__name__}.")
        indices = {"sorted_indices": sorted_indices, "unsorted_indices": unsorted_indices}
        _check_int64("batch_sizes", batch_sizes)
        for name, given in indices.items():
            if given is not None:
                _check_int64(name, given)
        sizes = batch_sizes.tolist()
        if min(sizes, default=1) < 1 or any(a < b for a, b in pairwise(sizes)):
            raise ValueError(
                f"[PackedSequence] batch_sizes must be at least 1 and not grow, got {sizes}."
            )
        if data.ndim == 0 or sum(sizes) != data.shape[0]:
            raise ValueError(
                f"[PackedSequence] batch_sizes must add up to the rows of data, got {sum(sizes)} "
                f"for shape {data.shape}."
            )
        if sorted_indices is None:
            sorted_indices = invert_permutation(unsorted_indices)
        inverse = invert_permutation(sorted_indices)
        if unsorted_indices is None:
            unsorted_indices = inverse
        elif inverse is None or unsorted_indices.tolist() != inverse.tolist():
            raise ValueError(
                "[PackedSequence] unsorted_indices must be the inverse of sorted_indices, got "
                f"{unsorted_indices.tolist()}."
            )
        if sorted_indices is not None and len(sorted_indices) < max(sizes, default=0):
            raise ValueError(
                f"[PackedSequence] the indices must hold at least the {sizes[0]} sequences of the "
                f"first step, got {len(sorted_indices)}."
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *target: Any, **options: Any) -> PackedSequence:
        """The same with `data` converted, as `Tensor.to` does it."""
        return self._replace(data=self.data.to(*target, **options))

    def float(self) -> PackedSequence:
        """The same with data in float32."""
        return self.to(_core.dtype.float32)

    def double(self) -> PackedSequence:
        """The same with data in float64."""
        return self.to(_core.dtype.float64)

    def cpu(self) -> PackedSequence:
        """Returns self: it is on the CPU."""
        return self

    def pin_memory(self) -> PackedSequence:
        """Returns self: there is no other device to copy to."""
        return self


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each of 0, 1, ... stands in a permutation of them; None for None.

    Raises:
        ValueError: it is not a permutation.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import invert_permutation
        >>> invert_permutation(dc.tensor([2, 0, 1])).tolist()
        [1, 2, 0]
    """
    if permutation is None:
        return None
    values = permutation.numpy()
    if values.ndim != 1 or not np.array_equal(np.sort(values), np.arange(values.size)):
        raise ValueError(
            f"[invert_permutation] permutation must hold each of 0 to n - 1 once, got "
            f"{values.tolist()}."
        )
    return _core.tensor(np.argsort(values))


def _check_int64(name: str, given: Any) -> None:
    if not isinstance(given, Tensor):
        raise TypeError(f"[PackedSequence] {name} must be a Tensor, got {type(given).__name__}.")
    if given.dtype != _core.dtype.int64 or given.ndim != 1:
        raise TypeError(
            f"[PackedSequence] {name} must be int64 numbers in one axis, got shape {given.shape} "
            f"and dtype {given.dtype.name}."
        )


def started(packed: PackedSequence) -> int:
    """The number of sequences that have a step."""
    return int(packed.batch_sizes[0].item()) if len(packed.batch_sizes) else 0


def batch_of(packed: PackedSequence) -> int:
    """The number of sequences, those of length 0 included."""
    order = packed.sorted_indices
    return started(packed) if order is None else len(order)


def lengths_of(packed: PackedSequence) -> tuple[list[int], list[int]]:
    """The lengths in the batch's own order, and the order in which they are packed."""
    longest_first = _counts(packed.batch_sizes.numpy(), batch_of(packed))
    if packed.sorted_indices is None or packed.unsorted_indices is None:
        return longest_first.tolist(), list(range(len(longest_first)))
    lengths = longest_first[packed.unsorted_indices.numpy()]
    return lengths.tolist(), packed.sorted_indices.tolist()


def read_lengths(op: str, given: Any, batch: int, steps: int) -> npt.NDArray[np.int64]:
    """The lengths of a batch's sequences, checked."""
    try:
        array = np.asarray(given.numpy() if isinstance(given, Tensor) else given)
    except ValueError:  # lists of several lengths
        array = np.array(None)
    if array.dtype.kind not in "iu" and array.size:
        got = f"{array.dtype} values" if array.ndim else type(given).__name__
        raise TypeError(f"[{op}] lengths must be whole numbers, got {got}.")
    if array.shape != (batch,):
        raise ValueError(
            f"[{op}] lengths must hold one number for each of the {batch} sequences, got shape "
            f"{array.shape}."
        )
    if array.size and not 0 <= array.min() <= array.max() <= steps:
        wrong = array[(array < 0) | (array > steps)][0]
        raise ValueError(f"[{op}] lengths must be 0 to the {steps} steps of input, got {wrong}.")
    return array.astype(np.int64)


def pack(op: str, input: Tensor, given: Any, batch_first: bool, sort: bool) -> PackedSequence:
    """Packs a padded batch; without `sort`, the longest sequence must be the first already."""
    batch, steps = input.shape[:2] if batch_first else input.shape[1::-1]
    lengths = read_lengths(op, given, batch, steps)
    order = np.argsort(-lengths, kind="stable")
    if not sort and (np.diff(lengths) > 0).any():
        raise ValueError(
            f"[{op}] lengths must not grow, got {lengths.tolist()}; pass enforce_sorted=False to "
            "have the sequences sorted."
        )
    data = _core.pack(input, lengths.tolist(), order.tolist(), batch_first)
    sizes = _core.tensor(_counts(lengths[order], int(lengths.max(initial=0))))
    # A sequence without steps is known by its index alone.
    if not sort and (not batch or lengths[-1] > 0):
        return PackedSequence(data, sizes)
    return PackedSequence(data, sizes, _core.tensor(order))


def _counts(numbers: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """How many of the numbers, which must not grow, are above 0, 1, ... size - 1.

    Of lengths, these are the batch sizes; of batch sizes, the lengths.
    """
    return len(numbers) - np.searchsorted(numbers[::-1], np.arange(size), side="right")
