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


def fetcher(
    dataset: Any,
    batch_sampler: Iterable[Any] | None,
    collate: Callable[[Any], Any],
    sampler: Iterable[Any] | None,
) -> tuple[Fetch, Iterator[Any]]:
    """What makes a batch, and the indices of one batch after another to give it."""
    if batch_sampler is None:
        return partial(_single, dataset, collate), iter(sampler or ())
    if collate is not default_collate or not takes_batches(dataset):
        return partial(_collated, dataset, collate), iter(batch_sampler)
    if type(batch_sampler) is BatchSampler:
        return partial(_whole, dataset), batch_sampler.arrays()
    return partial(_whole, dataset), iter(batch_sampler)


def _whole(dataset: Any, indices: Any, stop: threading.Event | None = None) -> Any:
    return dataset.take(np.asarray(indices, np.int64))


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
    return collate(samples)


def _single(
    dataset: Any,
    convert: Callable[[Any], Any],
    index: Any,
    stop: threading.Event | None = None,
) -> Any:
    return convert(_sample(dataset, index))


def _sample(dataset: Any, index: Any) -> Any:
    try:
        return dataset[index]
    except Exception as error:
        add_note(error, f"[DataLoader] while taking sample {index}.")
        raise
