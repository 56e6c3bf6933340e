"""Fetching: indices become a batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from .._notes import add_note
from ._collate import default_collate
from ._dataset import takes_batches
from ._sampler import BatchSampler


class Fetch(Protocol):
    """Makes a batch, and gives up between samples once `stop` is set."""

    def __call__(self, indices: Any, stop: threading.Event | None = None) -> Any: ...


def whole_batches(
    dataset: Any, batch_sampler: Iterable[Any] | None, collate: Callable[[Any], Any]
) -> Iterator[Any] | None:
    """The batches of a data set that gives whole ones, or None where samples must be collated."""
    if batch_sampler is None or collate is not default_collate or not takes_batches(dataset):
        return None
    if type(batch_sampler) is BatchSampler:
        return map(dataset.take, batch_sampler.arrays())
    return (dataset.take(np.asarray(indices, np.int64)) for indices in batch_sampler)


def fetcher(dataset: Any, batched: bool, collate: Callable[[Any], Any]) -> Fetch:
    """What makes a batch of a list of indices or, not batched, a sample of one index."""
    return partial(_collated if batched else _single, dataset, collate)


def _collated(
    dataset: Any,
    collate: Callable[[Any], Any],
    indices: Sequence[Any],
    stop: threading.Event | None = None,
) -> Any:
    samples = []
    for index in indices:
        if stop is not None and stop.is_set():
            return None  # nobody waits for it
        samples.append(_sample(dataset, index))
    try:
        return collate(samples)
    except StopIteration as error:
        raise _ended("collate_fn") from error


def _single(
    dataset: Any,
    convert: Callable[[Any], Any],
    index: Any,
    stop: threading.Event | None = None,
) -> Any:
    return convert(_sample(dataset, index))


def _ended(what: str) -> RuntimeError:
    return RuntimeError(
        f"[DataLoader] {what} must not raise StopIteration, which would end the pass early."
    )


def _sample(dataset: Any, index: Any) -> Any:
    try:
        return dataset[index]
    except StopIteration as error:
        raise _ended(f"sample {index}") from error
    except Exception as error:
        add_note(error, f"[DataLoader] while taking sample {index}.")
        raise
