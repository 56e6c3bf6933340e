"""Arguments of a wrong kind or name: the error says which one, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn import functional as F

MAKES = "; deepcore.tensor(x) makes one."
PASS_OUTPUT = "; a recurrent layer gives (output, state): pass output."
PACKED = nn.utils.rnn.pack_sequence([dc.ones(2, 2), dc.ones(1, 2)])
CALLS: list[tuple[Callable[[dc.Tensor], Any], str]] = [
    (
        lambda x: nn.Linear(2, 2)(np.ones((1, 2))),
        f"[linear] input must be a Tensor, got ndarray{MAKES}",
    ),
    (lambda x: F.relu([1.0]), f"[relu] input must be a Tensor, got list{MAKES}"),
    (lambda x: F.mse_loss(x, 1.0), f"[mse_loss] target must be a Tensor, got float{MAKES}"),
    (lambda x: F.relu((1.0, 2.0)), f"[relu] input must be a Tensor, got tuple{MAKES}"),
    (
        lambda x: F.linear(nn.LSTM(2, 3)(x), dc.ones(4, 3)),
        f"[linear] input must be a Tensor, got tuple{PASS_OUTPUT}",
    ),
    (
        lambda x: F.relu(nn.GRU(2, 3)(PACKED)),
        f"[relu] input must be a Tensor, got tuple{PASS_OUTPUT}",
    ),
    (
        lambda x: nn.Linear(2, 3)(PACKED),
        "[linear] input must be a Tensor, got PackedSequence; its rows are its .data.",
    ),
    (lambda x: F.cross_entropy(x, "a"), "[cross_entropy] target must be a Tensor, got str."),
    (lambda x: dc.exp(1), f"[exp] input must be a Tensor, got int{MAKES}"),
    (lambda x: dc.from_numpy([1]), "[from_numpy] array must be a NumPy array, got list."),
    (lambda x: dc.cat([x, 1]), "[cat] tensors must be a list of Tensors, got list."),
    (lambda x: dc.matmul(x), "[matmul] the argument 'other' is missing."),
    (lambda x: x.size("a"), "[size] dim must be an int, got str."),
    (lambda x: x.sum(dims=1), "[sum] there is no argument 'dims'."),
    (lambda x: dc.manual_seed("a"), "[manual_seed] seed must be a whole number, got 'a'."),
    (lambda x: dc.manual_seed(1.5), "[manual_seed] seed must be a whole number, got 1.5."),
    (lambda x: dc.Generator().manual_seed("a"), "[manual_seed] seed must be a whole number, got"),
    (lambda x: dc.equal(x, [1]), "[equal] other must be a Tensor, got list."),
    (lambda x: dc.allclose(1.0, x), "[allclose] input must be a Tensor, got float."),
    (lambda x: x.argmax(0, False, 1), "[argmax] expected at most 2 arguments, got 3."),
]


@pytest.mark.parametrize(("call", "text"), CALLS, ids=[text for _, text in CALLS])
def test_the_argument_is_named(call: Callable[[dc.Tensor], Any], text: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(text)}"):
        call(dc.ones(2, 2))


SIZES: list[tuple[Callable[[Any], nn.Module], str]] = [
    (lambda size: nn.Linear(size, 2), "[Linear] in_features"),
    (lambda size: nn.Linear(2, size), "[Linear] out_features"),
    (lambda size: nn.BatchNorm2d(size), "[BatchNorm2d] num_features"),
    (lambda size: nn.InstanceNorm1d(size), "[InstanceNorm1d] num_features"),
    (lambda size: nn.LayerNorm((2, size)), "[LayerNorm] normalized_shape"),
    (lambda size: nn.RMSNorm(size), "[RMSNorm] normalized_shape"),
    (lambda size: nn.GroupNorm(size, 4), "[GroupNorm] num_groups"),
    (lambda size: nn.GroupNorm(1, size), "[GroupNorm] num_channels"),
]


@pytest.mark.parametrize(("make", "name"), SIZES, ids=[name for _, name in SIZES])
def test_sizes_of_layers_are_named(make: Callable[[Any], nn.Module], name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(name)} must not be negative, got -1\.$"):
        make(-1)
    for wrong in (2.5, "a"):
        with pytest.raises(TypeError, match=rf"^{re.escape(name)} must be a whole number, got "):
            make(wrong)


@pytest.mark.parametrize(
    "call",
    [lambda: dc.zeros(2, dc.float64), lambda: dc.ones(2).view(dc.int64), lambda: dc.dtype(1)],
)
def test_a_dtype_is_neither_a_size_nor_made_of_one(call: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"sizes must be integers|No constructor"):
        call()


def test_a_number_that_fits_no_dtype() -> None:
    with pytest.raises(ValueError, match="a whole number must fit into 64 bits, got 1180591620717"):
        dc.full((2,), 2**70)


@pytest.mark.parametrize(
    "make",
    [
        lambda: dc.tensor([300, -1], dtype=dc.uint8),
        lambda: dc.full((2,), 300, dtype=dc.uint8),
        lambda: dc.zeros(2, dtype=dc.uint8).__setitem__(0, 300),
        lambda: dc.zeros(2, dtype=dc.uint8).fill_(-1),
    ],
)
def test_numbers_beyond_uint8(make: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"must be (from )?0 to 255, got"):
        make()
    assert dc.tensor(np.array([300]), dtype=dc.uint8).item() == 44


def test_a_bool_tensor_is_an_index() -> None:
    assert type(dc.tensor(True).__index__()) is int
    assert [1, 2][dc.tensor(True)] == 2
