"""Parameter, and the conversion of a module's values."""

import copy
import pickle

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


def test_shares_the_value_and_requires_grad():
    value = dc.ones(2, 2)
    parameter = nn.Parameter(value)
    assert isinstance(parameter, dc.Tensor)
    assert parameter.data_ptr() == value.data_ptr()
    assert parameter.requires_grad
    assert not value.requires_grad
    assert not nn.Parameter(value, requires_grad=False).requires_grad
    with pytest.raises(TypeError, match=r"\[requires_grad\] only float32 and float64"):
        nn.Parameter(dc.tensor([1]))


def test_repr():
    assert repr(nn.Parameter(dc.ones(2))) == (
        "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    )


def test_survives_data():
    parameter = nn.Parameter(dc.ones(2))
    parameter.data = dc.zeros(2)
    assert isinstance(parameter, nn.Parameter)
    assert parameter.requires_grad
    assert parameter.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))]
)
def test_survives_copies(copied):
    parameter = nn.Parameter(dc.tensor([1.0, 2.0]), requires_grad=False)
    parameter.tag = "kept"
    other = copied(parameter)
    assert type(other) is nn.Parameter
    assert (other.tag, other.requires_grad) == ("kept", False)
    assert other.tolist() == [1.0, 2.0]
    assert other.data_ptr() != parameter.data_ptr()


def test_deepcopy_keeps_gradients_and_ties():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    net(dc.ones(1, 2)).backward(dc.ones(1, 2))
    other = copy.deepcopy(net)
    assert other[0].weight is other[1].weight
    assert other[0].weight.grad.tolist() == net[0].weight.grad.tolist()
    assert other[0].weight.grad.data_ptr() != net[0].weight.grad.data_ptr()


def test_conversion_gives_a_tensor_in_the_graph():
    parameter = nn.Parameter(dc.ones(2))
    double = parameter.to(dc.float64)
    assert type(double) is dc.Tensor
    double.backward(dc.ones(2).double())
    assert parameter.grad.tolist() == [1.0, 1.0]


class TestModuleConversions:
    def test_double_and_back(self):
        net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
        parameters, start = list(net.parameters()), net[0].weight.tolist()
        assert net.double() is net
        assert {v.dtype for v in net.state_dict().values()} == {dc.float64}
        assert all(a is b for a, b in zip(parameters, net.parameters(), strict=True))
        assert all(p.requires_grad and p.is_leaf for p in net.parameters())
        assert net(dc.ones(1, 3, dtype=dc.float64)).dtype == dc.float64
        assert net.float()[0].weight.tolist() == start

    def test_gradients_follow(self):
        layer = nn.Linear(2, 1)
        layer(dc.ones(3, 2)).backward(dc.ones(3, 1))
        layer.double()
        assert layer.weight.grad.dtype == dc.float64
        assert layer.weight.grad.tolist() == [[3.0, 3.0]]
        layer(dc.ones(1, 2).double()).backward(dc.ones(1, 1).double())
        assert layer.weight.grad.tolist() == [[4.0, 4.0]]

    def test_integers_stay(self):
        layer = nn.Identity()
        layer.register_buffer("steps", dc.tensor(3))
        layer.register_buffer("mean", dc.zeros(1))
        assert layer.double().steps.dtype == dc.int64
        assert layer.mean.dtype == dc.float64

    @pytest.mark.parametrize(
        "target",
        [dc.float64, "float64", np.float64, float, dc.zeros(1, dtype=dc.float64), np.dtype("f8")],
    )
    def test_to_dtype(self, target):
        assert nn.Linear(1, 1).to(target).weight.dtype == dc.float64

    def test_to_device(self):
        layer = nn.Linear(1, 1)
        for target in ("cpu", dc.device("cpu")):
            assert layer.to(target) is layer
        assert layer.to(device="cpu", dtype=dc.float64, non_blocking=True).bias.dtype == dc.float64
        assert layer.cpu() is layer
        for call in (lambda: layer.to("cuda"), lambda: layer.to(device="cuda:0"), layer.cuda):
            with pytest.raises(ValueError, match=r"\[device\] deepcore runs on CPUs, got 'cuda"):
                call()

    def test_wrong_targets(self):
        layer = nn.Linear(1, 1)
        with pytest.raises(TypeError, match=r"\[to\] a module's dtype must be float32 or float64"):
            layer.to(dc.int64)
        with pytest.raises(TypeError, match=r"\[to\] unknown option 'copies'"):
            layer.to(copies=True)
        with pytest.raises(TypeError, match=r"\[to\] expected a dtype, 'cpu' or a tensor, got 3"):
            layer.to(3)
