"""Element-wise ops: the op table, promotion, special values, and what they refuse."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import numpy as np
import pytest

import deepcore as dc
from support.optable import Arrays, Case, OpTable, Shapes, apart, normal, positive

UNARY_SHAPES = [[(3, 5)], [(1, 1)], [(0, 4)], [(2, 1, 67)]]
BINARY_SHAPES = [
    [(3, 4), (3, 4)],
    [(1, 1), (1, 1)],
    [(3, 4), (4,)],
    [(3, 4), (3, 1)],
    [(3, 1), (1, 4)],
    [(2, 3, 4), (3, 1)],
    [(2, 3, 4), (2, 1, 4)],
    [(2, 1, 3, 1), (4, 1, 5)],
    [(), (2, 3)],
    [(0, 4), (4,)],
    [(0, 4), (1, 1)],
    [(1, 4), (0, 1)],
]


def above_one(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    return [rng.uniform(-0.9, 3.0, shape) for shape in shapes]


def fractions(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    """Values at least 0.1 from the nearest whole number and from the nearest half."""
    return [
        rng.integers(-5, 5, shape) + rng.choice([0.1, 0.25, 0.7, 0.9], shape) for shape in shapes
    ]


def tied(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    return [rng.integers(-2, 3, shape).astype(float) for shape in shapes]


def chosen(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    first, *rest = shapes
    return [rng.random(first) < 0.5, *normal(rng, rest)]


def unary(
    name: str,
    reference: Callable[..., np.ndarray],
    sample: Callable[..., Arrays] = normal,
    call: Callable[..., dc.Tensor] | None = None,
) -> Case:
    return Case(
        name=name,
        call=call or getattr(dc, name),
        reference=reference,
        shapes=UNARY_SHAPES,
        large=[(700, 130)],
        sample=sample,
        rows=True,
    )


def binary(
    name: str,
    call: Callable[..., dc.Tensor],
    reference: Callable[..., np.ndarray],
    sample: Callable[..., Arrays] = normal,
    differentiable: bool = True,
) -> Case:
    return Case(
        name=name,
        call=call,
        reference=reference,
        shapes=BINARY_SHAPES,
        large=[(500, 200), (500, 1)],
        sample=sample,
        differentiable=differentiable,
    )


CASES = [
    unary("neg", np.negative),
    unary("abs", np.abs, apart),
    unary("sign", np.sign, apart),
    unary("square", np.square),
    unary("sqrt", np.sqrt, positive),
    unary("rsqrt", lambda x: x**-0.5, positive),
    unary("reciprocal", np.reciprocal, positive),
    unary("exp", np.exp),
    unary("expm1", np.expm1),
    unary("log", np.log, positive),
    unary("log1p", np.log1p, above_one),
    unary("sin", np.sin),
    unary("cos", np.cos),
    unary("erf", np.vectorize(math.erf, otypes=[float])),
    unary("floor", np.floor, fractions),
    unary("ceil", np.ceil, fractions),
    unary("round", np.round, fractions),
    unary("trunc", np.trunc, fractions),
    unary("clamp", lambda x: np.clip(x, -0.55, 1.25), apart, lambda x: x.clamp(-0.55, 1.25)),
    unary("clamp-below", lambda x: np.maximum(x, 0.25), apart, lambda x: dc.clamp(x, min=0.25)),
    unary("cast", lambda x: x, call=lambda x: x.double()),
    unary("number-plus", lambda x: 2.5 + x, call=lambda x: 2.5 + x),
    unary("number-minus", lambda x: 2.5 - x, call=lambda x: 2.5 - x),
    unary("number-over", lambda x: 2.5 / x, positive, lambda x: 2.5 / x),
    unary("over-number", lambda x: x / 2.5, call=lambda x: x / 2.5),
    unary("power-of-number", lambda x: 2.0**x, call=lambda x: 2**x),
    *(
        unary(f"power-{p}", lambda x, p=p: x**p, positive, lambda x, p=p: x**p)
        for p in (0, 0.5, -0.5, 1, -1, 2, 3, 1.7)
    ),
    unary("power-3-of-negative", lambda x: x**3.0, apart, lambda x: x**3),
    unary("same-tensor", lambda x: x * x / (x + x), positive, lambda x: x * x / (x + x)),
    binary("add", operator.add, np.add),
    binary("sub", operator.sub, np.subtract),
    binary("mul", operator.mul, np.multiply),
    binary("div", operator.truediv, np.divide, apart),
    binary("pow", operator.pow, np.power, positive),
    binary("maximum", dc.maximum, np.maximum, apart),
    binary("minimum", dc.minimum, np.minimum, apart),
    binary("add-alpha", lambda a, b: dc.add(a, b, alpha=-0.5), lambda a, b: a - 0.5 * b),
    *(
        binary(name, getattr(operator, name), getattr(operator, name), tied, False)
        for name in ("eq", "ne", "lt", "le", "gt", "ge")
    ),
    binary("logical_and", dc.logical_and, np.logical_and, tied, False),
    binary("logical_or", dc.logical_or, np.logical_or, tied, False),
    binary("logical_xor", dc.logical_xor, np.logical_xor, tied, False),
    Case(
        name="where",
        call=dc.where,
        reference=np.where,
        shapes=[
            [(3, 4), (3, 4), (3, 4)],
            [(4,), (3, 4), (3, 1)],
            [(3, 1), (1, 4), ()],
            [(1,), (1,), (1,)],
            [(0, 4), (4,), (1, 4)],
        ],
        large=[(500, 1), (500, 200), (200,)],
        sample=chosen,
    ),
    Case(
        name="where-number",
        call=lambda c, x: dc.where(c, x, -1.0),
        reference=lambda c, x: np.where(c, x, -1.0),
        shapes=[[(3, 4), (3, 4)], [(1,), (1,)]],
        large=[(500, 200), (500, 200)],
        sample=chosen,
    ),
]


class TestTable(OpTable):
    cases = CASES


NAMES = ["bool", "uint8", "int64", "float32", "float64"]
# Of PyTorch's torch.result_type. Columns: the dtypes above.
WITH_TENSOR = {
    "bool": NAMES,
    "uint8": ["uint8", "uint8", "int64", "float32", "float64"],
    "int64": ["int64", "int64", "int64", "float32", "float64"],
    "float32": ["float32", "float32", "float32", "float32", "float64"],
    "float64": ["float64"] * 5,
}
# Rows: a tensor with axes; columns: one without.
WITH_SCALAR_TENSOR = {
    "bool": NAMES,
    "uint8": ["uint8", "uint8", "uint8", "float32", "float64"],
    "int64": ["int64", "int64", "int64", "float32", "float64"],
    "float32": ["float32"] * 5,
    "float64": ["float64"] * 5,
}
# Columns: True, 2, 2.5.
WITH_NUMBER = {
    "bool": ["bool", "int64", "float32"],
    "uint8": ["uint8", "uint8", "float32"],
    "int64": ["int64", "int64", "float32"],
    "float32": ["float32"] * 3,
    "float64": ["float64"] * 3,
}


def ones(dtype: str, *shape: int) -> dc.Tensor:
    return dc.tensor(np.ones(shape, dtype))


@pytest.mark.parametrize("name", NAMES)
def test_promotion(name: str) -> None:
    for other, expected in zip(NAMES, WITH_TENSOR[name], strict=True):
        assert (ones(name, 2) * ones(other, 2)).numpy().dtype == expected
        assert dc.where(dc.tensor([True]), ones(name, 2), ones(other, 2)).numpy().dtype == expected
    for other, expected in zip(NAMES, WITH_SCALAR_TENSOR[name], strict=True):
        assert (ones(name, 2) * ones(other)).numpy().dtype == expected
        assert (ones(other) * ones(name, 2)).numpy().dtype == expected
    for number, expected in zip((True, 2, 2.5), WITH_NUMBER[name], strict=True):
        assert (ones(name, 2) * number).numpy().dtype == expected
        assert (number * ones(name)).numpy().dtype == expected
        assert (ones(name, 2) * np.asarray(number)[()]).numpy().dtype == expected


def test_division_and_functions_of_whole_numbers_give_float32() -> None:
    for name in NAMES[:3]:
        assert (ones(name, 2) / ones(name, 2)).dtype == dc.float32
        assert dc.exp(ones(name, 2)).dtype == dc.float32
        assert dc.tanh(ones(name, 2)).dtype == dc.float32
    assert (dc.arange(3) / 2).tolist() == [0.0, 0.5, 1.0]
    assert dc.square(dc.arange(3)).dtype == dc.int64
    assert dc.arange(3).clamp(max=1.5).tolist() == [0.0, 1.0, 1.5]


def test_numpy_scalars_and_arrays() -> None:
    x = dc.ones(2, requires_grad=True)
    assert (np.float64(2) * x).dtype == dc.float32
    assert (x * np.int64(2)).dtype == dc.float32
    product = np.full(2, 3.0, np.float32) * x
    assert product.requires_grad
    assert product.tolist() == [3.0, 3.0]


def test_bool_arithmetic() -> None:
    a, b = dc.tensor([False, False, True, True]), dc.tensor([False, True, False, True])
    assert (a + b).tolist() == [False, True, True, True]
    assert (a * b).tolist() == [False, False, False, True]
    assert (a & b).tolist() == [False, False, False, True]
    assert (a | b).tolist() == [False, True, True, True]
    assert (a ^ b).tolist() == [False, True, True, False]
    assert (~a).tolist() == [True, True, False, False]
    assert dc.maximum(a, b).dtype == dc.bool


def test_whole_numbers() -> None:
    x = dc.tensor([-3, 2, 5])
    assert (x**3).tolist() == [-27, 8, 125]
    assert (2 ** dc.tensor([0, 5, 62])).tolist() == [1, 32, 2**62]
    assert (x & 3).tolist() == [1, 2, 1]
    assert abs(x).tolist() == [3, 2, 5]
    assert dc.sign(x).tolist() == [-1, 1, 1]
    assert (dc.tensor(np.array([250], np.uint8)) + 10).tolist() == [4]
    assert dc.tensor([-1.5, 300.7]).long().tolist() == [-1, 300]
    assert dc.tensor([0.0, -0.5, math.nan]).bool().tolist() == [False, True, True]


def test_nan_is_never_hidden() -> None:
    x, nan = dc.tensor([1.0, math.nan, math.nan]), dc.tensor([math.nan, 1.0, math.nan])
    for result in (dc.maximum(x, nan), dc.minimum(x, nan)):
        assert dc.isnan(result).tolist() == [True, True, True]
    for result in (x.clamp(0.0, 0.5), dc.sign(x), dc.relu(x), dc.abs(x)):
        assert dc.isnan(result).tolist() == [False, True, True]
    values = dc.tensor([math.nan, math.inf, -math.inf, 1.0])
    assert dc.isnan(values).tolist() == [True, False, False, False]
    assert dc.isinf(values).tolist() == [False, True, True, False]
    assert dc.isfinite(values).tolist() == [False, False, False, True]


def test_round_takes_halves_to_even() -> None:
    assert dc.round(dc.tensor([-1.5, -0.5, 0.5, 1.5, 2.5])).tolist() == [-2.0, 0.0, 0.0, 2.0, 2.0]


def test_a_tie_shares_the_gradient() -> None:
    a = dc.ones(3, requires_grad=True)
    b = dc.ones(3, requires_grad=True)
    dc.maximum(a, b).backward(dc.ones(3))
    assert a.grad.tolist() == b.grad.tolist() == [0.5, 0.5, 0.5]


def test_gradients_at_the_edges() -> None:
    x = dc.tensor([0.0, -2.0, 2.0], requires_grad=True)
    x.abs().backward(dc.ones(3))
    assert x.grad.tolist() == [0.0, -1.0, 1.0]
    base = dc.zeros(2, requires_grad=True)
    exponent = dc.tensor([0.0, 2.0], requires_grad=True)
    (base**exponent).backward(dc.ones(2))
    assert base.grad.tolist() == [0.0, 0.0]
    assert exponent.grad.tolist() == [0.0, 0.0]


def test_scalar_tensors() -> None:
    x = dc.tensor(3.0, requires_grad=True)
    (x * x + 1).backward()
    assert x.grad.item() == 6.0


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: dc.zeros(2, 3) + dc.zeros(4),
            ValueError,
            r"^\[add\] shapes \(2, 3\) and \(4,\) do not broadcast: axis 1 has 3 against 4\.$",
        ),
        (lambda: dc.add(dc.zeros(2), "x"), TypeError, r"^\[add\] an operand must be .*got str\.$"),
        (
            lambda: dc.tensor([True]) - dc.tensor([True]),
            TypeError,
            r"^\[sub\] this op is not defined for bool tensors\.$",
        ),
        (
            lambda: -dc.tensor([True]),
            TypeError,
            r"^\[neg\] this op is not defined for bool tensors\.$",
        ),
        (lambda: dc.arange(3) ** -1, ValueError, r"^\[pow\] .*got the power -1; convert .*\.$"),
        (
            lambda: dc.tensor(np.zeros(2, np.uint8)) + 256,
            ValueError,
            r"^\[add\] .*0 to 255, got 256; convert .*\.$",
        ),
        (lambda: dc.arange(3) + 2**64, ValueError, r"64 bits, got 18446744073709551616\.$"),
        (lambda: dc.zeros(2).clamp(), ValueError, r"^\[clamp\] .*got neither\.$"),
        (
            lambda: dc.where(dc.zeros(2), dc.zeros(2), dc.zeros(2)),
            TypeError,
            r"^\[where\] condition must be bool, got float32; .*\.$",
        ),
        (lambda: ~dc.zeros(2), TypeError, r"^\[invert\] .*got float32\.$"),
        (lambda: dc.zeros(2) & dc.zeros(2), TypeError, r"^\[bitwise_and\] .*float32 tensors\.$"),
        (lambda: dc.zeros(2) + "x", TypeError, r"unsupported operand type"),
        (lambda: dc.add(dc.zeros(2), 1, alpha="x"), TypeError, r"^\[add\] alpha must be"),
    ],
)
def test_refuses(call: Callable[[], object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_comparison_with_none_is_false() -> None:
    assert (dc.zeros(2) == None) is False  # noqa: E711 - the operator is what is tested
    assert (dc.zeros(2) != None) is True  # noqa: E711 - as above


def test_whole_numbers_wrap() -> None:
    most = dc.tensor([2**63 - 1])
    assert (most + 1).item() == -(2**63)
    assert (most * 2).item() == -2
    assert (-(most + 1)).item() == abs(most + 1).item() == -(2**63)
    assert dc.tensor([1]).add(2**62, alpha=4).item() == 1
