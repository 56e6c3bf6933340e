"""What all optimizers share: groups, gradients, closures, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from support.optimizers import every, give_gradients, parameters


@every
def test_nan_is_not_hidden(kind: Any, options: dict[str, Any]) -> None:
    params = parameters(sizes=(5,))
    optimizer = kind(params, **options)
    for seed in range(2):
        give_gradients(params, seed)
        params[0].grad.numpy()[2] = np.nan
        optimizer.step()
    assert np.isnan(params[0].detach().numpy()).tolist() == [False, False, True, False, False]


@every
def test_parameters_without_a_gradient_stay(kind: Any, options: dict[str, Any]) -> None:
    params = parameters()
    optimizer = kind(params, **options)
    before = params[1].detach().numpy().copy()
    give_gradients(params, 0)
    params[1].grad = None
    optimizer.step()
    np.testing.assert_array_equal(params[1].detach().numpy(), before)
    assert params[1] not in optimizer.state
    give_gradients(params, 1)
    optimizer.step()
    assert (params[1].detach().numpy() != before).all()


def test_a_step_counts_as_a_write() -> None:
    x = dc.ones(2, requires_grad=True)
    version = x._version
    optimizer = SGD([x], lr=0.1)
    x.grad = dc.ones(2)
    optimizer.step()
    assert x._version == version + 1


def test_groups_have_options_of_their_own() -> None:
    a, b, c = parameters(sizes=(1, 1, 1))
    optimizer = SGD([{"params": a}, {"params": [b], "lr": 0.5}], lr=0.25)
    optimizer.add_param_group({"params": [c], "lr": 1.0})
    before = [p.item() for p in (a, b, c)]
    for p in (a, b, c):
        p.grad = dc.ones(1)
    optimizer.step()
    moved = [old - p.item() for old, p in zip(before, (a, b, c), strict=True)]
    assert moved == pytest.approx([0.25, 0.5, 1.0])


def test_names_are_kept() -> None:
    a, b = parameters(sizes=(1, 1))
    optimizer = SGD([("weight", a), ("bias", b)], lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"][1] is b


def test_zero_grad() -> None:
    params = parameters()
    optimizer = Adam(params)
    give_gradients(params, 0)
    kept = params[0].grad
    optimizer.zero_grad(set_to_none=False)
    assert kept.tolist() == [0.0] * 5
    assert params[0].grad is kept
    optimizer.zero_grad()
    assert [p.grad for p in params] == [None] * 4


def test_closure_runs_once_with_gradients() -> None:
    params = parameters()
    optimizer = SGD(params, lr=0.1)
    calls = []

    def closure() -> float:
        calls.append(dc.is_grad_enabled())
        give_gradients(params, 0)
        return 7.0

    with dc.no_grad():
        assert optimizer.step(closure) == 7.0
    assert calls == [True]
    assert optimizer.step() is None


def test_an_optimizer_of_ones_own() -> None:
    class Sign(Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p.detach().numpy()[...] -= group["lr"] * np.sign(p.grad.numpy())
                    self.state[p]["steps"] = self.state[p].get("steps", 0) + 1

    params = parameters(sizes=(1,))
    optimizer = Sign(params, 0.5)
    before = params[0].item()
    params[0].grad = dc.ones(1)
    optimizer.step()
    optimizer.zero_grad()
    assert params[0].item() == before - 0.5
    assert params[0].grad is None
    assert optimizer.state_dict()["state"] == {0: {"steps": 1}}
    with pytest.raises(NotImplementedError, match=r"\[optimizer\] step\(\) must be written"):
        Optimizer(parameters(), {}).step()


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        (Adam, {"lr": -1.0}, r"\[adam\] lr must be at least 0, got -1\."),
        (AdamW, {"lr": float("nan")}, r"\[adamw\] lr must be finite, got nan\."),
        (Adam, {"betas": (0.9, 1.0)}, r"betas\[1\] must be at least 0 and below 1, got 1\."),
        (Adam, {"eps": -1e-8}, r"\[adam\] eps must be at least 0, got -1e-08\."),
        (SGD, {"momentum": -0.5}, r"\[sgd\] momentum must be at least 0, got -0.5\."),
        (SGD, {"nesterov": True}, r"\[sgd\] nesterov must have a momentum above 0 and no damp"),
        (Adagrad, {"lr_decay": -1}, r"\[adagrad\] lr_decay must be at least 0, got -1\."),
        (Adadelta, {"rho": 1.5}, r"\[adadelta\] rho must be at most 1, got 1.5\."),
        (RMSprop, {"alpha": -1}, r"\[rmsprop\] alpha must be at least 0, got -1\."),
    ],
)
def test_values_out_of_range(kind: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        kind(parameters(), **options)


def test_kinds() -> None:
    with pytest.raises(TypeError, match=r"\[sgd\] lr must be a number, got str\."):
        SGD(parameters(), lr="0.1")
    with pytest.raises(TypeError, match=r"\[adam\] betas must be two numbers, got 0.9\."):
        Adam(parameters(), betas=0.9)
    with pytest.raises(TypeError, match="unexpected keyword argument 'momentum'"):
        Adam(parameters(), momentum=0.9)
    with pytest.raises(
        TypeError, match=r"\[sgd\] params must be an iterable of tensors or of groups"
    ):
        SGD(dc.ones(2), lr=0.1)
    with pytest.raises(TypeError, match=r"\[sgd\] params must be tensors, got float\."):
        SGD([1.0], lr=0.1)
    with pytest.raises(TypeError, match=r"\[sgd\] params must be float32 or float64, got int64\."):
        SGD([dc.tensor([1, 2])], lr=0.1)
    with pytest.raises(
        TypeError, match=r"\[sgd\] params must have an order, got a set; use a list"
    ):
        SGD([{"params": set(parameters())}], lr=0.1)
    with pytest.raises(TypeError, match=r"\[sgd\] a parameter group must be a dict, got Tensor\."):
        SGD(parameters(), lr=0.1).add_param_group(dc.ones(1))
    assert SGD(parameters(), lr=0.1, foreach=True, fused=False).defaults["lr"] == 0.1


def test_parameters_that_cannot_be_updated() -> None:
    x = dc.ones(2, requires_grad=True)
    with pytest.raises(ValueError, match=r"\[sgd\] params must hold at least one parameter, got n"):
        SGD([], lr=0.1)
    with pytest.raises(ValueError, match=r"\[sgd\] params must be leaves, got what an op made"):
        SGD([x.reshape(2, 1)], lr=0.1)
    with pytest.raises(ValueError, match=r"\[sgd\] a parameter must be given once, got one twice"):
        SGD([{"params": [x]}, {"params": [x]}], lr=0.1)
    with pytest.raises(ValueError, match=r"\[sgd\] params must all have names or none"):
        SGD([("a", x), dc.ones(1)], lr=0.1)


def test_a_group_that_lost_an_option() -> None:
    params = parameters()
    optimizer = Adam(params)
    give_gradients(params, 0)
    del optimizer.param_groups[0]["eps"]
    with pytest.raises(ValueError, match=r"\[adam\] a parameter group must hold 'eps', got none\."):
        optimizer.step()


def test_repr_lists_the_options() -> None:
    text = repr(SGD([{"params": parameters()}], lr=0.1))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n")


def test_absent_names_suggest_a_close_one() -> None:
    with pytest.raises(
        AttributeError, match=r"\[optim\] there is no 'RAdam'; did you mean 'Adam'\?"
    ):
        _ = dc.optim.RAdam
    with pytest.raises(AttributeError, match=r"\[optim.lr_scheduler\] there is no 'ExponentialLR'"):
        _ = dc.optim.lr_scheduler.ExponentialLR


@pytest.mark.parametrize(
    ("params", "kind", "text"),
    [
        (dc.nn.Linear(1, 1), TypeError, r"or of groups, got Linear; pass its parameters\(\)\."),
        (dc.nn.Sequential(), TypeError, r"got Sequential; pass its parameters\(\)\."),
        ({"params": []}, TypeError, r"got one dict; put it in a list\."),
        (3, TypeError, r"params must be an iterable of tensors or of groups, got int\."),
        ([{"lr": 3}], ValueError, r"a parameter group must have 'params', got \['lr'\]\."),
        (
            [{"params": parameters(), "momentun": 0.9}],
            TypeError,
            r"\[sgd\] there is no option of a group 'momentun'; did you mean 'momentum'\?",
        ),
    ],
)
def test_what_holds_no_parameters(params: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        SGD(params, lr=0.1)


def test_a_group_may_have_a_label_and_hints_and_any_option_of_a_class_of_ones_own() -> None:
    SGD([{"params": parameters(), "name": "head", "foreach": None}])
    Optimizer([{"params": parameters(), "trust": 0.1}], {"lr": 1.0})


@pytest.mark.parametrize(
    ("kind", "options", "error", "text"),
    [
        (
            SGD,
            {"dampening": float("nan")},
            ValueError,
            r"\[sgd\] dampening must be finite, got nan",
        ),
        (SGD, {"lr": float("inf")}, ValueError, r"\[sgd\] lr must be finite, got inf\."),
        (SGD, {"nesterov": "no"}, TypeError, r"\[sgd\] nesterov must be True or False, got 'no'\."),
        (Adam, {"amsgrad": 2}, TypeError, r"\[adam\] amsgrad must be True or False, got 2\."),
        (RMSprop, {"centered": "x"}, TypeError, r"\[rmsprop\] centered must be True or False"),
        (Adagrad, {"maximize": None}, TypeError, r"\[adagrad\] maximize must be True or False"),
        (Adadelta, {"maximize": None}, TypeError, r"\[adadelta\] maximize must be True or False"),
    ],
)
def test_options_that_mean_nothing_are_refused(
    kind: Any, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        kind(parameters(), **options)


@every
def test_differentiable_is_a_hint_only_where_it_is_off(kind: Any, options: dict[str, Any]) -> None:
    kind(parameters(), **options, differentiable=False)
    with pytest.raises(ValueError, match=r"differentiable must be False, got True; a step is not"):
        kind(parameters(), **options, differentiable=True)


@pytest.mark.parametrize("kind", [Adam, AdamW, RMSprop, Adadelta])
def test_capturable_is_accepted(kind: Any) -> None:
    kind(parameters(), capturable=False)
