"""Where an epoch's batches come from: arrays, a Dataset or a DataLoader."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from .._core import Tensor
from .._notes import add_note
from ..data import (
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    Subset,
    TensorDataset,
    pad_collate,
)
from ..data._collate import default_collate
from ..data._dataset import in_memory
from ..data._sampler import check_batch_size
from ._adapt import Adapter

Batch = tuple[Tensor, Tensor]
DEFAULT_BATCH_SIZE = 32
_OWN_LOOP = "a loop of one's own"


class Source:
    """Batches of (x, y), ready for the model and the loss; each iteration is an epoch.

    Attributes:
        samples: how many samples an epoch has, None if that is not known before.
    """

    def __init__(self, batches: Callable[[], Iterable[Batch]], samples: int | None) -> None:
        self._batches = batches
        self.samples = samples

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches())


def open_source(
    adapter: Adapter,
    op: str,
    x: Any,
    y: Any = None,
    *,
    batch_size: int | None = None,
    shuffle: bool | None = None,
) -> Source:
    """The batches of what the user gave, checked before the first where all of it is in memory.

    Args:
        adapter: converts and checks.
        op: what errors name.
        x, y: arrays; or a Dataset or DataLoader alone.
        batch_size: samples a batch, 32 unless given; a DataLoader has its own.
        shuffle: anew each epoch; a DataLoader decides itself.
    """
    if isinstance(x, DataLoader):
        _refuse(op, "a DataLoader", y=y, batch_size=batch_size, shuffle=shuffle)
        return _of_loader(adapter, op, x)
    batch_size = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
    check_batch_size(batch_size, op)
    if isinstance(x, Dataset):
        _refuse(op, "a Dataset", y=y)
        if not in_memory(x):
            orderly = isinstance(x, IterableDataset)
            loader = DataLoader(x, batch_size, shuffle=None if orderly else shuffle)
            return _of_loader(adapter, op, loader)
        x, y = _all_of(op, x)
    inputs, targets = adapt_arrays(adapter, op, x, y)
    return of_tensors(inputs, targets, batch_size, bool(shuffle))


def adapt_arrays(adapter: Adapter, op: str, x: Any, y: Any) -> Batch:
    """Whole arrays as checked tensors of equal length."""
    _check_given(op, x, y)
    inputs, targets = adapter.inputs(x), adapter.targets(y)
    if len(inputs) != len(targets):
        raise ValueError(
            f"[{op}] x and y must have equally many samples, got {len(inputs)} and {len(targets)}."
        )
    adapter.check_all(targets)
    return inputs, targets


def _check_given(op: str, x: Any, y: Any) -> None:
    if y is None:
        raise TypeError(
            f"[{op}] y must be given with arrays, got none with x of type {type(x).__name__}; a "
            "data.Dataset or data.DataLoader of pairs (x, y) brings it, other iterables of batches "
            f"need {_OWN_LOOP}."
        )


def of_tensors(x: Tensor, y: Tensor, batch_size: int, shuffle: bool) -> Source:
    """The batches of tensors: copied rows if shuffled, slices that share their memory if not."""
    samples = len(x)
    data = TensorDataset(x, y)
    loader = DataLoader(data, batch_size, shuffle=shuffle)

    def slices() -> Iterator[Batch]:
        for start in range(0, samples, batch_size):
            stop = min(start + batch_size, samples)
            yield x._narrow_leading(start, stop), y._narrow_leading(start, stop)

    return Source((lambda: loader) if shuffle else slices, samples)


def _of_loader(adapter: Adapter, op: str, loader: DataLoader) -> Source:
    _refuse_lengths(op, loader)
    whole = in_memory(loader.dataset) and loader.collate_fn is default_collate
    if whole:
        adapt_arrays(adapter, op, *_all_of(op, loader.dataset))

    def batches() -> Iterator[Batch]:
        number = -1
        for number, batch in enumerate(loader):
            try:
                x, y = _pair(op, batch)
                yield adapter.inputs(x, check=not whole), adapter.targets(y, check=not whole)
            except (TypeError, ValueError, IndexError) as error:
                add_note(error, f"[{op}] in batch {number + 1} of the epoch.")
                raise
        if number < 0:
            raise ValueError(f"[{op}] the DataLoader must have one batch or more, got none.")

    return Source(batches, _samples_of(loader))


def _all_of(op: str, dataset: Any) -> tuple[Any, Any]:
    """The whole of a data set that is in memory."""
    return _pair(op, dataset.take(np.arange(len(dataset), dtype=np.int64)))


def _samples_of(loader: DataLoader) -> int | None:
    if loader.batch_size is None or loader.sampler is None or loader.drop_last:
        return None
    try:
        return len(loader.sampler)  # type: ignore[arg-type]  # one without a length says so
    except TypeError:
        return None


def _pair(op: str, batch: Any) -> tuple[Any, Any]:
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        several = isinstance(batch, (tuple, list))
        parts = f"{len(batch)} parts" if several else type(batch).__name__
        more = several and len(batch) > 2
        own = f"; lengths and carried states need {_OWN_LOOP}" if more else ""
        raise TypeError(f"[{op}] a batch must be a pair (x, y), got {parts}{own}.")
    return batch[0], batch[1]


def _refuse(op: str, kind: str, **options: Any) -> None:
    for name, value in options.items():
        if value is not None:
            raise TypeError(f"[{op}] {kind} brings its own {name}, got {name}= too; leave it out.")


def _refuse_lengths(op: str, loader: DataLoader) -> None:
    """TypeError for `pad_collate`: lengths are no targets, and without them padding is read."""
    collate = loader.collate_fn
    while isinstance(collate, partial):
        collate = collate.func
    if collate is pad_collate:
        raise TypeError(
            f"[{op}] a DataLoader must give pairs (x, y), got one with pad_collate; its lengths "
            f"need {_OWN_LOOP}."
        )


def split_last(op: str, x: Any, y: Any, share: float) -> tuple[Any, Any]:
    """Everything but the last share, and the last share, rounded up: ((x, y), (x, y))."""
    if not 0.0 < share < 1.0:  # `fit` takes 0 for none, as Keras does
        raise ValueError(f"[{op}] validation_split must be between 0 and 1, got {share}.")
    if isinstance(x, (DataLoader, IterableDataset)):
        raise TypeError(
            f"[{op}] validation_split needs arrays or a Dataset with indices, got "
            f"{type(x).__name__}; pass validation_data=."
        )
    if not isinstance(x, Dataset):
        _check_given(op, x, y)
    size = len(x)
    first = size - math.ceil(round(size * share, 6))
    if first == 0:
        raise ValueError(
            f"[{op}] validation_split must leave samples to train on, got {share} of {size}."
        )
    if isinstance(x, Dataset):
        held_out: Subset[Any] = Subset(x, range(first, size))
        return (Subset(x, range(first)), y), (held_out, y)
    return (x[:first], y[:first]), (x[first:], y[first:])


def _check_keeps_order(op: str, loader: DataLoader) -> None:
    """ValueError unless the rows of a DataLoader's batches are those of its data set."""
    if loader.drop_last:
        raise ValueError(f"[{op}] a DataLoader must give every sample, got drop_last=True.")
    if isinstance(loader.dataset, IterableDataset) or isinstance(loader.sampler, SequentialSampler):
        return
    if not hasattr(loader.dataset, "__getitem__"):  # an iterable of another kind
        return
    raise ValueError(
        f"[{op}] a DataLoader must keep the order of its data set, got one that shuffles or has "
        "a sampler of its own; make one without."
    )


def inputs_of(adapter: Adapter, op: str, x: Any, batch_size: int | None) -> Iterable[Tensor]:
    """The batches of inputs alone, in their order, for predictions."""
    if isinstance(x, DataLoader):
        _refuse(op, "a DataLoader", batch_size=batch_size)
        _refuse_lengths(op, x)
        _check_keeps_order(op, x)
        batches: Iterable[Any] = x
    else:
        size = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
        check_batch_size(size, op)
        if not isinstance(x, Dataset):
            inputs = adapter.inputs(x, check=False)
            starts = range(0, len(inputs), size)
            return (inputs._narrow_leading(i, min(i + size, len(inputs))) for i in starts)
        batches = DataLoader(x, size)
    return (adapter.inputs(_first_of(op, batch), check=False) for batch in batches)


def _first_of(op: str, batch: Any) -> Any:
    if not isinstance(batch, (tuple, list)):
        return batch
    return batch[0] if len(batch) == 1 else _pair(op, batch)[0]
