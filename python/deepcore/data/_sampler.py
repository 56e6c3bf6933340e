"""Samplers: the order in which a DataLoader visits a data set's indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._check import is_whole
from ._convert import check_indices
from ._random import Generator, drawn, permutation, random_source, uniform

Indices = NDArray[np.int64]


class Sampler:
    """An order of indices; a subclass has `__iter__` and, if it can, `__len__`.

    Example:
        >>> from deepcore.data import Sampler
        >>> class Backwards(Sampler):
        ...     def __init__(self, size):
        ...         self.size = size
        ...     def __iter__(self):
        ...         return iter(range(self.size - 1, -1, -1))
        >>> list(Backwards(3))
        [2, 1, 0]
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"[data] {type(self).__name__} must define __iter__().")


class _ArraySampler(Sampler):
    """A sampler whose whole order is known as one array, which batches are cut from at once."""

    def order(self) -> Indices:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        return iter(self.order().tolist())


class SequentialSampler(_ArraySampler):
    """The indices 0, 1, … in order.

    Example:
        >>> from deepcore.data import SequentialSampler
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def order(self) -> Indices:
        """All indices."""
        return np.arange(len(self.data_source), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(_ArraySampler):
    """The indices in a new random order each time.

    Args:
        data_source: what has the length.
        replacement: draw each index anew, so that some come twice and some never.
        num_samples: how many; the length of `data_source` if None. Without replacement more than
            that starts another permutation.
        generator: what to draw from; without it or `seed`, deepcore's own, so that `manual_seed`
            repeats a run.
        seed: as generator=deepcore.Generator().manual_seed(seed).

    Raises:
        ValueError: num_samples is not positive, or both generator and seed are given.
        TypeError: generator is of another kind.

    Example:
        >>> from deepcore.data import RandomSampler
        >>> sorted(RandomSampler("abc", seed=1))
        [0, 1, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        if num_samples is not None and num_samples <= 0:
            raise ValueError(
                f"[RandomSampler] num_samples must be positive, got {num_samples}; "
                "None takes as many as there are."
            )
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = random_source(generator, seed, "RandomSampler")

    @property
    def num_samples(self) -> int:
        """How many indices one pass gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def order(self) -> Indices:
        """A new random order."""
        size, count = len(self.data_source), self.num_samples
        if size == 0 and count:
            raise ValueError(
                f"[RandomSampler] data_source must have samples to draw {count} from, got none."
            )
        if self.replacement and size:
            return drawn(count, size, self.generator)
        if count == size:
            return permutation(size, self.generator)
        passes = [permutation(size, self.generator) for _ in range(-(-count // size))]
        return np.concatenate(passes)[:count]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(_ArraySampler):
    """Given indices in a new random order each time.

    Args:
        indices: those to visit.
        generator, seed: as of RandomSampler.

    Example:
        >>> from deepcore.data import SubsetRandomSampler
        >>> sorted(SubsetRandomSampler([7, 3, 5], seed=1))
        [3, 5, 7]
    """

    def __init__(
        self,
        indices: Sequence[int],
        generator: Generator | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        check_indices("SubsetRandomSampler", indices)
        self.indices = indices
        self.generator = random_source(generator, seed, "SubsetRandomSampler")

    def order(self) -> Indices:
        """A new random order."""
        order = permutation(len(self.indices), self.generator)
        return np.array(self.indices, np.int64)[order]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(_ArraySampler):
    """Indices 0 … N-1 drawn with probability wᵢ / Σw.

    Args:
        weights: w, not all zero.
        num_samples: how many to draw.
        replacement: False draws each index at most once.
        generator, seed: as of RandomSampler.

    Shape:
        weights: (N,).

    Raises:
        ValueError: a weight is negative or not finite, or there are too few of them.

    Example:
        >>> from deepcore.data import WeightedRandomSampler
        >>> list(WeightedRandomSampler([0.0, 1.0], 3))
        [1, 1, 1]
    """

    def __init__(
        self,
        weights: ArrayLike,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        self.weights = np.asarray(weights, np.float64)
        usable = np.isfinite(self.weights).all() and (self.weights >= 0).all()
        if self.weights.ndim != 1 or not usable or not self.weights.any():
            raise ValueError(
                "[WeightedRandomSampler] weights must be one axis of finite numbers ≥ 0, not all "
                f"zero, got shape {self.weights.shape}."
            )
        enough = replacement or num_samples <= np.count_nonzero(self.weights)
        if num_samples <= 0 or not enough:
            raise ValueError(
                "[WeightedRandomSampler] num_samples must be positive and, without replacement, "
                f"at most the number of weights above zero, got {num_samples}."
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = random_source(generator, seed, "WeightedRandomSampler")

    def order(self) -> Indices:
        """A new draw."""
        if self.replacement:
            ends = np.cumsum(self.weights)
            points = uniform(self.num_samples, self.generator) * float(ends[-1])
            return np.searchsorted(ends, points, side="right")
        # Efraimidis and Spirakis, 2006: the first to ring of clocks that ring at rate wᵢ. A number
        # is in [0, 1), so that 1 less it has a logarithm.
        with np.errstate(divide="ignore", invalid="ignore"):
            rings = -np.log1p(-uniform(len(self.weights), self.generator)) / self.weights
        return np.argsort(rings, kind="stable")[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler, cut into lists of `batch_size`.

    Args:
        sampler: any iterable of indices.
        batch_size: how many a list has.
        drop_last: leave out a last list that is shorter.

    Raises:
        ValueError: batch_size is not a positive whole number.

    Example:
        >>> from deepcore.data import BatchSampler
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        check_batch_size(batch_size, "BatchSampler")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        return (batch.tolist() for batch in self.arrays())

    def arrays(self) -> Iterator[Indices]:
        """The same batches as arrays."""
        batches: Iterator[Indices]
        if isinstance(self.sampler, _ArraySampler):
            order = self.sampler.order()
            starts = range(0, len(order), self.batch_size)
            batches = (order[start : start + self.batch_size] for start in starts)
        else:
            lists = chunks(self.sampler, self.batch_size)
            batches = (np.array(indices, np.int64) for indices in lists)
        return (b for b in batches if len(b) == self.batch_size or not self.drop_last)

    def __len__(self) -> int:
        size = len(self.sampler)  # type: ignore[arg-type]  # a sampler without one says so itself
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The items in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def check_batch_size(batch_size: object, op: str) -> None:
    """ValueError unless batch_size is a positive whole number."""
    if not is_whole(batch_size) or batch_size <= 0:  # type: ignore[operator]  # it is a number
        raise ValueError(f"[{op}] batch_size must be a positive whole number, got {batch_size!r}.")
