"""nn.Embedding: initial values, tables that are given, copies, and what training does to it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn

GOLDEN = Path(__file__).parents[1] / "golden" / "embedding.npz"


def test_initial_values() -> None:
    dc.manual_seed(0)
    weight = nn.Embedding(500, 40, padding_idx=-500).weight.detach().numpy()
    assert not weight[0].any()
    assert abs(weight[1:].mean()) < 0.02
    assert abs(weight[1:].std() - 1) < 0.01
    assert nn.Embedding(3, 2, dtype=dc.float64).weight.dtype == dc.float64


def test_state_and_repr() -> None:
    layer = nn.Embedding(7, 3)
    assert {k: v.shape for k, v in layer.state_dict().items()} == {"weight": (7, 3)}
    assert layer(dc.tensor([[1, 2, 6]])).shape == (1, 3, 3)
    assert repr(layer) == "Embedding(7, 3)"
    options = {"padding_idx": -1, "max_norm": 1.5, "norm_type": 1.0, "sparse": True}
    layer = nn.Embedding(7, 3, scale_grad_by_freq=True, **options)
    assert repr(layer) == (
        "Embedding(7, 3, padding_idx=6, max_norm=1.5, norm_type=1.0, scale_grad_by_freq=True, "
        "sparse=True)"
    )


def test_from_pretrained() -> None:
    table = dc.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer = nn.Embedding.from_pretrained(table, padding_idx=0)
    assert not layer.weight.requires_grad
    assert repr(layer) == "Embedding(2, 2, padding_idx=0)"
    assert layer(dc.tensor([0, 1])).tolist() == table.tolist()
    table[1] = 7.0
    assert layer(dc.tensor(1)).tolist() == [7.0, 7.0]
    free = nn.Embedding.from_pretrained(table, freeze=False, sparse=True, max_norm=3)
    assert free.weight.requires_grad
    assert repr(free) == "Embedding(2, 2, max_norm=3, sparse=True)"


def test_training_leaves_the_padding_row_alone() -> None:
    layer = nn.Embedding(4, 3, padding_idx=2)
    start = layer.weight.detach().numpy().copy()
    layer(dc.tensor([[0, 2], [0, 3]])).sum().backward()
    dc.optim.SGD(layer.parameters(), lr=1.0).step()
    moved = layer.weight.detach().numpy() - start
    np.testing.assert_allclose(moved[[0, 3]], [[-2] * 3, [-1] * 3], rtol=1e-6)
    assert not moved[[1, 2]].any()


@pytest.mark.parametrize("sparse", [False, True])
def test_copies_and_conversions_keep_the_gradient(sparse: bool) -> None:
    layer = nn.Embedding(4, 3, sparse=sparse)
    layer(dc.tensor([1, 1])).sum().backward()
    for other in (copy.deepcopy(layer), copy.deepcopy(layer).double()):
        grad = other.weight.grad
        assert type(grad) is type(layer.weight.grad)
        assert grad.dtype == other.weight.dtype
        dense = grad.to_dense() if sparse else grad
        assert dense.tolist() == [[0.0] * 3, [2.0] * 3, [0.0] * 3, [0.0] * 3]
    layer.zero_grad()
    assert layer.weight.grad is None


def golden() -> list[Any]:
    with np.load(GOLDEN) as file:
        stored = dict(file)
    return [
        pytest.param(
            case["options"],
            {key: stored[array] for key, array in case["arrays"].items()},
            id=str(case["options"]),
        )
        for case in json.loads(str(stored["cases"]))
    ]


@pytest.mark.parametrize(("options", "arrays"), golden())
def test_as_pytorch(options: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    layer = nn.Embedding(*arrays["table"].shape, dtype=dc.float64, **options)
    layer.load_state_dict({"weight": dc.tensor(arrays["table"])})
    y = layer(dc.tensor(arrays["input"]))
    y.backward(dc.tensor(arrays["cotangent"]))
    grad = layer.weight.grad
    dense = grad.to_dense() if isinstance(grad, dc.SparseRows) else grad
    for found, name in ((y, "output"), (layer.weight, "weight"), (dense, "gradient")):
        np.testing.assert_allclose(found.detach().numpy(), arrays[name], rtol=1e-9, atol=1e-12)


def test_errors() -> None:
    for wrong, kind in ((-1, ValueError), (2.5, TypeError)):
        with pytest.raises(kind, match=r"\[Embedding\] num_embeddings must (not be neg|be a wh)"):
            nn.Embedding(wrong, 3)
        with pytest.raises(kind, match=r"\[Embedding\] embedding_dim must (not be neg|be a whole)"):
            nn.Embedding(3, wrong)
    with pytest.raises(ValueError, match=r"padding_idx must be in -3 to 2 for num_embeddings=3, "):
        nn.Embedding(3, 2, padding_idx=3)
    with pytest.raises(ValueError, match=r"\[device\] deepcore runs on CPUs, got 'cuda'\."):
        nn.Embedding(3, 2, device="cuda")
    with pytest.raises(TypeError, match=r"embeddings must be a Tensor, got list\."):
        nn.Embedding.from_pretrained([[1.0]])
    with pytest.raises(ValueError, match=r"embeddings must have shape \(num_embeddings, embedding"):
        nn.Embedding.from_pretrained(dc.ones(3))
    with pytest.raises(ValueError, match=r"_weight must have shape \(3, 2\), .* got \(2, 2\)\."):
        nn.Embedding(3, 2, _weight=dc.ones(2, 2))
    with pytest.raises(TypeError, match=r"\[Embedding\] _weight must be a Tensor, got list\."):
        nn.Embedding(1, 1, _weight=[[1.0]])
    with pytest.raises(ValueError, match=r"\[embedding\] max_norm must be at least 0, got -1\."):
        nn.Embedding(3, 2, max_norm=-1)
    with pytest.raises(ValueError, match=r"\[embedding\] norm_type must be above 0, got 0\."):
        nn.Embedding(3, 2, max_norm=1.0, norm_type=0)
    with pytest.raises(IndexError, match=r"num_embeddings - 1 = 2, got 5 at position \(0,\)"):
        nn.Embedding(3, 2)(dc.tensor([5]))
