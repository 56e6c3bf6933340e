"""One helper for every layer, and what PyTorch computes with the same values."""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn


@dataclass(frozen=True)
class Case:
    layer: str
    options: dict[str, Any] = field(default_factory=dict)
    # Shapes of the state dict.
    state: dict[str, tuple[int, ...]] = field(default_factory=dict)
    shapes: dict[tuple[int, ...], tuple[int, ...]] | None = None  # input to output, or the same
    repr: str = ""  # between the parentheses
    same_in_eval: bool = True
    buffers: tuple[str, ...] = ()  # what of the state is no parameter


SAME = {(4, 6): (4, 6), (1, 1): (1, 1), (2, 3, 5): (2, 3, 5), (0, 3): (0, 3)}
DENSE = {(4, 6): (4, 3), (6,): (3,), (2, 5, 6): (2, 5, 3), (0, 6): (0, 3), (1, 6): (1, 3)}
IMAGES = {(4, 6, 3, 5): (4, 6, 3, 5), (2, 6, 1, 1): (2, 6, 1, 1)}
VOLUMES = {(4, 6, 1, 2, 3): (4, 6, 1, 2, 3), (2, 6, 2, 1, 1): (2, 6, 2, 1, 1)}
UNBATCHED = {(6, 3, 2, 2): (6, 3, 2, 2)}
SEQUENCES = {(4, 6, 5): (4, 6, 5), (0, 6, 5): (0, 6, 5)}
RUNNING = ("running_mean", "running_var", "num_batches_tracked")
AFFINE = {"weight": (6,), "bias": (6,)}
TRACKED = {"running_mean": (6,), "running_var": (6,), "num_batches_tracked": ()}


def batch_norm(layer, shapes):
    """Rows of every batch norm: plain, and with other options."""
    defaults = "6, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True"
    others = {"momentum": None, "affine": False, "eps": 0.5}
    return [
        Case(layer, {"num_features": 6}, AFFINE | TRACKED, shapes, defaults, False, RUNNING),
        Case(layer, {"num_features": 6, **others}, TRACKED, shapes,
             "6, eps=0.5, momentum=None, affine=False, bias=False, track_running_stats=True",
             False, RUNNING),
        Case(layer, {"num_features": 6, "track_running_stats": False, "bias": False},
             {"weight": (6,)}, shapes,
             "6, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=False"),
    ]  # fmt: skip


def instance_norm(layer, shapes):
    return [
        Case(layer, {"num_features": 6}, {}, shapes,
             "6, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False"),
        Case(layer, {"num_features": 6, "affine": True, "track_running_stats": True},
             AFFINE | TRACKED, shapes,
             "6, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True",
             False, RUNNING),
    ]  # fmt: skip


POOL = "kernel_size=2, stride=2, padding=0"

CASES = [
    Case("Identity"),
    Case("Identity", {"any": 1}),
    Case("Flatten", {}, shapes={(4, 2, 3): (4, 6), (4, 6): (4, 6), (0, 2, 1): (0, 2)},
         repr="start_dim=1, end_dim=-1"),
    Case("Flatten", {"start_dim": 0, "end_dim": 1}, shapes={(4, 2, 3): (8, 3)},
         repr="start_dim=0, end_dim=1"),
    Case("Unflatten", {"dim": 1, "unflattened_size": (2, -1)}, shapes={(4, 6): (4, 2, 3)},
         repr="dim=1, unflattened_size=(2, -1)"),
    Case("Linear", {"in_features": 6, "out_features": 3}, {"weight": (3, 6), "bias": (3,)}, DENSE,
         "in_features=6, out_features=3, bias=True"),
    Case("Linear", {"in_features": 6, "out_features": 3, "bias": False, "device": "cpu"},
         {"weight": (3, 6)}, DENSE, "in_features=6, out_features=3, bias=False"),
    Case("Conv1d", {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "same"},
         {"weight": (6, 4, 3), "bias": (6,)}, {(2, 4, 5): (2, 6, 5), (4, 5): (6, 5)},
         "4, 6, kernel_size=(3,), stride=(1,), padding=same"),
    Case("Conv2d", {"in_channels": 4, "out_channels": 6, "kernel_size": (3, 2), "groups": 2},
         {"weight": (6, 2, 3, 2), "bias": (6,)},
         {(2, 4, 5, 5): (2, 6, 3, 4), (4, 5, 5): (6, 3, 4), (0, 4, 5, 5): (0, 6, 3, 4)},
         "4, 6, kernel_size=(3, 2), stride=(1, 1), groups=2"),
    Case("Conv2d", {"in_channels": 1, "out_channels": 2, "kernel_size": 3, "padding": 1,
                    "stride": 2, "bias": False, "padding_mode": "reflect"},
         {"weight": (2, 1, 3, 3)}, {(2, 1, 6, 6): (2, 2, 3, 3)},
         "1, 2, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False, "
         "padding_mode=reflect"),
    Case("Conv3d", {"in_channels": 1, "out_channels": 2, "kernel_size": 2, "dilation": 2},
         {"weight": (2, 1, 2, 2, 2), "bias": (2,)}, {(2, 1, 3, 4, 5): (2, 2, 1, 2, 3)},
         "1, 2, kernel_size=(2, 2, 2), stride=(1, 1, 1), dilation=(2, 2, 2)"),
    Case("ConvTranspose1d", {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "stride": 2},
         {"weight": (4, 6, 3), "bias": (6,)}, {(2, 4, 5): (2, 6, 11), (4, 5): (6, 11)},
         "4, 6, kernel_size=(3,), stride=(2,)"),
    Case("ConvTranspose2d", {"in_channels": 4, "out_channels": 6, "kernel_size": 4, "stride": 2,
                             "padding": 1, "output_padding": 1, "groups": 2, "bias": False},
         {"weight": (4, 3, 4, 4)}, {(2, 4, 3, 3): (2, 6, 7, 7)},
         "4, 6, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), output_padding=(1, 1), "
         "groups=2, bias=False"),
    Case("ConvTranspose3d", {"in_channels": 1, "out_channels": 2, "kernel_size": 2,
                             "dilation": 2},
         {"weight": (1, 2, 2, 2, 2), "bias": (2,)}, {(2, 1, 2, 2, 2): (2, 2, 4, 4, 4)},
         "1, 2, kernel_size=(2, 2, 2), stride=(1, 1, 1), dilation=(2, 2, 2)"),
    Case("Dropout", {}, repr="p=0.5, inplace=False", same_in_eval=False),
    Case("Dropout", {"p": 0.1, "inplace": True}, repr="p=0.1, inplace=True", same_in_eval=False),
    Case("Dropout", {"p": 0}, repr="p=0, inplace=False"),
    Case("ReLU"),
    Case("ReLU", {"inplace": True}, repr="inplace=True"),
    Case("LeakyReLU", repr="negative_slope=0.01"),
    Case("LeakyReLU", {"negative_slope": 0.2, "inplace": True},
         repr="negative_slope=0.2, inplace=True"),
    Case("Sigmoid"),
    Case("Tanh"),
    Case("GELU", repr="approximate='none'"),
    Case("GELU", {"approximate": "tanh"}, repr="approximate='tanh'"),
    Case("SiLU"),
    Case("SiLU", {"inplace": True}, repr="inplace=True"),
    Case("Softmax", {"dim": 1}, repr="dim=1"),
    Case("LogSoftmax", {"dim": -1}, repr="dim=-1"),
    Case("PixelShuffle", {"upscale_factor": 2}, repr="upscale_factor=2",
         shapes={(2, 8, 3, 1): (2, 2, 6, 2), (0, 4, 1, 1): (0, 1, 2, 2), (4, 3, 3): (1, 6, 6)}),
    Case("PixelUnshuffle", {"downscale_factor": 2}, repr="downscale_factor=2",
         shapes={(2, 2, 6, 2): (2, 8, 3, 1), (3, 2, 2): (12, 1, 1)}),
    Case("ChannelShuffle", {"groups": 2}, repr="groups=2",
         shapes={(2, 4, 3): (2, 4, 3), (0, 2, 1, 1): (0, 2, 1, 1)}),
    Case("Unfold", {"kernel_size": 2, "stride": (2, 1)},
         repr="kernel_size=2, dilation=1, padding=0, stride=(2, 1)",
         shapes={(2, 3, 4, 4): (2, 12, 6), (3, 4, 4): (12, 6)}),
    Case("Fold", {"output_size": (4, 4), "kernel_size": 2, "stride": (2, 1)},
         repr="output_size=(4, 4), kernel_size=2, dilation=1, padding=0, stride=(2, 1)",
         shapes={(2, 12, 6): (2, 3, 4, 4), (12, 6): (3, 4, 4)}),
    Case("Upsample", {"scale_factor": 2}, repr="scale_factor=2.0, mode='nearest'",
         shapes={(2, 3, 4): (2, 3, 8), (1, 2, 3, 1): (1, 2, 6, 2)}),
    Case("Upsample", {"size": (3, 5), "mode": "bilinear", "align_corners": True},
         repr="size=(3, 5), mode='bilinear'", shapes={(2, 1, 4, 2): (2, 1, 3, 5)}),
    Case("Upsample", {"scale_factor": (1.5, 2), "mode": "bicubic", "recompute_scale_factor": True},
         repr="scale_factor=(1.5, 2.0), mode='bicubic'", shapes={(2, 1, 3, 2): (2, 1, 4, 4)}),
    Case("UpsamplingNearest2d", {"scale_factor": 2}, repr="scale_factor=2.0, mode='nearest'",
         shapes={(2, 3, 4, 1): (2, 3, 8, 2)}),
    Case("UpsamplingBilinear2d", {"size": 5}, repr="size=5, mode='bilinear'",
         shapes={(2, 3, 4, 1): (2, 3, 5, 5)}),
    Case("ZeroPad1d", {"padding": (1, 2)}, shapes={(2, 3, 4): (2, 3, 7), (3, 4): (3, 7)},
         repr="(1, 2)"),
    Case("ZeroPad2d", {"padding": 1}, shapes={(2, 1, 3, 4): (2, 1, 5, 6)}, repr="(1, 1, 1, 1)"),
    Case("ZeroPad3d", {"padding": 1}, shapes={(2, 1, 2, 3, 4): (2, 1, 4, 5, 6)},
         repr="(1, 1, 1, 1, 1, 1)"),
    Case("ConstantPad1d", {"padding": (1, 0), "value": 3.5}, shapes={(2, 3, 4): (2, 3, 5)},
         repr="padding=(1, 0), value=3.5"),
    Case("ConstantPad2d", {"padding": (1, 2, 0, -1), "value": 3},
         shapes={(2, 1, 3, 4): (2, 1, 2, 7)}, repr="padding=(1, 2, 0, -1), value=3"),
    Case("ConstantPad3d", {"padding": 1, "value": 0.5}, shapes={(2, 1, 2, 3, 4): (2, 1, 4, 5, 6)},
         repr="padding=(1, 1, 1, 1, 1, 1), value=0.5"),
    *(
        Case(f"{kind}Pad{axes}d", {"padding": 1},
             shapes={(2, 3, 4, 3, 4)[: axes + 2]: (2, 3, *(6, 5, 6)[:axes]),
                     (3, 4, 3, 4)[: axes + 1]: (3, *(6, 5, 6)[:axes])},
             repr=str((1, 1) * axes))
        for kind in ("Reflection", "Replication", "Circular")
        for axes in (1, 2, 3)
    ),
    *batch_norm("BatchNorm1d", {(4, 6): (4, 6), (0, 6): (0, 6)} | SEQUENCES),
    *batch_norm("BatchNorm2d", IMAGES),
    *batch_norm("BatchNorm3d", VOLUMES),
    *instance_norm("InstanceNorm1d", SEQUENCES | {(6, 5): (6, 5)}),
    *instance_norm("InstanceNorm2d", {(4, 6, 3, 5): (4, 6, 3, 5), (6, 3, 5): (6, 3, 5)}),
    *instance_norm("InstanceNorm3d", {(4, 6, 3, 1, 5): (4, 6, 3, 1, 5)} | UNBATCHED),
    Case("LayerNorm", {"normalized_shape": 6}, AFFINE, {(4, 6): (4, 6), (0, 2, 6): (0, 2, 6)},
         "(6,), eps=1e-05, elementwise_affine=True, bias=True"),
    Case("LayerNorm", {"normalized_shape": (2, 3), "bias": False, "eps": 0.1}, {"weight": (2, 3)},
         {(4, 2, 3): (4, 2, 3)}, "(2, 3), eps=0.1, elementwise_affine=True, bias=False"),
    Case("LayerNorm", {"normalized_shape": [6], "elementwise_affine": False}, {}, {(4, 6): (4, 6)},
         "(6,), eps=1e-05, elementwise_affine=False, bias=False"),
    Case("RMSNorm", {"normalized_shape": 6}, {"weight": (6,)}, {(4, 6): (4, 6)},
         "(6,), eps=None, elementwise_affine=True"),
    Case("RMSNorm", {"normalized_shape": (2, 3), "eps": 0.5, "elementwise_affine": False}, {},
         {(4, 2, 3): (4, 2, 3)}, "(2, 3), eps=0.5, elementwise_affine=False"),
    Case("GroupNorm", {"num_groups": 2, "num_channels": 6}, AFFINE,
         {(4, 6): (4, 6)} | SEQUENCES | IMAGES | VOLUMES,
         "2, 6, eps=1e-05, affine=True, bias=True"),
    Case("GroupNorm", {"num_groups": 3, "num_channels": 6, "affine": False}, {}, SEQUENCES,
         "3, 6, eps=1e-05, affine=False, bias=False"),
    Case("LocalResponseNorm", {"size": 2}, {}, SEQUENCES | IMAGES | VOLUMES,
         "2, alpha=0.0001, beta=0.75, k=1.0"),
    Case("Dropout1d", {}, {}, {(4, 6, 5): (4, 6, 5), (6, 5): (6, 5)}, "p=0.5, inplace=False",
         False),
    Case("Dropout2d", {"p": 0.3}, {}, IMAGES | SEQUENCES, "p=0.3, inplace=False", False),
    Case("Dropout3d", {}, {}, VOLUMES | {(4, 6, 3, 5): (4, 6, 3, 5)}, "p=0.5, inplace=False",
         False),
    *(
        Case(f"{kind}Pool{axes}d", {"kernel_size": 2},
             shapes={(2, 3, 4, 6, 5)[: axes + 2]: (2, 3, 2, 3, 2)[: axes + 2],
                     (3, 4, 6, 5)[: axes + 1]: (3, 2, 3, 2)[: axes + 1]},
             repr=text)
        for kind, axes, text in (
            *(("Max", n, f"{POOL}, dilation=1, ceil_mode=False") for n in (1, 2, 3)),
            ("Avg", 1, "kernel_size=(2,), stride=(2,), padding=(0,)"),
            ("Avg", 2, POOL),
            ("Avg", 3, POOL),
        )
    ),
    *(
        Case(f"LPPool{axes}d", {"norm_type": 2, "kernel_size": 2},
             shapes={(2, 3, 4, 6, 5)[: axes + 2]: (2, 3, 2, 3, 2)[: axes + 2]},
             repr="norm_type=2, kernel_size=2, stride=None, ceil_mode=False")
        for axes in (1, 2, 3)
    ),
    *(
        Case(f"Adaptive{kind}Pool{axes}d", {"output_size": 3},
             shapes={(2, 2, 4, 6, 5)[: axes + 2]: (2, 2, 3, 3, 3)[: axes + 2],
                     (2, 4, 6, 5)[: axes + 1]: (2, 3, 3, 3)[: axes + 1]},
             repr="output_size=3")
        for kind in ("Avg", "Max")
        for axes in (1, 2, 3)
    ),
]  # fmt: skip


def values(shape, dtype="float32"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def make(case):
    dc.manual_seed(1)
    return getattr(nn, case.layer)(**case.options)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.layer}({c.options})")
class TestEveryLayer:
    def test_state(self, case):
        layer = make(case)
        assert {k: v.shape for k, v in layer.state_dict().items()} == case.state
        parameters = {k: shape for k, shape in case.state.items() if k not in case.buffers}
        assert {k: p.shape for k, p in layer.named_parameters()} == parameters
        other = getattr(nn, case.layer)(**case.options)
        other.load_state_dict(layer.state_dict())
        for key, value in layer.state_dict().items():
            assert other.state_dict()[key].tolist() == value.tolist()

    def test_shapes(self, case):
        layer = make(case)
        for given, expected in (case.shapes or SAME).items():
            for dtype in ("float32", "float64"):
                output = layer.to(dtype)(dc.tensor(values(given, dtype)))
                assert output.shape == expected
                assert output.dtype == getattr(dc, dtype)

    def test_repr(self, case):
        assert repr(make(case)) == f"{case.layer}({case.repr})"

    def test_train_against_eval(self, case):
        layer = make(case)
        x = dc.tensor(values(next(iter(case.shapes or SAME))))
        trained, evaluated = layer(x).tolist(), layer.eval()(x).tolist()
        assert layer(x).tolist() == evaluated
        assert (trained == evaluated) is case.same_in_eval

    def test_one_training_step_changes_every_parameter(self, case):
        layer = make(case)
        start = copy.deepcopy(layer)
        x = dc.tensor(values(next(iter(case.shapes or SAME))), requires_grad=True)
        output = layer(x)
        output.backward(dc.tensor(values(output.shape) + 0.1))
        assert x.grad.shape == x.shape
        if case.state.keys() - set(case.buffers):
            dc.optim.SGD(layer.parameters(), lr=0.1).step()
        for new, old in zip(layer.parameters(), start.parameters(), strict=True):
            assert (new.detach().numpy() != old.detach().numpy()).any()


# All but those that join the rows.
APART = [
    c
    for c in CASES
    if c.options.get("start_dim") != 0 and c.options.get("track_running_stats") is not False
]


@pytest.mark.parametrize("case", APART, ids=str)
def test_a_row_of_eval_is_that_of_the_batch(case):
    layer = make(case).eval()
    x = values((7, *next(iter(case.shapes or SAME))[1:]))
    whole = layer(dc.tensor(x)).detach().numpy()
    for i in (0, 3, 6):
        row = layer(dc.tensor(x[i : i + 1])).detach().numpy()
        np.testing.assert_array_equal(row, whole[i : i + 1])


FUNCTIONS = [
    (nn.functional.relu, nn.ReLU, {}),
    (nn.functional.relu, nn.ReLU, {"inplace": True}),
    (nn.functional.leaky_relu, nn.LeakyReLU, {}),
    (nn.functional.leaky_relu, nn.LeakyReLU, {"negative_slope": 0.3, "inplace": True}),
    (nn.functional.sigmoid, nn.Sigmoid, {}),
    (nn.functional.tanh, nn.Tanh, {}),
    (nn.functional.gelu, nn.GELU, {}),
    (nn.functional.gelu, nn.GELU, {"approximate": "tanh"}),
    (nn.functional.silu, nn.SiLU, {"inplace": True}),
    (nn.functional.softmax, nn.Softmax, {"dim": 0}),
    (nn.functional.log_softmax, nn.LogSoftmax, {"dim": 1}),
    (nn.functional.dropout, nn.Dropout, {"p": 0.3, "inplace": True}),
]


@pytest.mark.parametrize(("function", "layer", "options"), FUNCTIONS)
def test_functions_are_the_layers(function, layer, options):
    x = dc.tensor(values((3, 4)))
    dc.manual_seed(2)
    expected = layer(**options)(x).tolist()
    dc.manual_seed(2)
    assert function(x, **options).tolist() == expected


def test_softmax_takes_axis():
    x = dc.tensor(values((3, 4)))
    for function in (nn.functional.softmax, nn.functional.log_softmax):
        assert function(x, axis=0).tolist() == function(x, 0).tolist() != function(x, 1).tolist()


def test_linear_as_a_function():
    layer, x = nn.Linear(4, 2), dc.tensor(values((3, 4)))
    assert nn.functional.linear(x, layer.weight, layer.bias).tolist() == layer(x).tolist()
    layer.bias = None
    assert nn.functional.linear(x, layer.weight).tolist() == layer(x).tolist()


def golden_layers():
    with np.load(Path(__file__).parents[1] / "golden" / "layers.npz") as file:
        arrays = dict(file)
    for case in json.loads(str(arrays["cases"])):
        given = {key: arrays[name] for key, name in case["arrays"].items()}
        yield pytest.param(case["layer"], case["options"], given, id=f"{case['layer']}")


@pytest.mark.parametrize(("name", "options", "given"), list(golden_layers()))
def test_as_pytorch(name, options, given):
    layer = getattr(nn, name)(**options).double()
    layer.load_state_dict({key: given[key] for key in layer.state_dict()})
    x = dc.tensor(given["input"], requires_grad=True)
    y = layer(x)
    y.backward(dc.tensor(given["cotangent"]))

    def check(actual, expected):
        np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=1e-9, atol=1e-12)

    check(y, given["output"])
    check(x.grad, given["gradient"])
    for key, parameter in layer.named_parameters():
        check(parameter.grad, given[f"{key}_gradient"])


class TestLinear:
    def test_initial_values(self):
        layer = nn.Linear(100, 400)
        for parameter in layer.parameters():
            drawn = parameter.detach().numpy()
            assert np.abs(drawn).max() <= 0.1
            assert np.abs(drawn).max() > 0.099
            assert abs(drawn.mean()) < 0.02
            assert abs(drawn.std() - 0.1 / np.sqrt(3)) < 0.005

    def test_seeded(self):
        dc.manual_seed(3)
        first = nn.Linear(3, 4)
        dc.manual_seed(3)
        second = nn.Linear(3, 4)
        assert first.weight.tolist() == second.weight.tolist()
        assert first.bias.tolist() == second.bias.tolist()
        assert first.weight.tolist() != nn.Linear(3, 4).weight.tolist()

    def test_double_and_empty(self):
        assert nn.Linear(2, 3, dtype=dc.float64).bias.dtype == dc.float64
        assert nn.Linear(0, 3)(dc.zeros(2, 0)).tolist() == [nn.Linear(0, 3).bias.tolist()] * 2


class TestWrongOptions:
    def test_values(self):
        with pytest.raises(ValueError, match=r"\[gelu\] approximate must be 'none' or 'tanh', got"):
            nn.GELU("exact")
        with pytest.raises(ValueError, match=r"\[gelu\] approximate must be 'none' or 'tanh', got"):
            nn.functional.gelu(dc.ones(1), "exact")
        for p in (-0.1, 1.1):
            with pytest.raises(ValueError, match=r"\[dropout\] p must be in 0 to 1, got"):
                nn.Dropout(p)
            with pytest.raises(ValueError, match=r"\[dropout\] p must be in 0 to 1, got"):
                nn.functional.dropout(dc.ones(1), p, training=False)
        with pytest.raises(ValueError, match=r"\[device\] deepcore runs on CPUs, got 'cuda'\."):
            nn.Linear(1, 1, device="cuda")

    @pytest.mark.parametrize("name", sorted({c.layer for c in CASES} - {"Identity"}))
    def test_unknown_names(self, name):
        options = next(c.options for c in CASES if c.layer == name)
        with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
            getattr(nn, name)(**options, other=1)

    def test_an_absent_axis_of_softmax_is_pytorchs_choice(self):
        for shape, dim in (((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((2, 3, 4, 5), 1)):
            x = dc.tensor(values(shape))
            for implicit in (nn.Softmax(), nn.LogSoftmax()):
                with pytest.warns(UserWarning, match=rf"softmax\] dim was not given; {dim} is tak"):
                    y = implicit(x)
                assert y.tolist() == type(implicit)(dim)(x).tolist()
