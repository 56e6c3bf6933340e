"""Parameters and state whose data were replaced between two steps: an error, at every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.optim import SGD, Adam, Optimizer
from support.optimizers import every, give_gradients, parameters


def fails_twice(optimizer: Optimizer, error: type[Exception], text: str) -> None:
    for _ in range(2):
        with pytest.raises(error, match=text):
            optimizer.step()


@every
@pytest.mark.parametrize("to", ["float64", "float32"])
def test_another_dtype(kind: Any, options: dict[str, Any], to: str) -> None:
    model = dc.nn.Linear(300, 40)
    model.to("float32" if to == "float64" else "float64")
    optimizer = kind(model.parameters(), **options)
    give_gradients(list(model.parameters()), 0)
    optimizer.step()
    optimizer.zero_grad()
    model.to(to)
    before = model.weight.detach().numpy().copy()
    give_gradients(list(model.parameters()), 1)
    if optimizer.state[model.weight].keys() - {"step"}:
        fails_twice(optimizer, ValueError, rf"must have shape \(40, 300\) and dtype {to}, got")
        np.testing.assert_array_equal(model.weight.detach().numpy(), before)
        optimizer.load_state_dict(optimizer.state_dict())  # converts
    optimizer.step()
    assert np.isfinite(model.weight.detach().numpy()).all()


def test_state_of_another_shape() -> None:
    (w,) = parameters(sizes=(100_000,))
    optimizer = Adam([w])
    give_gradients([w], 0)
    optimizer.state[w]["exp_avg"] = dc.ones(1)
    fails_twice(optimizer, ValueError, r"state 'exp_avg' must have shape \(100000,\)")


def test_state_that_is_no_tensor() -> None:
    (w,) = parameters(sizes=(5,))
    optimizer = SGD([w], lr=0.1, momentum=0.9)
    give_gradients([w], 0)
    optimizer.state[w]["momentum_buffer"] = np.ones(5, np.float32)
    fails_twice(optimizer, TypeError, "state 'momentum_buffer' must be a tensor, got numpy.ndarray")


def test_a_parameter_that_is_no_tensor() -> None:
    (w,) = parameters(sizes=(5,))
    optimizer = Adam([w])
    give_gradients([w], 0)
    optimizer.param_groups[0]["params"].append(3)
    fails_twice(optimizer, TypeError, r"\[adam\] params must be tensors, got int\.")
    with pytest.raises(TypeError, match="params must be tensors"):
        optimizer.zero_grad()


def test_a_frozen_parameter_keeps_its_gradient_and_hooks() -> None:
    w = dc.ones(2, requires_grad=True)
    w.register_hook(lambda gradient: 2 * gradient)
    for expected in (2, 4):
        w.sum().backward()
        assert w.grad is not None
        assert w.grad.tolist() == [expected] * 2
        w.requires_grad_(False)
        assert w.grad.tolist() == [expected] * 2
        w.requires_grad_(True)
    w.requires_grad_(False)
    SGD([w], lr=0.1).zero_grad()
    assert w.grad is None


def test_conversion_keeps_hooks() -> None:
    model = dc.nn.Linear(1, 1)
    model.weight.register_hook(lambda gradient: 10 * gradient)
    model.double()
    model(dc.ones(1, 1).double()).sum().backward()
    assert model.weight.grad is not None
    assert (model.weight.grad.tolist(), model.weight.grad.dtype) == ([[10]], dc.float64)


def test_a_hook_must_return_a_tensor() -> None:
    w = dc.ones(2, requires_grad=True)
    w.register_hook(lambda gradient: 3)
    with pytest.raises(TypeError, match=r"\[register_hook\] expected a tensor or None, got int\."):
        w.sum().backward()
