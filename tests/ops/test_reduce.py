"""Reductions along axes, and softmax: the op table, special values, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from support.optable import Case, OpTable, apart

SHAPES = [[(3, 4)], [(1, 1)], [(2, 17)], [(2, 3, 5)], [(5, 40)], [(3, 1, 2)]]


def axis_case(name: str, reference, dim, keepdim: bool, shapes, **options) -> Case:
    return Case(
        name=f"{name}-{dim}{'-keepdim' * keepdim}",
        call=lambda x: getattr(x, name)(dim, keepdim=keepdim),
        reference=lambda x: reference(x, dim, keepdim),
        shapes=shapes,
        **options,
    )


def reductions(name: str, reference, **options) -> list[Case]:
    large = [(3, 40_000)]
    return [
        axis_case(name, reference, None, False, [*SHAPES, [()]], large=large, **options),
        axis_case(name, reference, 0, False, SHAPES, large=[(70_000, 3)], **options),
        axis_case(name, reference, -1, True, SHAPES, large=[(300, 500)], rows=True, **options),
        axis_case(name, reference, (0, 2), False, [[(2, 3, 4)]], large=[(40, 50, 60)], **options),
    ]


def sums(x, dim, keepdim):
    return x.sum(dim, keepdims=keepdim)


def means(x, dim, keepdim):
    return x.mean(dim, keepdims=keepdim)


def variances(x, dim, keepdim):
    return x.var(dim, ddof=1, keepdims=keepdim)


def logsumexps(x, dim, keepdim):
    return np.log(np.exp(x).sum(dim, keepdims=keepdim))


def extreme_cases(name: str) -> list[Case]:
    def pair(x, dim, keepdim):
        index = getattr(x, f"arg{name}")(dim, keepdims=keepdim)
        return getattr(x, name)(dim, keepdims=keepdim), index

    return [
        axis_case(name, pair, 0, False, SHAPES, large=[(70_000, 3)], sample=apart),
        axis_case(name, pair, -1, True, SHAPES, large=[(300, 500)], sample=apart, rows=True),
        Case(
            name=name,
            call=lambda x: getattr(x, name)(),
            reference=lambda x: np.asarray(getattr(x, name)()),
            shapes=[*SHAPES, [()]],
            large=[(3, 40_000)],
            sample=apart,
        ),
    ]


def softmaxes(x, dim):
    e = np.exp(x - x.max(dim, keepdims=True))
    return e / e.sum(dim, keepdims=True)


def softmax_case(name: str, reference, dim: int, large) -> Case:
    return Case(
        name=f"{name}-{dim}",
        call=lambda x: getattr(x, name)(dim),
        reference=lambda x: reference(x, dim),
        shapes=[*SHAPES, [(0, 3)]] if dim == -1 else SHAPES,
        large=large,
        rows=dim == -1,
    )


def softmax_cases(name: str, reference) -> list[Case]:
    return [
        softmax_case(name, reference, -1, [(3_000, 40)]),
        softmax_case(name, reference, 0, [(40, 3_000)]),
    ]


CASES = [
    *reductions("sum", sums),
    *reductions("mean", means),
    *reductions("logsumexp", logsumexps),
    *[
        axis_case("var", variances, dim, keepdim, shapes, large=large)
        for dim, keepdim, shapes, large in (
            (None, False, [[(3, 4)], [(2, 17)]], [(3, 40_000)]),
            (0, False, [[(3, 4)], [(5, 40)]], [(70_000, 3)]),
            (-1, True, [[(3, 4)], [(2, 3, 5)]], [(300, 500)]),
            ((0, 2), False, [[(2, 3, 4)]], [(40, 50, 60)]),
        )
    ],
    *extreme_cases("max"),
    *extreme_cases("min"),
    *softmax_cases("softmax", softmaxes),
    *softmax_cases("log_softmax", lambda x, dim: np.log(softmaxes(x, dim))),
]


class TestTable(OpTable):
    cases = CASES


def test_sums_of_nothing_are_zero_and_means_are_nan() -> None:
    empty = dc.zeros(2, 0)
    assert empty.sum().item() == 0
    assert empty.sum(0).shape == (0,)
    assert np.array_equal(empty.sum(1).numpy(), [0, 0])
    assert np.isnan(empty.mean().item())


@pytest.mark.parametrize("dtype", [dc.int64, dc.uint8, dc.bool])
def test_whole_numbers_are_summed_in_int64(dtype) -> None:
    x = np.arange(600).reshape(20, 30) % 2
    t = dc.tensor(x, dtype=dtype)
    for dim in (None, 0, 1):
        total = t.sum(dim)
        assert total.dtype == dc.int64
        assert np.array_equal(total.numpy(), x.sum(dim))


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_extremes_of_whole_numbers(dtype: str) -> None:
    x = np.random.default_rng(0).integers(0, 100, (40, 30)).astype(dtype)
    t = dc.tensor(x)
    for dim in (0, 1):
        values, indices = t.max(dim)
        assert values.dtype == t.dtype
        assert np.array_equal(values.numpy(), x.max(dim))
        assert np.array_equal(indices.numpy(), x.argmax(dim))
        assert np.array_equal(t.argmin(dim).numpy(), x.argmin(dim))


def test_nan_wins_and_the_first_of_equals() -> None:
    x = dc.tensor([[1.0, float("nan"), 3.0, float("nan")], [2.0, 5.0, 5.0, 1.0]])
    for result in (x.max(1), x.min(1)):
        assert np.isnan(result.values.numpy()[0])
        assert result.indices.numpy()[0] == 1
    assert x.max(dim=1).indices.numpy()[1] == 1
    assert np.isnan(x.max().item())
    assert dc.argmax(x, 1).tolist() == [1, 1]
    assert x.argmax().item() == 1
    assert x.argmax(keepdim=True).shape == (1, 1)


def test_equal_extremes_share_the_gradient_of_the_whole() -> None:
    x = dc.tensor([1.0, 3.0, 3.0], requires_grad=True)
    x.max().backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5]


def test_infinities_in_logsumexp_and_softmax() -> None:
    inf = float("inf")
    x = dc.tensor([[-inf, -inf], [-inf, 1.0], [inf, 1.0]])
    assert x.logsumexp(1).tolist() == [-inf, 1.0, inf]
    assert x.softmax(1).tolist()[1] == [0.0, 1.0]


def test_variance_keeps_its_digits_far_from_zero() -> None:
    x = np.random.default_rng(0).standard_normal((3, 5000)).astype("f") + 1000
    expected = x.astype("float64").var(1, ddof=1)
    np.testing.assert_allclose(dc.tensor(x).var(1).numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(
        dc.tensor(x.T.copy()).var(0, correction=0).numpy(), expected * 4999 / 5000, rtol=1e-5
    )


def test_a_sum_of_many_keeps_its_digits() -> None:
    x = np.full(3_000_000, 0.1, "f")
    assert dc.tensor(x).sum().item() == pytest.approx(float(x.astype("float64").sum()), rel=1e-6)


def test_axis_serves_for_dim() -> None:
    x = dc.tensor([[1.0, 2.0], [3.0, 5.0]])
    assert x.sum(axis=0).tolist() == dc.sum(x, axis=0).tolist() == dc.sum(x, 0).tolist()
    assert x.max(axis=1).values.tolist() == dc.max(x, axis=1)[0].tolist()
    assert x.softmax(axis=1).tolist() == x.softmax(1).tolist()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: x.sum(2), IndexError, r"^\[sum\] dim must be in -2 to 1 .*got 2\.$"),
        (lambda x: x.sum((0, -2)), ValueError, r"^\[sum\] dim names axis 0 twice\.$"),
        (lambda x: x.long().mean(), TypeError, r"^\[mean\] .*float32 or float64, got int64"),
        (lambda x: x.long().softmax(0), TypeError, r"^\[softmax\] .*got int64"),
        (
            lambda x: dc.zeros(0, 3).max(),
            ValueError,
            r"^\[max\] an extreme of no elements .*\(0, 3\)",
        ),
        (lambda x: dc.zeros(0, 3).argmin(0), ValueError, r"^\[argmin\] an extreme of no elements"),
    ],
)
def test_reductions_refuse(call, error, text: str) -> None:
    with pytest.raises(error, match=text):
        call(dc.zeros(2, 3))


def test_any_and_all() -> None:
    x = dc.tensor([[0.0, math.nan, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    assert (bool(x.any()), bool(x.all()), bool(dc.any(x[1]))) == (True, False, False)
    assert x.any(dim=1).tolist() == [True, False, True]
    assert dc.all(x, axis=1, keepdim=True).tolist() == [[False], [False], [True]]
    assert dc.zeros(0).all().item() is True
    assert dc.zeros(0).any().item() is False


def test_sums_as_another_dtype() -> None:
    x = dc.tensor([200, 100], dtype=dc.uint8)
    assert x.sum(dtype=dc.float64).dtype == dc.float64
    assert x.float().mean(dtype="float64").item() == 150
    assert dc.sum(dc.ones(2, 3), 1, dtype=dc.int64).tolist() == [3, 3]
    assert dc.ones(2).softmax(0, dtype=dc.float64).dtype == dc.float64
    w = dc.ones(2, requires_grad=True)
    w.sum(dtype=dc.float64).backward()
    assert w.grad.dtype == dc.float32


def test_extremes_of_two_tensors() -> None:
    a, b = dc.tensor([1.0, 5.0]), dc.tensor([3.0, 2.0])
    assert (dc.max(a, b).tolist(), a.min(b).tolist()) == ([3, 5], [1, 2])


def test_unbiased_is_the_older_name_of_a_correction() -> None:
    x = dc.tensor([1.0, 2.0, 6.0])
    assert x.var(unbiased=False).item() == x.var(correction=0).item()
    assert x.var(0, unbiased=True).item() == x.var().item()
