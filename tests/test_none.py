"""None where a tensor is needed is a TypeError; where it means "none given", it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deepcore as dc
from deepcore import _core

CALLS: list[tuple[Callable[[dc.Tensor], Any], str]] = [
    (lambda x: dc.matmul(None, x), r"\[matmul\] input must be a Tensor, got NoneType\."),
    (lambda x: x.matmul(None), r"\[matmul\] other must be a Tensor, got NoneType\."),
    (lambda x: dc.reshape(None, (1,)), r"\[reshape\] input must be a Tensor, got NoneType\."),
    (lambda x: dc.clone(None), r"\[clone\] input must be a Tensor, got NoneType\."),
    (lambda x: dc.Tensor(None), r"\[Tensor\] the value must be a Tensor, got NoneType\."),
    (lambda x: _core.linear(x, None), r"\[linear\] weight must be a Tensor, got NoneType\."),
    (lambda x: _core.all_finite(None), r"\[all_finite\] x must be a Tensor, got NoneType"),
    (lambda x: dc.nn.utils.clip_grad_norm_([None], 1.0), r"must be a list of Tensors, got list"),
    (lambda x: setattr(x, "data", None), r"\[set\] the value must be a Tensor, got NoneType\."),
]


@pytest.mark.parametrize(("call", "text"), CALLS)
def test_none_is_no_tensor(call: Callable[[dc.Tensor], Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
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
