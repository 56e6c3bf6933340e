"""mse_loss, l1_loss and the binary cross entropies: the op table, options, and errors."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optable import Arrays, Case, OpTable, Shapes, apart

SHAPES = [(3, 4), (1,), (), (2, 3, 17), (0, 3)]


def reduced(terms: np.ndarray, reduction: str) -> np.ndarray:
    return terms if reduction == "none" else np.asarray(getattr(terms, reduction)())


def pair_case(name: str, reduction: str, terms) -> Case:
    return Case(
        name=f"{name}-{reduction}",
        call=lambda x, y: getattr(_core, name)(x, y, reduction),
        reference=lambda x, y: reduced(terms(x, y), reduction),
        shapes=[[s, s] for s in SHAPES],
        large=[(300, 500), (300, 500)],
        sample=apart,
    )


def targets(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(0, 1, shape)


def binary_case(name: str, reduction: str, weighted: bool) -> Case:
    """The targets and weights are fixed by the shape: the op is differentiated by its input."""
    logits = name.endswith("logits")

    def given(shape: tuple[int, ...]) -> Arrays:
        rng = np.random.default_rng(7)
        return [
            targets(rng, shape),
            rng.uniform(0.5, 2, shape[-1:]),
            rng.uniform(0.5, 2, shape[-1:]),
        ]

    def call(x: dc.Tensor) -> dc.Tensor:
        y, w, q = (dc.tensor(a, dtype=x.dtype) for a in given(x.shape))
        options = {"weight": w} if weighted else {}
        if weighted and logits:
            options["pos_weight"] = q
        return getattr(_core, name)(x, y, reduction=reduction, **options)

    def reference(x: np.ndarray) -> np.ndarray:
        y, w, q = given(x.shape)
        if not weighted:
            w = q = np.ones_like(w)
        p = 1 / (1 + np.exp(-x)) if logits else x
        q = q if logits else 1.0
        return reduced(-w * (q * y * np.log(p) + (1 - y) * np.log(1 - p)), reduction)

    def sample(rng: np.random.Generator, shapes: Shapes) -> Arrays:
        return [rng.normal(0, 2, s) if logits else rng.uniform(0.1, 0.9, s) for s in shapes]

    return Case(
        name=f"{name}-{reduction}{'-weight' * weighted}",
        call=call,
        reference=reference,
        shapes=[[s] for s in [(3, 4), (1,), (2, 3, 17)]],
        large=[(300, 500)],
        sample=sample,
    )


CASES = [
    *[pair_case("mse_loss", r, lambda x, y: (x - y) ** 2) for r in ("mean", "sum", "none")],
    *[pair_case("l1_loss", r, lambda x, y: np.abs(x - y)) for r in ("mean", "none")],
    *[
        binary_case(name, reduction, weighted)
        for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
        for reduction, weighted in (("mean", False), ("sum", True), ("none", True))
    ],
]
# A mean over nothing is NaN, with a warning of NumPy's: (0, 3) is for the others.
for case in CASES:
    if "-mean" in case.name:
        case.shapes = [s for s in case.shapes if 0 not in s[0]]


class TestTable(OpTable):
    cases = CASES


def test_extreme_logits_and_probabilities_stay_finite() -> None:
    x = dc.tensor([1000.0, -1000.0, 1000.0, -1000.0], requires_grad=True)
    y = dc.tensor([1.0, 0.0, 0.0, 1.0])
    loss = _core.binary_cross_entropy_with_logits(x, y, reduction="none")
    assert loss.tolist() == [0.0, 0.0, 1000.0, 1000.0]
    loss.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 1.0, -1.0]
    p = dc.tensor([0.0, 1.0])
    assert _core.binary_cross_entropy(p, dc.tensor([1.0, 0.0]), reduction="sum").item() == 200.0


def test_the_derivative_of_l1_at_zero_is_zero() -> None:
    x = dc.zeros(3, requires_grad=True)
    _core.l1_loss(x, dc.tensor([0.0, 1.0, -1.0]), "sum").backward()
    assert x.grad.tolist() == [0.0, -1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: _core.mse_loss(x, x.T), ValueError, r"^\[mse_loss\] .*\(2, 3\) and \(3, 2\)"),
        (lambda x: _core.l1_loss(x, x.double()), TypeError, r"^\[l1_loss\] .*float32 and float64"),
        (lambda x: _core.mse_loss(x, x, "avg"), ValueError, r"^\[mse_loss\] reduction .*'avg'"),
        (lambda x: _core.mse_loss(x.long(), x.long()), TypeError, r"^\[mse_loss\] .*got int64"),
        (
            lambda x: _core.binary_cross_entropy(x + 2, x),
            ValueError,
            r"^\[binary_cross_entropy\] .*0 to 1, got 2; .*with_logits",
        ),
        (
            lambda x: _core.binary_cross_entropy(x, x, dc.ones(2)),
            ValueError,
            r"^\[binary_cross_entropy\] shapes \(2,\) and \(2, 3\) do not broadcast",
        ),
        (
            lambda x: _core.binary_cross_entropy_with_logits(x, x, pos_weight=dc.ones(4, 2, 3)),
            ValueError,
            r"pos_weight must broadcast to the input's shape \(2, 3\), got \(4, 2, 3\)",
        ),
        (
            lambda x: _core.binary_cross_entropy(x, x.clone().requires_grad_()),
            ValueError,
            r"^\[binary_cross_entropy\] target has no gradient here.*detach\(\) it",
        ),
    ],
)
def test_element_losses_refuse(call, error, text: str) -> None:
    with pytest.raises(error, match=text):
        call(dc.zeros(2, 3))
