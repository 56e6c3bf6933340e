"""deepcore.testing.gradcheck: accepts right gradients, notices wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

import deepcore as dc
from deepcore.testing import gradcheck


def leaf(*shape: int) -> dc.Tensor:
    values = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    return dc.tensor(values, requires_grad=True)


def test_right_gradients_pass_and_nothing_changes() -> None:
    a, b = leaf(3, 4), leaf(4, 2)
    before = a.tolist()
    assert gradcheck(lambda a, b: (a @ b).exp(), [a, b])
    assert gradcheck(lambda a: (a * a, a.log()), a)
    assert a.tolist() == before
    assert a.grad is None


def wrong(x: dc.Tensor) -> dc.Tensor:
    y = x.clone()
    if y.requires_grad:
        y.register_hook(lambda g: g * 1.0001)
    return y * x


def test_wrong_gradients_are_noticed() -> None:
    with pytest.raises(AssertionError, match="input 0 differs from central differences"):
        gradcheck(wrong, leaf(3))
    assert not gradcheck(wrong, leaf(3), raise_exception=False)
    with pytest.raises(AssertionError, match="input 1 got no gradient"):
        gradcheck(lambda a, b: a * b.detach(), [leaf(3), leaf(3)])
    with pytest.raises(AssertionError, match="no output depends"):
        gradcheck(lambda a: a.detach(), leaf(3))


def test_what_it_refuses() -> None:
    with pytest.raises(TypeError, match=r"must be float64, got float32 for input 0"):
        gradcheck(dc.exp, dc.ones(2, requires_grad=True))
    with pytest.raises(ValueError, match=r"at least one input must require a gradient"):
        gradcheck(dc.exp, dc.ones(2, dtype=dc.float64))
