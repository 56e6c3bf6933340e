"""embedding: the op table, max_norm, sums of large groups, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.nn import functional as F
from support.optable import Arrays, Case, OpTable, Shapes


def words(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    """Indices, of which every second one is the same, and a table."""
    index = rng.integers(0, max(shapes[1][0], 1), shapes[0])
    index.reshape(-1)[::2] = 0
    return [index, rng.standard_normal(shapes[1])]


def case(name: str, **options: object) -> Case:
    return Case(
        name=f"embedding-{name}",
        call=lambda k, w: F.embedding(k, w, **options),
        reference=lambda k, w: w[k],
        shapes=[
            [(6,), (5, 4)],
            [(2, 3), (4, 37)],
            [(0,), (3, 2)],
            [(3, 1, 2), (1, 1)],
            [(5,), (300, 70)],
            [(4,), (3, 0)],
        ],
        large=[(900,), (700, 130)],
        sample=words,
        differentiable=not options,
        rows=True,
    )


CASES = [case("plain")]


class TestTable(OpTable):
    cases = CASES


def gradient(index: np.ndarray, dy: np.ndarray, rows: int, **options: object) -> np.ndarray:
    w = dc.tensor(np.ones((rows, dy.shape[-1])), dtype="float64", requires_grad=True)
    F.embedding(dc.tensor(index), w, **options).backward(dc.tensor(dy))
    dense = w.grad.to_dense() if isinstance(w.grad, dc.SparseRows) else w.grad
    return dense.numpy()


def draw(n: int = 40, rows: int = 9, width: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.integers(0, rows, n), rng.standard_normal((n, width))


@pytest.mark.parametrize("sparse", [False, True])
def test_rows_without_a_gradient_and_rows_by_frequency(sparse: bool) -> None:
    index, dy = draw()
    expected = np.zeros((9, 5))
    np.add.at(expected, index, dy)
    np.testing.assert_allclose(gradient(index, dy, 9, sparse=sparse), expected, rtol=1e-14)
    for padding_idx in (4, -5):
        left_out = expected.copy()
        left_out[4] = 0
        result = gradient(index, dy, 9, padding_idx=padding_idx, sparse=sparse)
        np.testing.assert_allclose(result, left_out, rtol=1e-14)
    by_count = expected / np.maximum(np.bincount(index, minlength=9), 1)[:, None]
    result = gradient(index, dy, 9, scale_grad_by_freq=True, sparse=sparse)
    np.testing.assert_allclose(result, by_count, rtol=1e-14)


def test_repeats_are_added_in_the_order_of_the_indices() -> None:
    values = np.array([1e8, 1.0, -1e8, 1.0], np.float32)
    w = dc.zeros(3, 17, requires_grad=True)
    F.embedding(dc.tensor([1, 1, 1, 1]), w).backward(dc.tensor(np.tile(values[:, None], (1, 17))))
    expected = np.float32(0)
    for value in values:
        expected += value
    assert w.grad.tolist() == [[0.0] * 17, [float(expected)] * 17, [0.0] * 17]


@pytest.mark.parametrize("rows", [1, 2, 256, 257, 70_000])
def test_rows_are_found_in_tables_of_any_size(rows: int) -> None:
    index = np.random.default_rng(0).integers(0, rows, 500)
    index[:2] = 0, rows - 1
    expected = np.bincount(index, minlength=rows)[:, None]
    np.testing.assert_array_equal(gradient(index, np.ones((500, 1)), rows), expected)


def test_gradients_add_up() -> None:
    index, dy = draw()
    w = dc.tensor(np.zeros((9, 5)), requires_grad=True)
    for _ in range(2):
        F.embedding(dc.tensor(index), w).backward(dc.tensor(dy))
    np.testing.assert_allclose(w.grad.numpy(), 2 * gradient(index, dy, 9), rtol=1e-14)


@pytest.mark.parametrize("p", [2.0, 1.0, 3.0, float("inf")])
def test_max_norm_scales_the_rows_that_are_named(p: float) -> None:
    table = np.random.default_rng(1).standard_normal((6, 10))
    w = dc.tensor(table, requires_grad=True)
    y = F.embedding(dc.tensor([3, 1, 3]), w, max_norm=1.5, norm_type=p)
    norm = np.linalg.norm(table, ord=p, axis=1, keepdims=True)
    expected = table.copy()
    scaled = np.where(norm > 1.5, table * 1.5 / (norm + 1e-7), table)
    expected[[1, 3]] = scaled[[1, 3]]
    np.testing.assert_allclose(w.detach().numpy(), expected, rtol=1e-13)
    np.testing.assert_array_equal(y.detach().numpy(), w.detach().numpy()[[3, 1, 3]])
    assert (np.linalg.norm(w.detach().numpy()[[1, 3]], ord=p, axis=1) <= 1.5).all()


def test_scaling_counts_as_a_write() -> None:
    w = dc.ones(3, 2, requires_grad=True)
    y = F.linear(dc.ones(1, 2, requires_grad=True), w)
    F.embedding(dc.tensor([1]), w, max_norm=1.0)
    with pytest.raises(RuntimeError, match=r"saved for its gradient was written in place"):
        y.sum().backward()


def test_norms_are_euclidean_unless_told_and_may_be_zero() -> None:
    w = dc.tensor([[3.0, 4.0]], dc.float64)
    np.testing.assert_allclose(F.embedding(dc.tensor([0]), w, max_norm=1.0).tolist(), [[0.6, 0.8]])
    assert F.embedding(dc.tensor([0]), w, max_norm=0).tolist() == [[0.0, 0.0]]


def test_a_replay_scales_again() -> None:
    w = dc.tensor([[3.0, 4.0], [6.0, 8.0]])
    tape = _core.Tape()
    tape.begin()
    _core.embedding_renorm_(w, dc.tensor([1]), 5.0, 2.0)
    tape.end()
    w.numpy()[...] = [[30.0, 40.0], [60.0, 80.0]]
    tape.replay()
    np.testing.assert_allclose(w.numpy(), [[30, 40], [3, 4]], rtol=1e-6)


def test_indices_that_numpy_changed_are_looked_at_again() -> None:
    index = np.array([0, 2])
    w = dc.ones(3, 2, requires_grad=True)
    y = F.embedding(dc.from_numpy(index), w).sum()
    index[1] = 3
    with pytest.raises(IndexError, match=r"\[embedding\] input must hold .*, got 3 at position"):
        y.backward()


def test_errors() -> None:
    w = dc.ones(3, 2)
    for wrong in (3, -1):
        with pytest.raises(
            IndexError,
            match=r"\[embedding\] input must hold indices from 0 to num_embeddings - 1 = 2, "
            rf"got {wrong} at position \(1, 0\)\.",
        ):
            F.embedding(dc.tensor([[0, 1], [wrong, 2]]), w)
    with pytest.raises(IndexError, match=r"from 0 to num_embeddings - 1 = -1, got 0"):
        F.embedding(dc.tensor([0]), dc.ones(0, 2))
    with pytest.raises(TypeError, match=r"\[embedding\] input must hold indices of dtype int64, "):
        F.embedding(dc.ones(2), w)
    with pytest.raises(TypeError, match=r"\[embedding\] input must be a Tensor, got list"):
        F.embedding([0], w)
    for options in ({}, {"padding_idx": 0}):
        with pytest.raises(TypeError, match=r"\[embedding\] weight must be a Tensor, got NoneType"):
            F.embedding(dc.tensor([0]), None, **options)
    for shape in ((3,), (3, 2, 1)):
        with pytest.raises(ValueError, match=r"weight must have shape \(num_embeddings, embedding"):
            F.embedding(dc.tensor([0]), dc.ones(*shape))
    with pytest.raises(TypeError, match=r"\[embedding\]"):
        F.embedding(dc.tensor([0]), dc.tensor([[1, 2]]))
    for wrong in (3, -4):
        with pytest.raises(
            ValueError,
            match=r"\[embedding\] padding_idx must be in -3 to 2 for num_embeddings=3, got",
        ):
            F.embedding(dc.tensor([0]), w, padding_idx=wrong)
    with pytest.raises(TypeError, match=r"padding_idx must be a whole number or None, got 1\.5\."):
        F.embedding(dc.tensor([0]), w, padding_idx=1.5)
    for bound in (-1.0, float("nan")):
        with pytest.raises(ValueError, match=r"\[embedding\] max_norm must be at least 0, got "):
            F.embedding(dc.tensor([0]), w, max_norm=bound)
    with pytest.raises(ValueError, match=r"\[embedding\] norm_type must be above 0, got 0\."):
        F.embedding(dc.tensor([0]), w, max_norm=1.0, norm_type=0)
    with pytest.raises(TypeError, match=r"\[embedding\] max_norm must be a number, got str\."):
        F.embedding(dc.tensor([0]), w, max_norm="a")
    with pytest.raises(TypeError, match=r"\[embedding\] sparse must be True or False, got 1\."):
        F.embedding(dc.tensor([0]), w, sparse=1)
