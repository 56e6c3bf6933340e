"""What a layer costs beyond its op."""

import timeit

import deepcore as dc
from deepcore import _core, nn


def best(call):
    return min(timeit.repeat(call, number=200, repeat=100)) / 200


def test_sequential_adds_little_to_its_ops():
    net = nn.Sequential(
        nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    x, linear, relu = dc.ones(1, 20), _core.linear, _core.Activation.relu
    none = _core.Activation.none
    (w0, b0), (w1, b1), (w2, b2) = ((net[i].weight, net[i].bias) for i in (0, 2, 4))

    def ops():
        y = linear(x, w0, b0, relu, 0.0)
        linear(linear(y, w1, b1, relu, 0.0), w2, b2, none, 0.0)

    with dc.no_grad():
        # 0.8 us on a quiet machine; four times that is left for noise.
        assert best(lambda: net(x)) - best(ops) < 3.3e-6
