"""DataLoader: batches of a data set, in order or shuffled, made here or by threads ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import repeat
from typing import Any

from .._check import check_flag, check_whole
from ._bucket import BucketBatchSampler
from ._collate import default_collate, default_convert
from ._dataset import IterableDataset
from ._fetch import fetcher, whole_batches
from ._prefetch import END, Job, prefetch
from ._random import Generator
from ._sampler import BatchSampler, RandomSampler, SequentialSampler, check_batch_size, chunks

_AHEAD = 2  # batches a thread makes before they are asked for
_HINTS = (
    "pin_memory",
    "pin_memory_device",
    "persistent_workers",
    "multiprocessing_context",
    "in_order",
    "timeout",
)


class DataLoader:
    """Batches of a data set, in order or shuffled anew each pass, made by threads if wanted.

    Batches of a TensorDataset, or of a Subset of one, are taken whole; of any other data set the
    samples are taken one by one and collated. What a sample raises carries a note with its index.

    Args:
        dataset: anything with `__getitem__` and `__len__`, or an iterable without an index.
        batch_size: samples in a batch; None gives the samples themselves.
        shuffle: visit the samples in random order.
        sampler: an iterable of indices, instead of shuffle.
        batch_sampler: an iterable of lists of indices, instead of batch_size, shuffle, sampler and
            drop_last; such as a BucketBatchSampler, for items of near lengths.
        num_workers: threads that make batches ahead, 0 for none; the order stays. Threads run
            Python one at a time, so they help where samples wait for a disk or are made by NumPy.
            Batches taken whole are ready sooner than a thread could hand them over, and have none;
            an iterable without an index has one, as it has one order.
        collate_fn: makes a batch of a list of samples; `default_collate` without it, `pad_collate`
            pads sequences.
        drop_last: leave out a last batch that is shorter.
        worker_init_fn: called with its number in each thread at its start.
        generator: what shuffle draws from; without it or `seed`, deepcore's own, so that
            `manual_seed` repeats a run.
        seed: a number that fixes the orders of all passes, instead of generator.
        prefetch_factor: batches each thread is ahead, 2 by default.
        hints: pin_memory, pin_memory_device, persistent_workers, multiprocessing_context, in_order
            and timeout=0 are accepted and mean nothing: there is one memory, threads are cheap to
            start, batches always come in order and are waited for.

    Raises:
        ValueError: options contradict each other, or a number is out of its range.
        TypeError: an option is unknown, or the data set has neither an index nor an order.

    Example:
        >>> import numpy as np
        >>> from deepcore.data import DataLoader, TensorDataset
        >>> data = TensorDataset(np.zeros((5, 3), np.float32), np.arange(5))
        >>> [tuple(x.shape) for x, y in DataLoader(data, batch_size=2, shuffle=True)]
        [(2, 3), (2, 3), (1, 3)]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        *,
        drop_last: bool = False,
        worker_init_fn: Callable[[int], object] | None = None,
        generator: Generator | None = None,
        seed: int | None = None,
        prefetch_factor: int | None = None,
        **hints: Any,
    ) -> None:
        _check_hints(hints)
        _check_numbers(batch_size, num_workers, prefetch_factor)
        check_flag("DataLoader", "shuffle", False if shuffle is None else shuffle)
        check_flag("DataLoader", "drop_last", drop_last)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.worker_init_fn = worker_init_fn
        self._iterable = _has_no_index(dataset)
        self.drop_last = drop_last
        if self._iterable:
            _check_no_order(shuffle, sampler, batch_sampler)
        elif batch_sampler is not None:
            _check_alone(batch_size, shuffle, sampler, drop_last)
            batch_size = None
        elif sampler is None:
            sampler = SequentialSampler(dataset)
            if shuffle:
                sampler = RandomSampler(dataset, generator=generator, seed=seed)
        elif shuffle:
            raise ValueError("[DataLoader] expected sampler or shuffle=True, got both.")
        if drop_last and batch_size is None and batch_sampler is None:
            raise ValueError("[DataLoader] drop_last needs batches, got batch_size=None.")
        if batch_size is not None and sampler is not None:
            _check_gives_indices(sampler)
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        batched = batch_sampler is not None or batch_size is not None
        self.collate_fn = collate_fn or (default_collate if batched else default_convert)

    def __iter__(self) -> Iterator[Any]:
        ahead = self.prefetch_factor or _AHEAD
        if self._iterable:
            batches = self._batches_in_turn()
            if self.num_workers == 0:
                return batches
            jobs: Iterable[Job] = repeat(lambda stop: next(batches, END))
            return prefetch(jobs, 1, ahead, self.worker_init_fn)
        whole = whole_batches(self.dataset, self.batch_sampler, self.collate_fn)
        if whole is not None:
            return whole
        fetch = fetcher(self.dataset, self.batch_sampler is not None, self.collate_fn)
        indices: Any = self.sampler if self.batch_sampler is None else self.batch_sampler
        if self.num_workers == 0:
            return map(fetch, indices)
        jobs = (partial(fetch, batch) for batch in indices)
        return prefetch(jobs, self.num_workers, self.num_workers * ahead, self.worker_init_fn)

    def __len__(self) -> int:
        batches: Any = self.batch_sampler
        if batches is None:
            batches = self.dataset if self.sampler is None else self.sampler
            if self.batch_size is not None:
                batches = BatchSampler(batches, self.batch_size, self.drop_last)
        return len(batches)

    def _batches_in_turn(self) -> Iterator[Any]:
        if self.batch_size is None:
            yield from map(self.collate_fn, self.dataset)
            return
        for samples in chunks(self.dataset, self.batch_size):
            if len(samples) == self.batch_size or not self.drop_last:
                yield self.collate_fn(samples)


def _has_no_index(dataset: Any) -> bool:
    if isinstance(dataset, IterableDataset):
        return True
    if not hasattr(dataset, "__getitem__") and not hasattr(dataset, "__iter__"):
        raise TypeError(
            "[DataLoader] dataset must have __getitem__ and __len__, or __iter__, got "
            f"{type(dataset).__name__}; TensorDataset(x, y) makes one of arrays."
        )
    return not hasattr(dataset, "__getitem__")


def _check_hints(hints: dict[str, Any]) -> None:
    for name in hints:
        if name not in _HINTS:
            known = [*DataLoader.__init__.__annotations__, *_HINTS]
            from difflib import get_close_matches

            close = get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]}?" if close else "."
            raise TypeError(
                f"[DataLoader] expected a known option, got {name}={hints[name]!r}{hint}"
            )

    if hints.get("timeout", 0) != 0:
        raise ValueError(
            f"[DataLoader] timeout must be 0, got {hints['timeout']!r}; a batch is waited for."
        )


def _check_numbers(batch_size: object, num_workers: int, prefetch_factor: int | None) -> None:
    if batch_size is not None:
        check_batch_size(batch_size, "DataLoader")
    check_whole("DataLoader", "num_workers", num_workers)
    if prefetch_factor is not None:
        check_whole("DataLoader", "prefetch_factor", prefetch_factor)
    if num_workers < 0:
        raise ValueError(f"[DataLoader] num_workers must be 0 or more, got {num_workers}.")
    if prefetch_factor is not None and (prefetch_factor <= 0 or num_workers == 0):
        raise ValueError(
            "[DataLoader] prefetch_factor must be positive and needs num_workers > 0, got "
            f"prefetch_factor={prefetch_factor} and num_workers={num_workers}."
        )


def _check_alone(
    batch_size: int | None, shuffle: bool | None, sampler: object, drop_last: bool
) -> None:
    if batch_size not in (1, None) or shuffle or sampler is not None or drop_last:
        raise ValueError(
            "[DataLoader] batch_sampler stands instead of batch_size, shuffle, sampler and "
            "drop_last, got one of them too; give that to the batch_sampler."
        )


def _check_gives_indices(sampler: Iterable[int]) -> None:
    if isinstance(sampler, (BatchSampler, BucketBatchSampler)):
        raise ValueError(
            f"[DataLoader] sampler must give indices, got a {type(sampler).__name__}, which gives "
            "lists of them; pass it as batch_sampler=, without batch_size."
        )


def _check_no_order(shuffle: bool | None, sampler: object, batch_sampler: object) -> None:
    if shuffle or sampler is not None or batch_sampler is not None:
        raise ValueError(
            "[DataLoader] an iterable data set comes in its own order, got shuffle=True or a "
            "sampler; shuffle where it is made."
        )
