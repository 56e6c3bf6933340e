"""State: kept, saved, loaded, replaced, copied."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.optim import SGD, Adam
from support.optimizers import assert_same, every, give_gradients, parameters, train


@every
def test_state_dict_goes_on_where_it_was(kind: Any, options: dict[str, Any]) -> None:
    params = parameters()
    first = kind(params, **options)
    train(first, params, range(3))
    others = [dc.tensor(p.detach().numpy(), requires_grad=True) for p in params]
    second = kind(others, lr=9.0)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    assert_same(train(first, params, range(3, 6)), train(second, others, range(3, 6)))


@every
def test_load_converts_to_the_parameters_dtype(kind: Any, options: dict[str, Any]) -> None:
    params, wide = parameters(), parameters("float64")
    first, second = kind(params, **options), kind(wide, **options)
    train(first, params, range(2))
    second.load_state_dict(first.state_dict())
    train(second, wide, range(2, 3))
    kept = [t for state in second.state.values() for name, t in state.items() if name != "step"]
    assert {t.dtype for t in kept} <= {dc.float64}


@every
def test_pickle_and_deepcopy_go_on(kind: Any, options: dict[str, Any]) -> None:
    params = parameters()
    optimizer = kind(params, **options)
    train(optimizer, params, range(2))
    expected = None
    for copied in (pickle.loads(pickle.dumps(optimizer)), copy.deepcopy(optimizer), optimizer):
        own = [p for group in copied.param_groups for p in group["params"]]
        result = train(copied, own, range(2, 4))
        assert_same(result, expected or result)
        expected = result


def test_state_has_pytorchs_format() -> None:
    params = parameters(sizes=(2,))
    optimizer = Adam(params, lr=0.5)
    give_gradients(params, 0)
    optimizer.step()
    saved = optimizer.state_dict()
    assert list(saved) == ["state", "param_groups"]
    assert list(saved["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert saved["state"][0]["step"].item() == 1.0
    assert saved["param_groups"][0]["params"] == [0]
    assert saved["param_groups"][0]["betas"] == (0.9, 0.999)


def test_pytorchs_state_dict_is_taken() -> None:
    """With the options that mean nothing here, and state as any kind of array."""
    params = parameters(sizes=(2,))
    optimizer = Adam(params, lr=9.0)
    group = {"lr": 0.5, "betas": (0.5, 0.5), "eps": 0.0, "foreach": None, "capturable": False}
    kept = {"step": np.float32(1), "exp_avg": np.ones(2), "exp_avg_sq": np.ones(2)}
    optimizer.load_state_dict({"state": {0: kept}, "param_groups": [{**group, "params": [0]}]})
    before = params[0].detach().numpy().copy()
    params[0].grad = dc.ones(2)
    optimizer.step()
    # m = v = 1, both divided by 1 - 0.5^2: a step of lr * sqrt(4 / 3).
    np.testing.assert_allclose(before - params[0].detach().numpy(), 0.5 * (4 / 3) ** 0.5, rtol=1e-6)


def test_the_state_of_another_kind_is_refused() -> None:
    params = parameters()
    sgd = SGD(params, lr=0.5)
    text = (
        "[sgd] state_dict must have groups with the options lr, momentum, dampening, weight_decay, "
        "nesterov, maximize, got one with betas, eps, amsgrad and without momentum, dampening, "
        "nesterov; load it into an optimizer of the kind that gave it."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        sgd.load_state_dict(Adam(params).state_dict())
    assert sgd.param_groups[0]["lr"] == 0.5
    assert "betas" not in sgd.param_groups[0]
    with pytest.raises(ValueError, match=r"^\[adam\] state_dict must .* got one with momentum, da"):
        Adam(params).load_state_dict(sgd.state_dict())


def test_an_older_state_gets_the_defaults() -> None:
    params = parameters()
    saved = SGD(params, lr=0.5, momentum=0.9).state_dict()
    group = {key: value for key, value in saved["param_groups"][0].items() if key != "maximize"}
    group |= {"foreach": None, "initial_lr": 1.0, "decoupled_weight_decay": False}
    sgd = SGD(params, lr=0.1)
    sgd.load_state_dict({**saved, "param_groups": [group]})
    assert sgd.param_groups[0]["momentum"] == 0.9
    assert sgd.param_groups[0]["maximize"] is False


def test_a_foreign_state_dict_changes_nothing() -> None:
    params = parameters(sizes=(3, 2))
    optimizer = Adam(params)
    train(optimizer, params, range(1))
    before = optimizer.state_dict()
    other = parameters(sizes=(2, 3))
    second = Adam(other, lr=0.5)
    train(second, other, range(1))
    with pytest.raises(ValueError, match=r"state 'exp_avg' must have its parameter's shape \(3,\)"):
        optimizer.load_state_dict(second.state_dict())
    alone = Adam(parameters(sizes=(3,)))
    with pytest.raises(ValueError, match=r"groups of \[2\] parameters, got \[1\]\."):
        optimizer.load_state_dict(alone.state_dict())
    stray = {**before, "state": {7: {}}}
    with pytest.raises(ValueError, match=r"state of its groups' parameters, got state of 7\."):
        optimizer.load_state_dict(stray)
    assert optimizer.param_groups[0]["lr"] == 1e-3
    assert optimizer.state_dict()["state"][0]["exp_avg"] is before["state"][0]["exp_avg"]


def test_state_that_the_user_replaces_is_used() -> None:
    params = parameters(sizes=(2,))
    optimizer = SGD(params, lr=1.0, momentum=0.5)
    give_gradients(params, 0)
    optimizer.step()
    optimizer.state[params[0]]["momentum_buffer"] = dc.tensor([10.0, 20.0])
    before = params[0].detach().numpy().copy()
    params[0].grad = dc.zeros(2)
    optimizer.step()
    np.testing.assert_array_equal(params[0].detach().numpy(), before - np.float32([5, 10]))
    optimizer.state.clear()
    optimizer.step()
    np.testing.assert_array_equal(params[0].detach().numpy(), before - np.float32([5, 10]))


def test_state_of_another_shape() -> None:
    params = parameters(sizes=(3,))
    optimizer = Adam(params)
    give_gradients(params, 0)
    optimizer.state[params[0]]["exp_avg"] = dc.zeros(2)
    with pytest.raises(
        ValueError, match=r"state 'exp_avg' must have shape \(3,\) and dtype float32"
    ):
        optimizer.step()


def test_the_state_dict_of_a_model_is_refused() -> None:
    model = dc.nn.Linear(1, 1)
    optimizer = dc.optim.SGD(model.parameters())
    text = r"must have 'state' and 'param_groups', got \['weight', 'bias'\]; that of a model"
    with pytest.raises(ValueError, match=text):
        optimizer.load_state_dict(model.state_dict())
    with pytest.raises(ValueError, match=r"'param_groups', got int; that of a model"):
        optimizer.load_state_dict(3)  # type: ignore[arg-type]  # that is the test
