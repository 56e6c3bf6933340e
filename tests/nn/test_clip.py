"""clip_grad_norm_ and clip_grad_value_."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.nn.utils import clip_grad_norm_, clip_grad_value_


def parameters(scale: float = 1.0, dtype: str = "float32") -> list[dc.Tensor]:
    rng = np.random.default_rng(0)
    result = [dc.zeros(n, dtype=dc.dtype.__members__[dtype]) for n in (5, 4100, 1, 40_000)]
    for p in result:
        p.requires_grad = True
        p.grad = dc.tensor(scale * rng.normal(size=p.shape), dtype=dtype)
    return result


def gradients(params: list[dc.Tensor]) -> np.ndarray:
    return np.concatenate([p.grad.numpy() for p in params]).astype(np.float64)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_formula(p: float, dtype: str) -> None:
    params = parameters(dtype=dtype)
    before = gradients(params)
    norm = np.abs(before).max() if math.isinf(p) else (np.abs(before) ** p).sum() ** (1 / p)
    rtol = 1e-6 if dtype == "float32" else 1e-12
    total = clip_grad_norm_(params, norm / 4, norm_type=p)
    assert total.shape == ()
    assert str(total.numpy().dtype) == dtype
    np.testing.assert_allclose(total.item(), norm, rtol=rtol)
    np.testing.assert_allclose(gradients(params), before * (norm / 4) / (norm + 1e-6), rtol=rtol)


def test_below_the_limit_nothing_changes() -> None:
    params = parameters()
    before = gradients(params)
    version = params[0].grad._version
    clip_grad_norm_(iter(params), 1e6)
    np.testing.assert_array_equal(gradients(params), before)
    assert params[0].grad._version == version


def test_squares_beyond_float32() -> None:
    params = parameters(scale=1e30)
    norm = np.sqrt((gradients(params) ** 2).sum())
    assert clip_grad_norm_(params, 1.0).item() == pytest.approx(norm, rel=1e-6)
    assert np.sqrt((gradients(params) ** 2).sum()) == pytest.approx(1.0, rel=1e-5)


def test_those_without_a_gradient_are_passed_over() -> None:
    x = dc.ones(3, requires_grad=True)
    assert clip_grad_norm_(x, 1.0).item() == 0.0
    assert clip_grad_norm_([], 1.0).item() == 0.0
    y = dc.ones(1, requires_grad=True)
    y.grad = dc.tensor([2.0])
    assert clip_grad_norm_([x, y], 1.0).item() == 2.0
    assert y.grad.item() == pytest.approx(1.0, rel=1e-5)
    assert x.grad is None


@pytest.mark.parametrize("p", [2.0, math.inf])
@pytest.mark.parametrize("at", [0, 3])
def test_nan_reaches_all_or_is_an_error(p: float, at: int) -> None:
    params = parameters()
    params[at].grad.numpy()[0] = np.nan
    before = gradients(params)
    with pytest.raises(
        RuntimeError, match=r"\[clip_grad_norm_\] the total norm must be finite, got "
    ):
        clip_grad_norm_(params, 1.0, norm_type=p, error_if_nonfinite=True)
    np.testing.assert_array_equal(gradients(params), before)
    assert math.isnan(clip_grad_norm_(params, 1.0, norm_type=p).item())
    assert np.isnan(gradients(params)).all()


def test_threads_have_the_same_bits() -> None:
    results = []
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            params = parameters()
            total = clip_grad_norm_(params, 1.0)
            results.append((total.item(), gradients(params).tobytes()))
    assert len(set(results)) == 1


def test_a_replay_clips_again() -> None:
    params = parameters()
    tape = _core.Tape()
    tape.begin()
    total = clip_grad_norm_(params, 1.0)
    tape.end()
    for p, new in zip(params, parameters(scale=3.0), strict=True):
        p.grad.numpy()[...] = new.grad.numpy()
    tape.replay()
    others = parameters(scale=3.0)
    assert total.item() == clip_grad_norm_(others, 1.0).item()
    np.testing.assert_array_equal(gradients(params), gradients(others))


def test_errors() -> None:
    with pytest.raises(
        ValueError, match=r"\[clip_grad_norm_\] max_norm must be at least 0, got -1\."
    ):
        clip_grad_norm_(parameters(), -1.0)
    with pytest.raises(ValueError, match=r"\[clip_grad_norm_\] norm_type must be above 0, got 0\."):
        clip_grad_norm_(parameters(), 1.0, norm_type=0.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values(dtype: str) -> None:
    params = [*parameters(dtype=dtype), dc.zeros(2, requires_grad=True)]
    before = gradients(params[:-1])
    clip_grad_value_(params, 0.3)
    expected = np.clip(before, np.array(-0.3, dtype), np.array(0.3, dtype))
    np.testing.assert_array_equal(gradients(params[:-1]), expected)
    assert params[-1].grad is None
    params[0].grad = dc.tensor([math.nan, math.inf, -1.0, 0.0, 0.1], dtype=dtype)
    clip_grad_value_(params[0], 0)
    np.testing.assert_array_equal(params[0].grad.numpy(), [math.nan, 0, 0, 0, 0])


def test_errors_of_values() -> None:
    text = r"\[clip_grad_value_\] clip_value must be at least 0, got "
    for wrong in (-1.0, math.nan):
        with pytest.raises(ValueError, match=text):
            clip_grad_value_(parameters(), wrong)
    with pytest.raises(
        TypeError, match=r"\[clip_grad_value_\] parameters must be Tensors, got Lin"
    ):
        clip_grad_value_(dc.nn.Linear(1, 1), 1.0)
