"""Writes the golden files: what PyTorch computes, so that the tests compare without it.

    python tests/golden/make.py            writes tests/golden/*.npz (needs torch)
    python tests/golden/make.py --check    recomputes them and compares with what is stored

check_recurrent.py, beside this file, compares recurrent layers with PyTorch directly.

Every file holds arrays by name and `cases`, a JSON list that says what each of them is. Data comes
from NumPy's generator with a fixed seed, everything is float64 unless a name says otherwise; what
whole networks give is stored in float32.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networks  # beside this file
import numpy as np
import recurrent  # beside this file
import torch
import words  # beside this file
from torch import nn

FOLDER = Path(__file__).parent

Arrays = dict[str, np.ndarray]

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.2}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.02, "eps": 1e-6, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.02}),
    ("Adadelta", {"maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.005, "alpha": 0.9, "momentum": 0.7}),
    ("RMSprop", {"lr": 0.005, "centered": True, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.003, "momentum": 0.5, "centered": True, "weight_decay": 0.05}),
    ("RMSprop", {"maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-5, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.02, "betas": (0.5, 0.9), "amsgrad": True}),
    ("Adam", {"lr": 0.02, "betas": (0.0, 0.99), "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.02, "weight_decay": 0.2, "amsgrad": True, "maximize": True}),
]


def optimizers() -> Arrays:
    """100 steps of every update rule; the gradient is curvature * p - noise[t]."""
    rng = np.random.default_rng(1)
    start, noise = rng.normal(size=7), rng.normal(size=(100, 7))
    curvature = np.array([0.1, 0.5, 1.0, 2.0, 0.0, 0.3, 1.5])
    arrays: Arrays = {"start": start, "noise": noise, "curvature": curvature}
    for i, (name, options) in enumerate(OPTIMIZERS):
        # Two parameters in two groups; the second group has a rate of its own.
        p = [torch.tensor(part, requires_grad=True) for part in (start[:4], start[4:])]
        groups = [{"params": [p[0]]}, {"params": [p[1]], "lr": 0.03}]
        optimizer = getattr(torch.optim, name)(groups, **options)
        path = np.empty((100, 7))
        for t in range(100):
            for q, part in zip(p, (slice(0, 4), slice(4, 7)), strict=True):
                q.grad = torch.tensor(curvature[part] * q.detach().numpy() - noise[t, part])
            optimizer.step()
            path[t] = np.concatenate([q.detach().numpy() for q in p])
        arrays[f"path{i}"] = path
    return arrays | _cases([{"optimizer": n, "options": o} for n, o in OPTIMIZERS])


SCHEDULERS: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 1}),
    ("StepLR", {"step_size": 4, "gamma": 0.5}),
    ("StepLR", {"step_size": 10, "gamma": 0.9}),
    ("MultiStepLR", {"milestones": [3, 17, 18]}),
    ("MultiStepLR", {"milestones": [20, 0, 5, 5], "gamma": 0.7}),
    ("CosineAnnealingLR", {"T_max": 30}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.02}),
    ("CosineAnnealingLR", {"T_max": 1}),
]


def schedulers() -> Arrays:
    """The rates of two groups over 30 epochs."""
    arrays: Arrays = {}
    for i, (name, options) in enumerate(SCHEDULERS):
        p = [torch.zeros(1, requires_grad=True) for _ in range(2)]
        optimizer = torch.optim.SGD([{"params": p[:1]}, {"params": p[1:], "lr": 0.3}], lr=0.1)
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
        rates = []
        for _ in range(30):
            rates.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            scheduler.step()
        arrays[f"rates{i}"] = np.array(rates)
    return arrays | _cases([{"scheduler": name, "options": given} for name, given in SCHEDULERS])


def _loss_cases() -> Iterator[tuple[str, dict[str, Any], dict[str, np.ndarray]]]:
    """Name, options, and the arrays input, target and, for some, weight or pos_weight."""
    rng = np.random.default_rng(2)
    x, logits = rng.normal(size=(6, 5)), 3 * rng.normal(size=(6, 5))
    labels = np.array([0, 4, 2, 2, 1, 3])
    some = np.array([0, -100, 2, 4, -100, 1])
    mixed = rng.dirichlet(np.ones(5), size=6)
    target = rng.random(size=(6, 5))
    probabilities = rng.random(size=(6, 5)) * 0.98 + 0.01
    weight = rng.random(5) + 0.5
    images, image_labels = rng.normal(size=(2, 5, 3, 2)), rng.integers(0, 5, (2, 3, 2))
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    for reduction in ("mean", "sum", "none"):
        r = {"reduction": reduction}
        yield "MSELoss", r, {"input": x, "target": target}
        yield "L1Loss", r, {"input": x, "target": target}
        yield "BCELoss", r, {"input": probabilities, "target": target}
        yield "BCELoss", r, {"input": probabilities, "target": target, "weight": weight}
        yield "BCEWithLogitsLoss", r, {"input": logits, "target": target}
        both = {"input": logits, "target": target, "weight": weight, "pos_weight": 2 * weight}
        yield "BCEWithLogitsLoss", r, both
        for t in (labels, some):
            for weights in ({}, {"weight": weight}):
                yield "NLLLoss", r, {"input": log_p, "target": t, **weights}
                yield "CrossEntropyLoss", r, {"input": logits, "target": t, **weights}
                smooth = {**r, "label_smoothing": 0.15}
                yield "CrossEntropyLoss", smooth, {"input": logits, "target": t, **weights}
        for options in (r, {**r, "label_smoothing": 0.15}):
            yield "CrossEntropyLoss", options, {"input": logits, "target": mixed}
            both = {"input": logits, "target": mixed, "weight": weight}
            yield "CrossEntropyLoss", options, both
        ignoring = {**r, "ignore_index": 2}
        yield "CrossEntropyLoss", ignoring, {"input": logits, "target": labels}
        yield "NLLLoss", ignoring, {"input": log_p, "target": labels, "weight": weight}
        yield "CrossEntropyLoss", r, {"input": images, "target": image_labels}


def losses() -> Arrays:
    """Every loss with its options: the value, and the input's gradient of its sum."""
    cases, store = [], _Store()
    for name, options, given in _loss_cases():
        tensors = {key: torch.tensor(value) for key, value in given.items()}
        x, target = tensors.pop("input").requires_grad_(), tensors.pop("target")
        output = getattr(nn, name)(**options, **tensors)(x, target)
        output.sum().backward()
        result = {**given, "output": output.detach().numpy(), "gradient": x.grad.numpy()}
        names = {key: store.add(value) for key, value in result.items()}
        cases.append({"loss": name, "options": options, "arrays": names})
    return store.arrays | _cases(cases)


LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("ReLU", {}), ("LeakyReLU", {}), ("LeakyReLU", {"negative_slope": 0.2}), ("Sigmoid", {}),
    ("Tanh", {}), ("GELU", {}), ("GELU", {"approximate": "tanh"}), ("SiLU", {}),
    ("Softmax", {"dim": 1}), ("Softmax", {"dim": 0}), ("LogSoftmax", {"dim": -1}),
    ("Linear", {"in_features": 8, "out_features": 3}),
    ("Linear", {"in_features": 8, "out_features": 3, "bias": False}),
]  # fmt: skip


def layers() -> Arrays:
    """Every layer on one input with one output gradient: output and all gradients."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 8)) * 3
    x[0] = [0.0, -0.0, 1e-30, -1e-30, 30.0, -30.0, 700.0, -700.0]
    cases, store = [], _Store()
    for name, options in LAYERS:
        layer = getattr(nn, name)(**options).double()
        for p in layer.parameters():
            p.data = torch.tensor(rng.normal(size=tuple(p.shape)))
        given = torch.tensor(x, requires_grad=True)
        output = layer(given)
        cotangent = rng.normal(size=tuple(output.shape))
        output.backward(torch.tensor(cotangent))
        result = {"input": x, "output": output.detach().numpy(), "cotangent": cotangent}
        result["gradient"] = given.grad.numpy()
        for key, p in layer.named_parameters():
            result[key] = p.detach().numpy()
            result[f"{key}_gradient"] = p.grad.numpy()
        names = {key: store.add(value) for key, value in result.items()}
        cases.append({"layer": name, "options": options, "arrays": names})
    return store.arrays | _cases(cases)


# Layer, options and the input's shape; the first of a kind with all defaults.
NORMS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("BatchNorm1d", {"num_features": 3}, (5, 3)),
    ("BatchNorm1d", {"num_features": 3, "momentum": None, "eps": 0.1}, (2, 3, 4)),
    ("BatchNorm2d", {"num_features": 2}, (3, 2, 4, 5)),
    ("BatchNorm2d", {"num_features": 2, "momentum": 0.4, "affine": False}, (3, 2, 4, 5)),
    ("BatchNorm2d", {"num_features": 2, "track_running_stats": False}, (3, 2, 4, 5)),
    ("BatchNorm3d", {"num_features": 2, "bias": False}, (2, 2, 2, 3, 2)),
    ("InstanceNorm1d", {"num_features": 3}, (2, 3, 4)),
    ("InstanceNorm1d", {"num_features": 3, "affine": True}, (3, 4)),
    ("InstanceNorm2d", {"num_features": 2, "track_running_stats": True}, (3, 2, 4, 5)),
    ("InstanceNorm2d", {"num_features": 2, "affine": True, "track_running_stats": True,
                        "momentum": 0.3}, (2, 4, 5)),
    ("InstanceNorm3d", {"num_features": 2, "affine": True}, (2, 2, 2, 3, 2)),
    ("LayerNorm", {"normalized_shape": 7}, (4, 7)),
    ("LayerNorm", {"normalized_shape": (3, 5), "eps": 0.1, "bias": False}, (2, 2, 3, 5)),
    ("LayerNorm", {"normalized_shape": 7, "elementwise_affine": False}, (2, 7)),
    ("RMSNorm", {"normalized_shape": 7}, (4, 7)),
    ("RMSNorm", {"normalized_shape": (3, 5), "eps": 0.1}, (2, 3, 5)),
    ("GroupNorm", {"num_groups": 2, "num_channels": 4}, (3, 4, 3, 2)),
    ("GroupNorm", {"num_groups": 4, "num_channels": 4, "affine": False}, (3, 4, 5)),
    ("GroupNorm", {"num_groups": 1, "num_channels": 4, "bias": False}, (3, 4)),
    ("LocalResponseNorm", {"size": 2}, (2, 5, 3)),
    ("LocalResponseNorm", {"size": 5, "alpha": 0.7, "beta": 0.6, "k": 2.0}, (2, 7, 2, 3)),
    ("LocalResponseNorm", {"size": 4, "alpha": 0.7}, (1, 3, 2, 1, 2)),
]  # fmt: skip


def norms() -> Arrays:
    """Every normalization on two batches in training, then on the second one in eval mode."""
    rng = np.random.default_rng(6)
    cases, store = [], _Store()
    for name, options, shape in NORMS:
        layer = getattr(nn, name)(**options).double()
        for p in layer.parameters():
            p.data = torch.tensor(rng.normal(size=tuple(p.shape)))
        result = {key: p.detach().numpy().copy() for key, p in layer.named_parameters()}
        for step in ("first", "second", "eval"):
            layer.train(step != "eval")
            layer.zero_grad()
            if step != "eval":
                x = torch.tensor(rng.normal(size=shape) * 2 + 1, requires_grad=True)
            x.grad = None
            output = layer(x)
            result[f"{step}.input"] = x.detach().numpy().copy()
            if step == "first":
                continue
            cotangent = rng.normal(size=shape)
            output.backward(torch.tensor(cotangent))
            result[f"{step}.cotangent"] = cotangent
            result[f"{step}.output"] = output.detach().numpy().copy()
            result[f"{step}.gradient"] = x.grad.numpy().copy()
            for key, p in layer.named_parameters():
                result[f"{step}.{key}_gradient"] = p.grad.numpy().copy()
            for key, buffer in layer.named_buffers():
                result[f"{step}.{key}"] = buffer.numpy().copy()
        names = {key: store.add(value) for key, value in result.items()}
        cases.append({"layer": name, "options": options, "arrays": names})
    return store.arrays | _cases(cases)


POOLS: list[tuple[str, dict[str, Any]]] = [
    ("MaxPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "return_indices": True}),
    ("MaxPool1d", {"kernel_size": 2, "dilation": 3, "ceil_mode": True}),
    ("MaxPool2d", {"kernel_size": 2}),
    ("MaxPool2d", {"kernel_size": [3, 2], "stride": 1, "padding": [1, 0], "return_indices": True}),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True, "return_indices": True}),
    ("MaxPool2d", {"kernel_size": 2, "padding": 1, "dilation": [2, 1], "return_indices": True}),
    ("MaxPool3d", {"kernel_size": 2, "ceil_mode": True, "return_indices": True}),
    ("MaxPool3d", {"kernel_size": 3, "stride": [1, 2, 2], "padding": 1}),
    ("MaxUnpool1d", {"kernel_size": 2}),
    ("MaxUnpool2d", {"kernel_size": 3, "stride": [2, 1], "padding": [1, 0]}),
    ("MaxUnpool3d", {"kernel_size": [1, 2, 2]}),
    ("AvgPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    ("AvgPool1d", {"kernel_size": 2, "count_include_pad": False}),
    *(
        (f"AvgPool{axes}d", {"kernel_size": k, "stride": 2, "padding": 1, **options})
        for axes in (2, 3)
        for k in (2, 3)
        for options in (
            {"ceil_mode": True},
            {"ceil_mode": True, "count_include_pad": False},
            {"divisor_override": 3},
        )
    ),
    ("AdaptiveAvgPool1d", {"output_size": 4}),
    ("AdaptiveAvgPool2d", {"output_size": [None, 4]}),
    ("AdaptiveAvgPool3d", {"output_size": [2, 7, 1]}),
    ("AdaptiveMaxPool1d", {"output_size": 4, "return_indices": True}),
    ("AdaptiveMaxPool2d", {"output_size": [3, None], "return_indices": True}),
    ("AdaptiveMaxPool3d", {"output_size": 2}),
    ("LPPool1d", {"norm_type": 2, "kernel_size": 3, "stride": 2, "ceil_mode": True}),
    ("LPPool2d", {"norm_type": 3, "kernel_size": 2, "ceil_mode": True}),
    ("LPPool3d", {"norm_type": 1.5, "kernel_size": [1, 2, 3], "stride": 1}),
]


def _pool_input(rng: np.random.Generator, name: str) -> np.ndarray:
    axes = int(name[-2])
    x = rng.normal(size=(*(2, 2, 3, 4)[: 1 + axes], 7))
    if name.startswith("LP"):
        x = np.abs(x)
        x[0, 0] = 0
    elif "Max" in name and "Unpool" not in name:
        x = np.round(x)  # for ties
        x[0, 0, 1:3] = np.nan
        x[1, 0] = -np.inf
    return x


def pooling() -> Arrays:
    """Pooling layers on inputs with ties, NaN and infinities: output, indices, gradient."""
    rng = np.random.default_rng(6)
    cases, store = [], _Store()
    for name, options in POOLS:
        layer = getattr(nn, name)(**options)
        result = {"input": _pool_input(rng, name), "repr": np.array(repr(layer))}
        x = torch.tensor(result["input"], requires_grad=True)
        if "Unpool" in name:
            size = int(np.prod(x.shape[2:]))
            places = [rng.permutation(size) for _ in range(int(np.prod(x.shape[:2])))]
            result["indices"] = np.array(places).reshape(x.shape)
            output = layer(x, torch.tensor(result["indices"]))
        else:
            output = layer(x)
        if isinstance(output, tuple):
            output, result["indices"] = output[0], output[1].numpy()
        result["cotangent"] = rng.normal(size=tuple(output.shape))
        output.backward(torch.tensor(result["cotangent"]))
        result |= {"output": output.detach().numpy(), "gradient": x.grad.numpy()}
        names = {key: store.add(value) for key, value in result.items()}
        cases.append({"layer": name, "options": options, "arrays": names})
    return store.arrays | _cases(cases)


def training() -> Arrays:
    """The first ten losses of a small network on one batch, Adam 1e-2, and its last weights."""
    rng = np.random.default_rng(4)
    x, labels = rng.normal(size=(32, 12)).astype(np.float32), rng.integers(0, 5, 32)
    model = nn.Sequential(
        nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 5)
    )
    arrays: Arrays = {"x": x, "labels": labels}
    arrays |= _initialize(model, rng, "start")
    model.double()
    optimizer, loss_of = torch.optim.Adam(model.parameters(), lr=1e-2), nn.CrossEntropyLoss()
    values = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model(torch.tensor(x).double()), torch.tensor(labels))
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    return arrays | {"losses": np.array(values)} | _weights(model, "end") | _cases([])


def adversarial() -> Arrays:
    """Two networks and two optimizers in turn, the generator's output detached for the first."""
    rng = np.random.default_rng(5)
    noise, real = rng.normal(size=(20, 8, 3)), rng.normal(size=(20, 8, 2)) + 1
    generator = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2))
    critic = nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1))
    arrays: Arrays = {"noise": noise, "real": real}
    arrays |= _initialize(generator, rng, "generator") | _initialize(critic, rng, "critic")
    g_optimizer = torch.optim.Adam(generator.double().parameters(), lr=0.01, betas=(0.5, 0.999))
    d_optimizer = torch.optim.RMSprop(critic.double().parameters(), lr=0.005)
    loss_of = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(8, 1).double(), torch.zeros(8, 1).double()
    values = []
    for z, sample in zip(torch.tensor(noise), torch.tensor(real), strict=True):
        d_optimizer.zero_grad()
        fake = generator(z)
        d_loss = loss_of(critic(sample), ones) + loss_of(critic(fake.detach()), zeros)
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = loss_of(critic(fake), ones)
        g_loss.backward()
        g_optimizer.step()
        values.append([d_loss.item(), g_loss.item()])
    ends = _weights(generator, "generator_end") | _weights(critic, "critic_end")
    return arrays | {"losses": np.array(values)} | ends | _cases([])


PADS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("pad", {"pad": (2, 1)}, (2, 5)),
    ("pad", {"pad": (1, -2, -1, 3), "value": 1.5}, (2, 3, 4, 5)),
    ("pad", {"pad": (1, 0, 0, 2, 1, 1, 0, 1)}, (2, 1, 2, 3)),
    *(
        ("pad", {"pad": pad, "mode": mode}, (2, 2, 4, 3, 5)[: len(pad) // 2 + 2])
        for mode in ("reflect", "replicate", "circular")
        for pad in ((1, 3), (2, 1, 0, 2), (2, 2, 1, 0, 0, 3))
    ),
    ("pad", {"pad": (-1, 2), "mode": "reflect"}, (2, 2, 4)),
    ("pad", {"pad": (3, -1, -2, 1), "mode": "replicate"}, (2, 2, 4, 5)),
    ("pad", {"pad": (2, -1, -1, 2), "mode": "circular"}, (2, 2, 4, 5)),
]

RESAMPLINGS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("interpolate", options, {3: (1, 2, 5), 4: (1, 2, 3, 4), 5: (1, 1, 3, 2, 4)}[axes])
    for mode, axes_of in {
        "nearest": (3, 4, 5), "nearest-exact": (3, 4, 5), "area": (3, 4, 5), "linear": (3,),
        "bilinear": (4,), "trilinear": (5,), "bicubic": (4,),
    }.items()
    for axes in axes_of
    for given in (
        {"scale_factor": 2}, {"scale_factor": 2.5}, {"scale_factor": 0.7},
        {"scale_factor": 2.7, "recompute_scale_factor": True}, {"size": (7, 3, 4)[: axes - 2]},
    )
    for options in (
        [{"mode": mode, **given}, {"mode": mode, "align_corners": True, **given}]
        if mode.endswith(("linear", "cubic"))
        else [{"mode": mode, **given}]
    )
] + [
    ("interpolate", {"mode": mode, "size": size, "antialias": True, "align_corners": align},
     (1, 1, 7, 9))
    for mode in ("bilinear", "bicubic")
    for size in ((3, 4), (10, 2))
    for align in (False, True)
]  # fmt: skip

REARRANGEMENTS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("pixel_shuffle", {"upscale_factor": 2}, (1, 8, 2, 3)),
    ("pixel_shuffle", {"upscale_factor": 3}, (2, 1, 9, 2, 1)),
    ("pixel_unshuffle", {"downscale_factor": 2}, (1, 2, 4, 6)),
    ("pixel_unshuffle", {"downscale_factor": 3}, (2, 3, 6)),
    ("channel_shuffle", {"groups": 3}, (1, 6, 2, 3)),
    ("channel_shuffle", {"groups": 2}, (2, 4, 3)),
    ("unfold", {"kernel_size": 2}, (2, 2, 3, 4)),
    ("unfold", {"kernel_size": (3, 2), "padding": (1, 2), "stride": (2, 1)}, (2, 4, 5)),
    ("unfold", {"kernel_size": (2, 3), "dilation": (2, 1), "stride": 3}, (1, 2, 5, 7)),
    ("fold", {"output_size": (3, 4), "kernel_size": 2}, (2, 8, 6)),
    ("fold", {"output_size": (4, 5), "kernel_size": (3, 2), "padding": (1, 2), "stride": (2, 1)},
     (12, 16)),
    ("fold", {"output_size": 7, "kernel_size": 2, "dilation": 3, "stride": 2}, (1, 8, 4)),
]  # fmt: skip


def functions(calls: list[tuple[str, dict[str, Any], tuple[int, ...]]]) -> Arrays:
    """Functions of one input: the output, and the input's gradient for an output gradient."""
    rng = np.random.default_rng(6)
    cases, store = [], _Store()
    for name, options, shape in calls:
        x = torch.tensor(rng.normal(size=shape), requires_grad=True)
        output = getattr(nn.functional, name)(x, **options)
        cotangent = rng.normal(size=tuple(output.shape))
        output.backward(torch.tensor(cotangent))
        result = {"input": x.detach().numpy(), "output": output.detach().numpy()}
        result |= {"cotangent": cotangent, "gradient": x.grad.numpy()}
        names = {key: store.add(value) for key, value in result.items()}
        cases.append({"function": name, "options": options, "arrays": names})
    return store.arrays | _cases(cases)


def numbered(cases: list[dict[str, Any]], found: list[Arrays]) -> Arrays:
    """One file of what belongs to each of some cases."""
    store = _Store()
    for case, arrays in zip(cases, found, strict=True):
        case["arrays"] = {key: store.add(value) for key, value in arrays.items()}
    return store.arrays | _cases(cases)


FILES: dict[str, Callable[[], Arrays]] = {
    "optimizers": optimizers,
    "schedulers": schedulers,
    "losses": losses,
    "layers": layers,
    "norms": norms,
    "pooling": pooling,
    "training": training,
    "adversarial": adversarial,
    "padding": lambda: functions(PADS),
    "resample": lambda: functions(RESAMPLINGS),
    "rearrange": lambda: functions(REARRANGEMENTS),
    "recurrent": lambda: numbered(*recurrent.layers()),
    "programs": lambda: numbered(*recurrent.programs()),
    "embedding": lambda: numbered(*words.embedding()),
    "sparse": lambda: numbered(*words.sparse()),
    "ctc": lambda: numbered(*words.ctc()),
    "models": lambda: networks.models() | _cases(networks.CASES),
}


class _Store:
    """Arrays by number; one that comes again is stored once."""

    def __init__(self) -> None:
        self.arrays: Arrays = {}

    def add(self, value: np.ndarray) -> str:
        for name, known in self.arrays.items():
            if known.dtype == value.dtype and np.array_equal(known, value):
                return name
        name = f"a{len(self.arrays)}"
        self.arrays[name] = value
        return name


def _initialize(model: nn.Module, rng: np.random.Generator, prefix: str) -> Arrays:
    for p in model.parameters():
        p.data = torch.tensor(rng.normal(size=tuple(p.shape)).astype(np.float32) * 0.5)
    return _weights(model, prefix)


def _weights(model: nn.Module, prefix: str) -> Arrays:
    return {f"{prefix}.{key}": value.numpy().copy() for key, value in model.state_dict().items()}


def _cases(cases: list[dict[str, Any]]) -> Arrays:
    return {"cases": np.array(json.dumps(cases)), "torch": np.array(torch.__version__)}


def _differences(name: str, new: Arrays) -> Iterator[str]:
    with np.load(FOLDER / f"{name}.npz") as file:
        old = dict(file)
    if old.keys() != new.keys():
        yield f"{name}: names differ: {sorted(old.keys() ^ new.keys())}"
        return
    for key in old.keys() - {"torch"}:
        if old[key].dtype.kind == "f":
            rtol = 1e-9 if old[key].dtype == np.float64 else 1e-6
            same = old[key].shape == new[key].shape and np.allclose(
                old[key], new[key], rtol=rtol, atol=1e-3 * rtol, equal_nan=True
            )
        else:
            same = np.array_equal(old[key], new[key])
        if not same:
            yield f"{name}: {key} differs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    differences = []
    for name, make in FILES.items():
        arrays = make()
        if check:
            differences += _differences(name, arrays)
        else:
            np.savez_compressed(FOLDER / f"{name}.npz", **arrays)
    print("\n".join(differences) or ("all equal" if check else f"wrote {len(FILES)} files"))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
