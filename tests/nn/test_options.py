"""Options of layers are checked when a layer is made, and its errors say which option it was."""

from __future__ import annotations

from typing import Any

import pytest

import deepcore as dc
from deepcore import nn


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: nn.Conv2d(3, 32 / 2, 3), TypeError, r"out_channels must be a whole .*, got 16\.0"),
        (
            lambda: nn.Conv2d(3, 4, 3, padding=True),
            TypeError,
            r"padding must be an int .* got True",
        ),
        (lambda: nn.Conv2d(3, 4, 3, padding="SAME"), ValueError, r"did you mean 'same'\?"),
        (
            lambda: nn.MaxPool2d(2, padding="same"),
            TypeError,
            r"\[MaxPool2d\] padding must be an int",
        ),
        (lambda: nn.MaxPool2d(2, 0), ValueError, r"\[MaxPool2d\] stride must be at least 1, got 0"),
        (lambda: nn.MaxPool1d((2, 2)), ValueError, r"kernel_size must be an int or 1 of them"),
        (
            lambda: nn.BatchNorm2d(3, momentum=2),
            ValueError,
            r"\[BatchNorm2d\] momentum must be in 0",
        ),
        (lambda: dc.models.resnet20(num_classes=0), ValueError, r"num_classes must be at least 1"),
        (
            lambda: dc.optim.lr_scheduler.MultiStepLR(
                dc.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1), 30
            ),
            TypeError,
            r"milestones must be a sequence of epochs, got 30\.",
        ),
    ],
)
def test_options_are_checked_when_made(make: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()


def test_long_lists_of_keys_are_cut() -> None:
    model = nn.Sequential(*(nn.Linear(1, 1) for _ in range(20)))
    with pytest.raises(ValueError, match=r"missing: '0\.weight', .*, '4\.bias' … and 30 more\.$"):
        model.load_state_dict({})


def test_a_checkpoint_that_holds_a_state_dict() -> None:
    model = nn.Linear(1, 1)
    with pytest.raises(ValueError, match=r"pass its \['model'\], which has such keys\.$"):
        model.load_state_dict({"epoch": 3, "model": model.state_dict()})


def test_channels_that_lie_last() -> None:
    with pytest.raises(ValueError, match="conv2d") as caught:
        nn.Conv2d(3, 4, 3)(dc.zeros(2, 8, 8, 3))
    text = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert "The channels lie last: .permute(0, 3, 1, 2) brings them to axis 1." in text
