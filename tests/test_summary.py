"""summary: layers, shapes, parameters, FLOPs."""

from __future__ import annotations

from typing import Any

import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn.utils import rnn

TABLE = """\
layer  kind    output    parameters   FLOPs
-------------------------------------------
0      Linear  (N, 128)       8,320  16,384
1      ReLU    (N, 128)           0       0
2      Linear  (N, 64)        8,256  16,384
3      ReLU    (N, 64)            0       0
4      Linear  (N, 10)          650   1,280
-------------------------------------------
total                        17,226  34,048
FLOPs: of matrix products, for one sample"""


def mlp() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )


@pytest.mark.parametrize("input_shape", [64, (64,), [64]])
def test_table_of_a_dense_network(input_shape: Any) -> None:
    table = dc.summary(mlp(), input_shape)
    assert str(table) == repr(table) == TABLE
    assert (table.parameters, table.trainable, table.flops) == (17_226, 17_226, 34_048)
    assert [layer.output_shape for layer in table.layers[:2]] == [(128,), (128,)]
    assert (table.layers[4].path, table.layers[4].kind, table.layers[4].flops) == (
        "4",
        "Linear",
        1280,
    )


def test_nothing_changes() -> None:
    model = mlp()
    model[1].eval()
    dc.summary(model, 64)
    assert [m.training for m in model] == [True, False, True, True, True]
    assert all(m._hooks is None for m in model.modules())
    assert all(p.grad is None for p in model.parameters())


def test_frozen_shared_and_repeated_layers() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)
            self.again = self.layer

        def forward(self, x: Any) -> Any:
            return self.again(self.layer(x))

    model = Twice()
    model.layer.bias.requires_grad_(False)
    table = dc.summary(model, 4)
    assert [(layer.path, layer.parameters, layer.flops) for layer in table.layers] == [
        ("layer", 20, 64)
    ]
    assert (table.parameters, table.trainable, table.flops) == (20, 16, 64)
    assert "4 parameters are frozen" in str(table)


def test_positions_of_a_sequence_count() -> None:
    assert dc.summary(nn.Linear(8, 3), (5, 8)).flops == 2 * 8 * 3 * 5


def test_layers_of_unknown_cost() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = nn.Parameter(dc.ones(4))

        def forward(self, x: Any) -> Any:
            return x * self.factor, x

    table = dc.summary(Scale(), 4)
    assert table.flops is None
    assert table.layers[0].output_shape is None
    assert str(table).splitlines()[2].split() == ["Scale", "?", "4", "?"]


def test_recurrent_layers() -> None:
    class Tagger(nn.Module):
        def __init__(self, packed: bool) -> None:
            super().__init__()
            self.lstm = nn.LSTM(5, 8, batch_first=True, bidirectional=True, proj_size=3)
            self.cell = nn.GRUCell(6, 4)
            self.packed = packed

        def forward(self, x: Any) -> Any:
            given = rnn.pack_padded_sequence(x, [7], True) if self.packed else x
            output, _ = self.lstm(given)
            return self.cell(output.data[:1] if self.packed else output[:, -1])

    matrices = 2 * (4 * 8 * 5 + 4 * 8 * 3 + 3 * 8)
    lstm, cell = dc.summary(Tagger(packed=False), (7, 5)).layers
    assert (lstm.output_shape, lstm.flops) == ((7, 6), 2 * 7 * matrices)
    assert (cell.output_shape, cell.flops) == ((4,), 2 * 3 * 4 * (6 + 4))
    lstm, _ = dc.summary(Tagger(packed=True), (7, 5)).layers
    assert (lstm.output_shape, lstm.flops) == (None, 2 * 7 * matrices)


def test_dtypes() -> None:
    assert dc.summary(nn.Linear(4, 2).double(), 4).parameters == 10
    assert dc.summary(nn.Identity(), 4, dtype=dc.int64).layers[0].output_shape == (4,)


def test_errors() -> None:
    with pytest.raises(ValueError, match="in_features=64"):
        dc.summary(mlp(), 63)
    with pytest.raises(
        TypeError,
        match=r"^\[summary\] the model takes indices of int64, got zeros of float32; "
        r"pass dtype=dc\.int64\.$",
    ):
        dc.summary(nn.Sequential(nn.Embedding(5, 3)), 4)
    with pytest.raises(TypeError, match=r"^\[linear\] .*int64"):
        dc.summary(nn.Linear(4, 2), 4, dtype=dc.int64)
    with pytest.raises(TypeError, match=r"\[summary\] model must be an nn\.Module, got list\."):
        dc.summary([], 63)  # type: ignore[arg-type]  # the error is the test


@pytest.mark.parametrize(
    ("layer", "input_shape", "flops"),
    [
        (nn.Conv2d(3, 8, 3, padding=1), (3, 5, 7), 2 * 8 * 3 * 9 * 35),
        (nn.Conv2d(4, 8, 3, stride=2, groups=2), (4, 7, 7), 2 * 8 * 2 * 9 * 9),
        (nn.Conv1d(4, 6, 5), (4, 9), 2 * 6 * 4 * 5 * 5),
        (nn.ConvTranspose2d(4, 6, 4, stride=2), (4, 3, 5), 2 * 4 * 6 * 16 * 15),
        (nn.BatchNorm2d(4), (4, 3, 3), 0),
        (nn.GroupNorm(2, 4), (4, 3, 3), 0),
        (nn.LayerNorm(6), (6,), 0),
    ],
    ids=str,
)
def test_flops_of_images(layer: nn.Module, input_shape: tuple[int, ...], flops: int) -> None:
    assert dc.summary(layer, input_shape).flops == flops


def test_flops_of_a_residual_network() -> None:
    """0.04 GFLOP of multiplications, as the paper's table has it, twice with the additions."""
    assert dc.summary(dc.models.resnet20(), (3, 32, 32)).flops == pytest.approx(0.082e9, rel=0.02)
