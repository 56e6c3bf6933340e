"""Recurrent networks on whole sequences (batch first), from zero states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .classifier import Arrays, Classifier

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@dataclass(frozen=True)
class LanguageModel(Classifier):
    """Embedding, LSTM of two layers with dropout between, dense scores at every position."""

    name: str
    words: int
    embedding: int
    hidden: int
    examples: int
    steps: int
    dropout: float
    bars: Mapping[str, float] = field(default_factory=dict)

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        words = np.random.default_rng(1).integers(self.words, size=(self.examples, self.steps + 1))
        return words[:, :-1].copy(), words[:, 1:].flatten()

    def state(self) -> Arrays:
        shapes = _shapes("LSTM", self.embedding, self.hidden, 2) | _dense(self.words, self.hidden)
        rng = np.random.default_rng(3)
        embedding = rng.standard_normal((self.words, self.embedding), dtype=np.float32)
        return {"embed.weight": embedding, **_drawn(shapes, self.hidden)}

    def module(self, lib: Any) -> Any:
        nn = lib.nn
        rnn = nn.LSTM(self.embedding, self.hidden, 2, batch_first=True, dropout=self.dropout)
        layers = {
            "embed": nn.Embedding(self.words, self.embedding),
            "rnn": rnn,
            "fc": nn.Linear(self.hidden, self.words),
        }
        return _network(lib, layers, lambda net, x: net.fc(net.rnn(net.embed(x))[0]).flatten(0, 1))

    def apply(self, net: Any, x: Any) -> Any:
        y = net.recurrent("rnn", "LSTM", net.embedding("embed", x.T), layer=0)[0]
        y = net.recurrent("rnn", "LSTM", net.dropout(y, self.dropout), layer=1)[0]
        return net.linear("fc", y.swapaxes(0, 1).reshape(-1, self.hidden))


@dataclass(frozen=True)
class SequenceClassifier(Classifier):
    """Recurrent layers and a dense one on the state after each sequence's last step.

    With `shortest`, the sequences have lengths spread evenly from it to `steps`, longest first.
    """

    name: str
    layer: str
    inputs: int
    hidden: int
    layers: int
    examples: int
    steps: int
    bars: Mapping[str, float] = field(default_factory=dict)
    shortest: int = 0
    classes: int = 10

    @property
    def lengths(self) -> np.ndarray | None:
        if not self.shortest:
            return None
        return np.linspace(self.steps, self.shortest, self.examples).round().astype(np.int64)

    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(1)
        x = rng.standard_normal((self.examples, self.steps, self.inputs), dtype=np.float32)
        return x, rng.integers(self.classes, size=self.examples)

    def state(self) -> Arrays:
        shapes = _shapes(self.layer, self.inputs, self.hidden, self.layers)
        return _drawn(shapes | _dense(self.classes, self.hidden), self.hidden)

    def module(self, lib: Any) -> Any:
        nn = lib.nn
        rnn = getattr(nn, self.layer)(self.inputs, self.hidden, self.layers, batch_first=True)
        layers = {"rnn": rnn, "fc": nn.Linear(self.hidden, self.classes)}
        last = _last_state if self.lengths is None else _last_states(lib, self.lengths)
        return _network(lib, layers, lambda net, x: net.fc(last(net.rnn, x)))

    def apply(self, net: Any, x: Any) -> Any:
        y = x.swapaxes(0, 1)
        for i in range(self.layers):
            y, last = net.recurrent("rnn", self.layer, y, layer=i)
        return net.linear("fc", last)


def _network(lib: Any, layers: dict[str, Any], compute: Callable[[Any, Any], Any]) -> Any:
    """A Module with these layers as attributes, whose forward is compute(module, x)."""

    class Network(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, layer in layers.items():
                setattr(self, name, layer)

        def forward(self, x: Any) -> Any:
            return compute(self, x)

    return Network()


def _last_state(rnn: Any, x: Any) -> Any:
    return rnn(x)[0][:, -1]


def _last_states(lib: Any, lengths: np.ndarray) -> Any:
    """Each sequence's state after its own last step, in the library's own way."""
    if lib.__name__ == "deepcore":
        return lambda rnn, x: rnn(x, lengths=lengths)[1][0][-1]
    pack, tensor = lib.nn.utils.rnn.pack_padded_sequence, lib.tensor(lengths)
    return lambda rnn, x: rnn(pack(x, tensor, batch_first=True))[1][0][-1]


def _shapes(layer: str, inputs: int, hidden: int, layers: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    rows = GATES[layer] * hidden
    for i in range(layers):
        shapes[f"rnn.weight_ih_l{i}"] = (rows, hidden if i else inputs)
        shapes[f"rnn.weight_hh_l{i}"] = (rows, hidden)
        shapes |= {f"rnn.bias_ih_l{i}": (rows,), f"rnn.bias_hh_l{i}": (rows,)}
    return shapes


def _dense(outputs: int, inputs: int) -> dict[str, tuple[int, ...]]:
    return {"fc.weight": (outputs, inputs), "fc.bias": (outputs,)}


def _drawn(shapes: dict[str, tuple[int, ...]], hidden: int) -> Arrays:
    rng, bound = np.random.default_rng(2), hidden**-0.5
    return {k: rng.uniform(-bound, bound, shape).astype(np.float32) for k, shape in shapes.items()}


def _bars(train: float, infer: float = 1.1) -> dict[str, float]:
    return {"train": train, "infer": infer}


CASES = (
    LanguageModel("lm", 10000, 200, 200, 20, 35, 0.5, _bars(1.5)),
    LanguageModel("char-lm", 65, 128, 256, 32, 64, 0.0, _bars(1.3)),
    SequenceClassifier("speech", "LSTM", 40, 128, 2, 16, 100, _bars(1.2)),
    SequenceClassifier("speech-lengths", "LSTM", 40, 128, 2, 16, 100, _bars(4.0), shortest=20),
    SequenceClassifier("gru", "GRU", 40, 128, 1, 32, 50, _bars(1.4)),
    SequenceClassifier("rnn", "RNN", 28, 128, 1, 64, 28, _bars(1.3)),
    SequenceClassifier("lstm-16-1", "LSTM", 40, 16, 1, 1, 50, _bars(1.5, 1.5)),
    SequenceClassifier("lstm-64-1", "LSTM", 40, 64, 1, 1, 50, _bars(1.5, 1.5)),
)
