"""Embeddings, the optimizers of their sparse gradients, and the CTC loss, by PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

Arrays = dict[str, np.ndarray]
Found = tuple[list[dict[str, Any]], list[Arrays]]

EMBEDDINGS: list[dict[str, Any]] = [
    {},
    {"padding_idx": -2},
    {"max_norm": 1.2},
    {"max_norm": 2.0, "norm_type": 1.0, "padding_idx": 1},
    {"scale_grad_by_freq": True},
    {"sparse": True},
    {"sparse": True, "padding_idx": 1, "max_norm": 1.0, "norm_type": 3.0},
]


def embedding() -> Found:
    """Every option on one table: output, the weight afterwards and its gradient, made dense."""
    rng = np.random.default_rng(7)
    table, index = rng.normal(size=(5, 4)), np.array([[1, 3, 3], [0, 1, 3]])
    cotangent = rng.normal(size=(2, 3, 4))
    found = []
    for options in EMBEDDINGS:
        layer = nn.Embedding(5, 4, dtype=torch.float64, **options)
        layer.weight.data = torch.tensor(table)
        output = layer(torch.tensor(index))
        output.backward(torch.tensor(cotangent))
        result = {"table": table, "input": index, "cotangent": cotangent}
        result |= {"output": output.detach().numpy(), "weight": layer.weight.detach().numpy()}
        found.append(result | {"gradient": layer.weight.grad.to_dense().numpy()})
    return [{"options": options} for options in EMBEDDINGS], found


SPARSE_OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.2}),
    ("Adagrad", {"maximize": True}),
    ("SparseAdam", {}),
    ("SparseAdam", {"lr": 0.05, "betas": (0.6, 0.9), "eps": 1e-3, "maximize": True}),
]


def sparse() -> Found:
    """20 steps of the optimizers that take sparse gradients, of a few rows each."""
    rng = np.random.default_rng(8)
    table, index = rng.normal(size=(7, 3)), rng.integers(0, 7, (20, 4))
    index[:, 1] = index[:, 0]
    cotangents = rng.normal(size=(20, 4, 3))
    found = []
    for name, options in SPARSE_OPTIMIZERS:
        weight = torch.tensor(table, requires_grad=True)
        optimizer = getattr(torch.optim, name)([weight], **options)
        path = np.empty((20, 7, 3))
        for t in range(20):
            optimizer.zero_grad()
            output = nn.functional.embedding(torch.tensor(index[t]), weight, sparse=True)
            output.backward(torch.tensor(cotangents[t]))
            optimizer.step()
            path[t] = weight.detach().numpy()
        found.append({"table": table, "index": index, "cotangents": cotangents, "path": path})
    return [{"optimizer": n, "options": o} for n, o in SPARSE_OPTIMIZERS], found


def _ctc_cases() -> Iterator[tuple[dict[str, Any], Arrays]]:
    rng = np.random.default_rng(9)
    logits = 2 * rng.normal(size=(12, 4, 6))
    padded = rng.integers(1, 6, (4, 5))
    padded[0] = 3  # all labels alike: nine steps at least
    lengths = {"input_lengths": np.array([12, 10, 7, 12]), "target_lengths": np.array([5, 3, 0, 4])}
    joined = np.concatenate([row[:n] for row, n in zip(padded, (5, 3, 0, 4), strict=True)])
    short = {"input_lengths": np.array([8, 2, 7, 12]), "target_lengths": np.array([5, 3, 1, 4])}
    one = {"input_lengths": np.array(11), "target_lengths": np.array(4)}
    for reduction in ("mean", "sum", "none"):
        r = {"reduction": reduction}
        yield r, {"input": logits, "targets": padded, **lengths}
        yield r, {"input": logits, "targets": joined, **lengths}
        yield {**r, "blank": 5}, {"input": logits, "targets": padded - 1, **lengths}
        yield {**r, "zero_infinity": True}, {"input": logits, "targets": padded, **short}
        yield r, {"input": logits[:, 0], "targets": padded[1, :4], **one}


def ctc() -> Found:
    """The loss behind a log_softmax, and the gradient of the logits."""
    rng = np.random.default_rng(10)
    cases, found = [], []
    for options, given in _ctc_cases():
        x = torch.tensor(given["input"], requires_grad=True)
        others = [torch.tensor(given[k]) for k in ("targets", "input_lengths", "target_lengths")]
        output = nn.CTCLoss(**options)(x.log_softmax(-1), *others)
        cotangent = rng.normal(size=tuple(output.shape))
        output.backward(torch.tensor(cotangent))
        result = {**given, "cotangent": np.asarray(cotangent), "gradient": x.grad.numpy()}
        cases.append({"options": options})
        found.append(result | {"output": output.detach().numpy()})
    return cases, found
