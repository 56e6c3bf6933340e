"""Collating samples of every kind into a batch."""

from collections import namedtuple

import numpy as np
import pytest

from deepcore import Tensor, tensor
from deepcore.data import default_collate, default_convert

Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("samples", "kind", "values"),
    [
        ([tensor([1.0, 2.0]), tensor([3.0, 4.0])], "float32", [[1, 2], [3, 4]]),
        ([np.arange(2), np.arange(2)], "int64", [[0, 1], [0, 1]]),
        ([np.float32(1), np.float32(2)], "float32", [1, 2]),
        ([1.0, 2.0], "float64", [1, 2]),
        ([1, 2], "int64", [1, 2]),
        ([True, False], "bool", [True, False]),
        ([np.uint8(1), np.uint8(2)], "uint8", [1, 2]),
    ],
)
def test_numbers_become_a_tensor(samples, kind, values):
    batch = default_collate(samples)
    assert isinstance(batch, Tensor)
    assert batch.numpy().dtype == np.dtype(kind)
    assert batch.numpy().tolist() == values


def test_structures_are_gone_through():
    samples = [
        {"a": (i, "s"), "b": Point(np.full(2, i), [float(i), b"t"]), "c": i} for i in range(3)
    ]
    batch = default_collate(samples)
    assert list(batch) == ["a", "b", "c"]
    assert isinstance(batch["a"], list)
    assert batch["a"][0].numpy().tolist() == [0, 1, 2]
    assert batch["a"][1] == ["s"] * 3
    assert isinstance(batch["b"], Point)
    assert batch["b"].x.shape == (3, 2)
    assert batch["b"].y[1] == [b"t"] * 3


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        (
            [np.zeros(2), np.zeros(2), np.zeros(3)],
            r"and \(3,\) at position 2; collate_fn=pad_collate pads the first part of sa",
        ),
        ([tensor([1.0]), tensor([1.0, 2.0])], r"got \(1,\) first and \(2,\) at position 1"),
        ([{"a": 1}, {"b": 1}], r"equal keys, got \['a'\] first and \['b'\] at position 1"),
        ([(1, 2), (1,)], "equal lengths, got 2 first and 1 at position 1; collate_fn=pad_collate"),
        ([], r"^\[default_collate\] batch must have samples, got none\.$"),
    ],
)
def test_samples_that_differ(samples, text):
    with pytest.raises(ValueError, match=text):
        default_collate(samples)


def test_kinds_that_do_not_stack():
    with pytest.raises(TypeError, match=r"got set; pass collate_fn= to make batches of it\.$"):
        default_collate([{1}, {2}])
    with pytest.raises(TypeError, match="expected Tensors or arrays of numbers, got object"):
        default_collate([np.array([None])])


def test_convert_leaves_what_is_no_array():
    made = default_convert({"a": (np.arange(2), "s", 3), "b": Point(np.float32(2), None)})
    assert made["a"][0].numpy().tolist() == [0, 1]
    assert made["a"][1:] == ["s", 3]
    assert made["b"].x.item() == 2
    assert made["b"].y is None
    text = np.array(["a"])
    assert default_convert(text) is text


def test_gradients_pass_through_collating():
    w = tensor([1.0, 2.0], requires_grad=True)
    default_collate([w * 2, w * 3]).sum().backward()
    assert w.grad.tolist() == [5, 5]


def test_tensors_and_other_kinds_do_not_mix():
    with pytest.raises(TypeError, match="of one kind, got Tensor first and ndarray at position 1"):
        default_collate([tensor([1.0]), np.ones(1)])
    with pytest.raises(TypeError, match="expected Tensors or arrays of numbers, got strings"):
        default_collate([1, "abc"])
