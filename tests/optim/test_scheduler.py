"""Schedulers apart from their rates, which test_golden.py compares."""

from __future__ import annotations

from typing import Any

import pytest

import deepcore as dc
from deepcore.optim import SGD
from deepcore.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, MultiStepLR, StepLR
from support.optimizers import parameters


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


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"step_size": 1.5}, TypeError, r"\[step_lr\] step_size must be a whole number, got 1\.5"),
        ({"step_size": True}, TypeError, r"\[step_lr\] step_size must be a whole number, got True"),
        ({"step_size": 1, "gamma": float("nan")}, ValueError, r"gamma must be finite, got nan\."),
    ],
)
def test_numbers_of_step_lr(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    optimizer = dc.optim.SGD([dc.ones(1, requires_grad=True)])
    with pytest.raises(kind, match=text):
        dc.optim.lr_scheduler.StepLR(optimizer, **options)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"T_max": 0}, ValueError, r"\[cosine_annealing_lr\] T_max must be at least 1, got 0\."),
        ({"T_max": 2.0}, TypeError, r"T_max must be a whole number, got 2\.0\."),
        ({"T_max": 2, "eta_min": float("inf")}, ValueError, r"eta_min must be finite, got inf\."),
    ],
)
def test_numbers_of_cosine(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        CosineAnnealingLR(SGD(parameters(), lr=1.0), **options)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        (
            {"milestones": [2, -1]},
            ValueError,
            r"\[multi_step_lr\] a milestone must be .*, got -1\.",
        ),
        ({"milestones": [2.5]}, TypeError, r"a milestone must be a whole number, got 2\.5\."),
        ({"milestones": [1], "gamma": -1}, ValueError, r"gamma must be at least 0, got -1\."),
    ],
)
def test_numbers_of_multi_step(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        MultiStepLR(SGD(parameters(), lr=1.0), **options)


def test_multi_step_state_dict_goes_on() -> None:
    optimizer = SGD(parameters(), lr=1.0)
    scheduler = MultiStepLR(optimizer, [1, 3, 3], gamma=0.5)
    scheduler.step()
    other = MultiStepLR(SGD(parameters(), lr=0.5), [9])
    other.load_state_dict(scheduler.state_dict())
    other.step()
    other.step()
    assert other.get_last_lr() == [0.125]


def test_cosine_goes_on_at_its_epoch() -> None:
    optimizer = SGD(parameters(), lr=0.4)
    whole = CosineAnnealingLR(optimizer, 10, eta_min=0.1)
    for _ in range(6):
        whole.step()
    expected = whole.get_last_lr()
    rest = CosineAnnealingLR(optimizer, 10, eta_min=0.1, last_epoch=5)
    assert rest.get_last_lr() == pytest.approx(expected, rel=1e-12)
