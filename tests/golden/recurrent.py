"""Recurrent layers in random configurations, and the programs of tests/programs, in PyTorch."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils import rnn

PROGRAMS = Path(__file__).parents[1] / "programs"

Arrays = dict[str, np.ndarray]
Case = dict[str, Any]


def draw(rng: np.random.Generator, largest: int) -> tuple[Case, Arrays]:
    """A layer, its options and the form of its input; and the numbers that go in.

    These are multiples of 1/32, stored as whole numbers: a byte each.
    """
    kind = str(rng.choice(["RNN", "LSTM", "GRU"]))
    hidden = int(rng.integers(1, largest + 1))
    options: dict[str, Any] = {
        "num_layers": int(rng.integers(1, 4)),
        "bias": bool(rng.integers(2)),
        "batch_first": bool(rng.integers(2)),
        "bidirectional": bool(rng.integers(2)),
    }
    if kind == "RNN":
        options["nonlinearity"] = str(rng.choice(["tanh", "relu"]))
    if kind == "LSTM" and hidden > 1 and rng.integers(2):
        options["proj_size"] = int(rng.integers(1, hidden))
    sizes = [int(rng.integers(1, largest + 1)), hidden]
    form = str(rng.choice(["dense", "unbatched", "packed", "lengths"]))
    case = {"layer": kind, "sizes": sizes, "options": options, "form": form}
    return case, _numbers(rng, case, int(rng.integers(1, 6)), int(rng.integers(1, 5)))


def _numbers(rng: np.random.Generator, case: Case, steps: int, batch: int) -> Arrays:
    layer, options = _layer(case), case["options"]
    directions = 2 if options["bidirectional"] else 1
    width = options.get("proj_size") or layer.hidden_size
    leading = (batch, steps) if options["batch_first"] else (steps, batch)
    leading, rows = (leading, (batch,)) if case["form"] != "unbatched" else ((steps,), ())
    cells = (options["num_layers"] * directions, *rows)
    shapes = {"input": (*leading, layer.input_size), "h_n_cotangent": (*cells, width)}
    shapes["output_cotangent"] = (*leading, directions * width)
    if case["layer"] == "LSTM":
        shapes["c_n_cotangent"] = (*cells, layer.hidden_size)
    if rng.integers(2):
        shapes["h_0"] = (*cells, width)
        if case["layer"] == "LSTM":
            shapes["c_0"] = (*cells, layer.hidden_size)
    shapes["parameters"] = (sum(p.numel() for p in layer.parameters()),)
    numbers = {name: rng.integers(-32, 33, shape).astype(np.int8) for name, shape in shapes.items()}
    if case["form"] in ("packed", "lengths"):
        numbers["lengths"] = rng.integers(1, steps + 1, batch)
    return numbers


def scaled(arrays: Arrays) -> Arrays:
    """The numbers that the bytes stand for."""
    return {k: a / 32 if a.dtype == np.int8 else a for k, a in arrays.items()}


def _layer(case: Case) -> nn.RNNBase:
    return getattr(nn, case["layer"])(*case["sizes"], **case["options"])


def results(case: Case, arrays: Arrays, dtype: str) -> Arrays:
    """What PyTorch gives for a case, its gradients included."""
    layer = _layer(case).to(getattr(torch, dtype))
    flat, at = torch.tensor(arrays["parameters"].astype(dtype)), 0
    for p in layer.parameters():
        p.data = flat[at : at + p.numel()].reshape(p.shape).clone()
        at += p.numel()
    x = torch.tensor(arrays["input"].astype(dtype), requires_grad=True)
    names = [name for name in ("h_0", "c_0") if name in arrays]
    start = [torch.tensor(arrays[name].astype(dtype), requires_grad=True) for name in names]
    outputs = _call(layer, x, start, arrays.get("lengths"))
    total = torch.zeros((), dtype=x.dtype)
    named = dict(zip(("output", "h_n", "c_n"), outputs, strict=False))
    for name, y in named.items():
        total = total + (y * torch.tensor(arrays[f"{name}_cotangent"].astype(dtype))).sum()
    total.backward()
    named["input_gradient"] = x.grad
    named |= {f"{name}_gradient": s.grad for name, s in zip(names, start, strict=True)}
    found = {name: value.detach().numpy().copy() for name, value in named.items()}
    gradients = [p.grad.numpy().ravel() for p in layer.parameters()]
    return found | {"parameters_gradient": np.concatenate(gradients)}


def _call(
    layer: nn.RNNBase, x: torch.Tensor, start: list[torch.Tensor], lengths: np.ndarray | None
) -> list[torch.Tensor]:
    hx = (tuple(start) if layer.mode == "LSTM" else start[0]) if start else None
    first = layer.batch_first
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LSTM with projections is not supported with oneDNN")
        if lengths is None:
            y, ends = layer(x, hx)
        else:
            given = torch.tensor(lengths)
            packed = rnn.pack_padded_sequence(x, given, first, enforce_sorted=False)
            y, ends = layer(packed, hx)
            y, _ = rnn.pad_packed_sequence(y, first, total_length=x.shape[int(first)])
    return [y, *(ends if isinstance(ends, tuple) else (ends,))]


def layers() -> tuple[list[Case], list[Arrays]]:
    """40 configurations; the results in float64."""
    rng = np.random.default_rng(12)
    cases, found = [], []
    for _ in range(40):
        case, numbers = draw(rng, largest=4)
        cases.append(case)
        found.append(numbers | results(case, scaled(numbers), "float64"))
    return cases, found


# Program, its class, the arguments of that, and the shape of a batch.
MODELS: list[tuple[str, str, dict[str, int], tuple[int, ...]]] = [
    ("rnn_model", "RNNModel",
     {"vocab_size": 11, "embed_dim": 5, "hidden_dim": 6, "num_layers": 2}, (3, 7)),
    ("speech_model", "SpeechRecognitionModel",
     {"vocab_size": 9, "input_size": 4, "hidden_size": 6, "num_layers": 2}, (3, 7, 4)),
]  # fmt: skip


def programs() -> tuple[list[Case], list[Arrays]]:
    """Both models in eval mode: outputs, states, loss, gradients; float32."""
    rng = np.random.default_rng(13)
    cases, found = [], []
    for program, name, options, shape in MODELS:
        model = runpy.run_path(str(PROGRAMS / f"{program}.py.txt"))[name](**options).eval()
        arrays: Arrays = {}
        for key, p in model.named_parameters():
            arrays[key] = (rng.integers(-32, 33, tuple(p.shape)) / 64).astype(np.float32)
            p.data = torch.tensor(arrays[key])
        x = rng.normal(size=shape).astype(np.float32)
        if len(shape) == 2:
            x = rng.integers(0, options["vocab_size"], shape)
        states = rng.normal(size=(2, options["num_layers"], shape[0], 6)).astype(np.float32)
        h_0, c_0 = (torch.tensor(s, requires_grad=True) for s in states)
        labels = rng.integers(0, options["vocab_size"], shape[0])
        output, (h_n, c_n) = model(torch.tensor(x), h_0, c_0)
        loss = nn.CrossEntropyLoss()(output, torch.tensor(labels)) + h_n.sum() + (c_n * c_n).sum()
        loss.backward()
        arrays |= {"x": x, "h_0": states[0], "c_0": states[1], "labels": labels}
        given = {"output": output, "h_n": h_n, "c_n": c_n, "loss": loss}
        given |= {"h_0_gradient": h_0.grad, "c_0_gradient": c_0.grad}
        given |= {f"{key}_gradient": p.grad for key, p in model.named_parameters()}
        arrays |= {key: value.detach().numpy().copy() for key, value in given.items()}
        cases.append({"program": program, "model": name, "options": options})
        found.append(arrays)
    return cases, found
