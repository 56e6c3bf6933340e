"""NaN and infinity stop training before they reach a weight, with the layer that made them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from support.training import blobs, same_bits, weights


def trainer_of(model: Any, loss: Any = "cross_entropy", lr: float = 0.1) -> dc.Trainer:
    return dc.Trainer(model, loss, dc.optim.SGD(model.parameters(), lr=lr))


def deep() -> Any:
    dc.manual_seed(0)
    return dc.nn.Sequential(
        dc.nn.Linear(8, 16),
        dc.nn.ReLU(),
        dc.nn.Sequential(dc.nn.Linear(16, 16), dc.nn.ReLU()),
        dc.nn.Linear(16, 4),
    )


def plant(parameter: Any, where: tuple[int, ...], value: float) -> None:
    parameter.detach().numpy()[where] = value


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_planted_in_a_weight(value: float) -> None:
    x, y = blobs(40)
    model = deep()
    plant(model[2][0].weight, (3, 5), value)
    before = weights(model)
    text = rf"loss of nan in step 1 .* layer '2\.0' \(Linear\), whose weight holds {value};"
    with pytest.raises(FloatingPointError, match=text):
        trainer_of(model).fit(x, y, verbose=0)
    assert same_bits(weights(model), before)


def test_an_overflow_in_a_layer() -> None:
    x, y = blobs(40)
    model = deep()
    for layer in (model[0], model[2][0]):
        layer.weight.detach().numpy()[:] = 1e30
    text = r"loss of nan in step 1 of epoch 1, first in the output of layer '2\.0' \(Linear\);"
    with pytest.raises(FloatingPointError, match=text):
        trainer_of(model).fit(x, y, verbose=0)


def test_a_learning_rate_that_is_too_high() -> None:
    x, y = blobs(40)
    model = deep()
    trainer = trainer_of(model, lr=1e25)
    with pytest.raises(FloatingPointError, match=r"in step \d of epoch \d, first in the .*layer"):
        trainer.fit(x, y, epochs=3, batch_size=8, verbose=0)
    assert all(np.isfinite(w).all() for w in weights(model))


class Root(dc.nn.Module):
    """√(x - x): finite at 0, where its derivative is not."""

    def forward(self, x: Any) -> Any:
        return x + (x - x).sqrt()


def test_in_a_gradient_only() -> None:
    x, y = blobs(40)
    model = dc.nn.Sequential(dc.nn.Linear(8, 16), Root(), dc.nn.Linear(16, 4))
    before = weights(model)
    text = r"a gradient that is not in step 1 .*, first in the backward of layer '1' \(Root\);"
    with pytest.raises(FloatingPointError, match=text):
        trainer_of(model).fit(x, y, verbose=0)
    assert same_bits(weights(model), before)


def test_in_the_gradient_of_an_op_between_layers() -> None:
    class Net(dc.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = dc.nn.Linear(8, 16)
            self.outer = dc.nn.Linear(16, 4)

        def forward(self, x: Any) -> Any:
            hidden = self.inner(x)
            return self.outer(hidden + (hidden - hidden).sqrt())

    x, y = blobs(40)
    text = r"first in the backward of the model itself \(Net\);"
    with pytest.raises(FloatingPointError, match=text):
        trainer_of(Net()).fit(x, y, verbose=0)


def test_in_the_loss() -> None:
    x, y = blobs(40)
    model = deep()

    def ratio(output: Any, target: Any) -> Any:
        return output.sum() / (target.sum() * 0.0)

    with pytest.raises(FloatingPointError, match=r"first in the loss \(ratio\);"):
        trainer_of(model, ratio).fit(x, y, verbose=0)


def test_in_the_gradient_of_the_loss() -> None:
    x, y = blobs(40)

    def root(output: Any, target: Any) -> Any:
        return (output - output).sqrt().sum() + output.sum()

    with pytest.raises(FloatingPointError, match="first in the backward of the loss;"):
        trainer_of(deep(), root).fit(x, y, verbose=0)


def test_the_second_run_leaves_buffers_alone() -> None:
    class Counting(dc.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("calls", dc.zeros(1))

        def forward(self, x: Any) -> Any:
            if self.training:
                self.calls += 1
            return x

    x, y = blobs(40)
    model = dc.nn.Sequential(Counting(), dc.nn.Linear(8, 4))
    plant(model[1].bias, (0,), np.nan)
    with pytest.raises(FloatingPointError, match=r"layer '1' \(Linear\), whose bias holds nan"):
        trainer_of(model).fit(x, y, verbose=0)
    assert model[0].calls.item() == 1
    assert all(m._hooks is None for m in model.modules())
