"""Layers, losses and whole training runs against what PyTorch computed (tests/golden)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn

GOLDEN = Path(__file__).parents[1] / "golden"


def load(name: str) -> dict[str, Any]:
    with np.load(GOLDEN / f"{name}.npz") as file:
        return dict(file)


LOSSES, LAYERS = load("losses"), load("layers")
LOSS_CASES = json.loads(str(LOSSES["cases"]))
LAYER_CASES = json.loads(str(LAYERS["cases"]))


def label(case: dict[str, Any]) -> str:
    given = "+".join(key for key in case["arrays"] if "weight" in key)
    return f"{case.get('loss') or case.get('layer')}{case['options']}{given}"


@pytest.mark.parametrize("case", LOSS_CASES, ids=map(label, LOSS_CASES))
def test_loss(case: dict[str, Any]) -> None:
    arrays = {key: LOSSES[name] for key, name in case["arrays"].items()}
    expected, gradient = arrays.pop("output"), arrays.pop("gradient")
    tensors = {key: dc.tensor(value) for key, value in arrays.items()}
    x, target = tensors.pop("input").requires_grad_(), tensors.pop("target")
    output = getattr(nn, case["loss"])(**case["options"], **tensors)(x, target)
    assert output.shape == expected.shape
    np.testing.assert_allclose(output.detach().numpy(), expected, rtol=1e-9, atol=1e-12)
    output.backward(dc.ones_like(output))
    np.testing.assert_allclose(x.grad.numpy(), gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", LAYER_CASES, ids=map(label, LAYER_CASES))
def test_layer(case: dict[str, Any]) -> None:
    arrays = {key: LAYERS[name] for key, name in case["arrays"].items()}
    layer = getattr(nn, case["layer"])(**case["options"]).double()
    names = [name for name, _ in layer.named_parameters()]
    layer.load_state_dict({name: dc.tensor(arrays[name]) for name in names})
    x = dc.tensor(arrays["input"], requires_grad=True)
    y = layer(x)
    np.testing.assert_allclose(y.detach().numpy(), arrays["output"], rtol=1e-9, atol=1e-12)
    y.backward(dc.tensor(arrays["cotangent"]))
    np.testing.assert_allclose(x.grad.numpy(), arrays["gradient"], rtol=1e-9, atol=1e-12)
    for name, p in layer.named_parameters():
        np.testing.assert_allclose(
            p.grad.numpy(), arrays[f"{name}_gradient"], rtol=1e-9, atol=1e-12
        )


NORMS = load("norms")
NORM_CASES = json.loads(str(NORMS["cases"]))


@pytest.mark.parametrize("case", NORM_CASES, ids=map(label, NORM_CASES))
def test_norm(case: dict[str, Any]) -> None:
    arrays = {key: NORMS[name] for key, name in case["arrays"].items()}
    layer = getattr(nn, case["layer"])(**case["options"]).double()
    for name, p in layer.named_parameters():
        p.data = dc.tensor(arrays[name])

    def check(actual: dc.Tensor, key: str) -> None:
        np.testing.assert_allclose(
            actual.detach().numpy(), arrays[f"{step}.{key}"], rtol=1e-9, atol=1e-12, err_msg=key
        )

    for step in ("first", "second", "eval"):
        layer.train(step != "eval")
        layer.zero_grad()
        x = dc.tensor(arrays[f"{step}.input"], requires_grad=True)
        y = layer(x)
        if step == "first":
            continue
        check(y, "output")
        y.backward(dc.tensor(arrays[f"{step}.cotangent"]))
        check(x.grad, "gradient")
        for name, p in layer.named_parameters():
            check(p.grad, f"{name}_gradient")
        for name, buffer in layer.named_buffers():
            check(buffer, name)


def weights(arrays: dict[str, Any], prefix: str, dtype: str = "float64") -> dict[str, dc.Tensor]:
    return {
        key.removeprefix(f"{prefix}."): dc.tensor(value, dtype=dtype)
        for key, value in arrays.items()
        if key.startswith(f"{prefix}.")
    }


def assert_weights(model: nn.Module, arrays: dict[str, Any], prefix: str, atol: float) -> None:
    expected = weights(arrays, prefix)
    assert expected.keys() == model.state_dict().keys()
    for key, value in model.state_dict().items():
        np.testing.assert_allclose(value.numpy(), expected[key].numpy(), rtol=0, atol=atol)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
def test_ten_first_losses(dtype: str, rtol: float) -> None:
    golden = load("training")
    model = nn.Sequential(
        nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 5)
    )
    if dtype == "float64":
        model.double()
    model.load_state_dict(weights(golden, "start", dtype))
    optimizer, loss_of = dc.optim.Adam(model.parameters(), lr=1e-2), nn.CrossEntropyLoss()
    x, labels = dc.tensor(golden["x"], dtype=dtype), dc.tensor(golden["labels"])
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, golden["losses"], rtol=rtol)
    assert_weights(model, golden, "end", atol=100 * rtol)


def test_two_networks_and_two_optimizers_in_turn() -> None:
    golden = load("adversarial")
    generator = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2)).double()
    critic = nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1)).double()
    generator.load_state_dict(weights(golden, "generator"))
    critic.load_state_dict(weights(golden, "critic"))
    g_optimizer = dc.optim.Adam(generator.parameters(), lr=0.01, betas=(0.5, 0.999))
    d_optimizer = dc.optim.RMSprop(critic.parameters(), lr=0.005)
    loss_of = nn.BCEWithLogitsLoss()
    ones, zeros = dc.ones(8, 1).double(), dc.zeros(8, 1).double()
    losses = []
    for noise, real in zip(golden["noise"], golden["real"], strict=True):
        d_optimizer.zero_grad()
        fake = generator(dc.tensor(noise))
        d_loss = loss_of(critic(dc.tensor(real)), ones) + loss_of(critic(fake.detach()), zeros)
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = loss_of(critic(fake), ones)
        g_loss.backward()
        g_optimizer.step()
        losses.append([d_loss.item(), g_loss.item()])
    np.testing.assert_allclose(losses, golden["losses"], rtol=1e-9)
    assert_weights(generator, golden, "generator_end", atol=1e-9)
    assert_weights(critic, golden, "critic_end", atol=1e-9)
