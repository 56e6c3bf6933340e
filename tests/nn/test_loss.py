"""Losses against PyTorch, with all their options; as modules and as functions."""

import json
from pathlib import Path

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn

FUNCTIONS = {
    "MSELoss": "mse_loss",
    "L1Loss": "l1_loss",
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
}


def golden():
    with np.load(Path(__file__).parents[1] / "golden" / "losses.npz") as file:
        arrays = dict(file)
    for i, case in enumerate(json.loads(str(arrays["cases"]))):
        given = {key: arrays[name] for key, name in case["arrays"].items()}
        yield pytest.param(case["loss"], case["options"], given, id=f"{i}-{case['loss']}")


@pytest.mark.parametrize(("name", "options", "given"), list(golden()))
def test_as_pytorch(name, options, given):
    tensors = {key: dc.tensor(given[key]) for key in ("weight", "pos_weight") if key in given}
    loss = getattr(nn, name)(**options, **tensors)
    function = getattr(nn.functional, FUNCTIONS[name])
    target = dc.tensor(given["target"])
    for call in (loss, lambda x, y: function(x, y, **options, **tensors)):
        x = dc.tensor(given["input"], requires_grad=True)
        y = call(x, target)
        assert y.shape == given["output"].shape
        np.testing.assert_allclose(y.detach().numpy(), given["output"], rtol=1e-9, atol=1e-12)
        y.backward(dc.ones(y.shape, dtype=y.dtype))
        np.testing.assert_allclose(x.grad.numpy(), given["gradient"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_options(name):
    loss = getattr(nn, name)
    assert repr(loss()) == f"{name}()"
    assert loss().reduction == "mean"
    with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none', got 'avg'"):
        loss(reduction="avg")
    with pytest.raises(TypeError, match="reduce has given way to reduction, got reduce=True"):
        loss(reduce=True)


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss"])
def test_weights_are_buffers(name):
    loss = getattr(nn, name)(weight=dc.ones(3))
    assert list(loss.state_dict()) == ["weight"]
    assert loss.double().weight.dtype == dc.float64
    assert list(getattr(nn, name)().state_dict()) == []


def test_as_pytorch_trains():
    """Ten steps of a small network: the losses, and the last weights."""
    with np.load(Path(__file__).parents[1] / "golden" / "training.npz") as file:
        given = dict(file)
    net = nn.Sequential(
        nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 5)
    ).double()
    net.load_state_dict({key: given[f"start.{key}"] for key in net.state_dict()})
    x, labels = dc.tensor(given["x"]).double(), dc.tensor(given["labels"])
    optimizer, loss_of = dc.optim.Adam(net.parameters(), lr=1e-2), nn.CrossEntropyLoss()
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(net(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, given["losses"], rtol=1e-9)
    for key, value in net.state_dict().items():
        np.testing.assert_allclose(value.numpy(), given[f"end.{key}"], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_weights_of_elements(name, reduction):
    x, y, w = (dc.tensor(v) for v in ([1.0, 2.0, 4.0], [0.0, 0.0, 1.0], [1.0, 3.0, 0.5]))
    function = getattr(nn.functional, name)
    losses = {"mse_loss": [1.0, 12.0, 4.5], "l1_loss": [1.0, 6.0, 1.5]}[name]
    expected = {"mean": sum(losses) / 4.5, "sum": sum(losses), "none": losses}[reduction]
    got = function(x, y, reduction=reduction, weight=w)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)
    with pytest.raises(
        ValueError, match=rf"\[{name}\] weight must have the input's shape \(3,\), g"
    ):
        function(x, y, weight=w[:2])
    with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'none', got 'avg'"):
        function(x, y, weight=w, reduction="avg")


@pytest.mark.parametrize(
    "name",
    [
        "mse_loss", "l1_loss", "cross_entropy", "nll_loss", "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
    ],
)  # fmt: skip
def test_old_options_of_functions(name):
    function = getattr(nn.functional, name)
    x, y = dc.tensor([[0.5]]), dc.tensor([0]) if name in ("cross_entropy", "nll_loss") else None
    with pytest.raises(TypeError, match="size_average has given way to reduction, got size_averag"):
        function(x, x if y is None else y, size_average=False)
    with pytest.raises(TypeError, match="there is no argument 'wieght'"):
        function(x, x if y is None else y, wieght=None)
    function(x, x if y is None else y, reduce=None)


def test_label_smoothing_is_checked_when_given():
    with pytest.raises(ValueError, match=r"label_smoothing must be in 0 to 1, got 2\."):
        nn.CrossEntropyLoss(label_smoothing=2)
