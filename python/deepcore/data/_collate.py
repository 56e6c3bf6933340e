"""Collating: single samples become one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._convert import Tensor, stack, to_tensor

_KINDS = "Tensors, arrays, numbers, strings, or dicts, tuples and lists of those"


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack samples along a new first axis, inside of whatever structure they have.

    Tensors, arrays and numbers become one Tensor (Python floats a float64 one, ints and bools
    int64 and bool, as in PyTorch); strings and bytes stay a list; dicts, named tuples, tuples and
    lists are gone through, tuples becoming lists.

    Args:
        batch: the samples.

    Raises:
        ValueError: there is no sample, or samples differ in shape, length or keys.
        TypeError: samples are of a kind that cannot be stacked.

    Example:
        >>> from deepcore.data import default_collate
        >>> x, y = default_collate([(1, "a"), (2, "b")])
        >>> x.tolist(), y
        ([1, 2], ['a', 'b'])
    """
    check_samples(batch, "default_collate")
    first = batch[0]
    if isinstance(first, Tensor):
        _check_kinds(batch)
        _check_shapes([tuple(sample.shape) for sample in batch])
        return stack(batch)
    if isinstance(first, (np.ndarray, np.generic)):
        _check_shapes([np.shape(sample) for sample in batch])
        return to_tensor(np.stack(batch), "default_collate")
    if isinstance(first, (bool, int, float)):
        return to_tensor(np.array(batch), "default_collate")
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return _collate_mappings(batch)
    if isinstance(first, (tuple, list)):
        return _collate_sequences(batch)
    raise TypeError(
        f"[default_collate] samples must be {_KINDS}, got {type(first).__name__}; "
        "pass collate_fn= to make batches of it."
    )


def default_convert(sample: Any) -> Any:
    """Turn the arrays in a sample into Tensors and leave the rest: what `batch_size=None` does.

    Example:
        >>> import numpy as np
        >>> from deepcore.data import default_convert
        >>> default_convert({"x": np.zeros(2), "name": "a"})
        {'x': tensor([0., 0.], dtype=deepcore.float64), 'name': 'a'}
    """
    if isinstance(sample, (np.ndarray, np.generic)) and sample.dtype.kind in "fiub":
        return to_tensor(np.asarray(sample), "default_convert")
    if isinstance(sample, Mapping):
        return {key: default_convert(value) for key, value in sample.items()}
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return type(sample)(*map(default_convert, sample))
    if isinstance(sample, (tuple, list)):
        return [default_convert(value) for value in sample]
    return sample


def check_samples(batch: Sequence[Any], op: str) -> None:
    """ValueError for a batch of nothing, whose structure nobody knows."""
    if len(batch) == 0:
        raise ValueError(f"[{op}] batch must have samples, got none.")


def _check_kinds(batch: Sequence[Any]) -> None:
    for position, sample in enumerate(batch):
        if not isinstance(sample, Tensor):
            raise TypeError(
                "[default_collate] samples of a batch must be of one kind, got Tensor first and "
                f"{type(sample).__name__} at position {position}."
            )


def _check_shapes(shapes: list[tuple[int, ...]]) -> None:
    for position, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ValueError(
                "[default_collate] samples of a batch must have equal shapes, got "
                f"{shapes[0]} first and {shape} at position {position}; "
                "collate_fn=pad_collate pads the first part of samples, for others write your own."
            )


def _collate_mappings(batch: Sequence[Mapping[Any, Any]]) -> dict[Any, Any]:
    keys = list(batch[0])
    for position, sample in enumerate(batch):
        if set(sample) != set(keys):
            raise ValueError(
                f"[default_collate] samples of a batch must have equal keys, got {keys} first "
                f"and {list(sample)} at position {position}."
            )
    return {key: default_collate([sample[key] for sample in batch]) for key in keys}


def _collate_sequences(batch: Sequence[Sequence[Any]]) -> Any:
    first = batch[0]
    for position, sample in enumerate(batch):
        if len(sample) != len(first):
            raise ValueError(
                "[default_collate] samples of a batch must have equal lengths, got "
                f"{len(first)} first and {len(sample)} at position {position}; "
                "collate_fn=pad_collate pads the first part of samples, for others write your own."
            )
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns
