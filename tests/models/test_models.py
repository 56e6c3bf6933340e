"""The networks: state dicts, initial weights, sizes, options and errors."""

from __future__ import annotations

import math
import traceback
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import models, nn
from deepcore.models.resnet import BasicBlock
from support.process import run_python
from support.state_dicts import STATISTICS, read_table

TABLE = read_table()
SIZES = {"lenet5": 28, "mnist_cnn": 28, "alexnet": 64, "inception_v3": 75}
# The dense layers of the others take seconds and half a gigabyte.
LIGHT = sorted(name for name in TABLE if not name.startswith(("alexnet", "vgg")))


@pytest.mark.parametrize("name", TABLE)
def test_state_dict_and_number_of_parameters(name: str) -> None:
    count, shapes = TABLE[name]
    model = getattr(models, name)()
    assert {key: value.shape for key, value in model.state_dict().items()} == shapes
    assert sum(p.numel() for p in model.parameters()) == count
    trained = [shape for key, shape in shapes.items() if not key.endswith(STATISTICS)]
    assert sum(map(math.prod, trained)) == count  # of the table itself


@pytest.mark.parametrize(
    ("name", "count"), [("googlenet", 6_624_904), ("inception_v3", 23_834_568)]
)
def test_without_auxiliary_heads(name: str, count: int) -> None:
    model = getattr(models, name)(aux_logits=False)
    assert sum(p.numel() for p in model.parameters()) == count
    assert model(dc.randn(2, 3, 96, 96)).shape == (2, 1000)


def test_every_network_is_in_the_table() -> None:
    builders = {name for name in models.__all__ if name.islower()}
    assert builders == set(TABLE)


@pytest.mark.parametrize("name", [*LIGHT, "alexnet", "vgg11_bn"])
def test_classes_and_channels(name: str) -> None:
    size = SIZES.get(name, 32)
    model = getattr(models, name)(num_classes=7, in_channels=2).eval()
    with dc.no_grad():
        x = dc.randn(3, 2, size, size)
        scores = model(x)
        assert scores.shape == (3, 7)
        assert model(x[1:2]).numpy().tobytes() == scores[1:2].numpy().tobytes()
    assert bool(dc.isfinite(scores).all())


@pytest.mark.parametrize("name", ["lenet5", "mnist_cnn", "resnet20"])
def test_it_learns_eight_images(name: str) -> None:
    dc.manual_seed(0)
    model = getattr(models, name)(num_classes=4, in_channels=1)
    size = SIZES.get(name, 32)
    x, labels = dc.randn(8, 1, size, size), dc.tensor(np.arange(8) % 4)
    optimizer = dc.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] > 1
    assert losses[-1] < losses[0] / 4


def std(tensor: dc.Tensor) -> float:
    return float(tensor.detach().numpy().std())


def test_initial_weights() -> None:
    dc.manual_seed(0)
    vgg = models.VGG((1, 1, 1, 1, 1), batch_norm=True)
    assert std(vgg.features[8].weight) == pytest.approx(math.sqrt(2 / (256 * 9)), rel=0.02)
    assert std(vgg.classifier[6].weight) == pytest.approx(0.01, rel=0.02)
    assert std(vgg.classifier[6].bias) == std(vgg.features[8].bias) == 0
    resnet = models.resnet18()
    assert std(resnet.layer2[0].conv1.weight) == pytest.approx(math.sqrt(2 / (128 * 9)), rel=0.02)
    assert resnet.layer2[0].bn2.weight.detach().numpy().min() == 1
    bound = 1 / math.sqrt(512)
    assert std(resnet.fc.weight) == pytest.approx(bound / math.sqrt(3), rel=0.02)
    google = models.googlenet()
    assert std(google.inception4a.branch1.conv.weight) == pytest.approx(0.01, rel=0.02)
    assert std(google.aux1.fc1.weight) == pytest.approx(0.01, rel=0.02)
    inception = models.inception_v3()
    assert std(inception.Mixed_6b.branch7x7_2.conv.weight) == pytest.approx(0.1, rel=0.02)
    assert std(inception.fc.weight) == pytest.approx(0.1, rel=0.02)
    assert std(inception.AuxLogits.conv1.conv.weight) == pytest.approx(0.1, rel=0.02)
    assert std(inception.AuxLogits.fc.weight) == pytest.approx(0.001, rel=0.02)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_blocks_may_start_as_their_shortcuts(name: str) -> None:
    model = getattr(models, name)(num_classes=2, zero_init_residual=True)
    last = "bn2" if name == "resnet18" else "bn3"
    zeros = [key for key, value in model.state_dict().items() if key.endswith(f"{last}.weight")]
    for key, value in model.state_dict().items():
        if key.endswith(".weight") and len(value.shape) == 1:
            assert value.numpy().max() == (0 if key in zeros else 1)


def test_heads_are_named() -> None:
    x = dc.zeros(2, 3, 64, 64)
    google = models.googlenet(num_classes=5)
    assert google(x)._fields == ("logits", "aux_logits2", "aux_logits1")
    assert google.eval()(x).shape == (2, 5)
    assert models.InceptionOutputs._fields == ("logits", "aux_logits")


@pytest.mark.parametrize("name", ["vgg11_bn", "googlenet", "inception_v3"])
def test_initial_weights_may_be_the_layers_own(name: str) -> None:
    model = getattr(models, name)(num_classes=2, init_weights=False)
    conv = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    bound = 1 / math.sqrt(conv.weight[0].numel())
    assert 0.9 * bound < np.abs(conv.weight.detach().numpy()).max() <= bound


@pytest.mark.parametrize(
    ("name", "options"), [("resnet20", {}), ("resnet50", {}), ("googlenet", {"aux_logits": False})]
)
def test_hooks_see_every_layer_and_change_no_bit(name: str, options: dict[str, bool]) -> None:
    """Blocks run batch norm, sum and ReLU as one where nobody looks in between."""
    model, x = getattr(models, name)(num_classes=4, **options).eval(), dc.randn(2, 3, 32, 32)
    expected = model(x)
    seen: list[nn.Module] = []
    leaves = [module for module in model.modules() if not list(module.children())]
    for module in leaves:
        module.register_forward_hook(lambda module, args, output: seen.append(module))
    assert model(x).tolist() == expected.tolist()
    assert {id(module) for module in seen} == {id(module) for module in leaves}


# Errors and imports


@pytest.mark.parametrize(
    ("name", "shape", "match", "place"),
    [
        (
            "mnist_cnn",
            (64, 1, 14, 14),
            r"\[linear\] input's last axis must be in_features=9216, got shape \(64, 1600\)",
            "in layer 'fc1' (Linear) of Sequential",
        ),
        (
            "resnet18",
            (1, 1, 32, 32),
            r"\[conv2d\] .*\(1, 1, 32, 32\)",
            "in layer 'conv1' (Conv2d) of ResNet",
        ),
        (
            "inception_v3",
            (1, 3, 32, 32),
            r"\[batch_norm\] .*\(1, 48, 1, 1\)",
            "in layer 'Mixed_5b.branch5x5_1.bn' (BatchNorm2d) of Inception3",
        ),
    ],
    ids=["mnist_cnn", "resnet18", "inception_v3"],
)
def test_a_mismatch_names_the_layer_and_the_shapes(
    name: str, shape: tuple[int, ...], match: str, place: str
) -> None:
    model = getattr(models, name)()
    with pytest.raises(ValueError, match=match) as error:
        model(dc.zeros(*shape))
    assert place in "".join(traceback.format_exception_only(error.type, error.value))


def test_unknown_options_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'weights'"):
        models.resnet18(weights=None)
    with pytest.raises(AttributeError, match=r"no 'resnet19'; did you mean 'resnet18'\?"):
        models.resnet19  # noqa: B018 - the access is the test


@pytest.mark.parametrize(
    ("block", "layers", "kind", "text"),
    [
        ("basic", [1] * 4, TypeError, r"block must be BasicBlock or Bottleneck .*, got 'basic'\."),
        (
            BasicBlock,
            [1] * 3,
            ValueError,
            r"layers must be four .*, one a stage, got \[1, 1, 1\]\.",
        ),
        (
            BasicBlock,
            [1, 1, 0, 1],
            ValueError,
            r"layers must .* each 1 or more.* got \[1, 1, 0, 1\]\.",
        ),
        (BasicBlock, [1, 1, 1, 1.5], TypeError, r"layers\[3\] must be a whole number, got 1\.5\."),
    ],
)
def test_stages_there_cannot_be(block: Any, layers: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=rf"^\[ResNet\] {text}$"):
        models.ResNet(block, layers)


def test_imported_when_asked_for() -> None:
    code = """
        import sys, deepcore
        print("deepcore.models" in sys.modules, deepcore.models.lenet5.__name__)
    """
    assert run_python(code).stdout.split() == ["False", "lenet5"]
