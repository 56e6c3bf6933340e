"""What convolutional layers refuse, how they pad, and how a Sequential runs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"in_channels": -1}, r"in_channels must be at least 0, got -1"),
        ({"kernel_size": 0}, r"kernel_size must be at least 1, got 0"),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size must be an int or 2 of them, got \(3, 3, 3\)"),
        ({"stride": (1, 0)}, r"stride must be at least 1, got \(1, 0\)"),
        ({"padding": -1}, r"padding must be at least 0, got -1"),
        ({"padding": "full"}, r"'same', 'valid' or numbers, got 'full'"),
        ({"padding": "same", "stride": 2}, r"must go with stride 1, got stride \(2, 2\)"),
        ({"groups": 3}, r"in_channels must be divisible by groups=3, got 4"),
        ({"groups": 0}, r"groups must be at least 1, got 0"),
        ({"padding_mode": "mirror"}, r"padding_mode must be .* got 'mirror'"),
    ],
)
def test_refuses(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=rf"^\[Conv2d\] .*{text}\.$"):
        nn.Conv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **options})


def test_refuses_kinds() -> None:
    with pytest.raises(TypeError, match=r"^\[Conv1d\] stride must be an int or 1 of them, got 'a"):
        nn.Conv1d(1, 1, 1, stride="a")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^\[ConvTranspose2d\] padding_mode must be 'zeros'"):
        nn.ConvTranspose2d(1, 1, 1, padding_mode="reflect")


def test_a_mismatch_names_the_layer() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten())
            self.fc1 = nn.Linear(1600, 10)

        def forward(self, x: dc.Tensor) -> dc.Tensor:
            return self.fc1(self.features(x))

    with pytest.raises(ValueError, match=r"in_features=1600, got shape \(2, 5408\)") as error:
        Net()(dc.zeros(2, 1, 28, 28))
    assert "fc1" in "".join(error.value.__notes__)
    with pytest.raises(ValueError, match=r"in_channels=1 on axis 1, got") as error:
        Net()(dc.zeros(2, 3, 28, 28))
    assert "features.0" in "".join(error.value.__notes__)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_modes(mode: str) -> None:
    layer = nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode=mode, dtype=dc.float64)
    x = dc.randn(2, 2, 5, 6, dtype=dc.float64)
    name = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (1, 1), (2, 2)), mode=name)
    expected = nn.functional.conv2d(dc.tensor(padded), layer.weight, layer.bias)
    np.testing.assert_allclose(layer(x).detach().numpy(), expected.detach().numpy(), rtol=1e-12)


def test_initial_weights() -> None:
    dc.manual_seed(0)
    layer = nn.Conv2d(8, 64, 3, groups=2)
    bound = 1 / np.sqrt(4 * 9)
    values = np.abs(layer.weight.detach().numpy())
    assert bound * 0.99 < values.max() <= bound
    assert layer.bias is not None
    assert np.abs(layer.bias.detach().numpy()).max() <= bound


def test_output_size() -> None:
    layer = nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)
    x = dc.ones(1, 1, 6, 6)
    assert layer(x).shape == (1, 1, 11, 11)
    assert layer(x, output_size=(1, 1, 12, 12)).shape == (1, 1, 12, 12)
    with pytest.raises(ValueError, match=r"output_size must be from \(11, 11\) to \(12, 12\) for"):
        layer(x, output_size=(13, 12))


@pytest.mark.parametrize(
    "activation",
    [nn.ReLU(), nn.LeakyReLU(0.2), nn.Sigmoid(), nn.Tanh(), nn.GELU(), nn.GELU("tanh"), nn.SiLU()],
)
@pytest.mark.parametrize("batch", [2, 17])
def test_fused_with_an_activation(activation: nn.Module, batch: int) -> None:
    """One node, the same bits."""
    conv = nn.Conv2d(3, 9, 3, padding=1)
    x = dc.randn(batch, 3, 6, 6)
    results = []
    for model in (nn.Sequential(conv, activation), lambda x: activation(conv(x))):
        leaf = x.clone().requires_grad_()
        conv.zero_grad()
        y = model(leaf)
        (y * y).sum().backward()
        results.append([y.detach(), leaf.grad, conv.weight.grad.clone(), conv.bias.grad.clone()])
    assert all(dc.equal(a, b) for a, b in zip(*results, strict=True))


def test_a_hook_keeps_them_apart() -> None:
    conv, seen = nn.Conv2d(1, 1, 1), []
    model = nn.Sequential(conv, nn.ReLU())
    conv.register_forward_hook(lambda module, args, output: seen.append(output.min().item()))
    model(dc.randn(4, 1, 9, 9) * 100)
    assert len(seen) == 1
    assert seen[0] < 0
