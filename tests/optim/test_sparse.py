"""SparseRows: what backward gives, how gradients add up, and who takes them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn
from deepcore.nn import functional as F
from deepcore.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop, SparseAdam

TAKERS = (
    r"SGD without momentum and weight_decay, Adagrad without weight_decay, and SparseAdam take "
    r"these, and an embedding with sparse=False has none\."
)


def table(rows: int = 6, width: int = 3, dtype: str = "float32") -> dc.Tensor:
    values = np.random.default_rng(0).standard_normal((rows, width))
    return dc.tensor(values, dtype=dtype, requires_grad=True)


def look_up(w: dc.Tensor, index: list[int], seed: int = 1, sparse: bool = True) -> None:
    y = F.embedding(dc.tensor(index, dtype="int64"), w, sparse=sparse)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    y.backward(dc.tensor(dy, dtype=w.dtype))


def test_what_backward_gives() -> None:
    w = table()
    look_up(w, [4, 1, 4])
    rows = w.grad
    assert isinstance(rows, dc.SparseRows)
    assert (rows.shape, rows.dtype) == ((6, 3), dc.float32)
    assert rows.indices.tolist() == [1, 4]
    other = table()
    look_up(other, [4, 1, 4], sparse=False)
    np.testing.assert_array_equal(rows.to_dense().numpy(), other.grad.numpy())
    np.testing.assert_array_equal(rows.values.numpy(), other.grad.numpy()[[1, 4]])


def test_repr() -> None:
    rows = dc.SparseRows([3, 1], [[1.0], [2.0]], (4, 1))
    assert repr(rows) == (
        "SparseRows(indices=tensor([1, 3]), values=tensor([[2.],\n        [1.]]), shape=(4, 1))"
    )


def test_two_backward_passes_add_up() -> None:
    w, dense = table(), table()
    for index, seed in (([4, 1, 4], 1), ([5, 1], 2), ([], 3), ([0], 4)):
        look_up(w, index, seed)
        look_up(dense, index, seed, sparse=False)
    assert w.grad.indices.tolist() == [0, 1, 4, 5]
    np.testing.assert_array_equal(w.grad.to_dense().numpy(), dense.grad.numpy())


@pytest.mark.parametrize("rows_first", [True, False])
def test_with_another_use_of_the_weight_the_gradient_is_dense(rows_first: bool) -> None:
    w, dense = table(), table()

    def loss(w: dc.Tensor, sparse: bool) -> list[dc.Tensor]:
        tied = F.embedding(dc.tensor([2, 0]), w, sparse=sparse) @ w.t()
        return [tied.square().sum(), F.embedding(dc.tensor([1]), w, sparse=sparse).sum()]

    for each in loss(w, True)[:: -1 if rows_first else 1]:
        each.backward()
    for each in loss(dense, False):
        each.backward()
    assert isinstance(w.grad, dc.Tensor)
    np.testing.assert_allclose(w.grad.numpy(), dense.grad.numpy(), rtol=1e-5)


def test_where_the_gradient_goes_on_it_is_dense() -> None:
    w = table()
    index = dc.tensor([2, 2])
    (grad,) = dc.autograd.grad(F.embedding(index, w, sparse=True).sum(), w)
    assert grad.tolist() == [[0.0] * 3, [0.0] * 3, [2.0] * 3, [0.0] * 3, [0.0] * 3, [0.0] * 3]
    F.embedding(index, 2 * w, sparse=True).sum().backward()
    assert w.grad.tolist()[2] == [4.0] * 3
    w.grad = None
    seen = []
    handle = w.register_hook(lambda g: seen.append(g.tolist()))
    F.embedding(index, w, sparse=True).sum().backward()
    handle.remove()
    assert seen == [w.grad.tolist()] == [grad.tolist()]


def test_hooks_after_rows_are_there() -> None:
    w = table()
    look_up(w, [1])
    before = w.grad.to_dense().numpy()
    w.register_hook(lambda g: None)
    F.embedding(dc.tensor([1]), w, sparse=True).sum().backward()
    expected = before + np.eye(6, dtype=np.float32)[:, [1]]
    np.testing.assert_allclose(w.grad.numpy(), expected, rtol=1e-6)


def test_a_gradient_that_is_handed_on_is_added_to_rows() -> None:
    w = table()
    look_up(w, [1])
    before = w.grad.to_dense().numpy()
    (w.reshape(3, 6) + 1).sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), before + 1)


def test_grad_can_be_assigned_and_forgotten() -> None:
    w = table()
    w.grad = dc.SparseRows([1], [[1.0, 2.0, 3.0]], (6, 3))
    kept = w.grad
    optimizer = SGD([w], lr=0.1)
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.indices.tolist() == []
    assert w.grad.to_dense().tolist() == [[0.0] * 3] * 6
    assert kept.indices.tolist() == []
    optimizer.zero_grad()
    assert w.grad is None
    look_up(w, [1])
    w.grad = dc.ones(6, 3)
    assert isinstance(w.grad, dc.Tensor)
    w.grad = None
    assert w.grad is None
    wrong = r"\[grad\] a gradient must have the tensor's shape \(6, 3\) and dtype float32, got \(7"
    with pytest.raises(ValueError, match=wrong):
        w.grad = dc.SparseRows([1], [[1.0, 2.0, 3.0]], (7, 3))


def test_copies_and_conversions() -> None:
    rows = dc.SparseRows([1], [[1.0, 2.0]], (3, 2))
    other = rows.clone()
    other.values.fill_(0)
    assert rows.values.tolist() == [[1.0, 2.0]]
    assert rows.to(dc.float64).dtype == dc.float64
    with pytest.raises(AttributeError, match=r"no setter|can't set"):
        rows.shape = (4, 2)


def test_pickle() -> None:
    rows = dc.SparseRows([2, 0], [[1.0], [2.0]], (3, 1))
    for other in (copy.deepcopy(rows), pickle.loads(pickle.dumps(rows))):
        assert repr(other) == repr(rows)
        assert other.values.data_ptr() != rows.values.data_ptr()


def test_what_a_user_writes_leaves_rows_in_their_place() -> None:
    w = table()
    look_up(w, [4, 1])
    w.grad.indices.fill_(10**9)
    w.grad.values.data = dc.ones(1)
    assert w.grad.indices.tolist() == [1, 4]
    assert w.grad.values.shape == (2, 3)
    w.grad.values.fill_(1)
    before = w.tolist()
    SGD([w], lr=1.0).step()
    moved = np.array(before) - w.detach().numpy()
    np.testing.assert_allclose(moved, [[0], [1], [0], [0], [1], [0]] * np.ones(3), rtol=1e-6)


@pytest.mark.parametrize("rows", [2**56, 2**56 + 1, 2**63 - 1])
def test_more_rows_than_fit_into_memory(rows: int) -> None:
    given = dc.SparseRows([rows - 1, 3, rows - 1], [[1.0], [2.0], [4.0]], (rows, 1))
    assert given.indices.tolist() == [3, rows - 1]
    assert given.values.tolist() == [[2.0], [5.0]]


EVERY: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "maximize": True}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.3}),
    (SparseAdam, {"lr": 0.1}),
    (SparseAdam, {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3, "maximize": True}),
]
every = pytest.mark.parametrize(("kind", "options"), EVERY, ids=str)
STEPS = [[4, 1, 4], [5, 1], [0, 1, 2], [3]]


def formula(kind: type[Optimizer], options: dict[str, Any], w: np.ndarray) -> np.ndarray:
    """The update rules, row by row, in float64."""
    w, lr = w.astype(np.float64), options["lr"]
    s = np.full_like(w, options.get("initial_accumulator_value", 0.0))
    m, v = np.zeros_like(w), np.zeros_like(w)
    b1, b2 = options.get("betas", (0.9, 0.999))
    for t, index in enumerate(STEPS, 1):
        given = np.random.default_rng(t).standard_normal((len(index), w.shape[1]))
        dense = np.zeros_like(w)
        np.add.at(dense, index, given)
        g = -dense if options.get("maximize") else dense
        for k in set(index):
            if kind is SGD:
                w[k] -= lr * g[k]
            elif kind is Adagrad:
                s[k] += g[k] ** 2
                w[k] -= lr / (1 + (t - 1) * options["lr_decay"]) * g[k] / (np.sqrt(s[k]) + 1e-10)
            else:
                m[k] = b1 * m[k] + (1 - b1) * g[k]
                v[k] = b2 * v[k] + (1 - b2) * g[k] ** 2
                rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
                w[k] -= rate * m[k] / (np.sqrt(v[k]) + options.get("eps", 1e-8))
    return w


def run(w: dc.Tensor, optimizer: Optimizer) -> None:
    for seed, index in enumerate(STEPS, 1):
        optimizer.zero_grad()
        look_up(w, index, seed)
        optimizer.step()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_are_those_of_the_formula(
    kind: type[Optimizer], options: dict[str, Any], dtype: str
) -> None:
    w = table(dtype=dtype)
    expected = formula(kind, options, w.detach().numpy())
    run(w, kind([w], **options))
    rtol = 1e-4 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(w.detach().numpy(), expected, rtol=rtol, atol=rtol / 10)


@every
def test_rows_without_a_gradient_keep_their_bits(
    kind: type[Optimizer], options: dict[str, Any]
) -> None:
    w = table(1000, 70)
    start = w.detach().numpy().copy()
    optimizer = kind([w], **options)
    for seed in range(3):
        optimizer.zero_grad()
        look_up(w, [7, 8, 900, 7], seed)
        optimizer.step()
    touched = np.any(w.detach().numpy() != start, axis=1)
    assert np.flatnonzero(touched).tolist() == [7, 8, 900]
    for name, kept in optimizer.state[w].items():
        if kept.shape == w.shape and not options.get("initial_accumulator_value"):
            assert np.flatnonzero(kept.numpy().any(axis=1)).tolist() == [7, 8, 900], name


@every
def test_threads_have_the_same_bits(kind: type[Optimizer], options: dict[str, Any]) -> None:
    index = np.random.default_rng(0).integers(0, 3000, 900).tolist()
    results = set()
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            w = table(3000, 130)
            optimizer = kind([w], **options)
            for seed in range(2):
                look_up(w, index, seed)
                optimizer.step()
            results.add(w.detach().numpy().tobytes())
    assert len(results) == 1


def test_both_kinds_of_gradient_in_one_step() -> None:
    words, linear = nn.Embedding(5, 4, sparse=True), nn.Linear(4, 2)
    optimizer = Adagrad([*words.parameters(), *linear.parameters()], lr=0.5)
    start = [p.detach().numpy().copy() for p in (words.weight, linear.weight)]
    linear(words(dc.tensor([3, 3]))).square().sum().backward()
    optimizer.step()
    moved = [
        p.detach().numpy() - s for p, s in zip((words.weight, linear.weight), start, strict=True)
    ]
    assert np.flatnonzero(moved[0].any(axis=1)).tolist() == [3]
    np.testing.assert_allclose(np.abs(moved[0][3]), 0.5, rtol=1e-4)
    np.testing.assert_allclose(np.abs(moved[1]), 0.5, rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (SGD, {"momentum": 0.9}),
        (SGD, {"weight_decay": 0.1}),
        (Adagrad, {"weight_decay": 0.1}),
        (Adadelta, {}),
        (RMSprop, {}),
        (Adam, {}),
        (AdamW, {}),
    ],
)
def test_others_name_those_that_take_them(kind: type[Optimizer], options: dict[str, Any]) -> None:
    w = table()
    start = w.detach().numpy().copy()
    look_up(w, [1])
    text = r"gradients must be dense with these options, got SparseRows; " + TAKERS
    with pytest.raises(TypeError, match=text):
        kind([w], **options).step()
    np.testing.assert_array_equal(w.detach().numpy(), start)


def test_clipping_and_sparse_adam_refuse() -> None:
    w = table()
    look_up(w, [1])
    for clip in (nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_):
        text = rf"\[{clip.__name__}\] gradients must be dense, got SparseRows; " + TAKERS
        with pytest.raises(TypeError, match=text):
            clip([w], 1.0)
    w.grad = dc.ones(6, 3)
    with pytest.raises(
        TypeError,
        match=r"\[sparseadam\] gradients must be SparseRows, got a dense one of shape \(6, 3\); "
        r"give SparseAdam the weights of embeddings with sparse=True alone, and the other "
        r"parameters to another optimizer, such as Adam\.$",
    ):
        SparseAdam([w]).step()


def test_a_capture_refuses_rows() -> None:
    text = r"\] a sparse gradient has other rows at every step, so it cannot be captured; "
    w = table()
    tape = _core.Tape()
    tape.begin()
    try:
        y = F.embedding(dc.tensor([1]), w, sparse=True).sum()
        with pytest.raises(RuntimeError, match=r"\[embedding" + text):
            y.backward()
    finally:
        tape.end()
    w.grad = dc.SparseRows([1], [[1.0, 2.0, 3.0]], (6, 3))
    tape.begin()
    try:
        with pytest.raises(RuntimeError, match=r"\[sgd" + text):
            SGD([w], lr=0.1).step()
    finally:
        tape.end()


def test_state_dict_round_trip() -> None:
    w = table()
    optimizer = SparseAdam([w], lr=0.1)
    run(w, optimizer)
    twin = w.detach().clone().requires_grad_()
    other = SparseAdam([twin], lr=0.3)
    other.load_state_dict(optimizer.state_dict())
    run(w, optimizer)
    run(twin, other)
    np.testing.assert_array_equal(twin.detach().numpy(), w.detach().numpy())


def test_replaced_data_is_seen() -> None:
    w = table()
    look_up(w, [1])
    rows = w.grad
    w.requires_grad = False
    w.data = dc.ones(2, 3)
    assert w.grad is None
    del rows


def test_options_of_sparse_adam() -> None:
    with pytest.raises(ValueError, match=r"\[sparseadam\] lr must be at least 0, got -1\."):
        SparseAdam([table()], lr=-1)
    with pytest.raises(ValueError, match=r"\[sparseadam\] betas\[1\] must be at least 0 and below"):
        SparseAdam([table()], betas=(0.9, 1.0))
    with pytest.raises(TypeError, match=r"\[sparseadam\] maximize must be True or False, got 1\."):
        SparseAdam([table()], maximize=1)


ERRORS = [
    (TypeError, ([0.5], [[1.0]], (2, 1)), r"\[SparseRows\] indices must be int64, got float32\."),
    (ValueError, ([0], [1.0], ()), r"\[SparseRows\] shape must have an axis of rows, got \(\)\."),
    (ValueError, ([[0]], [[1.0]], (2, 1)), r"indices must have one axis, got shape \(1, 1\)\."),
    (ValueError, ([0], [[1.0, 2.0]], (2, 1)), r"values must have shape \(1, 1\) for 1 indices and"),
    (IndexError, ([2], [[1.0]], (2, 1)), r"indices must be from 0 to 1 for shape \(2, 1\), got 2"),
    (IndexError, ([-1], [[1.0]], (2, 1)), r"indices must be from 0 to 1 for shape \(2, 1\), got -"),
    (TypeError, ([0], [[1]], (2, 1)), r"\[SparseRows\]"),
    (ValueError, ([0], [[1.0]], (-1, 1)), r"shape must not have a negative size, got \(-1, 1\)\."),
]


@pytest.mark.parametrize(("kind", "given", "text"), ERRORS)
def test_errors(kind: type[Exception], given: tuple[Any, Any, Any], text: str) -> None:
    with pytest.raises(kind, match=text):
        dc.SparseRows(*given)


@pytest.mark.parametrize(("kind", "name"), [(dc.optim.Adam, "adam"), (dc.optim.AdamW, "adamw")])
def test_errors_of_a_step_name_the_optimizer(kind: type[dc.optim.Adam], name: str) -> None:
    w = dc.ones(3, 2, requires_grad=True)
    optimizer = kind([w])
    look_up(w, [1])
    with pytest.raises(TypeError, match=rf"^\[{name}\] gradients must be dense with these options"):
        optimizer.step()
