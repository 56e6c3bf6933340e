"""The networks against what their PyTorch twins compute (tests/golden/networks.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import deepcore as dc
from deepcore import models, nn
from support.state_dicts import drawn_state, read_table

TABLE = read_table()
with np.load(Path(__file__).parents[1] / "golden" / "models.npz") as _file:
    ARRAYS = dict(_file)
CASES = {case["model"]: case for case in json.loads(str(ARRAYS["cases"]))}
PLAIN = {
    "resnet18": {},
    "resnet20": {},
    "googlenet": {"dropout": 0.0, "dropout_aux": 0.0},
    "inception_v3": {"dropout": 0.0},
}


def with_drawn_weights(name: str, dtype: dc.dtype, **options: Any) -> nn.Module:
    model = getattr(models, name)(**PLAIN[name], **options).to(dtype)
    model.load_state_dict(drawn_state(TABLE[name][1]))
    return model


def errors(name: str, mode: str, dtype: dc.dtype) -> dict[str, NDArray[np.float64]]:
    """Distances from the golden scores of each head and gradients of the images."""
    case, rng = CASES[name], np.random.default_rng(6)
    images = rng.normal(size=(3, 3, case["size"], case["size"]))
    x = dc.tensor(images, dtype=dtype, requires_grad=True)
    output = with_drawn_weights(name, dtype).train(mode == "train")(x)
    scores = output if isinstance(output, tuple) else (output,)
    sum((y * dc.tensor(rng.normal(size=y.shape), dtype=dtype)).sum() for y in scores).backward()
    classes, step = case["class_step"], case["step"]
    found = {f"scores{i}": y.detach().numpy()[:, ::classes] for i, y in enumerate(scores)}
    found["gradient"] = x.grad.numpy()[:, :, ::step, ::step]
    prefix = f"{name}.{mode}."
    assert {prefix + key for key in found} == {key for key in ARRAYS if key.startswith(prefix)}
    return {key: np.abs(value - ARRAYS[prefix + key]) for key, value in found.items()}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_it_equals_pytorch(name: str, mode: str) -> None:
    """In float64; the golden values are stored in float32."""
    for key, error in errors(name, mode, dc.float64).items():
        assert error.max() <= 1e-6 * np.abs(ARRAYS[f"{name}.{mode}.{key}"]).max(), key


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_it_equals_pytorch_in_float32(name: str, mode: str) -> None:
    """Scores, and most gradients.

    Rounding turns the sign before some ReLU or takes another pixel of a pooling, as in PyTorch, and
    the gradients below that place change by more than rounding. It grows where a batch norm sees
    three values, in Inception-v3's auxiliary head.
    """
    found = errors(name, mode, dc.float32)
    gradient = found.pop("gradient")
    worst = max(error.max() for error in found.values())
    if (name, mode) == ("inception_v3", "train"):
        assert worst <= 1e-3
    else:
        assert worst <= 1e-4
        assert np.median(gradient) <= 1e-4 * np.abs(ARRAYS[f"{name}.{mode}.gradient"]).max()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ten_first_losses_equal_pytorch(dtype: str) -> None:
    """ResNet-20 on ten batches of noise, SGD 0.1, momentum 0.9, weight decay 1e-4.

    In float32 the third loss on depends on the order of every sum: PyTorch on one thread and on two
    differs from itself by 0.03 at the tenth.
    """
    rng = np.random.default_rng(7)
    model = with_drawn_weights("resnet20", getattr(dc, dtype))
    sgd = dc.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    losses = []
    for _ in range(10):
        x, labels = rng.normal(size=(32, 3, 32, 32)), rng.integers(0, 10, 32)
        sgd.zero_grad()
        loss = nn.functional.cross_entropy(model(dc.tensor(x, dtype=dtype)), dc.tensor(labels))
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    count, atol = (2, 1e-4) if dtype == "float32" else (10, 1e-6)
    np.testing.assert_allclose(losses[:count], ARRAYS["losses"][:count], rtol=0, atol=atol)


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_transform_input(name: str) -> None:
    """Images by ImageNet's means and deviations become those by 0.5 and 0.5."""
    mean, deviation = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    raw = np.random.default_rng(0).random((1, 3, 75, 75))
    normalize = dc.data.transforms.Normalize
    plain = with_drawn_weights(name, dc.float64).eval()
    changing = with_drawn_weights(name, dc.float64, transform_input=True).eval()
    with dc.no_grad():
        expected = plain(dc.tensor(normalize(0.5, 0.5)(raw))).numpy()
        scores = changing(dc.tensor(normalize(mean, deviation)(raw))).numpy()
    np.testing.assert_allclose(scores, expected, rtol=1e-10)
    with pytest.raises(ValueError, match=rf"\[{name}\] transform_input is for .* in_channels=1\."):
        getattr(models, name)(transform_input=True, in_channels=1)
