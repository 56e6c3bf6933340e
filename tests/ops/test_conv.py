"""Convolutions and transposed ones: the op table, every option, and what they refuse."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.nn import functional as F
from support.optable import Case, OpTable


def numbers(value: Any, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def taps(w, x_sizes, y_sizes, stride, padding, dilation):
    """For each element of the kernel: its index, and slices of x and of y that it joins."""
    for k in itertools.product(*(range(n) for n in w.shape[2:])):
        ys, xs = [], []
        for i, (n, m) in enumerate(zip(x_sizes, y_sizes, strict=True)):
            offset = k[i] * dilation[i] - padding[i]
            inside = [p for p in range(m) if 0 <= p * stride[i] + offset < n]
            ys.append(slice(inside[0], inside[-1] + 1) if inside else slice(0, 0))
            first = inside[0] * stride[i] + offset if inside else 0
            last = inside[-1] * stride[i] + offset + 1 if inside else 0
            xs.append(slice(first, last, stride[i]))
        yield (..., *k), (..., *xs), (..., *ys)


def grouped(a, groups):
    return a.reshape(a.shape[0], groups, a.shape[1] // groups, *a.shape[2:])


def conv(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
    """The sum over taps of w[o, c, k] x[n, c, p stride + k dilation - padding]."""
    axes = w.ndim - 2
    s, d = numbers(stride, axes), numbers(dilation, axes)
    if padding == "same":
        total = [d[i] * (w.shape[2 + i] - 1) for i in range(axes)]
        p, behind = [t // 2 for t in total], [t - t // 2 for t in total]
    else:
        p = behind = numbers(0 if padding == "valid" else padding, axes)
    sizes = [
        (x.shape[2 + i] + p[i] + behind[i] - d[i] * (w.shape[2 + i] - 1) - 1) // s[i] + 1
        for i in range(axes)
    ]
    n, o = x.shape[0], w.shape[0]
    y = np.zeros((n, groups, o // groups, *sizes))
    xg, wg = grouped(x, groups), w.reshape(groups, o // groups, *w.shape[1:])
    for k, xs, ys in taps(w, x.shape[2:], sizes, s, p, d):
        y[ys] += np.einsum("goc,ngc...->ngo...", wg[k], xg[xs])
    y = y.reshape(n, o, *sizes)
    return y if b is None else y + b.reshape(-1, *(1,) * axes)


def conv_transpose(y, w, b=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Every input is spread over the outputs that a convolution would have read it from."""
    axes = w.ndim - 2
    s, d, p = numbers(stride, axes), numbers(dilation, axes), numbers(padding, axes)
    extra = numbers(output_padding, axes)
    sizes = [
        (y.shape[2 + i] - 1) * s[i] - 2 * p[i] + d[i] * (w.shape[2 + i] - 1) + extra[i] + 1
        for i in range(axes)
    ]
    n, c = y.shape[0], w.shape[1]
    x = np.zeros((n, groups, c, *sizes))
    yg, wg = grouped(y, groups), w.reshape(groups, -1, *w.shape[1:])
    for k, xs, ys in taps(w, sizes, y.shape[2:], s, p, d):
        x[xs] += np.einsum("goc,ngo...->ngc...", wg[k], yg[ys])
    x = x.reshape(n, groups * c, *sizes)
    return x if b is None else x + b.reshape(-1, *(1,) * axes)


def conv_case(name, shapes, large, **options) -> Case:
    axes = len(shapes[0][1]) - 2
    call = getattr(F, f"conv{axes}d")
    return Case(
        name=f"conv{axes}d-{name}",
        call=lambda x, w, b: call(x, w, b, **options),
        reference=lambda x, w, b: conv(x, w, b, **options),
        shapes=shapes,
        large=large,
        rows=True,
    )


def transpose_case(name, shapes, large, **options) -> Case:
    axes = len(shapes[0][1]) - 2
    call = getattr(F, f"conv_transpose{axes}d")
    return Case(
        name=f"conv_transpose{axes}d-{name}",
        call=lambda x, w, b: call(x, w, b, **options),
        reference=lambda x, w, b: conv_transpose(x, w, b, **options),
        shapes=shapes,
        large=large,
        rows=True,
    )


def activated(kind: str, f) -> Case:
    activation = getattr(_core.Activation, kind)
    return Case(
        name=f"conv2d-{kind}",
        call=lambda x, w, b: _core.conv2d(x, w, b, 1, 1, 1, 1, activation),
        reference=lambda x, w, b: f(conv(x, w, b, padding=1)),
        shapes=[[(2, 2, 4, 5), (3, 2, 3, 3), (3,)], [(17, 2, 3, 3), (9, 2, 3, 3), (9,)]],
        large=[(3, 16, 32, 33), (17, 16, 3, 3), (17,)],
        rows=True,
    )


def normed(name: str, shapes, large, relu: bool = True, **options) -> Case:
    """With batch norm by running statistics: one node where nothing records a gradient."""
    place = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
    call = {3: _core.conv1d_norm, 4: _core.conv2d_norm, 5: _core.conv3d_norm}[len(shapes[0][1])]

    def statistics(o: int) -> np.ndarray:
        return np.arange(o) / 8

    def run(x, w, b, norm_w, norm_b):
        mean = dc.tensor(statistics(len(w))).to(x.dtype)
        return call(x, w, b, *place.values(), norm_w, norm_b, mean, mean + 0.5, 1e-5, relu)

    def reference(x, w, b, norm_w, norm_b):
        z = conv(x, w, b, **options)
        along = (-1, *(1,) * (z.ndim - 2))
        mean = statistics(len(w))
        scale = norm_w / np.sqrt(mean + 0.5 + 1e-5)
        y = (z - mean.reshape(along)) * scale.reshape(along) + norm_b.reshape(along)
        return np.maximum(y, 0) if relu else y

    def with_norm(arrays):
        return [*arrays, arrays[2], arrays[2]]

    return Case(
        name=f"conv-norm-{name}",
        call=run,
        reference=reference,
        shapes=[with_norm(arrays) for arrays in shapes],
        large=with_norm(large),
        rows=True,
        rtol=1e-4,
    )


CASES = [
    conv_case(
        "plain",
        [
            [(2, 3, 6, 5), (4, 3, 3, 2), (4,)],
            [(1, 1, 1, 1), (1, 1, 1, 1), (1,)],
            [(0, 2, 4, 4), (3, 2, 3, 3), (3,)],
            [(2, 0, 4, 4), (3, 0, 3, 3), (3,)],
            [(2, 2, 4, 4), (0, 2, 3, 3), (0,)],
            [(1, 2, 3, 40), (9, 2, 2, 3), (9,)],
        ],
        [(4, 20, 30, 31), (33, 20, 3, 3), (33,)],
    ),
    conv_case(
        "padded",
        [[(2, 3, 6, 5), (4, 3, 3, 3), (4,)], [(1, 2, 1, 1), (3, 2, 5, 5), (3,)]],
        [(3, 32, 32, 32), (24, 32, 3, 3), (24,)],
        padding=2,
    ),
    # Sixteen images and more lie along the lanes.
    conv_case(
        "many-small-images",
        [[(17, 3, 4, 4), (5, 3, 3, 3), (5,)], [(33, 30, 2, 2), (9, 30, 3, 3), (9,)]],
        [(70, 40, 8, 8), (33, 40, 3, 3), (33,)],
        padding=1,
    ),
    conv_case(
        "stride",
        [[(2, 3, 7, 8), (4, 3, 3, 4), (4,)], [(18, 2, 5, 5), (3, 2, 2, 2), (3,)]],
        [(3, 16, 45, 64), (20, 16, 5, 3), (20,)],
        stride=(2, 3),
        padding=(1, 0),
    ),
    conv_case(
        "stride-beyond-the-kernel",
        [[(2, 3, 7, 8), (4, 3, 1, 2), (4,)]],
        [(4, 70, 33, 33), (40, 70, 1, 2), (40,)],
        stride=3,
    ),
    conv_case(
        "dilation",
        [[(2, 3, 7, 9), (4, 3, 3, 2), (4,)], [(16, 2, 6, 6), (3, 2, 2, 2), (3,)]],
        [(2, 20, 30, 30), (20, 20, 3, 3), (20,)],
        dilation=(2, 3),
        padding=1,
    ),
    conv_case(
        "groups",
        [[(2, 4, 5, 5), (6, 2, 3, 3), (6,)], [(17, 6, 3, 3), (4, 3, 2, 2), (4,)]],
        [(3, 32, 30, 30), (40, 16, 3, 3), (40,)],
        groups=2,
        padding=1,
    ),
    conv_case(
        "depthwise",
        [[(2, 4, 5, 6), (4, 1, 3, 3), (4,)], [(1, 4, 40, 3), (8, 1, 2, 2), (8,)]],
        [(4, 4, 120, 120), (4, 1, 3, 3), (4,)],
        groups=4,
        padding=1,
    ),
    conv_case(
        "depthwise-padded-by-the-kernel",
        [
            [(2, 3, 9, 20), (3, 1, 3, 3), (3,)],
            [(1, 3, 1, 1), (3, 1, 3, 3), (3,)],
            [(3, 3, 12, 33), (3, 1, 3, 3), (3,)],
        ],
        [(4, 3, 90, 130), (3, 1, 3, 3), (3,)],
        groups=3,
        padding=(3, 4),
    ),
    conv_case(
        "depthwise-unpadded",
        [[(2, 3, 3, 3), (3, 1, 3, 3), (3,)], [(2, 3, 11, 18), (3, 1, 3, 3), (3,)]],
        [(4, 3, 90, 131), (3, 1, 3, 3), (3,)],
        groups=3,
    ),
    conv_case(
        "depthwise-stride",
        [[(3, 4, 7, 6), (4, 1, 3, 3), (4,)]],
        [(4, 4, 150, 151), (4, 1, 3, 3), (4,)],
        groups=4,
        stride=2,
        dilation=2,
        padding=2,
    ),
    conv_case(
        "of-one-channel",
        [[(3, 1, 7, 6), (4, 1, 3, 3), (4,)], [(2, 1, 9, 9), (6, 1, 5, 5), (6,)]],
        [(20, 1, 28, 28), (6, 1, 5, 5), (6,)],
        padding=2,
    ),
    conv_case(
        "of-three-channels",
        [[(2, 3, 9, 11), (5, 3, 3, 3), (5,)], [(9, 3, 30, 21), (4, 3, 3, 5), (4,)]],
        [(3, 3, 100, 150), (7, 3, 7, 7), (7,)],
        stride=2,
        padding=(1, 3),
    ),
    conv_case(
        "pointwise",
        [[(2, 3, 4, 5), (4, 3, 1, 1), (4,)], [(1, 300, 2, 1), (3, 300, 1, 1), (3,)]],
        [(2, 300, 20, 20), (40, 300, 1, 1), (40,)],
    ),
    conv_case(
        "same",
        [[(2, 3, 4, 5), (4, 3, 4, 3), (4,)]],
        [(2, 30, 20, 40), (20, 30, 2, 4), (20,)],
        padding="same",
        dilation=(1, 2),
    ),
    conv_case(
        "sequence",
        [
            [(2, 3, 11), (4, 3, 3), (4,)],
            [(1, 1, 1), (1, 1, 1), (1,)],
            [(16, 2, 5), (3, 2, 2), (3,)],
        ],
        [(2, 20, 5000), (24, 20, 5), (24,)],
        stride=2,
        padding=1,
    ),
    # Parts of a row at a time, because a copy of the whole would not stay in the cache.
    conv_case(
        "long-sequence",
        [[(2, 3, 21), (4, 3, 3), (4,)]],
        [(2, 12, 30_000), (9, 12, 4), (9,)],
        stride=2,
        dilation=3,
        padding=5,
    ),
    conv_case(
        "volume",
        [[(2, 3, 4, 5, 3), (2, 3, 2, 3, 2), (2,)], [(1, 1, 1, 1, 1), (1, 1, 2, 1, 2), (1,)]],
        [(2, 12, 9, 16, 17), (20, 12, 3, 3, 3), (20,)],
        padding=1,
        stride=(2, 1, 1),
    ),
    transpose_case(
        "plain",
        [
            [(2, 3, 4, 5), (3, 4, 3, 2), (4,)],
            [(1, 1, 1, 1), (1, 1, 1, 1), (1,)],
            [(0, 2, 4, 4), (2, 3, 3, 3), (3,)],
            [(2, 2, 0, 4), (2, 3, 3, 3), (3,)],
            [(2, 2, 4, 0), (2, 3, 3, 3), (3,)],
            [(16, 2, 3, 3), (2, 3, 3, 3), (3,)],
        ],
        [(3, 33, 20, 30), (33, 20, 3, 3), (20,)],
    ),
    transpose_case(
        "stride",
        [[(2, 3, 4, 5), (3, 2, 4, 3), (2,)], [(17, 3, 2, 2), (3, 2, 4, 4), (2,)]],
        [(3, 40, 15, 17), (40, 20, 4, 4), (20,)],
        stride=2,
        padding=1,
        output_padding=(0, 1),
    ),
    transpose_case(
        "groups",
        [[(2, 4, 4, 3), (4, 3, 2, 3), (6,)]],
        [(3, 40, 20, 17), (40, 20, 3, 3), (40,)],
        groups=2,
        dilation=2,
        stride=(3, 1),
    ),
    transpose_case(
        "sequence",
        [[(2, 3, 5), (3, 2, 4), (2,)]],
        [(2, 24, 3000), (24, 20, 4), (20,)],
        stride=2,
    ),
    transpose_case(
        "volume",
        [[(1, 2, 2, 3, 2), (2, 3, 2, 2, 3), (3,)]],
        [(2, 12, 6, 9, 9), (12, 16, 3, 3, 3), (16,)],
        stride=2,
        padding=1,
    ),
    activated("relu", lambda z: np.maximum(z, 0)),
    activated("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z)),
    activated("sigmoid", lambda z: 1 / (1 + np.exp(-z))),
    activated("tanh", np.tanh),
    activated("silu", lambda z: z / (1 + np.exp(-z))),
    normed(
        "padded",
        [
            [(2, 3, 4, 5), (4, 3, 3, 3), (4,)],
            [(0, 3, 4, 5), (4, 3, 3, 3), (4,)],
            [(17, 20, 4, 4), (9, 20, 3, 3), (9,)],
            [(17, 40, 4, 4), (9, 40, 3, 3), (9,)],
        ],
        [(3, 16, 32, 33), (17, 16, 3, 3), (17,)],
        padding=1,
    ),
    normed(
        "pointwise",
        [[(2, 3, 4, 5), (4, 3, 1, 1), (4,)], [(2, 300, 5, 8), (11, 300, 1, 1), (11,)]],
        [(5, 300, 20, 20), (40, 300, 1, 1), (40,)],
        relu=False,
    ),
    normed(
        "groups",
        [[(2, 4, 5, 40), (6, 2, 3, 3), (6,)], [(17, 6, 3, 3), (4, 3, 2, 2), (4,)]],
        [(3, 32, 30, 30), (40, 16, 3, 3), (40,)],
        groups=2,
        stride=2,
    ),
    normed(
        "depthwise",
        [[(2, 4, 5, 6), (4, 1, 3, 3), (4,)]],
        [(4, 4, 120, 120), (4, 1, 3, 3), (4,)],
        groups=4,
        padding=1,
    ),
    normed(
        "sequence", [[(2, 3, 11), (4, 3, 3), (4,)]], [(2, 20, 5000), (24, 20, 5), (24,)], relu=False
    ),
    normed(
        "volume",
        [[(2, 3, 4, 5, 3), (2, 3, 2, 3, 2), (2,)]],
        [(2, 12, 9, 16, 17), (20, 12, 3, 3, 3), (20,)],
    ),
    Case(
        name="conv2d-without-bias",
        call=lambda x, w: F.conv2d(x, w, padding=1),
        reference=lambda x, w: conv(x, w, padding=1),
        shapes=[[(2, 3, 4, 5), (4, 3, 3, 3)]],
        large=[(2, 30, 30, 30), (40, 30, 3, 3)],
        rows=True,
    ),
    Case(
        name="conv2d-same-tensor",
        call=lambda x: F.conv2d(x, x),
        reference=lambda x: conv(x, x),
        shapes=[[(3, 3, 2, 2)], [(1, 1, 1, 1)]],
        large=[(60, 60, 8, 8)],
    ),
]


class TestTable(OpTable):
    cases = CASES


def test_unbatched() -> None:
    x, w = dc.randn(3, 7, 6), dc.randn(4, 3, 3, 3)
    assert dc.equal(F.conv2d(x, w), F.conv2d(x.unsqueeze(0), w)[0])
    w = dc.randn(3, 2, 2, 2)
    assert dc.equal(F.conv_transpose2d(x, w), F.conv_transpose2d(x.unsqueeze(0), w)[0])


@pytest.mark.parametrize(
    ("x", "w", "options", "text"),
    [
        ((2, 3, 8), (4, 3, 3, 3), {}, r"input must have in_channels=3 on axis 0, got shape \(2,"),
        ((3, 8), (4, 3, 3, 3), {}, r"shape \(N, C, H, W\) or \(C, H, W\), got \(3, 8\)"),
        ((1, 2, 8, 8), (4, 3, 3, 3), {}, r"in_channels=3 on axis 1, got shape \(1, 2, 8, 8\)"),
        ((1, 3, 8, 8), (4, 3, 3), {}, r"weight must have shape \(out_chan.*\(4, 3, 3\)"),
        ((1, 3, 2, 8), (4, 3, 3, 3), {}, r"reaches over 3 elements of axis 2, got 2 of input"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"stride": 0}, r"stride must be at least 1, got \(0, 0\)"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"dilation": 0}, r"dilation must be at least 1"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"padding": -1}, r"padding must be at least 0"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"stride": 2**62}, r"stride must be at most 2147483647"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"padding": 2**63 - 1}, r"padding must be at most 2147483647"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"dilation": 2**31 - 1}, r"too far, .* with dilation \(21474"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"groups": 0}, r"groups must be at least 1, got 0"),
        ((1, 9, 8, 8), (4, 3, 3, 3), {"groups": 3}, r"must divide weight's 4 channels, got 3"),
        ((1, 3, 8, 8), (4, 3, 3, 0), {}, r"at least one element, got weight of shape"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"stride": (1, 2, 3)}, r"stride must be a number or 2 of"),
        ((1, 3, 8, 8), (4, 3, 3, 3), {"padding": "full"}, r"'valid' or numbers, got 'full'"),
        (
            (1, 3, 8, 8),
            (4, 3, 3, 3),
            {"padding": "same", "stride": 2},
            r"'same' must go with stride 1, got stride 2",
        ),
    ],
)  # fmt: skip
def test_refuses(x, w, options, text) -> None:
    with pytest.raises(ValueError, match=rf"^\[conv2d\] .*{text}.*\.$"):
        F.conv2d(dc.zeros(x), dc.zeros(w), **options)


def test_transposed_refuses() -> None:
    x, w = dc.zeros(1, 3, 4, 4), dc.zeros(3, 2, 3, 3)
    with pytest.raises(ValueError, match=r"^\[conv_transpose2d\] output_padding must be from"):
        F.conv_transpose2d(x, w, output_padding=1)
    with pytest.raises(ValueError, match=r"in_channels=3 on axis 1, got shape \(1, 2, 4, 4\)"):
        F.conv_transpose2d(dc.zeros(1, 2, 4, 4), w)
    with pytest.raises(ValueError, match=r"at least one element on each axis, got 0 for input"):
        F.conv_transpose2d(x, w, padding=3)
    with pytest.raises(ValueError, match=r"stride must be at most 2147483647, got"):
        F.conv_transpose2d(x, w, stride=2**62)  # of which four are 0 in 64 bits
    with pytest.raises(ValueError, match=r"bias must have shape \(out_channels,\)=\(2,\), got"):
        F.conv_transpose2d(x, w, dc.zeros(3))


def test_taps_far_outside() -> None:
    x, w = dc.randn(1, 1, 5), dc.randn(1, 1, 3)
    middle = x * w[0, 0, 1]
    assert F.conv1d(x, w, padding=2**16, dilation=2**16).tolist() == middle.tolist()
    with pytest.raises(ValueError, match=r"\[conv1d\] the kernel reaches too far, got weight of"):
        F.conv1d(x, w, padding=2**29, dilation=2**29)


def test_refuses_dtypes() -> None:
    with pytest.raises(TypeError, match=r"one dtype, got float64 and float32; convert"):
        F.conv2d(dc.zeros(1, 1, 3, 3, dtype=dc.float64), dc.zeros(1, 1, 3, 3))
    with pytest.raises(TypeError, match=r"must be float32 or float64, got int64"):
        F.conv2d(dc.zeros(1, 1, 3, 3, dtype=dc.int64), dc.zeros(1, 1, 3, 3, dtype=dc.int64))
    with pytest.raises(TypeError, match=r"bias must have weight's dtype float32, got float64"):
        F.conv1d(dc.zeros(1, 1, 3), dc.zeros(1, 1, 3), dc.zeros(1, dtype=dc.float64))


def test_form_changes_no_bit() -> None:
    """Sixteen images lie along the lanes, fifteen do not."""
    x, w, b = dc.randn(64, 40, 6, 6), dc.randn(24, 40, 3, 3), dc.randn(24)
    together = F.conv2d(x, w, b, padding=1)
    for first, last in ((0, 1), (3, 18), (10, 41)):
        assert dc.equal(F.conv2d(x[first:last], w, b, padding=1), together[first:last])


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("width", [5, 16, 23])
def test_gradient_of_weights_meets_no_pixel_beside_its_row(channels: int, width: int) -> None:
    x = dc.ones(2, channels, 6, width)
    x[:, :, 2, width - 1] = float("inf")
    w = dc.ones(channels, 1, 3, 3, requires_grad=True)
    F.conv2d(x, w, padding=1, groups=channels).sum().backward()
    assert w.grad is not None
    assert np.isfinite(w.grad.numpy()[..., 0]).all()
    assert np.isinf(w.grad.numpy()[..., 1:]).all()


@pytest.mark.parametrize("place", [0, 1, 5])
def test_a_pointwise_convolution_reads_nothing_behind_its_images(place: int) -> None:
    """The last image is copied where a vector would reach beyond it, the others are not."""
    w = dc.randn(6, 5, 1, 1)
    for pixels in (1, 7, 16, 33):
        memory = np.full(2 * 5 * pixels + 64, np.nan, np.float32)
        x = memory[place : place + 2 * 5 * pixels].reshape(2, 5, 1, pixels)
        x[:] = np.random.default_rng(0).standard_normal(x.shape)
        expected = np.einsum("oc,nchw->nohw", w.numpy()[:, :, 0, 0], x)
        np.testing.assert_allclose(F.conv2d(dc.from_numpy(x), w).numpy(), expected, atol=1e-5)


def test_conv_norm_refuses() -> None:
    x, w, c = dc.ones(2, 3, 5, 5), dc.ones(4, 3, 3, 3), dc.ones(4)
    call = _core.conv2d_norm
    with pytest.raises(ValueError, match=r"^\[batch_norm\] running_mean and running_var must be g"):
        call(x, w, None, 1, 0, 1, 1, c, c, None, None)
    with pytest.raises(
        ValueError, match=r"^\[batch_norm\] weight must have shape \(4,\), got \(3,\)"
    ):
        call(x, w, None, 1, 0, 1, 1, dc.ones(3), c, c, c)
    with pytest.raises(
        TypeError, match=r"^\[batch_norm\] running_var must have input's dtype floa"
    ):
        call(x, w, None, 1, 0, 1, 1, c, c, c, c.double())
    with pytest.raises(ValueError, match=r"^\[batch_norm\] eps must be at least 0, got -1"):
        call(x, w, None, 1, 0, 1, 1, c, c, c, c, -1.0)
    with pytest.raises(ValueError, match=r"^\[conv2d\] .*in_channels=2"):
        call(x, dc.ones(4, 2, 3, 3), None, 1, 0, 1, 1, c, c, c, c)
