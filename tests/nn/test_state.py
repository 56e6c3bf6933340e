"""State dicts: what they hold, what loading checks, what it writes."""

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


def net():
    return nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))


def values(module):
    return {key: value.numpy().copy() for key, value in module.state_dict().items()}


def assert_same(left, right):
    assert list(left) == list(right)
    for key in left:
        np.testing.assert_array_equal(left[key], right[key])


def test_round_trip_keeps_identities():
    source, target = net(), net()
    parameters = list(target.parameters())
    result = target.load_state_dict(source.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    assert_same(values(target), values(source))
    assert all(a is b for a, b in zip(parameters, target.parameters(), strict=True))


def test_state_shares_values_outside_the_graph():
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    assert not state["weight"].requires_grad
    assert state["weight"].data_ptr() == layer.weight.data_ptr()
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight
    assert list(layer.state_dict(prefix="a.")) == ["a.weight", "a.bias"]


def test_arrays_and_dtypes_are_converted():
    layer = nn.Linear(3, 2)
    layer.load_state_dict({"weight": np.full((2, 3), 2.5), "bias": dc.tensor([1, 2])})
    assert layer.weight.dtype == layer.bias.dtype == dc.float32
    assert layer.weight.tolist() == [[2.5] * 3] * 2
    assert layer.bias.tolist() == [1.0, 2.0]


def test_loading_counts_as_a_write():
    layer = nn.Linear(2, 2)
    output = layer(layer(dc.ones(1, 2)))
    before = layer.weight._version
    layer.load_state_dict(layer.state_dict())
    assert layer.weight._version > before
    with pytest.raises(RuntimeError, match=r"\[backward\] a tensor that 'linear' saved"):
        output.backward(dc.ones(1, 2))


def test_every_problem_is_listed_and_nothing_is_written():
    model = net()
    before = values(model)
    state = {"0.weight": np.zeros((2, 4)), "0.bias": np.zeros(2), "1.bias": np.zeros(3)}
    state["2"] = np.zeros(1)
    with pytest.raises(ValueError, match=r"\[load_state_dict\]") as error:
        model.load_state_dict(state)
    assert str(error.value) == (
        "[load_state_dict] state_dict must have the keys and shapes of Sequential; "
        "missing: '1.weight'; unexpected: '2'; "
        "shapes: '0.weight' must be (2, 3), got (2, 4), '1.bias' must be (1,), got (3,)."
    )
    assert_same(values(model), before)
    with pytest.raises(ValueError, match=r"of Sequential; shapes: '0\.weight' must be"):
        model.load_state_dict(state, strict=False)
    assert_same(values(model), before)


def test_not_strict_loads_what_fits():
    layer = nn.Linear(2, 1)
    result = layer.load_state_dict({"bias": dc.tensor([7.0]), "other": dc.ones(1)}, strict=False)
    assert result.missing_keys == ["weight"]
    assert result.unexpected_keys == ["other"]
    assert "missing_keys=['weight']" in repr(result)
    assert layer.bias.tolist() == [7.0]


def test_wrong_kinds():
    layer = nn.Linear(1, 1)
    with pytest.raises(TypeError, match=r"\[load_state_dict\] state_dict must be a mapping, got l"):
        layer.load_state_dict([1])
    with pytest.raises(TypeError, match=r"'weight' must be a tensor or an array, got str\."):
        layer.load_state_dict({"weight": "text", "bias": np.zeros(1)})


def test_assign_takes_the_tensors_themselves():
    layer = nn.Linear(2, 1)
    layer.weight.requires_grad = False
    state = {"weight": dc.ones(1, 2, dtype=dc.float64), "bias": nn.Parameter(dc.zeros(1))}
    layer.load_state_dict(state, assign=True)
    assert layer.bias is state["bias"]
    assert (layer.weight.dtype, layer.weight.requires_grad) == (dc.float64, False)
    state["weight"].fill_(3.0)
    assert layer.weight.tolist() == [[3.0, 3.0]]
    net = nn.Sequential(nn.Linear(2, 1))
    net.register_buffer("mean", dc.zeros(1))
    mean = dc.ones(1)
    net.load_state_dict({**net.state_dict(), "mean": mean}, assign=True)
    assert net.mean is mean
    assert isinstance(net[0].weight, nn.Parameter)


def test_state_is_written_into_a_destination():
    state = {"epoch": 3}
    assert nn.Linear(1, 1, bias=False).state_dict(destination=state, prefix="a.") is state
    assert list(state) == ["epoch", "a.weight"]
