"""Recurrent layers and cells: state, options, forms of input, what they refuse."""

from __future__ import annotations

import copy
import math
import pickle
import re
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.nn.utils import rnn

LAYERS = ["RNN", "LSTM", "GRU"]
CELLS = ["RNNCell", "LSTMCell", "GRUCell"]
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


class TestState:
    @pytest.mark.parametrize("kind", LAYERS)
    def test_names_and_shapes_are_pytorchs_in_its_order(self, kind: str) -> None:
        layer = getattr(nn, kind)(3, 4, 2, bidirectional=True)
        rows = GATES[kind] * 4
        expected = {}
        for k, size in ((0, 3), (1, 8)):
            for direction in ("", "_reverse"):
                end = f"l{k}{direction}"
                expected |= {f"weight_ih_{end}": (rows, size), f"weight_hh_{end}": (rows, 4)}
                expected |= {f"bias_ih_{end}": (rows,), f"bias_hh_{end}": (rows,)}
        assert [(k, v.shape) for k, v in layer.state_dict().items()] == list(expected.items())
        assert [len(each) for each in layer.all_weights] == [4] * 4
        assert layer.all_weights[1][0] is layer.weight_ih_l0_reverse

    def test_with_projection_without_bias(self) -> None:
        layer = nn.LSTM(3, 4, 2, bias=False, proj_size=2)
        assert [(k, v.shape) for k, v in layer.state_dict().items()] == [
            ("weight_ih_l0", (16, 3)),
            ("weight_hh_l0", (16, 2)),
            ("weight_hr_l0", (2, 4)),
            ("weight_ih_l1", (16, 2)),
            ("weight_hh_l1", (16, 2)),
            ("weight_hr_l1", (2, 4)),
        ]

    @pytest.mark.parametrize("kind", CELLS)
    def test_cells(self, kind: str) -> None:
        cell = getattr(nn, kind)(3, 4)
        rows = GATES[kind.removesuffix("Cell")] * 4
        shapes = {"weight_ih": (rows, 3), "weight_hh": (rows, 4)}
        assert {k: v.shape for k, v in cell.state_dict().items()} == shapes | {
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }
        bare = getattr(nn, kind)(3, 4, bias=False)
        assert {k: v.shape for k, v in bare.state_dict().items()} == shapes
        assert bare.bias_ih is None

    @pytest.mark.parametrize("kind", LAYERS + CELLS)
    def test_drawn_in_order_within_the_bound(self, kind: str) -> None:
        dc.manual_seed(5)
        layer = getattr(nn, kind)(30, 25)
        bound = 1 / math.sqrt(25)
        dc.manual_seed(5)
        for p in layer.parameters():
            assert p.equal(dc.empty(*p.shape).uniform_(-bound, bound))
        values = np.concatenate([p.detach().numpy().ravel() for p in layer.parameters()])
        assert values.min() < -0.95 * bound
        assert values.max() > 0.95 * bound
        before = layer.weight_hh.clone() if "Cell" in kind else layer.weight_hh_l0.clone()
        layer.reset_parameters()
        after = layer.weight_hh if "Cell" in kind else layer.weight_hh_l0
        assert not after.equal(before)

    @pytest.mark.parametrize("kind", LAYERS)
    def test_copies_compute_the_same(self, kind: str) -> None:
        layer = getattr(nn, kind)(3, 4, 2, bidirectional=True)
        x = dc.randn(5, 2, 3)
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert other(x)[0].equal(layer(x)[0])
        other = getattr(nn, kind)(3, 4, 2, bidirectional=True)
        other.load_state_dict(layer.state_dict())
        other.flatten_parameters()
        assert other(x)[0].equal(layer(x)[0])


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.RNN(3, 4), "RNN(3, 4)"),
        (nn.RNN(3, 4, 2, "relu", False, True, 0.5, True),
         "RNN(3, 4, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)"),
        (nn.LSTM(3, 4, 2, False, True, 0.5, True, 2),
         "LSTM(3, 4, proj_size=2, num_layers=2, bias=False, batch_first=True, dropout=0.5, "
         "bidirectional=True)"),
        (nn.GRU(3, 4, num_layers=2), "GRU(3, 4, num_layers=2)"),
        (nn.RNNCell(3, 4, False, "relu"), "RNNCell(3, 4, bias=False, nonlinearity=relu)"),
        (nn.LSTMCell(3, 4), "LSTMCell(3, 4)"),
        (nn.GRUCell(3, 4, bias=False), "GRUCell(3, 4, bias=False)"),
    ],
)  # fmt: skip
def test_repr(layer: nn.Module, text: str) -> None:
    assert repr(layer) == text


class TestForms:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("kind", LAYERS)
    def test_shapes(self, kind: str, dtype: str) -> None:
        layer = getattr(nn, kind)(3, 4, 2, bidirectional=True).to(dtype)
        for shape, states in (((5, 2, 3), (4, 2, 4)), ((5, 3), (4, 4)), ((0, 2, 3), (4, 2, 4)),
                              ((5, 0, 3), (4, 0, 4)), ((1, 1, 3), (4, 1, 4))):  # fmt: skip
            output, ends = layer(dc.ones(*shape, dtype=getattr(dc, dtype)))
            ends = ends if kind == "LSTM" else (ends,)
            assert output.shape == (*shape[:-1], 8)
            assert [end.shape for end in ends] == [states] * len(ends)
            assert {x.dtype.name for x in (output, *ends)} == {dtype}

    @pytest.mark.parametrize("kind", LAYERS)
    def test_batch_first_and_without_a_batch(self, kind: str) -> None:
        options = {"num_layers": 2, "bidirectional": True}
        layer = getattr(nn, kind)(3, 4, **options)
        other = getattr(nn, kind)(3, 4, batch_first=True, **options)
        other.load_state_dict(layer.state_dict())
        for shape in ((5, 2, 3), (5, 1, 3), (1, 2, 3)):
            x = dc.randn(*shape)
            assert other(x.transpose(0, 1))[0].equal(layer(x)[0].transpose(0, 1))
        x = dc.randn(5, 3)
        (y, ends), (whole, last) = layer(x), layer(x.unsqueeze(1))
        assert other(x)[0].equal(y)
        assert y.equal(whole.squeeze(1))
        ends, last = (e if kind == "LSTM" else (e,) for e in (ends, last))
        for end, value in zip(ends, last, strict=True):
            assert end.equal(value.squeeze(1))
        again, _ = layer(x, tuple(ends) if kind == "LSTM" else ends[0])
        assert again.shape == (5, 8)
        assert not again.equal(y)

    @pytest.mark.parametrize("kind", LAYERS)
    def test_a_step_of_training(self, kind: str) -> None:
        dc.manual_seed(0)
        layer = getattr(nn, kind)(3, 4, 2, dropout=0.5, bidirectional=True)
        start = [p.detach().clone() for p in layer.parameters()]
        output, _ = layer(dc.randn(5, 8, 3), lengths=[5, 0, 3, 1, 5, 2, 2, 4])
        (output * output).sum().backward()
        dc.optim.SGD(layer.parameters(), lr=0.1).step()
        for p, before in zip(layer.parameters(), start, strict=True):
            assert not p.equal(before)

    def test_hooks_see_the_output(self) -> None:
        layer = nn.GRU(3, 4)
        layer.register_forward_hook(lambda module, args, output: output[0])
        assert layer(dc.ones(5, 2, 3), lengths=[5, 1]).shape == (5, 2, 4)


X, START = dc.ones(5, 2, 3), dc.zeros(1, 2, 4)
PACKED = rnn.pack_padded_sequence(X, [5, 2])
ERRORS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: nn.GRU(3, 0), ValueError, "[GRU] hidden_size must be at least 1, got 0."),
    (lambda: nn.GRU(3, 2.5), TypeError, "[GRU] hidden_size must be a whole number, got 2.5."),
    (lambda: nn.LSTM(-1, 2), ValueError, "[LSTM] input_size must not be negative, got -1."),
    (lambda: nn.LSTM(3, 4, 0), ValueError, "[LSTM] num_layers must be at least 1, got 0."),
    (lambda: nn.LSTM(3, 4, proj_size=4), ValueError,
     "[LSTM] proj_size must be below hidden_size=4, got 4."),
    (lambda: nn.LSTM(3, 4, proj_size=-1), ValueError, "[LSTM] proj_size must not be negative, got"),
    (lambda: nn.LSTM(3, 4, 2, dropout=1.5), ValueError, "dropout must be in 0 to 1, got 1.5."),
    (lambda: nn.LSTM(3, 4, 2, dropout="a"), TypeError, "[LSTM] dropout must be a number, got str."),
    (lambda: nn.LSTM(3, 4, bias=1), TypeError, "[LSTM] bias must be True or False, got 1."),
    (lambda: nn.LSTM(3, 4, device="cuda"), ValueError, "[device] deepcore runs on CPUs, got"),
    (lambda: nn.RNN(3, 4, 1, "gelu"), ValueError,
     "[RNN] nonlinearity must be 'tanh' or 'relu', got 'gelu'."),
    (lambda: nn.RNN(3, 4, 1, False), ValueError, "must be 'tanh' or 'relu', got False."),
    (lambda: nn.RNNCell(3, 4, nonlinearity=None), ValueError,
     "[RNNCell] nonlinearity must be 'tanh' or 'relu', got None."),
    (lambda: nn.GRUCell(3, 4, bias=None), TypeError, "[GRUCell] bias must be True or False"),
    (lambda: nn.GRU(3, 4)(X.numpy()), TypeError,
     "[GRU] input must be a Tensor or PackedSequence, got ndarray; deepcore.tensor(x) makes one."),
    (lambda: nn.GRU(3, 4)((X, X)), TypeError,
     "[GRU] input must be a Tensor or PackedSequence, got tuple."),
    (lambda: nn.GRU(3, 4)(X[0, 0]), ValueError,
     "[GRU] input must have shape (steps, batch, input_size) or (steps, input_size), got (3,)."),
    (lambda: nn.GRU(3, 4, batch_first=True)(dc.ones(1, 2, 3, 3)), ValueError,
     "[GRU] input must have shape (batch, steps, input_size) or (steps, input_size), got (1, 2, 3"),
    (lambda: nn.GRU(2, 4)(X), ValueError,
     "[GRU] input's last axis must be input_size=2, got shape (5, 2, 3)."),
    (lambda: nn.GRU(2, 4)(PACKED), ValueError,
     "[GRU] input's last axis must be input_size=2, got shape (7, 3)."),
    (lambda: nn.GRU(3, 4)(rnn.pack_sequence([dc.ones(2)])), ValueError,
     "[GRU] input must have the data of shape (rows, input_size), got (2,)."),
    (lambda: nn.GRU(3, 4)(X.long()), TypeError, "[gru] "),
    (lambda: nn.GRU(3, 4)(X.double()), TypeError,
     "[gru] input must have the weights' dtype float32, got float64; convert it with .to(weight.d"),
    (lambda: nn.GRU(3, 4)(X, (START, START)), TypeError, "[GRU] hx must be a Tensor, got tuple."),
    (lambda: nn.GRU(3, 4)(X, dc.tensor([5, 2])), TypeError,
     "[GRU] hx must be the initial state, got whole numbers; lengths are given by name: lengths=."),
    (lambda: nn.LSTM(3, 4)(X, [5, 2]), TypeError,
     "[LSTM] hx must be the initial state, got whole numbers; lengths are given by name: lengths="),
    (lambda: nn.RNN(3, 4)(X, np.array([5, 2])), TypeError,
     "[RNN] hx must be the initial state, got whole numbers; lengths are given by name: lengths="),
    (lambda: nn.LSTM(3, 4)(X, START), TypeError,
     "[LSTM] hx must be two Tensors, (h_0, c_0), got Tensor."),
    (lambda: nn.LSTM(3, 4)(X, (START,)), TypeError,
     "[LSTM] hx must be two Tensors, (h_0, c_0), got tuple of Tensor."),
    (lambda: nn.LSTM(3, 4)(X, (START, None)), TypeError, "got tuple of Tensor, NoneType."),
    (lambda: nn.LSTM(3, 4)(X, ()), TypeError, "got tuple of nothing."),
    (lambda: nn.LSTM(3, 4)(X, (START, START[:, :1])), ValueError,
     "[LSTM] c_0 must have shape (num_layers * directions, batch, size)=(1, 2, 4), got (1, 1, 4)."),
    (lambda: nn.LSTM(3, 4, proj_size=2)(X, (START, START)), ValueError,
     "[LSTM] h_0 must have shape (num_layers * directions, batch, size)=(1, 2, 2), got (1, 2, 4)."),
    (lambda: nn.GRU(3, 4)(X[0], START), ValueError,
     "[GRU] h_0 must have shape (num_layers * directions, size)=(1, 4), got (1, 2, 4)."),
    (lambda: nn.GRU(3, 4)(PACKED, dc.zeros(1, 3, 4)), ValueError,
     "[GRU] h_0 must have shape (num_layers * directions, batch, size)=(1, 2, 4), got (1, 3, 4)."),
    (lambda: nn.GRU(3, 4)(X, START.transpose(0, 1)), ValueError,
     "size)=(1, 2, 4), got (2, 1, 4); batch_first is not for states."),
    (lambda: nn.GRU(3, 4)(X, START.double()), TypeError, "h0 must have input's dtype float32, got"),
    (lambda: nn.GRU(3, 4)(PACKED, lengths=[5, 2]), ValueError,
     "[GRU] lengths belong to a padded batch, got them with a PackedSequence, which has its own."),
    (lambda: nn.GRU(3, 4)(X[0], lengths=[2]), ValueError,
     "[GRU] lengths need a batch of sequences, got one of shape (2, 3)."),
    (lambda: nn.GRU(3, 4)(X, lengths=[2]), ValueError,
     "[GRU] lengths must hold one number for each of the 2 sequences, got shape (1,)."),
    (lambda: nn.GRU(3, 4)(X, lengths=[6, 2]), ValueError,
     "[GRU] lengths must be 0 to the 5 steps of input, got 6."),
    (lambda: nn.GRU(3, 4, batch_first=True)(X, lengths=[1, 3, 1, 1, 1]), ValueError,
     "[GRU] lengths must be 0 to the 2 steps of input, got 3."),
    (lambda: nn.GRU(3, 4)(X, lengths=[1.5, 2]), TypeError,
     "[GRU] lengths must be whole numbers, got float64 values."),
    (lambda: nn.LSTMCell(3, 4)([1]), TypeError, "[LSTMCell] input must be a Tensor, got list."),
    (lambda: nn.LSTMCell(3, 4)(X.numpy()), TypeError,
     "[LSTMCell] input must be a Tensor, got ndarray; deepcore.tensor(x) makes one."),
    (lambda: nn.LSTMCell(3, 4)(X), ValueError,
     "[LSTMCell] input must have shape (batch, 3) or (3,), got (5, 2, 3)."),
    (lambda: nn.LSTMCell(2, 4)(X[0]), ValueError, "shape (batch, 2) or (2,), got (2, 3)."),
    (lambda: nn.LSTMCell(3, 4)(X[0], (START[0], START)), ValueError,
     "[LSTMCell] hx must have shape (2, 4) for input of shape (2, 3), got (1, 2, 4)."),
    (lambda: nn.LSTMCell(3, 4)(X[0], START), TypeError, "[LSTMCell] hx must be two Tensors, (h_0"),
    (lambda: nn.GRUCell(3, 4)(X[0], (START[0],)), TypeError, "[GRUCell] hx must be a Tensor, got"),
    (lambda: nn.RNN(3, 4, other=1), TypeError, "unexpected keyword argument 'other'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS)
def test_errors(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=re.escape(text)):
        call()


@pytest.mark.parametrize("kind", LAYERS)
def test_dropout_of_a_single_layer_is_warned_of(kind: str) -> None:
    text = r"dropout lies between layers and has no effect on a single one, got dropout=0.3 with nu"
    with pytest.warns(UserWarning, match=rf"^\[{kind}\] {text}") as warned:
        layer = getattr(nn, kind)(3, 4, dropout=0.3)
    assert warned[0].filename == __file__
    x = dc.ones(5, 2, 3)
    assert layer(x)[0].equal(layer.eval()(x)[0])


def test_errors_name_the_layer() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(3, 4)

        def forward(self, x: dc.Tensor) -> dc.Tensor:
            return self.rnn(x)[0]

    with pytest.raises(ValueError, match="input_size=3") as error:
        nn.Sequential(Net())(dc.ones(5, 2, 4))
    text = "".join(traceback.format_exception_only(error.type, error.value))
    assert "in layer '0.rnn' (LSTM) of Sequential" in text
