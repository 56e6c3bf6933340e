"""Batches of sequences of near lengths, and their padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._check import check_flag, check_whole
from ..nn.utils.rnn import pad_sequence
from ._collate import check_samples, default_collate
from ._convert import Tensor, to_array, to_tensor
from ._random import Generator, permutation, random_source
from ._sampler import Sampler, check_batch_size

_BATCHES_A_BUCKET = 100
_OF_ITEMS = "[len(x) for x, *_ in items] are those of items (x, ...)"


class BucketBatchSampler(Sampler):
    """Lists of `batch_size` indices of items of near lengths, so that little of a batch is padding.

    The items, in random order, are cut into buckets of `bucket_size`; each bucket is sorted by
    length and cut into batches, and the batches of all buckets come in random order. Every item
    comes once a pass. Pass it to a DataLoader as batch_sampler, with collate_fn=pad_collate.

    Args:
        lengths: of the items, in their order.
        batch_size: how many indices a list has.
        shuffle: False sorts all items by length, once: batches of rising lengths.
        drop_last: leave out the last items of the order that fill no batch.
        bucket_size: how many items are sorted together, rounded up to whole batches; 100 batches if
            None. Fewer is more random, more is less padding.
        generator: what to draw from; without it or `seed`, deepcore's own, so that `manual_seed`
            repeats a run.
        seed: a number that fixes the orders of all passes, instead of generator.

    Shape:
        lengths: (N,).

    Raises:
        ValueError: lengths has not one axis or has negative ones, or a size is not positive.
        TypeError: lengths or bucket_size are no whole numbers.

    Example:
        >>> from deepcore.data import BucketBatchSampler
        >>> lengths = [3, 90, 5, 80, 4, 70]
        >>> sorted(map(sorted, BucketBatchSampler(lengths, 3, seed=0)))
        [[0, 2, 4], [1, 3, 5]]
    """

    def __init__(
        self,
        lengths: ArrayLike,
        batch_size: int,
        *,
        shuffle: bool = True,
        drop_last: bool = False,
        bucket_size: int | None = None,
        generator: Generator | None = None,
        seed: int | None = None,
    ) -> None:
        check_batch_size(batch_size, "BucketBatchSampler")
        check_flag("BucketBatchSampler", "shuffle", shuffle)
        check_flag("BucketBatchSampler", "drop_last", drop_last)
        self.lengths = _whole_lengths(lengths)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.bucket_size = _whole_batches(bucket_size, batch_size)
        self.generator = random_source(generator, seed, "BucketBatchSampler")

    def __iter__(self) -> Iterator[list[int]]:
        return iter([batch.tolist() for batch in self._batches()])

    def __len__(self) -> int:
        size = len(self.lengths)
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)

    def _batches(self) -> list[NDArray[np.int64]]:
        size = len(self.lengths)
        order = permutation(size, self.generator) if self.shuffle else np.arange(size)
        if self.drop_last:
            order = order[: len(self) * self.batch_size]
        bucket = self.bucket_size if self.shuffle else max(1, size)
        batches = []
        for start in range(0, len(order), bucket):
            items = order[start : start + bucket]
            items = items[np.argsort(self.lengths[items], kind="stable")]
            cuts = range(0, len(items), self.batch_size)
            batches += [items[cut : cut + self.batch_size] for cut in cuts]
        if not self.shuffle:
            return batches
        return [batches[i] for i in permutation(len(batches), self.generator)]


def pad_collate(
    batch: Sequence[Any], *, batch_first: bool = False, padding_value: float = 0.0
) -> tuple[Any, ...]:
    """Samples `(sequence, target)` become a batch `(padded, lengths, targets)`.

    What follows a sequence in its sample goes through `default_collate`, however much it is:
    `(sequence, a, b)` gives `(padded, lengths, a's, b's)`, sequences alone give `(padded,
    lengths)`. A DataLoader with other options takes `functools.partial(pad_collate,
    batch_first=True)` as collate_fn.

    Args:
        batch: the samples.
        batch_first: the batch on padded's first axis, the time on its second.
        padding_value: what stands behind the end of a sequence; for texts the number of a token of
            its own, `vocab["<pad>"]` of `Vocab.build(..., specials=["<pad>"])`.

    Shape:
        sequence: (Lᵢ, *), Tensors or arrays. padded: (T, B, *), or (B, T, *) if batch_first, T the
        largest Lᵢ. lengths: (B,), int64.

    Raises:
        ValueError: there is no sample, a sequence has no axis, or the axes after the first differ.
        TypeError: a sequence is no Tensor or array of numbers.

    Example:
        >>> import numpy as np
        >>> from deepcore.data import BucketBatchSampler, DataLoader, pad_collate
        >>> items = [(np.ones((length, 40), np.float32), length % 2) for length in (7, 3, 8, 4)]
        >>> sampler = BucketBatchSampler([len(x) for x, _ in items], batch_size=2, shuffle=False)
        >>> for x, lengths, y in DataLoader(items, batch_sampler=sampler, collate_fn=pad_collate):
        ...     print(x.shape, lengths.tolist(), y.tolist())
        (4, 2, 40) [3, 4] [1, 0]
        (8, 2, 40) [7, 8] [1, 0]
    """
    check_samples(batch, "pad_collate")
    together = isinstance(batch[0], (tuple, list))
    sequences = [_sequence(sample[0] if together else sample) for sample in batch]
    padded = pad_sequence(sequences, batch_first, padding_value)
    lengths = to_tensor(np.array([len(x) for x in sequences], np.int64), "pad_collate")
    others = default_collate([tuple(sample[1:]) for sample in batch]) if together else []
    return padded, lengths, *others


def _sequence(value: Any) -> Tensor:
    tensor = to_tensor(value, "pad_collate")
    if tensor.ndim == 0:
        raise ValueError(
            "[pad_collate] a sequence must have an axis of time, got shape (); samples are "
            "(sequence, target)."
        )
    return tensor


def _whole_lengths(lengths: Any) -> NDArray[np.int64]:
    one_axis = "[BucketBatchSampler] lengths must have one axis"
    array = to_array(lengths, one_axis, _OF_ITEMS)
    if array.ndim != 1:
        raise ValueError(f"{one_axis}, got shape {array.shape}; {_OF_ITEMS}.")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(
            f"[BucketBatchSampler] lengths must be whole numbers, got {array.dtype.name}; "
            f"{_OF_ITEMS}."
        )
    if array.size and array.min() < 0:
        raise ValueError(f"[BucketBatchSampler] lengths must not be negative, got {array.min()}.")
    return array.astype(np.int64)


def _whole_batches(bucket_size: int | None, batch_size: int) -> int:
    if bucket_size is None:
        return _BATCHES_A_BUCKET * batch_size
    check_whole("BucketBatchSampler", "bucket_size", bucket_size)
    if bucket_size < 1:
        raise ValueError(f"[BucketBatchSampler] bucket_size must be positive, got {bucket_size}.")
    return -(-bucket_size // batch_size) * batch_size
