"""Normalizations and dropout of channels: the op table, special cases, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.nn import functional as F
from support.optable import Case, OpTable, apart

EPS = 1e-5


def per_channel(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    return p.reshape(1, -1, *(1,) * (x.ndim - 2))


def normalized(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    if x.size == 0:
        return x
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + EPS)


def batch_norm(x, w, b):
    axes = (0, *range(2, x.ndim))
    return normalized(x, axes) * per_channel(w, x) + per_channel(b, x)


def grouped(groups: int):
    def reference(x, w, b):
        parts = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
        y = normalized(parts, tuple(range(2, parts.ndim))).reshape(x.shape)
        return y * per_channel(w, x) + per_channel(b, x)

    return reference


def local_response(x, size: int, alpha: float, beta: float, k: float):
    padded = np.pad(x**2, [(0, 0), (size // 2, (size - 1) // 2)] + [(0, 0)] * (x.ndim - 2))
    energy = sum(padded[:, i : i + x.shape[1]] for i in range(size))
    return x * (k + alpha / size * energy) ** -beta


def with_channels(*shapes: tuple[int, ...], parameters: int = 2) -> list[list[tuple[int, ...]]]:
    return [[shape, *[(shape[1],)] * parameters] for shape in shapes]


def positive_variance(rng: np.random.Generator, shapes) -> list[np.ndarray]:
    """The last array is a variance."""
    *arrays, variance = (rng.standard_normal(shape) for shape in shapes)
    return [*arrays, variance**2 + 0.1]


# Every way of lying in lanes: columns (short runs), runs with and without a tail, of many blocks.
BATCHES = [(5, 3), (4, 2, 3), (2, 3, 16), (3, 2, 5, 7), (2, 1, 3), (2, 3, 2, 2, 2), (1, 2, 2)]

CASES = [
    Case(
        name="batch_norm",
        call=lambda x, w, b: _core.batch_norm(x, w, b),
        reference=batch_norm,
        shapes=[*with_channels(*BATCHES), *with_channels((0, 3, 4), (2, 0, 4))],
        large=[(40, 5, 70, 70), (5,), (5,)],
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-columns",
        call=lambda x, w, b: _core.batch_norm(x, w, b),
        reference=batch_norm,
        shapes=with_channels((150, 3, 1, 2), (40, 33)),
        large=[(3000, 70), (70,), (70,)],
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-many-channels",
        call=lambda x, w, b: _core.batch_norm(x, w, b),
        reference=batch_norm,
        shapes=with_channels((2, 9, 3, 17)),
        large=[(20, 40, 9, 9), (40,), (40,)],
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-plain",
        call=lambda x: _core.batch_norm(x, eps=0.5),
        reference=lambda x: (
            (x - x.mean((0, 2), keepdims=True)) / np.sqrt(x.var((0, 2), keepdims=True) + 0.5)
        ),
        shapes=[[(4, 3, 5)], [(4, 3, 20)]],
        large=[(40, 5, 3000)],
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-relu",
        call=lambda x, w, b: _core.batch_norm(x, w, b, relu=True),
        reference=lambda x, w, b: np.maximum(batch_norm(x, w, b), 0),
        shapes=with_channels((5, 3), (4, 2, 19), (3, 2, 5, 7), (2, 9, 3, 6)),
        large=[(40, 20, 30, 30), (20,), (20,)],
        sample=apart,
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-residual-relu",
        call=lambda x, w, b, r: _core.batch_norm(x, w, b, relu=True, residual=r),
        reference=lambda x, w, b, r: np.maximum(batch_norm(x, w, b) + r, 0),
        shapes=[
            [*shapes, shapes[0]]
            for shapes in with_channels((5, 3), (4, 2, 19), (3, 2, 5, 7), (2, 9, 3, 6))
        ],
        large=[(40, 20, 30, 30), (20,), (20,), (40, 20, 30, 30)],
        sample=apart,
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-residual",
        call=lambda x, w, b, r: _core.batch_norm(x, w, b, residual=r),
        reference=lambda x, w, b, r: batch_norm(x, w, b) + r,
        shapes=[[*shapes, shapes[0]] for shapes in with_channels((5, 3), (4, 2, 19), (0, 2, 17))],
        large=[(40, 20, 30, 30), (20,), (20,), (40, 20, 30, 30)],
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-residual-is-input",
        call=lambda x: _core.batch_norm(x, eps=0.5, relu=True, residual=x),
        reference=lambda x: np.maximum(
            (x - x.mean((0, 2), keepdims=True)) / np.sqrt(x.var((0, 2), keepdims=True) + 0.5) + x, 0
        ),
        shapes=[[(4, 3, 20)], [(4, 3, 5)]],
        large=[(40, 5, 3000)],
        sample=apart,
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-eval",
        call=lambda x, w, b, m, v: _core.batch_norm(x, w, b, m.detach(), v.detach(), None, False),
        reference=lambda x, w, b, m, v: (
            (x - per_channel(m, x)) / np.sqrt(per_channel(v, x) + EPS) * per_channel(w, x)
            + per_channel(b, x)
        ),
        shapes=with_channels(*BATCHES, (1, 3, 1, 1), (0, 3, 4), parameters=4),
        large=[(40, 20, 30, 30), *[(20,)] * 4],
        sample=positive_variance,
        differentiable=False,
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="batch_norm-eval-gradients",
        call=lambda x, w, b: _core.batch_norm(
            x,
            w,
            b,
            dc.arange(x.shape[1]).to(x.dtype),
            dc.arange(x.shape[1]).to(x.dtype) + 0.5,
            None,
            False,
        ),
        reference=lambda x, w, b: (
            (x - per_channel(np.arange(x.shape[1]), x))
            / np.sqrt(per_channel(np.arange(x.shape[1]) + 0.5, x) + EPS)
            * per_channel(w, x)
            + per_channel(b, x)
        ),
        shapes=with_channels((5, 3), (3, 2, 5, 7), (2, 1, 1)),
        large=[(40, 20, 30, 30), (20,), (20,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="group_norm-2",
        call=lambda x, w, b: _core.group_norm(x, 2, w, b),
        reference=grouped(2),
        shapes=with_channels((3, 4), (2, 2, 3), (2, 6, 5, 7), (1, 2, 18), (0, 2, 3), (2, 4, 2, 1)),
        large=[(3, 8, 80, 80), (8,), (8,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="group_norm-1",
        call=lambda x, w, b: _core.group_norm(x, 1, w, b),
        reference=grouped(1),
        shapes=with_channels((3, 5), (2, 3, 4, 4)),
        large=[(40, 10, 20, 20), (10,), (10,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="instance_norm",
        call=lambda x, w, b: _core.instance_norm(x, w, b),
        reference=lambda x, w, b: (
            normalized(x, tuple(range(2, x.ndim))) * per_channel(w, x) + per_channel(b, x)
        ),
        shapes=with_channels((2, 3, 4), (3, 2, 5, 7), (1, 1, 2), (2, 0, 4), (0, 2, 4)),
        large=[(20, 10, 30, 30), (10,), (10,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="layer_norm",
        call=lambda x, w, b: _core.layer_norm(x, w.shape, w, b),
        reference=lambda x, w, b: normalized(x, (-1,)) * w + b,
        shapes=[[(*lead, n), (n,), (n,)] for lead in [(3,), (2, 2), (0,), (40,)] for n in (2, 20)]
        + [[(3, 70), (70,), (70,)], [(17, 3), (3,), (3,)], [(2, 1100), (1100,), (1100,)]],
        large=[(600, 300), (300,), (300,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="layer_norm-two-axes",
        call=lambda x, w: _core.layer_norm(x, (3, w.shape[1]), w),
        reference=lambda x, w: normalized(x, (-2, -1)) * w,
        shapes=[[(2, 3, 4), (3, 4)], [(2, 3, 13), (3, 13)]],
        large=[(60, 3, 900), (3, 900)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="layer_norm-bias-alone",
        call=lambda x, b: _core.layer_norm(x, (x.shape[-1],), None, b),
        reference=lambda x, b: normalized(x, (-1,)) + b,
        shapes=[[(3, 4), (4,)], [(0, 4), (4,)]],
        large=[(600, 100), (100,)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="layer_norm-plain",
        call=lambda x: _core.layer_norm(x, (x.shape[-1],), eps=0.1),
        reference=lambda x: (
            (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 0.1)
        ),
        shapes=[[(3, 4)], [(3, 1)], [(2, 40)]],
        large=[(6000, 20)],
        rows=True,
        rtol=1e-4,
    ),
    Case(
        name="rms_norm",
        call=lambda x, w: _core.rms_norm(x, w.shape, w, 1e-3),
        reference=lambda x, w: x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-3) * w,
        shapes=[[(3, 4), (4,)], [(2, 3, 40), (40,)], [(0, 3), (3,)], [(3, 1), (1,)]],
        large=[(600, 300), (300,)],
        rows=True,
        rtol=1e-4,
    ),
    *(
        Case(
            name=f"local_response_norm-{size}",
            call=lambda x, size=size: _core.local_response_norm(x, size, 0.5, 0.75, 2.0),
            reference=lambda x, size=size: local_response(x, size, 0.5, 0.75, 2.0),
            shapes=[[(2, 5, 3)], [(1, 3, 2, 17)], [(2, 1, 2, 1, 2)], [(0, 2, 3)], [(2, 2, 0)]],
            large=[(7, 30, 30, 30)],
            rows=True,
        )
        for size in (1, 2, 5)
    ),
    Case(
        name="scale-of-dropped-channels",
        call=lambda x: _core.channel_dropout(x, 2, 0.0) + 0,
        reference=lambda x: x,
        shapes=[[(2, 3, 4)]],
        large=[(20, 30, 300)],
        rows=True,
    ),
]


class TestTable(OpTable):
    cases = CASES


def running(channels: int, dtype="float32"):
    rng = np.random.default_rng(3)
    mean, var = rng.standard_normal(channels), rng.random(channels) + 0.5
    count = dc.zeros((), dtype=dc.int64)
    return dc.tensor(mean, dtype=dtype), dc.tensor(var, dtype=dtype), count


class TestRunningStatistics:
    @pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5), (3, 3, 5, 6), (4, 1, 9)])
    def test_batch_norm_moves_them_on(self, shape) -> None:
        x = np.random.default_rng(1).standard_normal(shape)
        axes = (0, *range(2, x.ndim))
        mean, var, count = running(shape[1], "float64")
        old_mean, old_var = mean.numpy().copy(), var.numpy().copy()
        _core.batch_norm(dc.tensor(x), None, None, mean, var, count, True, 0.3)
        n = x.size / shape[1]
        np.testing.assert_allclose(mean.numpy(), 0.7 * old_mean + 0.3 * x.mean(axes), rtol=1e-12)
        np.testing.assert_allclose(
            var.numpy(), 0.7 * old_var + 0.3 * x.var(axes) * n / (n - 1), rtol=1e-12
        )
        assert count.item() == 1

    def test_no_momentum_is_the_mean_of_all_batches(self) -> None:
        xs = np.random.default_rng(1).standard_normal((5, 8, 2))
        mean, var, count = running(2, "float64")
        for x in xs:
            _core.batch_norm(dc.tensor(x), None, None, mean, var, count, True, None)
        np.testing.assert_allclose(mean.numpy(), xs.mean((0, 1)), rtol=1e-12)
        np.testing.assert_allclose(var.numpy(), xs.var(1, ddof=1).mean(0), rtol=1e-12)
        assert count.item() == 5

    def test_instance_norm_averages_over_the_batch(self) -> None:
        x = np.random.default_rng(1).standard_normal((4, 2, 7))
        mean, var, _ = running(2, "float64")
        old_mean, old_var = mean.numpy().copy(), var.numpy().copy()
        F.instance_norm(dc.tensor(x), mean, var, momentum=0.3)
        means, variances = x.mean(2).mean(0), x.var(2, ddof=1).mean(0)
        np.testing.assert_allclose(mean.numpy(), 0.7 * old_mean + 0.3 * means, rtol=1e-12)
        np.testing.assert_allclose(var.numpy(), 0.7 * old_var + 0.3 * variances, rtol=1e-12)
        y = F.instance_norm(dc.tensor(x), mean, var, use_input_stats=False)
        expected = (x - per_channel(mean.numpy(), x)) / np.sqrt(per_channel(var.numpy(), x) + EPS)
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12)

    def test_a_replay_updates_them(self) -> None:
        x = dc.tensor(np.random.default_rng(1).standard_normal((5, 2)).astype("f"))
        mean, var, count = running(2)
        other = running(2)
        for _ in range(3):
            _core.batch_norm(x, None, None, *other, True, None)
        tape = _core.Tape()
        tape.begin()
        try:
            _core.batch_norm(x, None, None, mean, var, count, True, None)
        finally:
            tape.end()
        tape.replay()
        tape.replay()
        for a, b in zip((mean, var, count), other, strict=True):
            assert a.tolist() == b.tolist()

    def test_an_empty_batch_is_only_counted(self) -> None:
        mean, var, count = running(2)
        before = mean.tolist(), var.tolist()
        _core.batch_norm(dc.zeros(0, 2, 3), None, None, mean, var, count, True)
        assert (mean.tolist(), var.tolist()) == before
        assert count.item() == 1

    def test_eval_and_its_gradient_do_not_write_them(self) -> None:
        x = dc.ones(3, 2, requires_grad=True)
        mean, var, count = running(2)
        before = mean.tolist(), var.tolist(), count.item()
        y = _core.batch_norm(x, None, None, mean, var, count, False)
        y.backward(dc.ones(3, 2))
        assert (mean.tolist(), var.tolist(), count.item()) == before

    def test_eval_backward_after_an_update(self) -> None:
        x = dc.ones(3, 2, requires_grad=True)
        mean, var, count = running(2)
        expected = (1 / np.sqrt(var.numpy() + np.float32(EPS))).tolist()
        y = _core.batch_norm(x, None, None, mean, var, count, False)
        _core.batch_norm(dc.randn(4, 2), None, None, mean, var, count, True)
        y.backward(dc.ones(3, 2))
        np.testing.assert_allclose(x.grad.numpy(), [expected] * 3, rtol=1e-6)

    def test_an_update_counts_as_a_write(self) -> None:
        mean, var, count = running(2)
        w = dc.ones(2, requires_grad=True)
        product = w * mean
        _core.batch_norm(dc.randn(4, 2), None, None, mean, var, count, True)
        with pytest.raises(RuntimeError, match=r"written in place afterwards"):
            product.sum().backward()


class TestNumerics:
    @pytest.mark.parametrize("shape", [(300, 2), (8, 2, 40, 40), (2, 2, 9000)])
    def test_variance_keeps_its_digits_far_from_zero(self, shape) -> None:
        x = np.random.default_rng(0).standard_normal(shape).astype("f") + 1000
        wide = x.astype("float64")
        y = _core.batch_norm(dc.tensor(x)).numpy()
        axes = (0, *range(2, x.ndim))
        np.testing.assert_allclose(y, normalized(wide, axes), rtol=0, atol=2e-4)

    def test_the_same_relu_in_and_after(self) -> None:
        for shape in ((64, 5), (6, 5, 9, 9)):
            x, w, b = dc.randn(shape), dc.randn(5), dc.randn(5)
            for training in (True, False):
                stats = (None, None) if training else (dc.randn(5), dc.rand(5))
                apart_ = _core.batch_norm(x, w, b, *stats, None, training).relu()
                fused = _core.batch_norm(x, w, b, *stats, None, training, relu=True)
                assert fused.numpy().tobytes() == apart_.numpy().tobytes()

    @pytest.mark.parametrize("shape", [(64, 5), (6, 5, 9, 9)])
    def test_the_same_residual_in_and_after(self, shape) -> None:
        arrays = dc.randn(shape), dc.randn(5), dc.randn(5), dc.randn(shape)
        g = dc.randn(shape)

        def run(fused: bool, wanted: tuple[bool, ...]):
            x, w, b, r = (
                dc.tensor(a.numpy(), requires_grad=grad)
                for a, grad in zip(arrays, wanted, strict=True)
            )
            if fused:
                y = _core.batch_norm(x, w, b, relu=True, residual=r)
            else:
                y = (_core.batch_norm(x, w, b) + r).relu()
            y.backward(g)
            return [y.tolist(), *[t.grad.tolist() for t in (x, w, b, r) if t.grad is not None]]

        for wanted in (
            (True, True, True, True),
            (True, False, False, False),
            (False, False, True, False),
            (False, False, False, True),
            (False, True, True, True),
        ):
            assert run(True, wanted) == run(False, wanted)

    def test_gradients_with_some_wanted(self) -> None:
        x = dc.randn(6, 3, 20)
        for op in (_core.batch_norm, lambda x, w, b: _core.group_norm(x, 3, w, b)):
            w, b = dc.randn(3, requires_grad=True), dc.randn(3, requires_grad=True)
            g = dc.randn(6, 3, 20)
            op(x, w, b).backward(g)
            both = w.grad.tolist(), b.grad.tolist()
            alone = dc.tensor(b.detach().numpy(), requires_grad=True)
            op(x, w.detach(), alone).backward(g)
            assert alone.grad.tolist() == both[1]

    def test_default_eps_of_rms_norm_is_that_of_the_dtype(self) -> None:
        for dtype, eps in (("float32", 2.0**-23), ("float64", 2.0**-52)):
            y = F.rms_norm(dc.full((1, 1), eps**0.5, dtype=dtype), 1)
            assert y.item() == pytest.approx(0.5**0.5, rel=1e-6)

    def test_nan_stays_in_its_row(self) -> None:
        x = dc.ones(3, 4)
        x[1, 2] = float("nan")
        y = F.layer_norm(x, 4)
        assert y.isnan().any(1).tolist() == [False, True, False]


class TestChannelDropout:
    @pytest.mark.parametrize(
        ("function", "shape", "axes"),
        [
            (F.dropout1d, (30, 20, 4), 2),
            (F.dropout1d, (300, 4), 1),
            (F.dropout2d, (30, 20, 3, 2), 2),
            (F.dropout2d, (30, 20, 3), 2),
            (F.dropout3d, (30, 20, 2, 1, 3), 2),
            (F.dropout3d, (300, 2, 1, 3), 1),
        ],
    )
    def test_whole_channels(self, function, shape, axes) -> None:
        dc.manual_seed(0)
        x = dc.ones(shape, requires_grad=True)
        y = function(x, 0.3)
        rows = y.detach().numpy().reshape(*shape[:axes], -1)
        assert (rows == rows[..., :1]).all()
        kept = rows[..., 0] != 0
        assert abs(kept.mean() - 0.7) < 0.1
        np.testing.assert_allclose(rows[kept], 1 / 0.7, rtol=1e-6)
        y.backward(dc.ones(shape))
        np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
        dc.manual_seed(0)
        assert function(x, 0.3).tolist() == y.tolist()
        assert function(x, 0.3).tolist() != y.tolist()
        assert function(x, 0.3, training=False) is x
        assert not function(x, 1.0).detach().numpy().any()
        assert function(x, 0.0).tolist() == x.tolist()

    def test_threads_draw_the_same(self) -> None:
        x = dc.randn(64, 70, 40)
        results = []
        for n in (1, 2, 7):
            dc.manual_seed(4)
            with dc.threads(n):
                results.append(F.dropout1d(x, 0.4).numpy().tobytes())
        assert results == results[:1] * 3

    def test_a_replay_draws_anew(self) -> None:
        x = dc.ones(20, 30, 2)
        tape = _core.Tape()
        tape.begin()
        try:
            y = F.dropout1d(x)
        finally:
            tape.end()
        before = y.tolist()
        tape.replay()
        assert y.tolist() != before


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: F.batch_norm(dc.ones(3), None, None, training=True), ValueError,
         r"\[batch_norm\] input must have shape \(N, C, \.\.\.\), got \(3,\)\."),
        (lambda: F.batch_norm(dc.ones(1, 3, 1, 1), None, None, training=True), ValueError,
         r"\[batch_norm\] training needs more than one value .* \(1, 3, 1, 1\); use a larger ba"),
        (lambda: F.batch_norm(dc.ones(2, 3), None, None), ValueError,
         r"\[batch_norm\] running_mean and running_var must be given where .*, got None\."),
        (lambda: F.batch_norm(dc.ones(2, 3), dc.ones(3), None, training=True), ValueError,
         r"\[batch_norm\] running_mean and running_var must both be given or both be None\."),
        (lambda: F.batch_norm(dc.ones(2, 3), dc.ones(2), dc.ones(2)), ValueError,
         r"\[batch_norm\] running_mean must have shape \(3,\), got \(2,\)\."),
        (lambda: F.batch_norm(dc.ones(2, 3), None, None, dc.ones(4), training=True), ValueError,
         r"\[batch_norm\] weight must have shape \(3,\), got \(4,\)\."),
        (lambda: F.batch_norm(dc.ones(2, 3), None, None, None, dc.ones(3).double(), True),
         TypeError, r"\[batch_norm\] bias must have input's dtype float32, got float64\."),
        (lambda: F.batch_norm(dc.ones(2, 3), None, None, training=True, eps=-1.0), ValueError,
         r"\[batch_norm\] eps must be at least 0, got -1\."),
        (lambda: F.batch_norm(dc.ones(2, 3).long(), None, None, training=True), TypeError,
         r"\[batch_norm\] input must be float32 or float64, got int64"),
        (lambda: F.batch_norm(dc.ones(2, 3), 1, None), TypeError,
         r"\[batch_norm\] expected a tensor or None, got int\."),
        (lambda: _core.batch_norm(dc.ones(2, 3), None, None, None, None, dc.ones(1)), TypeError,
         r"\[batch_norm\] num_batches_tracked must be one int64 number, got shape \(1,\) of flo"),
        (lambda: F.batch_norm(dc.ones(2, 3), dc.ones(3, requires_grad=True), dc.ones(3),
                              training=True), RuntimeError, r"\[batch_norm\] .*gradient"),
        (lambda: _core.batch_norm(dc.ones(2, 3), residual=dc.ones(2, 1)), ValueError,
         r"\[batch_norm\] residual must have shape \(2, 3\), got \(2, 1\)\."),
        (lambda: F.group_norm(dc.ones(2, 3), 2), ValueError,
         r"\[group_norm\] num_groups must divide the 3 channels of input, got 2\."),
        (lambda: F.group_norm(dc.ones(2, 3), 0), ValueError, r"\[group_norm\] .*, got 0\."),
        (lambda: F.instance_norm(dc.ones(2, 3)), ValueError,
         r"\[instance_norm\] input must have shape \(N, C, L, \.\.\.\), got \(2, 3\)\."),
        (lambda: F.instance_norm(dc.ones(2, 3, 1)), ValueError,
         r"\[instance_norm\] a channel must have more than one element, got shape \(2, 3, 1\)\."),
        (lambda: F.layer_norm(dc.ones(2, 3), (2,)), ValueError,
         r"\[layer_norm\] input's last axes must be normalized_shape=\(2,\), got shape \(2, 3\)"),
        (lambda: F.layer_norm(dc.ones(3), (2, 3)), ValueError, r"=\(2, 3\), got shape \(3,\)"),
        (lambda: F.layer_norm(dc.ones(3), ()), ValueError,
         r"\[layer_norm\] normalized_shape must have at least one axis, got \(\)\."),
        (lambda: F.layer_norm(dc.ones(2, 3), 3, dc.ones(1)), ValueError,
         r"\[layer_norm\] weight must have shape \(3,\), got \(1,\)\."),
        (lambda: F.rms_norm(dc.ones(2, 3), 2), ValueError, r"\[rms_norm\] input's last axes"),
        (lambda: F.rms_norm(dc.ones(2, 3), 3, eps=-1.0), ValueError, r"\[rms_norm\] eps must be"),
        (lambda: F.local_response_norm(dc.ones(2, 3), 2), ValueError,
         r"\[local_response_norm\] input must have shape \(N, C, L, \.\.\.\), got \(2, 3\)\."),
        (lambda: F.local_response_norm(dc.ones(2, 3, 1), 0), ValueError,
         r"\[local_response_norm\] size must be at least 1, got 0\."),
        (lambda: F.dropout1d(dc.ones(3)), ValueError,
         r"\[dropout1d\] input must have 2 or 3 axes, got shape \(3,\)\."),
        (lambda: F.dropout2d(dc.ones(3, 2)), ValueError, r"\[dropout2d\] .* 3 or 4 axes, got"),
        (lambda: F.dropout3d(dc.ones(3, 2, 1)), ValueError, r"\[dropout3d\] .* 4 or 5 axes, got"),
        (lambda: F.dropout2d(dc.ones(1, 1, 1, 1), 1.5), ValueError,
         r"\[dropout2d\] p must be in 0 to 1, got 1\.5\."),
        (lambda: _core.channel_dropout(dc.ones(3), 2), ValueError,
         r"\[dropout\] input must have at least 2 axes, got shape \(3,\)\."),
    ],
)  # fmt: skip
def test_refusals(call, error, text: str) -> None:
    with pytest.raises(error, match=text):
        call()
