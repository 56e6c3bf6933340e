"""nn.utils.rnn: sequences padded, packed and back."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn.utils import rnn
from deepcore.nn.utils.rnn import PackedSequence

LENGTHS = [2, 4, 0, 2, 3]


def ragged(lengths: list[int], *rest: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n, *rest)).astype("float32") for n in lengths]


def padded(arrays: list[np.ndarray], side: str = "right", value: float = 0.0) -> np.ndarray:
    """(B, T, *)."""
    steps = max(len(a) for a in arrays)
    result = np.full((len(arrays), steps, *arrays[0].shape[1:]), value, arrays[0].dtype)
    for row, a in zip(result, arrays, strict=True):
        row[slice(len(a)) if side == "right" else slice(steps - len(a), steps)] = a
    return result


def values(x: dc.Tensor) -> np.ndarray:
    return x.detach().numpy()


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("rest", [(), (2,), (2, 3)])
def test_pad_sequence(batch_first: bool, side: str, rest: tuple[int, ...]) -> None:
    arrays = ragged(LENGTHS, *rest)
    given = [dc.tensor(a, requires_grad=True) for a in arrays]
    y = rnn.pad_sequence(given, batch_first, -1.5, side)
    expected = padded(arrays, side, -1.5)
    assert np.array_equal(values(y), expected if batch_first else expected.swapaxes(0, 1))
    y.backward(y.detach() * 2)
    for x, a in zip(given, arrays, strict=True):
        assert np.array_equal(x.grad.numpy(), 2 * a)


def test_pad_sequence_of_integers_and_of_one_tensor() -> None:
    assert rnn.pad_sequence([dc.tensor([1]), dc.tensor([2, 3])], True, 9).tolist() == [
        [1, 9],
        [2, 3],
    ]
    assert rnn.pad_sequence(dc.tensor([[1, 2], [3, 4]])).tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("kind", [list, np.array, dc.tensor, tuple])
@pytest.mark.parametrize("batch_first", [False, True])
def test_there_and_back(kind: Callable[[Any], Any], batch_first: bool) -> None:
    arrays = ragged(LENGTHS, 3)
    x = padded(arrays, value=np.nan)
    given = dc.tensor(x if batch_first else x.swapaxes(0, 1), requires_grad=True)
    packed = rnn.pack_padded_sequence(given, kind(LENGTHS), batch_first, enforce_sorted=False)
    order = [1, 4, 0, 3, 2]  # equal lengths stay in their order
    rows = [arrays[b][t] for t in range(4) for b in order if t < LENGTHS[b]]
    assert np.array_equal(values(packed.data), rows)
    assert packed.batch_sizes.tolist() == [4, 4, 2, 1]
    assert packed.sorted_indices.tolist() == order
    assert packed.unsorted_indices.tolist() == [2, 0, 4, 3, 1]
    y, lengths = rnn.pad_packed_sequence(packed, batch_first, 7.0, total_length=6)
    assert lengths.dtype == dc.int64
    assert lengths.tolist() == LENGTHS
    expected = padded([*arrays, np.zeros((6, 3), "float32")], value=7.0)[:-1]
    assert np.array_equal(values(y), expected if batch_first else expected.swapaxes(0, 1))
    y.sum().backward()
    assert np.array_equal(np.isnan(values(given)), given.grad.numpy() == 0)
    assert set(given.grad.flatten().tolist()) == {0, 1}


def test_sequences_there_and_back() -> None:
    arrays = ragged(LENGTHS, 2)
    packed = rnn.pack_sequence([dc.tensor(a) for a in arrays], enforce_sorted=False)
    back = rnn.unpack_sequence(packed)
    assert all(np.array_equal(values(y), a) for y, a in zip(back, arrays, strict=True))
    x = padded(arrays)
    for batch_first in (False, True):
        given = dc.tensor(x if batch_first else x.swapaxes(0, 1))
        parts = rnn.unpad_sequence(given, LENGTHS, batch_first)
        assert all(np.array_equal(values(y), a) for y, a in zip(parts, arrays, strict=True))


def test_what_is_sorted_needs_no_indices_but_for_sequences_without_steps() -> None:
    x = dc.ones(3, 3)
    packed = rnn.pack_padded_sequence(x, [3, 3, 1])
    assert packed.sorted_indices is None
    assert packed.unsorted_indices is None
    assert rnn.pad_packed_sequence(packed)[1].tolist() == [3, 3, 1]
    packed = rnn.pack_padded_sequence(x, [3, 1, 0])
    assert packed.sorted_indices.tolist() == [0, 1, 2]
    assert rnn.pad_packed_sequence(packed)[1].tolist() == [3, 1, 0]


@pytest.mark.parametrize("lengths", [[0, 0], []])
def test_nothing_at_all(lengths: list[int]) -> None:
    packed = rnn.pack_padded_sequence(dc.ones(3, len(lengths), 2), lengths)
    assert packed.data.shape == (0, 2)
    assert packed.batch_sizes.tolist() == []
    y, back = rnn.pad_packed_sequence(packed, total_length=3)
    assert y.tolist() == dc.zeros(3, len(lengths), 2).tolist()
    assert back.tolist() == lengths


def test_any_number_of_steps_without_features() -> None:
    packed = rnn.pack_padded_sequence(dc.zeros(2**40, 1, 0), [3])
    assert packed.data.shape == (3, 0)
    assert rnn.pad_packed_sequence(packed, total_length=2**40)[0].shape == (2**40, 1, 0)


class TestPackedSequence:
    def test_parts(self) -> None:
        packed = rnn.pack_padded_sequence(dc.ones(2, 2), [1, 2], enforce_sorted=False)
        data, batch_sizes, order, back = packed
        assert data is packed.data
        assert (batch_sizes.tolist(), order.tolist(), back.tolist()) == ([2, 1], [1, 0], [1, 0])

    def test_either_index_makes_the_other(self) -> None:
        data, sizes, order = dc.ones(3), dc.tensor([3]), dc.tensor([2, 0, 1])
        assert PackedSequence(data, sizes, order).unsorted_indices.tolist() == [1, 2, 0]
        assert PackedSequence(data, sizes, None, order).sorted_indices.tolist() == [1, 2, 0]

    def test_conversions(self) -> None:
        packed = rnn.pack_padded_sequence(dc.ones(2, 2), [2, 1])
        assert packed.double().data.dtype == packed.to(dc.float64).data.dtype == dc.float64
        assert packed.double().float().data.dtype == dc.float32
        assert packed.cpu() is packed.pin_memory() is packed

    def test_copies(self) -> None:
        packed = rnn.pack_padded_sequence(dc.ones(2, 2), [1, 2], enforce_sorted=False)
        for other in (copy.deepcopy(packed), pickle.loads(pickle.dumps(packed))):
            assert isinstance(other, PackedSequence)
            assert [x.tolist() for x in other] == [x.tolist() for x in packed]


X = dc.ones(4, 2)
ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: rnn.pad_sequence([]), ValueError, "[pad_sequence] sequences must hold at least one"),
    (lambda: rnn.pad_sequence([[1]]), TypeError, "[pad_sequence] sequences must hold Tensors, got"),
    (lambda: rnn.pad_sequence([dc.ones(2, 3), dc.ones(2, 4)]), ValueError,
     "[pad_sequence] sequences must have shapes (L, *) with the same *, got (2, 4) beside (2, 3)."),
    (lambda: rnn.pad_sequence([dc.ones(())]), ValueError, "shapes (L, *) with the same *, got ()"),
    (lambda: rnn.pad_sequence([X, X.double()]), TypeError,
     "[pad_sequence] sequences must be of one dtype, got float64 beside float32."),
    (lambda: rnn.pad_sequence([X], padding_side="up"), ValueError,
     "[pad_sequence] padding_side must be 'left' or 'right', got 'up'."),
    (lambda: rnn.pad_sequence([X], 1), TypeError, "[pad_sequence] batch_first must be True or Fal"),
    (lambda: rnn.pack_sequence([X[:1], X]), ValueError,
     "[pack_sequence] lengths must not grow, got [1, 4]; pass enforce_sorted=False to have"),
    (lambda: rnn.pack_padded_sequence(X, [1, 2]), ValueError,
     "[pack_padded_sequence] lengths must not grow, got [1, 2]; pass enforce_sorted=False"),
    (lambda: rnn.pack_padded_sequence(X, [4, 2], True), ValueError,
     "[pack_padded_sequence] lengths must hold one number for each of the 4 sequences, got shape "
     "(2,)."),
    (lambda: rnn.pack_padded_sequence(X, [[4, 2]]), ValueError, "2 sequences, got shape (1, 2)."),
    (lambda: rnn.pack_padded_sequence(X, 4), ValueError, "2 sequences, got shape ()."),
    (lambda: rnn.pack_padded_sequence(X, [5, 2]), ValueError,
     "[pack_padded_sequence] lengths must be 0 to the 4 steps of input, got 5."),
    (lambda: rnn.pack_padded_sequence(X, [4, -1]), ValueError, "the 4 steps of input, got -1."),
    (lambda: rnn.pack_padded_sequence(X, [0, 5]), ValueError, "the 4 steps of input, got 5."),
    (lambda: rnn.pack_padded_sequence(X, [4.0, 2.0]), TypeError,
     "[pack_padded_sequence] lengths must be whole numbers, got float64 values."),
    (lambda: rnn.pack_padded_sequence(X, [True, True]), TypeError, "numbers, got bool values."),
    (lambda: rnn.pack_padded_sequence(X, None), TypeError, "whole numbers, got NoneType."),
    (lambda: rnn.pack_padded_sequence(X, {1: 2}), TypeError, "must be whole numbers, got dict."),
    (lambda: rnn.pack_padded_sequence(X, [None, 2]), TypeError, "numbers, got object values."),
    (lambda: rnn.pack_padded_sequence(X, [[1], [1, 2]]), TypeError, "whole numbers, got list."),
    (lambda: rnn.pack_padded_sequence(X[0], [1]), ValueError,
     "[pack_padded_sequence] input must have shape (steps, batch, *), got (2,)."),
    (lambda: rnn.pack_padded_sequence(X.numpy(), [1]), TypeError,
     "[pack_padded_sequence] input must be a Tensor, got ndarray."),
    (lambda: rnn.pad_packed_sequence(X), TypeError,
     "[pad_packed_sequence] expected a PackedSequence, got Tensor."),
    (lambda: rnn.pad_packed_sequence(rnn.pack_sequence([X]), total_length=3), ValueError,
     "[pad_packed_sequence] total_length must be at least the longest sequence, 4, got 3."),
    (lambda: rnn.pad_packed_sequence(rnn.pack_sequence([X]), total_length=4.5), TypeError,
     "[pad_packed_sequence] total_length must be a whole number, got 4.5."),
    (lambda: rnn.unpad_sequence(X, [5, 1]), ValueError,
     "[unpad_sequence] lengths must be 0 to the 4 steps of input, got 5."),
    (lambda: rnn.unpad_sequence(X[0], [1], True), ValueError,
     "[unpad_sequence] padded_sequences must have shape (batch, steps, *), got (2,)."),
    (lambda: rnn.unpack_sequence([X]), TypeError, "expected a PackedSequence, got list."),
    (lambda: rnn.invert_permutation(dc.tensor([1, 1])), ValueError,
     "[invert_permutation] permutation must hold each of 0 to n - 1 once, got [1, 1]."),
    (lambda: PackedSequence([1], dc.tensor([1])), TypeError, "data must be a Tensor, got list."),
    (lambda: PackedSequence(X, [4]), TypeError, "batch_sizes must be a Tensor, got list."),
    (lambda: PackedSequence(X, dc.tensor([4.0])), TypeError,
     "[PackedSequence] batch_sizes must be int64 numbers in one axis, got shape (1,) and dtype "
     "float32."),
    (lambda: PackedSequence(X, dc.tensor([4]), dc.arange(4.0)), TypeError,
     "[PackedSequence] sorted_indices must be int64 numbers in one axis, got shape (4,) and dtype"),
    (lambda: PackedSequence(X, dc.tensor([4]), None, [0, 1, 2, 3]), TypeError,
     "[PackedSequence] unsorted_indices must be a Tensor, got list."),
    (lambda: PackedSequence(X, dc.tensor([1, 3])), ValueError,
     "[PackedSequence] batch_sizes must be at least 1 and not grow, got [1, 3]."),
    (lambda: PackedSequence(X, dc.tensor([4, 0])), ValueError, "and not grow, got [4, 0]"),
    (lambda: PackedSequence(X, dc.tensor([3])), ValueError,
     "[PackedSequence] batch_sizes must add up to the rows of data, got 3 for shape (4, 2)."),
    (lambda: PackedSequence(X, dc.tensor([4]), dc.tensor([0, 1])), ValueError,
     "[PackedSequence] the indices must hold at least the 4 sequences of the first step, got 2."),
    (lambda: PackedSequence(X, dc.tensor([2, 2]), dc.tensor([0, 1]), dc.tensor([1, 0])), ValueError,
     "[PackedSequence] unsorted_indices must be the inverse of sorted_indices, got [1, 0]."),
    (lambda: PackedSequence(X, dc.tensor([2, 2]), dc.tensor([0, 1]), dc.tensor([0, 1, 2])),
     ValueError, "must be the inverse of sorted_indices, got [0, 1, 2]."),
    (lambda: PackedSequence(X, dc.tensor([2, 2]), dc.tensor([5, 0]), dc.tensor([0, 1])), ValueError,
     "[invert_permutation] permutation must hold each of 0 to n - 1 once, got [5, 0]."),
    (lambda: rnn.pad_sequence(5), TypeError, "[pad_sequence] sequences must hold Tensors, got int"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS)
def test_errors(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=re.escape(text)):
        call()
