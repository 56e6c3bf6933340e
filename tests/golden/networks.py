"""The golden values of whole networks, from twins in PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import twins  # beside this file
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.state_dicts import STATISTICS, drawn_state, read_table

# Size of the images, and the steps between pixels whose gradient and classes whose scores are kept.
CASES: list[dict[str, Any]] = [
    {"model": "resnet18", "size": 64, "step": 7, "class_step": 25},
    {"model": "googlenet", "size": 96, "step": 11, "class_step": 25},
    {"model": "inception_v3", "size": 299, "step": 23, "class_step": 25},
]


def models() -> dict[str, np.ndarray]:
    """Scores of three images and the gradients at their pixels, in train and in eval mode.

    Weights are drawn from the names of the table of state dicts, so that none are stored. All
    scores have a part in the gradients; of them and of the pixels some are stored.
    """
    arrays: dict[str, np.ndarray] = {}
    for case in CASES:
        for mode in ("train", "eval"):
            for key, value in _scores_and_gradient(case, mode == "train").items():
                arrays[f"{case['model']}.{mode}.{key}"] = value.detach().numpy().astype("f4")
    return arrays | {"losses": _resnet20_losses()}


def _scores_and_gradient(case: dict[str, Any], training: bool) -> dict[str, torch.Tensor]:
    name, size, step, kept = case["model"], case["size"], case["step"], case["class_step"]
    rng = np.random.default_rng(6)
    state = drawn_state(read_table()[name][1])
    weights = {key: torch.tensor(value) for key, value in state.items()}
    x = torch.tensor(rng.normal(size=(3, 3, size, size)), requires_grad=True)
    scores = twins.NETWORKS[name](twins.Weights(weights, training, twins.EPS[name]), x)
    torch.autograd.backward(scores, [torch.tensor(rng.normal(size=y.shape)) for y in scores])
    stored = {f"scores{i}": y[:, ::kept] for i, y in enumerate(scores)}
    return stored | {"gradient": x.grad[:, :, ::step, ::step]}


def _resnet20_losses() -> np.ndarray:
    """The losses of ten batches of noise, ResNet-20, SGD 0.1, momentum 0.9, weight decay 1e-4."""
    rng = np.random.default_rng(7)
    state = drawn_state(read_table()["resnet20"][1])
    weights = {key: torch.tensor(value) for key, value in state.items()}
    trained = [weights[key].requires_grad_() for key in state if not key.endswith(STATISTICS)]
    sgd = torch.optim.SGD(trained, lr=0.1, momentum=0.9, weight_decay=1e-4)
    losses = []
    for _ in range(10):
        x, labels = rng.normal(size=(32, 3, 32, 32)), rng.integers(0, 10, 32)
        sgd.zero_grad()
        (scores,) = twins.resnet20(twins.Weights(weights, training=True, eps=1e-5), torch.tensor(x))
        loss = nn.functional.cross_entropy(scores, torch.tensor(labels))
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return np.array(losses)
