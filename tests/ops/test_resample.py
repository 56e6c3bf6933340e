"""interpolate: the op table, against matrices written from the formulas, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F
from support.optable import Case, OpTable


def cubic(x: float, a: float) -> float:
    x = abs(x)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0


def weights(kind: str, n: int, out: int, scale: float | None, align: bool) -> np.ndarray:
    """The matrix (out, n) of one axis."""
    step = 1 / scale if scale else n / out
    if align:
        step = (n - 1) / (out - 1) if out > 1 else 0.0
    matrix = np.zeros((out, n))
    for o in range(out):
        at = step * o if align else step * (o + 0.5) - 0.5
        if kind == "area":
            first, last = o * n // out, -(-(o + 1) * n // out)
            matrix[o, first:last] = 1 / (last - first)
        elif kind == "nearest":
            matrix[o, min(math.floor(o * step), n - 1)] = 1
        elif kind == "nearest-exact":
            matrix[o, min(math.floor((o + 0.5) * step), n - 1)] = 1
        elif kind == "linear":
            at = min(max(at, 0), n - 1)
            for i in range(n):
                matrix[o, i] = max(0, 1 - abs(at - i))
        elif kind == "cubic":
            for i in range(math.floor(at) - 1, math.floor(at) + 3):
                matrix[o, min(max(i, 0), n - 1)] += cubic(at - i, -0.75)
        else:  # antialiased: a filter as wide as the step
            wide, middle = max(step, 1.0), step * (o + 0.5) - 0.5
            for i in range(n):
                x = (i - middle) / wide
                matrix[o, i] = cubic(x, -0.5) if kind == "smooth cubic" else max(0, 1 - abs(x))
            matrix[o] /= matrix[o].sum()
    return matrix


KINDS = {"bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}


def reference(x: np.ndarray, sizes, scales, mode: str, align: bool, antialias: bool) -> np.ndarray:
    kind = KINDS.get(mode, mode)
    if antialias:
        kind = "smooth " + kind
    for axis, out in enumerate(sizes):
        scale = scales[axis] if scales else None
        matrix = weights(kind, x.shape[axis + 2], out, scale, align)
        x = np.moveaxis(np.tensordot(x, matrix, (axis + 2, 1)), -1, axis + 2)
    return x


def case(mode: str, shapes, large, align=None, antialias=False, **given) -> Case:
    def call(x: dc.Tensor) -> dc.Tensor:
        options = {"align_corners": align, "antialias": antialias, **given}
        return F.interpolate(x, mode=mode, **options)

    def expected(x: np.ndarray) -> np.ndarray:
        axes = x.ndim - 2
        if "size" in given:
            size = given["size"]
            sizes, scales = ([size] * axes if isinstance(size, int) else size), None
        else:
            factor = given["scale_factor"]
            scales = list(factor) if isinstance(factor, tuple) else [factor] * axes
            sizes = [math.floor(n * f) for n, f in zip(x.shape[2:], scales, strict=True)]
            if given.get("recompute_scale_factor"):
                scales = None
        return reference(x, sizes, scales, mode, bool(align), antialias)

    options = f"{'-aligned' if align else ''}{'-antialias' if antialias else ''}"
    return Case(
        name=f"{mode}{options}-{given}",
        call=call,
        reference=expected,
        shapes=[[shape] for shape in shapes],
        large=[large],
        rows=True,
    )


LINES = [(2, 3, 5), (1, 1, 1), (0, 2, 3), (2, 1, 19)]
PLANES = [(2, 3, 5, 4), (1, 1, 1, 1), (2, 0, 3, 2), (1, 2, 3, 18)]
CUBES = [(2, 2, 3, 2, 4), (1, 1, 1, 1, 1)]
LARGE = {3: (7, 9, 3000), 4: (3, 5, 90, 110), 5: (3, 2, 12, 20, 30)}
CASES = [
    case("nearest", LINES, LARGE[3], scale_factor=2),
    case("nearest", PLANES, LARGE[4], scale_factor=(2, 3.0)),
    case("nearest", PLANES, LARGE[4], size=(3, 7)),
    case("nearest", [(2, 2, 9, 20)], LARGE[4], scale_factor=0.4),
    case("nearest", CUBES, LARGE[5], scale_factor=2),
    case("nearest-exact", LINES, LARGE[3], size=7),
    case("nearest-exact", PLANES, LARGE[4], scale_factor=1.5),
    case("nearest-exact", CUBES, LARGE[5], size=(2, 3, 5)),
    case("linear", LINES, LARGE[3], scale_factor=2),
    case("linear", LINES, LARGE[3], size=8, align=True),
    case("linear", [(2, 2, 9), (1, 2, 37)], LARGE[3], scale_factor=0.3, align=False),
    case("bilinear", PLANES, LARGE[4], scale_factor=2),
    case("bilinear", PLANES, LARGE[4], size=(7, 3), align=True),
    case("bilinear", PLANES, LARGE[4], scale_factor=2.7),
    case("bilinear", PLANES, LARGE[4], scale_factor=2.7, recompute_scale_factor=True),
    case("bilinear", [(2, 2, 9, 40)], LARGE[4], scale_factor=0.3),
    case("bilinear", [(2, 2, 9, 40), (1, 1, 5, 3)], LARGE[4], size=(4, 6), antialias=True),
    case("bilinear", [(1, 1, 5, 3)], LARGE[4], size=(9, 2), antialias=True, align=True),
    case("trilinear", CUBES, LARGE[5], scale_factor=2),
    case("trilinear", CUBES, LARGE[5], size=(2, 5, 3), align=True),
    case("bicubic", PLANES, LARGE[4], scale_factor=2),
    case("bicubic", PLANES, LARGE[4], size=(7, 3), align=True),
    case("bicubic", [(2, 2, 9, 40)], LARGE[4], scale_factor=0.3),
    case("bicubic", [(2, 2, 9, 40), (1, 1, 5, 3)], LARGE[4], size=(4, 6), antialias=True),
    case("area", LINES, LARGE[3], size=2),
    case("area", PLANES, LARGE[4], size=(2, 7)),
    case("area", CUBES, LARGE[5], size=(2, 1, 3)),
]


class TestTable(OpTable):
    cases = CASES


def test_a_wrong_tap_would_be_seen() -> None:
    x = np.random.default_rng(0).normal(size=(1, 1, 5, 4))
    right = reference(x, (7, 3), None, "bicubic", True, False)
    for align, mode in ((False, "bicubic"), (True, "bilinear")):
        assert np.abs(right - reference(x, (7, 3), None, mode, align, False)).max() > 1e-2


def test_what_is_not_taken_changes_nothing() -> None:
    x = dc.zeros(1, 1, 9, 9)
    x.numpy()[0, 0, 1::2] = np.nan
    assert F.interpolate(x, scale_factor=0.5).isnan().any().item() is False


def test_nothing_is_resampled_at_no_cost() -> None:
    x = dc.zeros(0, 1, 3, requires_grad=True)
    y = F.interpolate(x, 2**40)
    y.backward(dc.zeros_like(y))
    assert (y.shape, x.grad.shape) == ((0, 1, 2**40), (0, 1, 3))


def test_equal_sizes_copy() -> None:
    x = dc.randn(1, 2, 3, 5)
    for mode in ("nearest", "nearest-exact", "bilinear", "area"):
        assert F.interpolate(x, (3, 5), mode=mode).tolist() == x.tolist()
    assert F.interpolate(x, scale_factor=1.1, mode="bilinear").tolist() == x.tolist()


PLANE = (1, 2, 4, 4)


@pytest.mark.parametrize(
    ("shape", "options", "error", "text"),
    [
        (PLANE, {}, ValueError, r"one of size and scale_factor must .* got size=None and scale_fa"),
        (PLANE, {"size": 2, "scale_factor": 2}, ValueError, r"got size=2 and scale_factor=2\."),
        (PLANE, {"size": (2, 2, 2)}, ValueError, r"size must be a number or 2 .* got \(2, 2, 2\)"),
        (PLANE, {"scale_factor": (2,)}, ValueError, r"scale_factor must be .* of 4 axes, got \(2,"),
        (PLANE, {"scale_factor": 0}, ValueError, r"positive and finite, got 0\."),
        (PLANE, {"size": 0}, ValueError, r"sizes must be at least 1, got 4 and 0 for axis 2 of"),
        (PLANE, {"scale_factor": 0.1}, ValueError, r"at least 1, got 4 and 0 for axis 2 of shape"),
        ((1, 2, 0, 4), {"size": 2}, ValueError, r"at least 1, got 0 and 2 for axis 2 of shape \(1"),
        (PLANE, {"size": 2.5}, TypeError, r"sizes must be integers, got 2\.5\."),
        (PLANE, {"size": 2, "mode": "cubic"}, ValueError, r"'bicubic' or 'area', got 'cubic'\."),
        (PLANE, {"size": 2, "mode": "linear"}, ValueError, r"mode='linear' needs .* of 3 axes,"),
        (
            (2, 4),
            {"size": 2},
            ValueError,
            r"shape \(N, C, \.\.\.\) with one to .* got \(2, 4\)",
        ),
        (PLANE, {"size": 2, "align_corners": True}, ValueError, r"modes, got mode='nearest'\."),
        (PLANE, {"size": 2, "antialias": True}, ValueError, r"'bicubic', got mode='nearest'\."),
        (
            PLANE,
            {"size": 2, "mode": "bilinear", "align_corners": 1},
            TypeError,
            r"align_corners mu",
        ),
        (PLANE, {"size": 2, "recompute_scale_factor": True}, ValueError, r"needs a scale_fac"),
    ],
)
def test_refuses(shape, options, error, text) -> None:
    with pytest.raises(error, match=rf"^\[interpolate\] .*{text}"):
        F.interpolate(dc.zeros(*shape), **options)


def test_refuses_integers() -> None:
    with pytest.raises(TypeError, match=r"^\[interpolate\] input must be float32 or float64, got"):
        F.interpolate(dc.zeros(1, 1, 2, dtype=dc.int64), size=2)
