"""In-place writes: values, aliases, versions, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core


def test_values() -> None:
    x = dc.tensor([1.0, 2.0, 3.0])
    same = x
    x += 1
    x *= dc.tensor([1.0, 2.0, 0.5])
    x -= dc.tensor(1.0)
    x /= 2
    assert x is same
    assert x.tolist() == [0.5, 2.5, 0.5]
    assert x.add_(2.0, alpha=-0.5) is x
    assert x.sub_(dc.ones(3), alpha=2).tolist() == [-2.5, -0.5, -2.5]
    assert x.mul_(2).div_(4).tolist() == [-1.25, -0.25, -1.25]
    assert x.clamp_(-1, 0).tolist() == [-1.0, -0.25, -1.0]
    assert x.fill_(math.inf).tolist() == [math.inf] * 3
    assert x.copy_(dc.arange(3)).tolist() == [0.0, 1.0, 2.0]
    assert x.zero_().tolist() == [0.0] * 3


def test_the_value_broadcasts_but_the_tensor_does_not() -> None:
    x = dc.zeros(2, 3)
    x += dc.tensor([[1.0], [2.0]])
    assert x.tolist() == [[1.0] * 3, [2.0] * 3]
    with pytest.raises(ValueError, match=r"^\[add_\] .*shape \(3,\), got \(2, 3\)\.$"):
        dc.zeros(3).add_(x)


def test_views_share_the_write() -> None:
    x = dc.zeros(4)
    x.reshape(2, 2).fill_(3.0)
    assert x.tolist() == [3.0] * 4


def test_shifted_overlap_reads_the_values_before_the_write() -> None:
    n = 5000
    x = dc.arange(n, dtype=dc.float32)
    x._narrow_leading(1, n).add_(x._narrow_leading(0, n - 1))
    i = np.arange(n, dtype=np.float32)
    assert x.numpy().tobytes() == np.concatenate([i[:1], i[1:] + i[:-1]]).tobytes()


def test_dtypes() -> None:
    whole = dc.arange(3)
    whole += True
    assert whole.tolist() == [1, 2, 3]
    assert whole.dtype == dc.int64
    single = dc.zeros(2)
    single += dc.ones(2, dtype=dc.float64)
    assert single.dtype == dc.float32
    with pytest.raises(TypeError, match=r"^\[mul_\] a float32 result .* int64 tensor; convert"):
        whole.mul_(1.5)
    with pytest.raises(TypeError, match=r"^\[div_\] a float32 result .* int64 tensor; convert"):
        whole.div_(2)
    with pytest.raises(TypeError, match=r"^\[add_\] a int64 result cannot be kept in a bool"):
        dc.tensor([True]).add_(2)


def test_versions_count_writes() -> None:
    x = dc.zeros(2)
    before = x._version
    x += 1
    x.fill_(2)
    assert x._version == before + 2


def test_backward_refuses_a_saved_tensor_that_was_written() -> None:
    x = dc.ones(2, requires_grad=True)
    factor = dc.ones(2)
    y = x * factor
    factor += 1
    with pytest.raises(RuntimeError, match=r"'mul' saved .* written in place"):
        y.backward(dc.ones(2))


def test_updates_of_what_records_a_gradient_replace_it() -> None:
    x = dc.ones(2, requires_grad=True)
    total = dc.zeros(2)
    kept = total
    total += x * 2
    total += x
    total *= 3
    total.backward(dc.ones(2))
    assert x.grad.tolist() == [9.0, 9.0]
    assert kept.tolist() == [0.0, 0.0]


def test_leaves_are_written_only_without_gradients() -> None:
    x = dc.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"^\[add_\] .*records a gradient.*no_grad"):
        x += 1
    with pytest.raises(RuntimeError, match=r"^\[zero_\] .*records a gradient.*no_grad"):
        x.zero_()
    with dc.no_grad():
        x += 1
        x.sub_(x, alpha=0.5)
    assert x.tolist() == [1.0, 1.0]
    assert x.requires_grad


def test_methods_never_drop_a_gradient() -> None:
    x = dc.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"^\[copy_\] a write in place records no gradient"):
        dc.zeros(2).copy_(x)
    y, wider = dc.zeros(2), x * dc.ones(3, 1)
    with pytest.raises(ValueError, match=r"^\[add\] .*shape \(2,\) .*got \(3, 2\)"):
        y += wider


def test_replay() -> None:
    x, step = dc.zeros(3), dc.ones(3)
    tape = _core.Tape()
    tape.begin()
    x += step
    x.mul_(2)
    tape.end()
    step.fill_(4)
    tape.replay()
    assert x.tolist() == [12.0, 12.0, 12.0]


def test_clamp_of_whole_numbers_by_a_fraction() -> None:
    with pytest.raises(TypeError, match=r"\[clamp_\] a float64 result cannot be kept in a int64"):
        dc.tensor([1, 2, 3]).clamp_(min=1.5)
