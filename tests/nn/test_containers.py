"""Sequential, ModuleList, ModuleDict; what Sequential fuses, and when it stops."""

from collections import OrderedDict

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


def three():
    return nn.Linear(2, 3), nn.Identity(), nn.Linear(3, 1)


class TestSequential:
    def test_runs_in_order(self):
        layers = three()
        x = dc.ones(4, 2)
        expected = layers[2](layers[0](x))
        assert nn.Sequential(*layers)(x).tolist() == expected.tolist()
        x = dc.ones(1)
        assert nn.Sequential()(x) is x

    def test_indexing_and_slicing(self):
        layers = three()
        net = nn.Sequential(*layers)
        assert len(net) == 3
        assert list(net) == list(layers)
        assert net[-1] is layers[2]
        assert type(net[1:]) is nn.Sequential
        assert list(net[1:]) == [layers[1], layers[2]]
        for index in (3, -4):
            with pytest.raises(IndexError, match=r"\[Sequential\] index must be in -3 to 2, got"):
                net[index]

    def test_by_name(self):
        a, b, c = three()
        net = nn.Sequential(OrderedDict(first=a, then=b, last=c))
        assert net.last is c
        assert list(net.state_dict()) == ["first.weight", "first.bias", "last.weight", "last.bias"]
        assert [n for n, _ in net[:2].named_children()] == ["first", "then"]

    def test_changes_are_seen(self):
        net = nn.Sequential(nn.Linear(2, 2))
        x = dc.ones(1, 2)
        first = net(x)
        assert net.append(nn.Linear(2, 5)) is net
        assert net(x).shape == (1, 5)
        net.insert(1, nn.Linear(2, 2))
        assert list(net._modules) == ["0", "1", "2"]
        net[1] = nn.Identity()
        assert net[:2](x).tolist() == first.tolist()
        del net[0]
        assert [type(m) for m in net] == [nn.Identity, nn.Linear]
        assert list(net._modules) == ["0", "1"]
        assert not hasattr(net, "2")
        net.extend([nn.Linear(5, 7)])
        assert net(x).shape == (1, 7)
        del net[1:]
        assert net(x) is x

    def test_only_modules(self):
        with pytest.raises(TypeError, match=r"\[Sequential\] '1' must be a Module or None"):
            nn.Sequential(nn.Identity(), lambda x: x)

    def test_a_subclass_may_override_forward(self):
        class Residual(nn.Sequential):
            def forward(self, x):
                return [x, super().forward(x)]

        x = dc.ones(1)
        assert Residual(nn.Identity())(x)[1] is x


ACTIVATIONS = [
    nn.ReLU(),
    nn.LeakyReLU(),
    nn.LeakyReLU(0.25),
    nn.LeakyReLU(-0.5),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.GELU(),
    nn.GELU(approximate="tanh"),
    nn.SiLU(),
]


def run(net, x):
    """Output and gradients as bytes."""
    x = dc.tensor(x, requires_grad=True)
    net.zero_grad()
    y = net(x)
    y.backward(dc.tensor(np.linspace(-1, 1, y.numel()).reshape(y.shape), dtype=y.dtype))
    gradients = [p.grad.numpy().tobytes() for p in net.parameters()]
    return y._node_name, y.detach().numpy().tobytes(), x.grad.numpy().tobytes(), gradients


class TestFusion:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
    @pytest.mark.parametrize("shape", [(1, 5), (33, 5), (2, 3, 5), (0, 5)], ids=str)
    def test_the_same_bits(self, activation, shape, dtype):
        net = nn.Sequential(nn.Linear(5, 19), activation).to(dtype)
        x = np.random.default_rng(0).normal(size=shape).astype(dtype) * 3
        fused = run(net, x)
        handle = net[0].register_forward_hook(lambda *_: None)
        apart = run(net, x)
        handle.remove()
        assert fused[1:] == apart[1:]
        negative = getattr(activation, "negative_slope", 0) < 0
        assert (fused[0] == "linear") is not negative
        assert apart[0] != "linear"

    def test_a_hook_on_either_keeps_them_apart(self):
        for position in (0, 1):
            for kind in ("forward_pre_hook", "forward_hook", "full_backward_hook"):
                net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
                x = dc.ones(1, 2)
                assert net(x)._node_name == "linear"
                handle = getattr(net[position], f"register_{kind}")(lambda *_: None)
                assert net(x)._node_name != "linear"
                handle.remove()
                assert net(x)._node_name == "linear"

    def test_a_change_of_an_option_is_seen(self):
        net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.LeakyReLU(0.5))
        net[0].weight.data = dc.tensor([[-1.0, 0.0], [0.0, -2.0]])
        x = dc.ones(1, 2)
        assert net(x).tolist() == [[-0.5, -1.0]]
        net[1].negative_slope = 0.25
        assert net(x).tolist() == [[-0.25, -0.5]]
        net[1] = nn.ReLU()
        assert net(x).tolist() == [[0.0, 0.0]]

    def test_only_the_very_classes(self):
        class Doubled(nn.ReLU):
            def forward(self, x):
                return dc.tensor([2.0])

        net = nn.Sequential(nn.Linear(1, 1), Doubled())
        assert net(dc.ones(1)).tolist() == [2.0]
        net = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
        net(dc.ones(1))
        net[1].forward = lambda x: dc.tensor([3.0])
        assert net(dc.ones(1)).tolist() == [3.0]


class TestModuleList:
    def test_is_a_list(self):
        layers = three()
        modules = nn.ModuleList(layers)
        assert list(modules) == list(layers)
        assert modules[-1] is layers[2]
        assert list(modules[1:]) == list(layers[1:])
        modules.append(nn.Identity()).extend([nn.Identity()])
        modules.insert(0, nn.Identity())
        assert len(modules) == 6
        assert type(modules + modules) is nn.ModuleList
        assert len(modules + modules) == 12
        del modules[0]
        assert modules[0] is layers[0]
        assert list(modules.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
        with pytest.raises(NotImplementedError, match=r"\[ModuleList\] forward"):
            modules(dc.ones(1))

    def test_repr_joins_equal_neighbours(self):
        modules = nn.ModuleList([nn.Identity(), nn.Identity(), nn.Tanh()])
        assert repr(modules) == "ModuleList(\n  (0-1): 2 x Identity()\n  (2): Tanh()\n)"
        assert repr(nn.ModuleList()) == "ModuleList()"


class TestModuleDict:
    def test_is_a_dict(self):
        a, b, c = three()
        modules = nn.ModuleDict({"a": a})
        modules["b"] = b
        modules.update([("c", c)])
        assert list(modules) == list(modules.keys()) == ["a", "b", "c"]
        assert list(modules.values()) == [a, b, c]
        assert dict(modules.items()) == {"a": a, "b": b, "c": c}
        assert "b" in modules
        assert modules.pop("b") is b
        del modules["a"]
        assert len(modules) == 1
        assert list(modules.state_dict()) == ["c.weight", "c.bias"]
        for absent in (lambda: modules["z"], lambda: modules.__delitem__("z")):
            with pytest.raises(KeyError, match="z"):
                absent()
        modules.clear()
        assert repr(modules) == "ModuleDict()"
