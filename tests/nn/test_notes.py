"""Errors inside a model say in which layer."""

import traceback

import pytest

import deepcore as dc
from deepcore import nn
from deepcore._notes import extend_text
from deepcore.nn import _trail


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(5, 2))

    def forward(self, x):
        return self.body(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoders = nn.ModuleList([Encoder()])

    def forward(self, x):
        return self.encoders[0](x)


def text_of(call):
    with pytest.raises(
        ValueError, match=r"\[linear\] input's last axis must be in_featur"
    ) as error:
        call()
    return "".join(traceback.format_exception_only(error.type, error.value)).splitlines()


@pytest.mark.parametrize(
    ("model", "note"),
    [
        (Net(), "in layer 'encoders.0.body.2' (Linear) of Net"),
        (Net().encoders[0].body, "in layer '2' (Linear) of Sequential"),
        (nn.Sequential(nn.Identity(), Encoder()), "in layer '1.body.2' (Linear) of Sequential"),
    ],
)
def test_the_path_is_the_last_line(model, note):
    lines = text_of(lambda: model(dc.ones(1, 4)))
    assert lines[-1] == note
    assert sum("in layer" in line for line in lines) == 1


def test_a_layer_of_its_own_needs_no_path():
    assert len(text_of(lambda: nn.Linear(2, 1)(dc.ones(1, 3)))) == 1


def test_layers_with_hooks_and_fused_layers_are_named():
    net = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    assert text_of(lambda: net(dc.ones(1, 4)))[-1] == "in layer '0' (Linear) of Sequential"
    net[0].register_forward_hook(lambda *_: None)
    assert text_of(lambda: net(dc.ones(1, 4)))[-1] == "in layer '0' (Linear) of Sequential"


def test_a_layer_outside_the_model_leaves_the_path_as_it_is():
    inner = Encoder()

    class Outer(nn.Module):
        def forward(self, x):
            return inner(x)

    lines = text_of(lambda: nn.Sequential(Outer())(dc.ones(1, 4)))
    assert lines[-1] == "in layer 'body.2' (Linear) of Encoder"


def test_without_notes_the_text_is_extended(monkeypatch):
    monkeypatch.setattr(_trail, "add_note", extend_text)  # what Python 3.10 gets
    lines = text_of(lambda: Net()(dc.ones(1, 4)))
    assert lines[-1] == "in layer 'encoders.0.body.2' (Linear) of Net"
    assert sum("in layer" in line for line in lines) == 1


@pytest.mark.parametrize("second", [nn.Linear(3, 1), nn.ReLU(), nn.LSTM(3, 1)], ids=repr)
def test_the_states_of_a_recurrent_layer_are_no_input(second):
    lstm, x = nn.LSTM(2, 3), dc.ones(4, 1, 2)
    hints = [
        "recurrent layers return (output, state): take [0] of what they give.",
        "a recurrent layer gives (output, state): pass output.",
    ]
    for call in (nn.Sequential(lstm, second), lambda x: second(lstm(x))):
        with pytest.raises(TypeError, match="got tuple") as caught:
            call(x)
        text = "".join(traceback.format_exception_only(caught.value))
        assert sum(text.count(hint) for hint in hints) == 1
    with pytest.raises(TypeError, match="got list") as caught:
        second([x])
    assert "recurrent" not in "".join(traceback.format_exception_only(caught.value))
