"""Hooks of modules: when they run, what they see, what they replace, how they go."""

import copy
from typing import NamedTuple

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


def ones(*shape):
    return dc.ones(*shape)


class Two(nn.Module):
    """Two inputs, two outputs: a W and b W."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2, bias=False)
        self.linear.weight.data = dc.tensor([[1.0, 2.0], [3.0, 4.0]])

    def forward(self, a, b):
        return self.linear(a), self.linear(b)


class TestForward:
    def test_order_and_arguments(self):
        layer, seen = nn.Identity(), []
        layer.register_forward_pre_hook(lambda m, args: seen.append(("pre", m, args)))
        layer.register_forward_hook(lambda m, args, out: seen.append(("post", m, args, out)))
        layer.register_forward_pre_hook(lambda m, args: seen.append("first"), prepend=True)
        x = ones(2)
        assert layer(x) is x
        assert seen == ["first", ("pre", layer, (x,)), ("post", layer, (x,), x)]

    def test_what_they_return_replaces(self):
        layer = nn.Identity()
        x, y, z = ones(1), ones(2), ones(3)
        layer.register_forward_pre_hook(lambda m, args: y)
        assert layer(x) is y
        layer.register_forward_hook(lambda m, args, out: z if out is y else None)
        assert layer(x) is z

    def test_with_kwargs(self):
        class Keyed(nn.Module):
            def forward(self, x, *, times):
                return [x] * times

        layer, seen = Keyed(), []
        layer.register_forward_pre_hook(
            lambda m, args, kwargs: (args, {"times": kwargs["times"] + 1}), with_kwargs=True
        )
        layer.register_forward_hook(
            lambda m, args, kwargs, out: seen.append(kwargs), with_kwargs=True
        )
        assert len(layer(ones(1), times=2)) == 3
        assert seen == [{"times": 3}]

    def test_removal(self):
        layer, seen = nn.Identity(), []
        handle = layer.register_forward_hook(lambda *_: seen.append(1))
        with layer.register_forward_hook(lambda *_: seen.append(2)):
            layer(ones(1))
        handle.remove()
        handle.remove()
        layer(ones(1))
        assert seen == [1, 2]

    def test_a_sequential_sees_hooks_come_and_go(self):
        net, seen = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), []
        net(ones(1, 2))
        handle = net[1].register_forward_hook(lambda m, args, out: seen.append(out.shape))
        net(ones(1, 2))
        handle.remove()
        net(ones(1, 2))
        assert seen == [(1, 2)]


class TestBackward:
    def test_gradients_of_input_and_output(self):
        layer, seen = nn.Linear(2, 3), []
        layer.register_full_backward_hook(lambda *args: seen.append(args))
        x = dc.ones(4, 2, requires_grad=True)
        layer(x).backward(ones(4, 3))
        ((module, (grad_input,), (grad_output,)),) = seen
        assert module is layer
        assert grad_output.tolist() == ones(4, 3).tolist()
        np.testing.assert_allclose(grad_input.numpy()[0], layer.weight.detach().numpy().sum(0))
        np.testing.assert_array_equal(x.grad.numpy(), grad_input.numpy())

    def test_only_what_the_call_contributes(self):
        layer, seen = nn.Identity(), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi[0].item(), go)))
        x = dc.ones(1, requires_grad=True)
        other = x.reshape(1)
        y = layer(x)
        y.backward(dc.tensor([3.0]))
        other.backward(dc.tensor([5.0]))
        assert [gi for gi, _ in seen] == [3.0]
        assert x.grad.item() == 8.0

    def test_without_gradients_of_inputs(self):
        layer, seen = nn.Linear(2, 1), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go[0].tolist())))
        layer(ones(1, 2)).backward(ones(1, 1))
        assert seen == [((None,), [[1.0]])]
        with dc.no_grad():
            layer(ones(1, 2))
        assert len(seen) == 1

    def test_several_inputs_and_outputs_call_once(self):
        layer, seen = Two(), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go)))
        a, b = dc.ones(1, 2, requires_grad=True), dc.ones(1, 2, requires_grad=True)
        y, z = layer(a, b)
        dc.autograd.grad([y, z], [a, b], [ones(1, 2), ones(1, 2)])
        ((grad_input, grad_output),) = seen
        assert [g.tolist() for g in grad_input] == [[[4.0, 6.0]]] * 2
        assert [g.tolist() for g in grad_output] == [[[1.0, 1.0]]] * 2

    def test_an_unused_output_has_none(self):
        layer, seen = Two(), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go)))
        a, b = dc.ones(1, 2, requires_grad=True), dc.ones(1, 2, requires_grad=True)
        layer(a, b)[1].backward(ones(1, 2))
        ((grad_input, grad_output),) = seen
        assert grad_input[0] is None
        assert grad_output[0] is None
        assert grad_input[1].tolist() == [[4.0, 6.0]]

    def test_what_it_returns_replaces(self):
        layer = Two()
        layer.register_full_backward_hook(lambda m, gi, go: (ones(1, 2), None))
        a, b = dc.ones(1, 2, requires_grad=True), dc.ones(1, 2, requires_grad=True)
        y, z = layer(a, b)
        y.backward(ones(1, 2), retain_graph=True)
        assert a.grad.tolist() == [[1.0, 1.0]]
        z.backward(ones(1, 2))
        assert b.grad.tolist() == [[4.0, 6.0]]

    def test_each_backward_over_a_retained_graph_calls(self):
        layer, seen = nn.Linear(2, 1), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append(go[0].item()))
        y = layer(dc.ones(1, 2, requires_grad=True))
        y.backward(dc.tensor([[2.0]]), retain_graph=True)
        y.backward(dc.tensor([[3.0]]))
        assert seen == [2.0, 3.0]

    def test_wrong_returns(self):
        layer = nn.Linear(2, 1)
        layer.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0]))
        y = layer(dc.ones(1, 2, requires_grad=True))
        with pytest.raises(ValueError, match=r"\[full_backward_hook\] a hook of Linear must retur"):
            y.backward(ones(1, 1))
        y = layer(ones(1, 2))
        with pytest.raises(ValueError, match=r"None where no input has a gradient, got 2"):
            y.backward(ones(1, 1))

    def test_inside_a_sequential(self):
        net, seen = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 1)), []
        for layer in net:
            layer.register_full_backward_hook(lambda m, gi, go: seen.append(m))
        net(ones(3, 2)).backward(ones(3, 1))
        assert seen == list(reversed(list(net)))


def test_a_copy_has_the_hooks():
    layer, seen = nn.Identity(), []
    layer.register_forward_hook(lambda m, args, out: seen.append(m))
    other = copy.deepcopy(layer)
    other(ones(1))
    assert len(seen) == 1
    assert seen[0] is other


def test_full_backward_hooks_and_named_tuples() -> None:
    class Parts(NamedTuple):
        first: dc.Tensor
        second: dc.Tensor

    class Halves(nn.Module):
        def forward(self, x: dc.Tensor) -> Parts:
            return Parts(2 * x, 3 * x)

    seen = []
    module = Halves()
    module.register_full_backward_hook(lambda m, grad_in, grad_out: seen.append(grad_out))
    parts = module(dc.ones(1, requires_grad=True))
    assert isinstance(parts, Parts)
    (parts.first + parts.second).sum().backward()
    assert len(seen[0]) == 2


def test_hooks_that_are_always_called() -> None:
    class Fails(nn.Module):
        def forward(self, x: dc.Tensor) -> dc.Tensor:
            raise ValueError("no")

    def fail(*args: object) -> None:
        raise ValueError("hook")

    seen: list[object] = []
    module = Fails()
    module.register_forward_hook(lambda m, args, output: seen.append("never"))
    module.register_forward_hook(lambda m, args, output: seen.append(output), always_call=True)
    with pytest.raises(ValueError, match="no"):
        module(dc.ones(1))
    assert seen == [None]
    identity = nn.Identity()
    identity.register_forward_hook(fail)
    identity.register_forward_hook(lambda m, args, output: seen.append(output), always_call=True)
    with pytest.raises(ValueError, match="hook"):
        identity(2)
    assert seen == [None, 2]
