"""cross_entropy and nll_loss: the op table, the options, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn
from support.optable import Arrays, Case, OpTable, Shapes

IGNORED = -100


def classes_last(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, 0 if x.ndim == 1 else 1, -1)


def losses_of_classes(x: np.ndarray) -> np.ndarray:
    """-log softmax(x), with the classes last."""
    z = classes_last(x)
    shifted = z - z.max(-1, keepdims=True)
    return np.log(np.exp(shifted).sum(-1, keepdims=True)) - shifted


def weights(x: np.ndarray) -> np.ndarray:
    """Fixed weights for the classes of x, so that the op has one differentiable input."""
    return np.linspace(0.5, 2.0, x.shape[0 if x.ndim == 1 else 1])


def reduced(terms: np.ndarray, counts: np.ndarray, reduction: str) -> np.ndarray:
    if reduction == "none":
        return terms
    return np.asarray(terms.sum() / (counts.sum() if reduction == "mean" else 1))


def by_index(losses: np.ndarray, k: np.ndarray, w: np.ndarray, smoothing: float, reduction: str):
    kept = k != IGNORED
    safe = np.where(kept, k, 0)
    own = np.take_along_axis(losses, safe[..., None], -1)[..., 0] * w[safe]
    spread = smoothing / len(w) * (losses * w).sum(-1)
    return reduced(kept * ((1 - smoothing) * own + spread), kept * w[safe], reduction)


def labels(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    """Logits, and class indices of which the first is left out."""
    x = 3 * rng.standard_normal(shapes[0])
    k = rng.integers(0, shapes[0][0 if len(shapes[0]) == 1 else 1], shapes[1])
    if k.size > 1:
        k.flat[0] = IGNORED
    return [x, k]


def probabilities(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    return [3 * rng.standard_normal(shapes[0]), rng.uniform(0, 1, shapes[1])]


INDEX_SHAPES = [
    [(5, 3), (5,)],
    [(3, 10), (3,)],
    [(1, 1), (1,)],
    [(4,), ()],
    [(2, 3, 4), (2, 4)],
    [(2, 3, 2, 2), (2, 2, 2)],
    [(3, 40), (3,)],
    [(2, 3, 17), (2, 17)],
]


def index_case(reduction: str, weighted: bool, smoothing: float) -> Case:
    def call(x: dc.Tensor, k: dc.Tensor) -> dc.Tensor:
        w = dc.tensor(weights(x.detach().numpy()), dtype=x.dtype) if weighted else None
        return _core.cross_entropy(x, k, w, IGNORED, reduction, smoothing)

    def reference(x: np.ndarray, k: np.ndarray) -> np.ndarray:
        w = weights(x) if weighted else np.ones_like(weights(x))
        return by_index(losses_of_classes(x), k, w, smoothing, reduction)

    return Case(
        name=f"cross_entropy-{reduction}{'-weight' * weighted}{'-smooth' * (smoothing > 0)}",
        call=call,
        reference=reference,
        shapes=INDEX_SHAPES,
        large=[(700, 100), (700,)],
        sample=labels,
    )


def probability_case(reduction: str, weighted: bool, smoothing: float) -> Case:
    def call(x: dc.Tensor, t: dc.Tensor) -> dc.Tensor:
        w = dc.tensor(weights(x.detach().numpy()), dtype=x.dtype) if weighted else None
        return _core.cross_entropy(x, t, w, IGNORED, reduction, smoothing)

    def reference(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        w = weights(x) if weighted else np.ones_like(weights(x))
        t = (1 - smoothing) * classes_last(t) + smoothing / len(w)
        terms = (w * t * losses_of_classes(x)).sum(-1)
        return reduced(terms, np.ones_like(terms), reduction)

    return Case(
        name=f"cross_entropy-probabilities-{reduction}{'-weight' * weighted}",
        call=call,
        reference=reference,
        shapes=[[s, s] for s in [(5, 3), (3, 10), (1, 1), (4,), (2, 3, 4), (3, 40), (2, 3, 17)]],
        large=[(700, 100), (700, 100)],
        sample=probabilities,
    )


def nll_case(reduction: str, weighted: bool) -> Case:
    def call(x: dc.Tensor, k: dc.Tensor) -> dc.Tensor:
        w = dc.tensor(weights(x.detach().numpy()), dtype=x.dtype) if weighted else None
        return _core.nll_loss(x, k, w, IGNORED, reduction)

    def reference(x: np.ndarray, k: np.ndarray) -> np.ndarray:
        w = weights(x) if weighted else np.ones_like(weights(x))
        return by_index(-classes_last(x), k, w, 0.0, reduction)

    return Case(
        name=f"nll_loss-{reduction}{'-weight' * weighted}",
        call=call,
        reference=reference,
        shapes=INDEX_SHAPES,
        large=[(30_000, 10), (30_000,)],
        sample=labels,
    )


CASES = [
    index_case("none", False, 0.0),
    index_case("mean", False, 0.0),
    index_case("sum", True, 0.0),
    index_case("mean", True, 0.0),
    index_case("mean", False, 0.1),
    index_case("mean", True, 0.3),
    index_case("none", True, 1.0),
    probability_case("none", False, 0.0),
    probability_case("mean", True, 0.2),
    probability_case("sum", True, 0.0),
    nll_case("none", True),
    nll_case("mean", True),
    nll_case("sum", False),
]


class TestTable(OpTable):
    cases = CASES


def test_large_logits_lose_nothing() -> None:
    x = dc.tensor([[1000.0, 0.0], [-1000.0, -1000.0], [0.0, 1e30]])
    losses = _core.cross_entropy(x, dc.tensor([0, 1, 0]), reduction="none")
    np.testing.assert_allclose(losses.numpy(), [0.0, np.log(2), 1e30], rtol=1e-6)


def test_a_sample_has_the_same_bits_in_every_batch() -> None:
    rng = np.random.default_rng(0)
    for classes in (3, 10, 100):
        x, k = rng.standard_normal((128, classes)).astype("f"), rng.integers(0, classes, 128)
        whole = _core.cross_entropy(dc.tensor(x), dc.tensor(k), reduction="none").numpy()
        for i in (0, 1, 17, 127):
            one = _core.cross_entropy(dc.tensor(x[i : i + 1]), dc.tensor(k[i : i + 1]))
            assert one.item() == whole[i]


def test_what_is_left_out_changes_no_bit_even_if_it_is_nan() -> None:
    rng = np.random.default_rng(0)
    kept = rng.standard_normal((6, 5)).astype("f")
    k = rng.integers(0, 5, 6)
    padded = np.full((9, 5), np.nan, "f")
    padded[[0, 2, 3, 5, 6, 8]] = kept
    padded_k = np.full(9, IGNORED)
    padded_k[[0, 2, 3, 5, 6, 8]] = k
    x, y = (dc.tensor(a, requires_grad=True) for a in (kept, padded))
    short, long = (
        _core.cross_entropy(a, dc.tensor(b), label_smoothing=0.1)
        for a, b in ((x, k), (y, padded_k))
    )
    assert short.item() == long.item()
    short.backward()
    long.backward()
    assert np.array_equal(y.grad.numpy()[[0, 2, 3, 5, 6, 8]], x.grad.numpy())
    assert not y.grad.numpy()[[1, 4, 7]].any()


def test_a_mean_over_nothing_is_nan() -> None:
    loss = _core.cross_entropy(dc.zeros(2, 3), dc.tensor([IGNORED, IGNORED]))
    assert np.isnan(loss.item())


def test_a_label_out_of_range_is_named_with_its_position() -> None:
    k = np.zeros((2, 4), np.int64)
    k[1, 2] = 3
    text = r"class indices in 0 to 2, got 3 at position \(1, 2\).*has 3 elements\.$"
    with pytest.raises(IndexError, match=rf"^\[cross_entropy\] .*{text}"):
        _core.cross_entropy(dc.zeros(2, 3, 4), dc.tensor(k))
    k[1, 2] = -1
    with pytest.raises(IndexError, match=r"^\[nll_loss\] .*got -1 at position \(1, 2\)"):
        _core.nll_loss(dc.zeros(2, 3, 4), dc.tensor(k))


def test_int32_labels_are_accepted() -> None:
    k = dc.tensor(np.array([0, 2], np.int32))
    assert _core.cross_entropy(dc.zeros(2, 3), k).item() == pytest.approx(np.log(3))


@pytest.mark.parametrize(
    ("x", "k", "options", "error", "text"),
    [
        (dc.zeros(2, 3), dc.zeros(3, dtype=dc.int64), {}, ValueError, r"shape \(2,\) .*got \(3,\)"),
        (dc.zeros(2, 3), dc.zeros(2), {}, TypeError, r"int64, got float32 .*\.long\(\)"),
        (dc.zeros(2, 3), dc.zeros(2, 3, dtype=dc.float64), {}, TypeError, "dtype float32, got"),
        (dc.tensor(1.0), dc.tensor(1), {}, ValueError, r"\(N, C, \.\.\.\) or \(C,\), got \(\)"),
        (dc.zeros(2, 3), dc.tensor([0, 1]), {"reduction": "avg"}, ValueError, "got 'avg'"),
        (dc.zeros(2, 3), dc.tensor([0, 1]), {"label_smoothing": 2.0}, ValueError, "0 to 1, got 2"),
        (dc.zeros(2, 3), dc.tensor([0, 1]), {"weight": dc.ones(2)}, ValueError, r"\(3,\), got"),
        (
            dc.zeros(2, 3),
            dc.tensor([0, 1]),
            {"weight": dc.ones(3, dtype=dc.float64)},
            TypeError,
            "float32, got float64",
        ),
        (
            dc.zeros(2, 3),
            dc.tensor([0, 1]),
            {"weight": dc.ones(3, requires_grad=True)},
            ValueError,
            r"detach\(\) it",
        ),
        (dc.zeros(2, 3, dtype=dc.int64), dc.tensor([0, 1]), {}, TypeError, "float32 or float64"),
    ],
)
def test_cross_entropy_refuses(x, k, options, error, text) -> None:
    with pytest.raises(error, match=rf"^\[cross_entropy\] .*{text}.*\.$"):
        _core.cross_entropy(x, k, **options)


@pytest.mark.parametrize("loss", [nn.functional.cross_entropy, nn.functional.nll_loss])
def test_classes_on_the_last_axis(loss: Callable[..., dc.Tensor]) -> None:
    text = r"target must have shape \(2, 5\) for an input of shape \(2, 7, 5\), got \(2, 7\); "
    target = dc.zeros(2, 7, dtype=dc.int64)
    with pytest.raises(ValueError, match=text + r"classes are axis 1: pass input\.transpose"):
        loss(dc.zeros(2, 7, 5), target)
    assert loss(dc.zeros(2, 7, 5).transpose(1, 2), target).ndim == 0
    with pytest.raises(ValueError, match="classes are axis 1: permute input's last axis there"):
        loss(dc.zeros(2, 3, 4, 5), dc.zeros(2, 3, 4, dtype=dc.int64))
    with pytest.raises(ValueError, match=r"for an input of shape \(2, 3, 5\), got \(2, 4\)\.$"):
        loss(dc.zeros(2, 3, 5), dc.zeros(2, 4, dtype=dc.int64))
