"""None where a tensor is needed is a TypeError; where it means "none given", it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deepcore as dc
from deepcore import _core

CALLS: list[Callable[[dc.Tensor], Any]] = [
    lambda x: dc.matmul(None, x),
    lambda x: x.matmul(None),
    lambda x: dc.reshape(None, (1,)),
    lambda x: dc.clone(None),
    lambda x: dc.Tensor(None),
    lambda x: _core.linear(x, None),
    lambda x: _core.all_finite(None),
    lambda x: dc.nn.utils.clip_grad_norm_([None], 1.0),
    lambda x: setattr(x, "data", None),
]


@pytest.mark.parametrize("call", CALLS)
def test_none_is_no_tensor(call: Callable[[dc.Tensor], Any]) -> None:
    with pytest.raises(TypeError, match=r"incompatible (function|constructor) arguments"):
        call(dc.ones(1, 1, requires_grad=True))


@pytest.mark.parametrize("given", [([None], None), (None, [None])])
def test_autograd_names_the_argument(given: tuple[Any, Any]) -> None:
    x = dc.ones(1, 1, requires_grad=True)
    y = x @ x
    outputs, inputs = given
    name = "outputs" if outputs else "inputs"
    with pytest.raises(TypeError, match=rf"\[grad\] {name} must be tensors, got NoneType\."):
        dc.autograd.grad(outputs or y, inputs or x)


def test_none_where_it_means_none_given() -> None:
    x = dc.ones(1, 1, requires_grad=True)
    (gradient,) = dc.autograd.grad([x @ x], [x], [None])
    assert gradient is not None
    assert gradient.item() == 2
    x.grad = dc.ones(1, 1)
    x.grad = None
    assert x.grad is None
