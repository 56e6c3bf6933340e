"""Pooling: the op table, ties and NaN, indices, and what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.nn import functional as F
from support.optable import Arrays, Case, OpTable, Shapes, apart, normal, positive

Windows = list[list[int]]  # of one axis: the elements of each output, those in the padding too


def windows(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> Windows:
    free = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-free // stride) if ceil_mode else free // stride) + 1
    starts = [o * stride - padding for o in range(count)]
    if ceil_mode and starts[-1] >= size:
        starts.pop()
    return [[start + k * dilation for k in range(kernel)] for start in starts]


def adaptive(size: int, out: int | None) -> Windows:
    out = out or size
    return [list(range(i * size // out, -(-(i + 1) * size // out))) for i in range(out)]


def each(value: Any, axes: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,) * axes


def axis_windows(shape: Sequence[int], axes: int, options: dict[str, Any]) -> list[Windows]:
    kernel = options["kernel_size"]
    columns = (
        shape[-axes:],
        each(kernel, axes),
        each(options.get("stride", kernel), axes),
        each(options.get("padding", 0), axes),
        each(options.get("dilation", 1), axes),
        (options.get("ceil_mode", False),) * axes,
    )
    return [windows(*row) for row in zip(*columns, strict=True)]


Reduce = Callable[[np.ndarray, np.ndarray, Sequence[list[int]]], np.ndarray]


def pool(x: np.ndarray, by_axis: list[Windows], reduce: Reduce) -> np.ndarray:
    """reduce(elements, their positions in the plane, window), elements along the last axis."""
    axes = len(by_axis)
    sizes, lead = x.shape[-axes:], x.shape[:-axes]
    positions = np.arange(int(np.prod(sizes))).reshape(sizes)
    outputs = []
    for window in itertools.product(*by_axis):
        inside = np.ix_(
            *([i for i in taps if 0 <= i < n] for taps, n in zip(window, sizes, strict=True))
        )
        elements = x[(..., *inside)].reshape(*lead, positions[inside].size)
        outputs.append(reduce(elements, positions[inside].ravel(), window))
    return np.stack(outputs, -1).reshape(*lead, *(len(w) for w in by_axis))


def maximum(x: np.ndarray, by_axis: list[Windows]) -> np.ndarray:
    return pool(x, by_axis, lambda e, at, window: e.max(-1))


def argmaximum(x: np.ndarray, by_axis: list[Windows]) -> np.ndarray:
    return pool(x, by_axis, lambda e, at, window: at[e.argmax(-1)])


def mean(
    x: np.ndarray,
    by_axis: list[Windows],
    padding: Any = 0,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    axes = len(by_axis)
    bounds = [(-p, n + p) for p, n in zip(each(padding, axes), x.shape[-axes:], strict=True)]

    def reduce(e: np.ndarray, at: np.ndarray, window: Sequence[list[int]]) -> np.ndarray:
        counts = [
            sum(low <= i < high for i in taps)
            for taps, (low, high) in zip(window, bounds, strict=True)
        ]
        padded = np.prod(counts) if count_include_pad else e.shape[-1]
        return e.sum(-1) / (divisor_override or padded)

    return pool(x, by_axis, reduce)


SHAPES = {
    1: [[(2, 3, 11)], [(3, 40)], [(0, 2, 9)], [(1, 1, 9)]],
    2: [[(2, 3, 6, 7)], [(2, 9, 38)], [(0, 2, 6, 6)], [(1, 1, 8, 6)]],
    3: [[(1, 2, 4, 5, 7)], [(2, 5, 4, 19)], [(0, 1, 4, 5, 6)], [(1, 1, 5, 4, 6)]],
}
LARGE = {1: [(16, 20, 300)], 2: [(16, 8, 40, 45)], 3: [(6, 8, 9, 20, 21)]}


def text(options: dict[str, Any]) -> str:
    return "-".join(f"{key}={value}" for key, value in options.items()).replace(" ", "")


def max_case(
    axes: int, shapes: Sequence[Shapes] = (), indices: bool = False, **options: Any
) -> Case:
    f = getattr(F, f"max_pool{axes}d")

    def reference(x: np.ndarray) -> Any:
        by_axis = axis_windows(x.shape, axes, options)
        y = maximum(x, by_axis)
        return (y, argmaximum(x, by_axis)) if indices else y

    return Case(
        name=f"max_pool{axes}d-{text(options)}{'-indices' * indices}",
        call=lambda x: f(x, **options, return_indices=indices),
        reference=reference,
        shapes=shapes or SHAPES[axes],
        large=LARGE[axes],
        sample=apart,
        rows=True,
    )


def avg_case(axes: int, **options: Any) -> Case:
    f = getattr(F, f"avg_pool{axes}d")
    own = {
        key: options[key]
        for key in ("padding", "count_include_pad", "divisor_override")
        if key in options
    }
    return Case(
        name=f"avg_pool{axes}d-{text(options)}",
        call=lambda x: f(x, **options),
        reference=lambda x: mean(x, axis_windows(x.shape, axes, options), **own),
        shapes=SHAPES[axes],
        large=LARGE[axes],
        rows=True,
    )


def adaptive_cases(axes: int, size: Any) -> list[Case]:
    sizes = each(size, axes)

    def by_axis(x: np.ndarray) -> list[Windows]:
        return [adaptive(n, out) for n, out in zip(x.shape[-axes:], sizes, strict=True)]

    shared = {"shapes": SHAPES[axes], "large": LARGE[axes], "rows": True}
    avg, greatest = getattr(F, f"adaptive_avg_pool{axes}d"), getattr(F, f"adaptive_max_pool{axes}d")
    return [
        Case(
            name=f"adaptive_avg_pool{axes}d-{size}",
            call=lambda x: avg(x, size),
            reference=lambda x: mean(x, by_axis(x)),
            **shared,
        ),
        Case(
            name=f"adaptive_max_pool{axes}d-{size}",
            call=lambda x: greatest(x, size),
            reference=lambda x: maximum(x, by_axis(x)),
            sample=apart,
            **shared,
        ),
        Case(
            name=f"adaptive_max_pool{axes}d-{size}-indices",
            call=lambda x: greatest(x, size, return_indices=True),
            reference=lambda x: (maximum(x, by_axis(x)), argmaximum(x, by_axis(x))),
            sample=apart,
            **shared,
        ),
    ]


def lp_case(axes: int, norm: float, sample: Any = positive, **options: Any) -> Case:
    f = getattr(F, f"lp_pool{axes}d")

    def reference(x: np.ndarray) -> np.ndarray:
        by_axis = axis_windows(x.shape, axes, options)
        if np.isinf(norm):
            return np.sign(norm) * maximum(np.sign(norm) * np.abs(x), by_axis)
        # A window that reaches beyond the end counts as many elements as the others.
        taps = np.prod(each(options["kernel_size"], axes))
        return (mean(x**norm, by_axis) * taps) ** (1 / norm)

    return Case(
        name=f"lp_pool{axes}d-{norm}-{text(options)}",
        call=lambda x: f(x, norm, **options),
        reference=reference,
        shapes=SHAPES[axes],
        large=LARGE[axes],
        sample=sample,
        rows=True,
    )


def unpool_case(axes: int, **options: Any) -> Case:
    """Indices in any order, none twice in a plane: what stays is not left to the order."""
    f, size = getattr(F, f"max_unpool{axes}d"), options.get("output_size")

    def out_sizes(shape: Sequence[int]) -> tuple[int, ...]:
        kernel = each(options["kernel_size"], axes)
        stride = each(options.get("stride", kernel), axes)
        padding = each(options.get("padding", 0), axes)
        rows = zip(shape[-axes:], kernel, stride, padding, strict=True)
        return size or tuple((n - 1) * s + k - 2 * p for n, k, s, p in rows)

    def sample(rng: np.random.Generator, shapes: Shapes) -> Arrays:
        (shape,) = shapes
        count, planes = int(np.prod(shape[-axes:])), int(np.prod(shape[:-axes]))
        places = [rng.permutation(int(np.prod(out_sizes(shape))))[:count] for _ in range(planes)]
        index = np.array(places, dtype=np.int64).reshape(shape)
        return [*normal(rng, [shape]), index]

    def reference(x: np.ndarray, index: np.ndarray) -> np.ndarray:
        lead, sizes = x.shape[:-axes], out_sizes(x.shape)
        y = np.zeros((*lead, int(np.prod(sizes))))
        flat = (*lead, int(np.prod(x.shape[-axes:])))
        np.put_along_axis(y, index.reshape(flat), x.reshape(flat), -1)
        return y.reshape(*lead, *sizes)

    few = {1: (2, 3, 5), 2: (2, 3, 4, 3), 3: (2, 1, 2, 3, 4)}[axes]
    return Case(
        name=f"max_unpool{axes}d-{text(options)}",
        call=lambda x, index: f(x, index, **options),
        reference=reference,
        shapes=[[few], [few[1:]]] if size else [[few], [few[1:]], [(0, *few[1:])]],
        large=[few] if size else [(40, 30, *{1: (60,), 2: (7, 8), 3: (3, 4, 5)}[axes])],
        sample=sample,
    )


CASES = [
    *(
        max_case(axes, **options)
        for axes in (1, 2, 3)
        for options in (
            {"kernel_size": 2},
            {"kernel_size": 3, "stride": 2, "padding": 1},
            {"kernel_size": 3, "stride": 1, "padding": 1},
            {"kernel_size": 3, "stride": 2, "ceil_mode": True},
            {"kernel_size": 2, "ceil_mode": True},
            {"kernel_size": 2, "stride": 1, "dilation": 2},
        )
    ),
    max_case(2, kernel_size=3),
    max_case(2, kernel_size=(2, 3), stride=(1, 2), padding=(1, 0)),
    max_case(2, kernel_size=(3, 4), stride=(2, 3), padding=(1, 2), dilation=(1, 2)),
    max_case(2, kernel_size=5, stride=1, padding=2),
    max_case(2, kernel_size=6, stride=1, padding=3),
    max_case(3, kernel_size=(1, 2, 2)),
    max_case(3, kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
    max_case(2, [[(1, 2, 18, 19)]], kernel_size=17, stride=2, padding=8),
    max_case(1, indices=True, kernel_size=2),
    max_case(2, indices=True, kernel_size=2),
    max_case(2, indices=True, kernel_size=3, stride=2, padding=1),
    max_case(2, indices=True, kernel_size=(2, 3), stride=(1, 3), dilation=(2, 1)),
    max_case(3, indices=True, kernel_size=2, stride=1, padding=1, ceil_mode=True),
    *(
        avg_case(axes, **options)
        for axes in (1, 2, 3)
        for options in (
            {"kernel_size": 2},
            {"kernel_size": 3, "stride": 2, "padding": 1},
            {"kernel_size": 3, "stride": 1, "padding": 1},
            {"kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False},
            {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            {"kernel_size": 2, "ceil_mode": True, "count_include_pad": False},
        )
    ),
    avg_case(2, kernel_size=3),
    avg_case(2, kernel_size=(3, 4), stride=(2, 3), padding=(1, 2), count_include_pad=False),
    avg_case(2, kernel_size=3, stride=2, padding=1, divisor_override=-5),
    avg_case(2, kernel_size=3, stride=3, padding=1, divisor_override=4),
    avg_case(3, kernel_size=(1, 2, 2)),
    avg_case(3, kernel_size=2, divisor_override=3),
    *(case for axes in (1, 2, 3) for size in (1, 3) for case in adaptive_cases(axes, size)),
    *adaptive_cases(1, 50),
    *adaptive_cases(2, (None, 4)),
    *adaptive_cases(3, (2, None, 3)),
    *(lp_case(axes, 2.0, normal, kernel_size=2) for axes in (1, 2, 3)),
    lp_case(1, 3, kernel_size=3, stride=2),
    lp_case(2, 1.5, kernel_size=(2, 3), stride=1, ceil_mode=True),
    lp_case(2, 2, kernel_size=2, ceil_mode=True),
    lp_case(2, 1, normal, kernel_size=2),
    lp_case(2, float("inf"), apart, kernel_size=2),
    lp_case(1, -float("inf"), apart, kernel_size=3, stride=2),
    *(unpool_case(axes, kernel_size=2) for axes in (1, 2, 3)),
    unpool_case(1, kernel_size=3, stride=2, padding=1),
    unpool_case(2, kernel_size=2, output_size=(9, 7)),
    # Gradients added to gradients, on every way back.
    *(
        Case(
            name=f"pools-added-{k}-{stride}",
            call=lambda x, k=k, stride=stride: (
                F.max_pool2d(x, k, stride) + F.avg_pool2d(x, k, stride)
            ),
            reference=lambda x, k=k, stride=stride: sum(
                f(x, axis_windows(x.shape, 2, {"kernel_size": k, "stride": stride}))
                for f in (maximum, mean)
            ),
            shapes=SHAPES[2],
            large=LARGE[2],
            sample=apart,
            rows=True,
        )
        for k, stride in ((2, 2), (3, 2), (3, 1), (3, 3), (6, 1))
    ),
]


class TestTable(OpTable):
    cases = CASES


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_first_of_equals_wins(stride: int) -> None:
    x = dc.tensor(np.zeros((1, 5, 40)), requires_grad=True)
    y, index = F.max_pool2d(x, 3, stride, 1, return_indices=True)
    rows, columns = np.meshgrid(*(np.arange(n) * stride - 1 for n in y.shape[1:]), indexing="ij")
    first = np.maximum(rows, 0) * 40 + np.maximum(columns, 0)
    assert np.array_equal(index.numpy()[0], first)
    y = F.max_pool2d(x, 3, stride, 1)
    y.sum().backward()
    assert np.array_equal(x.grad.numpy().ravel(), np.bincount(first.ravel(), minlength=200))


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_minus_infinity_is_a_value(stride: int) -> None:
    x = dc.full((1, 1, 40), -INF)
    y, index = F.max_pool2d(x, (1, 3), stride, (0, 1), return_indices=True)
    assert (y.numpy() == -INF).all()
    assert np.array_equal(index.numpy()[0, 0], np.maximum(np.arange(y.shape[2]) * stride - 1, 0))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_nan_is_the_greatest_and_the_last_one_wins(stride: int, dtype: str) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 60)).astype(dtype)
    values[rng.random(values.shape) < 0.3] = NAN
    values[rng.random(values.shape) < 0.1] = INF
    expected = []
    for row in values:
        for window in windows(60, 3, stride, 1, 1, False):
            taps = [i for i in window if 0 <= i < 60]
            nans = [i for i in taps if np.isnan(row[i])]
            expected.append(nans[-1] if nans else taps[int(np.argmax(row[taps]))])
    x = dc.tensor(values, requires_grad=True)
    y, index = F.max_pool1d(x, 3, stride, 1, return_indices=True)
    assert index.numpy().ravel().tolist() == expected
    assert np.array_equal(y.detach().numpy(), np.take_along_axis(values, index.numpy(), 1), True)
    assert np.array_equal(F.max_pool1d(x, 3, stride, 1).detach().numpy(), y.detach().numpy(), True)
    F.max_pool1d(x, 3, stride, 1).sum().backward()
    places = index.numpy() + np.arange(3)[:, None] * 60
    assert np.array_equal(x.grad.numpy().ravel(), np.bincount(places.ravel(), minlength=180))


def test_averages_keep_nan_to_their_windows() -> None:
    values = np.ones((1, 4, 40), np.float32)
    values[0, 1, 5] = NAN
    y = F.avg_pool2d(dc.tensor(values), 3, 1, 1, count_include_pad=False).numpy()[0]
    assert np.array_equal(np.argwhere(np.isnan(y)), [[r, c] for r in range(3) for c in (4, 5, 6)])
    assert np.array_equal(y[~np.isnan(y)], np.ones(160 - 9))


def test_nothing_is_read_around_the_tensor() -> None:
    """A tensor in the middle of NaN: every plane and its neighbours."""
    for shape in ((1, 1, 1), (1, 2, 3), (3, 5, 17), (1, 1, 33)):
        size = int(np.prod(shape))
        memory = np.full(size + 200, NAN, np.float32)
        memory[100 : 100 + size] = np.arange(size)
        x = dc.from_numpy(memory[100 : 100 + size].reshape(shape))
        for pooled in (F.max_pool2d, F.avg_pool2d):
            for stride in (1, 2, 3):
                assert np.isfinite(pooled(x, 3, stride, 1).numpy()).all()


def test_repeated_indices_of_unpooling() -> None:
    x = dc.tensor([[1.0, 2.0]], requires_grad=True)
    y = F.max_unpool1d(x, dc.tensor([[2, 2]]), 2)
    assert y.tolist() == [[0, 0, 2, 0]]
    y.backward(dc.tensor([[5.0, 6.0, 7.0, 8.0]]))
    assert x.grad.tolist() == [[7, 7]]


def test_the_gradient_of_a_zero_power_average_is_zero() -> None:
    x = dc.tensor([[0.0, 0.0, 3.0, -4.0]], requires_grad=True)
    F.lp_pool1d(x, 2, 2).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [[0, 0, 0.6, -0.8]], rtol=1e-6)


IMAGE = (2, 3, 6, 6)


@pytest.mark.parametrize(
    ("shape", "options", "error", "text"),
    [
        (IMAGE, {"kernel_size": 0}, ValueError, r"kernel_size must be in 1 to \d+, got \(0, 0\)"),
        (IMAGE, {"kernel_size": (2, 0)}, ValueError, r"kernel_size must be .*got \(2, 0\)"),
        (IMAGE, {"kernel_size": 2, "stride": 0}, ValueError, r"stride must be .*got \(0, 0\)"),
        (IMAGE, {"kernel_size": 2, "padding": -1}, ValueError, r"padding must be in 0 to .*\(-1,"),
        (IMAGE, {"kernel_size": 3, "padding": 2}, ValueError,
         r"padding must be at most half of the window, got padding=\(2, 2\) for kernel_size=\(3,"),
        (IMAGE, {"kernel_size": 7}, ValueError,
         r"windows must fit into the padded input, got kernel_size=\(7, 7\) and padding=\(0, 0\) "
         r"for input of shape \(2, 3, 6, 6\): the output would be of size \(0, 0\)"),
        (IMAGE, {"kernel_size": (2, 2, 2)}, ValueError,
         r"kernel_size must be one number or 2, got \(2, 2, 2\)"),
        (IMAGE, {"kernel_size": ()}, ValueError, r"kernel_size must be one number or 2, got \(\)"),
        (IMAGE, {"kernel_size": 2.5}, TypeError,
         r"kernel_size must be a whole number or a tuple of them, got 2\.5"),
        (IMAGE, {"kernel_size": (2, None)}, TypeError, r"kernel_size must be .*got \(2, None\)"),
        (IMAGE, {"kernel_size": 2, "stride": "2"}, TypeError, r"stride must be .*got '2'"),
        ((6, 6), {"kernel_size": 2}, ValueError,
         r"input must have shape \(C, H, W\) or \(N, C, H, W\), got \(6, 6\)"),
        ((1, 2, 3, 6, 6), {"kernel_size": 2}, ValueError, r"input must have shape .*got \(1, 2"),
        ((2, 0, 6, 6), {"kernel_size": 2}, ValueError,
         r"only the batch of input may be empty, got shape \(2, 0, 6, 6\)"),
        ((2, 3, 6, 0), {"kernel_size": 2}, ValueError, r"only the batch of input may be empty"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "max_pool2d_with_indices"])
def test_refused_windows(name: str, shape, options, error, text: str) -> None:
    op = name.removesuffix("_with_indices")
    with pytest.raises(error, match=rf"^\[{op}\] .*{text}.*\.$"):
        getattr(F, name)(dc.zeros(*shape), **options)


@pytest.mark.parametrize(
    ("name", "axes"), [(f"{kind}_pool{n}d", n) for kind in ("max", "avg") for n in (1, 2, 3)]
)
def test_refused_dtypes_and_ranks(name: str, axes: int) -> None:
    with pytest.raises(TypeError, match=rf"^\[{name}\] input must be float32 or float64, got int6"):
        getattr(F, name)(dc.zeros(1, *(4,) * axes, dtype=dc.int64), 2)
    axis = {1: "L", 2: "H, W", 3: "D, H, W"}[axes]
    with pytest.raises(ValueError, match=rf"^\[{name}\] .*\(C, {axis}\) or \(N, C, {axis}\), got "):
        getattr(F, name)(dc.zeros(*(4,) * (axes + 3)), 2)
    for kind in ("avg", "max"):
        adaptive_name = f"adaptive_{kind}_pool{axes}d"
        with pytest.raises(TypeError, match=rf"^\[{adaptive_name}\] input must be float32 or fl"):
            getattr(F, adaptive_name)(dc.zeros(1, *(4,) * axes, dtype=dc.int64), 2)


def test_refused_options_of_one_kind_of_pooling() -> None:
    x = dc.zeros(*IMAGE)
    with pytest.raises(
        ValueError, match=r"^\[max_pool2d\] dilation must be in 1 to .*got \(0, 0\)"
    ):
        F.max_pool2d(x, 2, dilation=0)
    with pytest.raises(
        ValueError, match=r"^\[max_pool1d\] every window must hold .* dilation=5 window 0 has padd"
    ):
        F.max_pool1d(dc.zeros(1, 2), 2, 1, 3, 5)
    with pytest.raises(ValueError, match=r"^\[avg_pool2d\] divisor_override must not be zero, got"):
        F.avg_pool2d(x, 2, divisor_override=0)
    for norm in (0, NAN):
        with pytest.raises(
            ValueError, match=r"^\[lp_pool2d\] norm_type must be a number other tha"
        ):
            F.lp_pool2d(x, norm, 2)
    with pytest.raises(
        TypeError, match=r"^\[lp_pool2d\] input must be float32 or float64, got int6"
    ):
        F.lp_pool2d(dc.zeros(1, 4, 4, dtype=dc.int64), 2, 2)
    with pytest.raises(
        ValueError, match=r"^\[lp_pool1d\] the windows must fit into the padded inp"
    ):
        F.lp_pool1d(dc.zeros(1, 4), 2, 5)
    with pytest.raises(
        ValueError, match=r"^\[max_pool3d\] a window may hold at most 2147483647 el"
    ):
        F.max_pool3d(dc.zeros(1, 4, 4, 4), 2000, 1, 1000)


@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_refused_output_sizes(name: str) -> None:
    f, x = getattr(F, name), dc.zeros(*IMAGE)
    for size in (0, (2, -1)):
        with pytest.raises(ValueError, match=rf"^\[{name}\] output_size must be in 1 to \d+, got"):
            f(x, size)
    with pytest.raises(
        ValueError, match=rf"^\[{name}\] output_size must be one number or 2, got \(1"
    ):
        f(x, (1, 2, 3))
    with pytest.raises(
        ValueError, match=rf"^\[{name}\] shape .* more elements than memory can hold"
    ):
        f(x, 2**31 - 1)
    with pytest.raises(TypeError, match=rf"^\[{name}\] output_size must be .* None, .* got 1\.5\."):
        f(x, 1.5)
    with pytest.raises(ValueError, match=rf"^\[{name}\] input must have shape \(C, H, W\) or"):
        f(dc.zeros(4, 4), 2)


def test_refused_unpoolings() -> None:
    x, index = dc.zeros(1, 2), dc.tensor([[0, 1]])
    with pytest.raises(TypeError, match=r"^\[max_unpool1d\] indices must be int64, got float32\.$"):
        F.max_unpool1d(x, x, 2)
    with pytest.raises(
        ValueError, match=r"^\[max_unpool1d\] indices must have input's shape \(1, 2"
    ):
        F.max_unpool1d(x, index[:, :1], 2)
    for wrong in (-1, 4):
        with pytest.raises(
            IndexError,
            match=rf"^\[max_unpool1d\] indices must be positions in 0 to 3 .* got {wrong}",
        ):
            F.max_unpool1d(x, dc.tensor([[0, wrong]]), 2)
    for size in ((2,), (6,)):
        with pytest.raises(
            ValueError,
            match=r"^\[max_unpool1d\] output_size must be less than stride=\(2,\) from \(4",
        ):
            F.max_unpool1d(x, index, 2, output_size=size)
    with pytest.raises(ValueError, match=r"^\[max_unpool2d\] output_size must have 2 sizes, or"):
        F.max_unpool2d(dc.zeros(1, 1, 2), index[None], 1, output_size=(4,))
    with pytest.raises(ValueError, match=r"^\[max_unpool1d\] sizes must not be negative"):
        F.max_unpool1d(x[:, :1], index[:, :1], 2, padding=2)
    with pytest.raises(
        TypeError, match=r"^\[max_unpool1d\] input must be float32 or float64, got i"
    ):
        F.max_unpool1d(index, index, 2)
