"""What all optimizers share: groups, state dicts, errors, replay, the same bits everywhere."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from deepcore.optim.lr_scheduler import LRScheduler, StepLR

EVERY: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.1}),
    (Adadelta, {}),
    (RMSprop, {"momentum": 0.5, "centered": True}),
    (RMSprop, {"centered": True}),
    (Adam, {"amsgrad": True, "weight_decay": 0.1}),
    (AdamW, {}),
]
every = pytest.mark.parametrize(
    ("kind", "options"), EVERY, ids=[f"{k.__name__}{o}" for k, o in EVERY]
)


def parameters(dtype: str = "float32", sizes: tuple[int, ...] = (5, 1, 70, 3)) -> list[dc.Tensor]:
    rng = np.random.default_rng(0)
    return [dc.tensor(rng.normal(size=n), dtype=dtype, requires_grad=True) for n in sizes]


def give_gradients(params: list[dc.Tensor], seed: int) -> None:
    rng = np.random.default_rng(seed)
    for p in params:
        p.grad = dc.tensor(rng.normal(size=p.shape), dtype=p.dtype)


def train(optimizer: Optimizer, params: list[dc.Tensor], seeds: range) -> list[np.ndarray]:
    for seed in seeds:
        give_gradients(params, seed)
        optimizer.step()
    return [p.detach().numpy().copy() for p in params]


def assert_same(a: list[np.ndarray], b: list[np.ndarray]) -> None:
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


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
def test_pieces_of_a_vector_have_the_same_bits(kind: Any, options: dict[str, Any]) -> None:
    whole, parts = parameters(sizes=(79,)), parameters(sizes=(79,))
    parts = [
        dc.tensor(piece, requires_grad=True)
        for piece in np.split(parts[0].detach().numpy(), [1, 4, 20, 37, 68])
    ]
    one, many = kind(whole, **options), kind(parts, **options)
    for seed in range(3):
        give_gradients(whole, seed)
        offset = 0
        for p in parts:
            p.grad = dc.tensor(whole[0].grad.numpy()[offset : offset + p.numel()])
            offset += p.numel()
        one.step()
        many.step()
    got = np.concatenate([p.detach().numpy() for p in parts])
    np.testing.assert_array_equal(got, whole[0].detach().numpy())


@every
def test_threads_have_the_same_bits(kind: Any, options: dict[str, Any]) -> None:
    results = []
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            params = parameters(sizes=(200_000, 13, 70_001))
            results.append(train(kind(params, **options), params, range(2)))
    for result in results[1:]:
        assert_same(result, results[0])


SCRIPT = """
import hashlib, sys
import test_optimizer as t
for kind, options in t.EVERY:
    for dtype in ("float32", "float64"):
        params = t.parameters(dtype)
        for array in t.train(kind(params, **options), params, range(5)):
            sys.stdout.write(hashlib.sha256(array.tobytes()).hexdigest())
"""


def digests(level: str) -> str:
    path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    environment = {**os.environ, "DEEPCORE_ISA": level, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_levels_have_the_same_bits() -> None:
    config = _core.config()
    both = set(config["supported_levels"]) & set(config["installed_levels"])
    levels = sorted(both - {"x86-64"})
    if len(levels) < 2:
        pytest.skip("this processor runs one level with fused multiply-add, two are compared")
    assert len({digests(level) for level in levels}) == 1


@every
def test_replay_equals_eager(kind: Any, options: dict[str, Any]) -> None:
    eager, taped = parameters(), parameters()
    first, second = kind(eager, **options), kind(taped, **options)
    give_gradients(taped, 0)
    buffers = [p.grad for p in taped]
    tape = _core.Tape()
    tape.begin()
    second.step()
    tape.end()
    train(first, eager, range(1))
    for seed in range(1, 5):
        if seed == 3:  # as a scheduler does
            first.param_groups[0]["lr"] = second.param_groups[0]["lr"] = 0.5
        give_gradients(eager, seed)
        first.step()
        for p, buffer in zip(eager, buffers, strict=True):
            buffer.numpy()[...] = p.grad.numpy()
        tape.replay()
    assert_same([p.detach().numpy() for p in taped], [p.detach().numpy() for p in eager])


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


def test_a_step_counts_as_a_write() -> None:
    x = dc.ones(2, requires_grad=True)
    version = x._version
    optimizer = SGD([x], lr=0.1)
    x.grad = dc.ones(2)
    optimizer.step()
    assert x._version == version + 1


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
        (AdamW, {"lr": float("nan")}, r"\[adamw\] lr must be at least 0, got nan\."),
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
    with pytest.raises(TypeError, match="unexpected keyword argument 'capturable'"):
        Adam(parameters(), capturable=True)
    with pytest.raises(TypeError, match=r"\[sgd\] params must be an iterable of tensors, got one"):
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
    assert optimizer.param_groups[0]["lr"] == 1e-3
    assert optimizer.state_dict()["state"][0]["exp_avg"] is before["state"][0]["exp_avg"]


def test_a_group_that_lost_an_option() -> None:
    params = parameters()
    optimizer = Adam(params)
    give_gradients(params, 0)
    del optimizer.param_groups[0]["eps"]
    with pytest.raises(ValueError, match=r"\[adam\] a parameter group must hold 'eps', got none\."):
        optimizer.step()


def test_state_of_another_shape() -> None:
    params = parameters(sizes=(3,))
    optimizer = Adam(params)
    give_gradients(params, 0)
    optimizer.state[params[0]]["exp_avg"] = dc.zeros(2)
    with pytest.raises(
        ValueError, match=r"state 'exp_avg' must have shape \(3,\) and dtype float32"
    ):
        optimizer.step()


def test_repr_lists_the_options() -> None:
    text = repr(SGD([{"params": parameters()}], lr=0.1))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n")


def test_scheduler_state_dict_goes_on() -> None:
    optimizer = SGD(parameters(), lr=1.0)
    scheduler = StepLR(optimizer, 2, gamma=0.5)
    for _ in range(3):
        scheduler.step()
    other = StepLR(optimizer, 9)
    optimizer.param_groups[0]["lr"] = 0.5
    other.load_state_dict(scheduler.state_dict())
    assert (other.last_epoch, other.step_size) == (3, 2)
    other.step()
    assert other.get_last_lr() == [0.25]
    assert "optimizer" not in scheduler.state_dict()


def test_scheduler_errors() -> None:
    optimizer = SGD(parameters(), lr=1.0)
    with pytest.raises(ValueError, match=r"\[step_lr\] step_size must be at least 1, got 0\."):
        StepLR(optimizer, 0)
    with pytest.raises(
        ValueError, match=r"last_epoch=3 needs groups with an 'initial_lr', got none"
    ):
        StepLR(optimizer, 2, last_epoch=3)
    with pytest.raises(
        TypeError, match=r"\[lr_scheduler\] optimizer must be an Optimizer, got int"
    ):
        StepLR(3, 2)
    with pytest.raises(NotImplementedError, match=r"get_lr\(\) must be written by the subclass"):
        LRScheduler(optimizer)
