"""Sequences of several lengths: padded to one batch, or packed without the padding."""

from __future__ import annotations

from collections.abc import Iterable

from ... import _core
from ..._check import check_flag, check_whole
from ..._core import Tensor
from ..functional import pad
from ._packed_sequence import (
    Lengths,
    PackedSequence,
    invert_permutation,
    lengths_of,
    pack,
    read_lengths,
)

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Makes one batch of sequences, padded to the longest of them.

    Args:
        sequences: tensors of shapes (Lᵢ, *).
        batch_first: whether the output's first axis is the batch.
        padding_value: what the padding holds.
        padding_side: 'right' for padding behind a sequence, 'left' for padding before it.

    Shape:
        Output (T, B, *), or (B, T, *) if batch_first, where T is the longest Lᵢ.

    Raises:
        ValueError: no sequences, other trailing axes, or another padding_side.
        TypeError: a sequence is no tensor.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pad_sequence
        >>> pad_sequence([dc.tensor([1, 2]), dc.tensor([3])], batch_first=True).tolist()
        [[1, 2], [3, 0]]
    """
    check_flag("pad_sequence", "batch_first", batch_first)
    if padding_side not in ("left", "right"):
        raise ValueError(
            f"[pad_sequence] padding_side must be 'left' or 'right', got {padding_side!r}."
        )
    given = _read("pad_sequence", sequences)
    steps = max(len(x) for x in given)
    rows = []
    for x in given:
        ends = (0, steps - len(x)) if padding_side == "right" else (steps - len(x), 0)
        rows.append(pad(x, (*(0, 0) * (x.ndim - 1), *ends), value=padding_value))
    return _core.stack(rows, 0 if batch_first else 1)


def pack_padded_sequence(
    input: Tensor, lengths: Lengths, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs a padded batch; its padding is never read, and gets a gradient of zeros.

    Args:
        input: the batch, of shape (T, B, *), or (B, T, *) if batch_first.
        lengths: of the B sequences; 0 is a length.
        batch_first: whether the input's first axis is the batch.
        enforce_sorted: whether lengths that grow are an error; otherwise they are sorted.

    Raises:
        ValueError: lengths that are not one for each sequence, not in 0 to T, or not sorted.
        TypeError: lengths that are not whole numbers.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pack_padded_sequence
        >>> x = dc.tensor([[1, 0, 0], [2, 3, 4]])
        >>> packed = pack_padded_sequence(x, [1, 3], batch_first=True, enforce_sorted=False)
        >>> packed.data.tolist(), packed.sorted_indices.tolist()
        ([2, 1, 3, 4], [1, 0])
    """
    op = "pack_padded_sequence"
    check_flag(op, "batch_first", batch_first)
    check_flag(op, "enforce_sorted", enforce_sorted)
    _check_batch(op, "input", input, batch_first)
    return pack(op, input, lengths, batch_first, sort=not enforce_sorted)


def pack_sequence(
    sequences: Tensor | Iterable[Tensor], enforce_sorted: bool = True
) -> PackedSequence:
    """Packs sequences of shapes (Lᵢ, *), the longest first; `enforce_sorted=False` sorts them.

    Raises:
        ValueError: no sequences, other trailing axes, or lengths that grow.
        TypeError: a sequence is no tensor.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pack_sequence
        >>> pack_sequence([dc.tensor([1, 2]), dc.tensor([3])]).data.tolist()
        [1, 3, 2]
    """
    check_flag("pack_sequence", "enforce_sorted", enforce_sorted)
    given = _read("pack_sequence", sequences)
    lengths = [len(x) for x in given]
    return pack("pack_sequence", pad_sequence(given), lengths, False, sort=not enforce_sorted)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Pads packed sequences to one batch in the order they once had; gives it and the lengths.

    Args:
        sequence: the packed sequences.
        batch_first: whether the output's first axis is the batch.
        padding_value: what the padding holds.
        total_length: the steps of the output; those of the longest sequence if None.

    Shape:
        Output (T, B, *), or (B, T, *) if batch_first, and lengths (B,).

    Raises:
        ValueError: total_length is below the longest sequence.
        TypeError: sequence is no PackedSequence.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pack_sequence, pad_packed_sequence
        >>> packed = pack_sequence([dc.tensor([1]), dc.tensor([2, 3])], enforce_sorted=False)
        >>> x, lengths = pad_packed_sequence(packed, batch_first=True)
        >>> x.tolist(), lengths.tolist()
        ([[1, 0], [2, 3]], [1, 2])
    """
    op = "pad_packed_sequence"
    check_flag(op, "batch_first", batch_first)
    _check_packed(op, sequence)
    longest = len(sequence.batch_sizes)
    steps = longest
    if total_length is not None:
        check_whole(op, "total_length", total_length)
        steps = int(total_length)
    if steps < longest:
        raise ValueError(
            f"[{op}] total_length must be at least the longest sequence, {longest}, got {steps}."
        )
    lengths, order = lengths_of(sequence)
    padded = _core.unpack(sequence.data, lengths, order, steps, batch_first, padding_value)
    return padded, _core.tensor(lengths, dtype=_core.dtype.int64)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Lengths, batch_first: bool = False
) -> list[Tensor]:
    """The sequences of a padded batch, of shapes (Lᵢ, *).

    Raises:
        ValueError: lengths that are not one for each sequence, or not in 0 to T.
        TypeError: lengths that are not whole numbers.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import unpad_sequence
        >>> [x.tolist() for x in unpad_sequence(dc.tensor([[1, 3], [2, 0]]), [2, 1])]
        [[1, 2], [3]]
    """
    op = "unpad_sequence"
    check_flag(op, "batch_first", batch_first)
    _check_batch(op, "padded_sequences", padded_sequences, batch_first)
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    read = read_lengths(op, lengths, *rows.shape[:2])
    return [rows[i, :length] for i, length in enumerate(read.tolist())]


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of packed ones in the order they once had, of shapes (Lᵢ, *).

    Raises:
        TypeError: packed_sequences is no PackedSequence.

    Example:
        >>> import deepcore as dc
        >>> from deepcore.nn.utils.rnn import pack_sequence, unpack_sequence
        >>> [x.tolist() for x in unpack_sequence(pack_sequence([dc.ones(2), dc.zeros(1)]))]
        [[1.0, 1.0], [0.0]]
    """
    _check_packed("unpack_sequence", packed_sequences)
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def _read(op: str, sequences: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """The sequences, at least one, that differ in length alone."""
    if not isinstance(sequences, Iterable):
        kind = type(sequences).__name__
        raise TypeError(f"[{op}] sequences must hold Tensors, got {kind}.")
    given = list(sequences)
    if not given:
        raise ValueError(f"[{op}] sequences must hold at least one Tensor, got none.")
    for x in given:
        if not isinstance(x, Tensor):
            raise TypeError(f"[{op}] sequences must hold Tensors, got {type(x).__name__}.")
        if x.ndim == 0 or x.shape[1:] != given[0].shape[1:]:
            raise ValueError(
                f"[{op}] sequences must have shapes (L, *) with the same *, got {x.shape} beside "
                f"{given[0].shape}."
            )
        if x.dtype != given[0].dtype:
            raise TypeError(
                f"[{op}] sequences must be of one dtype, got {x.dtype.name} beside "
                f"{given[0].dtype.name}."
            )
    return given


def _check_batch(op: str, name: str, batch: Tensor, batch_first: bool) -> None:
    if not isinstance(batch, Tensor):
        raise TypeError(f"[{op}] {name} must be a Tensor, got {type(batch).__name__}.")
    if batch.ndim < 2:
        axes = "(batch, steps, *)" if batch_first else "(steps, batch, *)"
        raise ValueError(f"[{op}] {name} must have shape {axes}, got {batch.shape}.")


def _check_packed(op: str, given: PackedSequence) -> None:
    if not isinstance(given, PackedSequence):
        raise TypeError(f"[{op}] expected a PackedSequence, got {type(given).__name__}.")
