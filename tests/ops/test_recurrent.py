"""lstm, gru, rnn: the op table, what they refuse, and where small numbers count as zero."""

from __future__ import annotations

import re

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optable import Case, OpTable, normal


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(a, s, state, bias_n):
    i, f, g, o = np.split(a + s, 4, axis=-1)
    c = sigmoid(f) * state["c"] + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_step(a, s, state, bias_n):
    r, z, n = np.split(a, 3, axis=-1)
    sr, sz, sn = np.split(s, 3, axis=-1)
    r, z = sigmoid(r + sr), sigmoid(z + sz)
    n = np.tanh(n + r * (sn + bias_n))
    return (1 - z) * n + z * state["h"], None


def rnn_step(activation):
    return lambda a, s, state, bias_n: (activation(a + s), None)


STEPS = {
    "lstm": lstm_step,
    "gru": gru_step,
    "tanh": rnn_step(np.tanh),
    "relu": rnn_step(lambda z: np.maximum(z, 0)),
}
GATES = {"lstm": 4, "gru": 3, "tanh": 1, "relu": 1}


def sizes_of(x, ratio: int):
    """Rows cut into steps of fewer and fewer sequences: 7 rows at ratio 2 are 4, 2, 1."""
    sizes, rest = [], len(x)
    while rest:
        sizes.append(min(rest, sizes[-1] if sizes else len(x), -(-rest // ratio)))
        rest -= sizes[-1]
    return sizes


def reference(kind: str, packed: bool = False, reverse: bool = False):
    """The sequences one by one, each step by step."""

    def run(x, w_ih, w_hh, b_ih=None, b_hh=None, h0=None, c0=None, w_hr=None):
        sizes = sizes_of(x, 2) if packed else [x.shape[1]] * len(x)
        rows = x if packed else x.reshape(-1, x.shape[-1])
        starts = np.cumsum([0, *sizes])
        batch = (len(h0) if h0 is not None else sizes[0] if sizes else 0) if packed else x.shape[1]
        hidden = len(w_ih) // GATES[kind]
        width = w_hh.shape[1]
        zeros = np.zeros(len(w_ih))
        b_ih, b_hh = (zeros if b is None else b for b in (b_ih, b_hh))
        bias = b_ih + b_hh
        bias_n = 0
        if kind == "gru":
            bias, bias_n = np.append(bias[: 2 * hidden], b_ih[2 * hidden :]), b_hh[2 * hidden :]
        y = np.zeros((len(rows), width))
        h_n, c_n = np.zeros((batch, width)), np.zeros((batch, hidden))
        for n in range(batch):
            h = np.zeros(width) if h0 is None else h0[n]
            c = np.zeros(hidden) if c0 is None else c0[n]
            steps = [t for t, size in enumerate(sizes) if n < size]
            for t in reversed(steps) if reverse else steps:
                at = starts[t] + n
                state = {"h": h, "c": c}
                h, c = STEPS[kind](w_ih @ rows[at] + bias, w_hh @ h, state, bias_n)
                y[at] = h = h if w_hr is None else w_hr @ h
            h_n[n] = h
            if c is not None:
                c_n[n] = c
        y = y if packed else y.reshape(*x.shape[:2], width)
        return (y, h_n, c_n) if kind == "lstm" else (y, h_n)

    return run


def batch_first(of_steps_first):
    """The reference of an op whose first input and output have the batch first."""

    def run(x, *others):
        y, *states = of_steps_first(x.swapaxes(0, 1), *others)
        return (y.swapaxes(0, 1), *states)

    return run


def call(kind: str, packed: bool = False, **order: bool):
    def run(x, w_ih, w_hh, b_ih=None, b_hh=None, h0=None, c0=None, w_hr=None):
        sizes = dc.tensor(np.array(sizes_of(x, 2), np.int64)) if packed else None
        if kind == "lstm":
            return _core.lstm(x, sizes, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr, **order)
        if kind == "gru":
            return _core.gru(x, sizes, h0, w_ih, w_hh, b_ih, b_hh, **order)
        return _core.rnn(x, sizes, h0, w_ih, w_hh, b_ih, b_hh, kind, **order)

    return run


def sample(rng, shapes):
    """Input and weights; these by the width of their rows, else wide states forget nothing and
    roundings grow from step to step, as they do in no network that learns."""
    x, *others = normal(rng, shapes)
    return [x, *(w / np.sqrt(max(1, w.shape[-1])) if w.ndim == 2 else w for w in others)]


def shapes_of(kind, lead, inputs, hidden, states=False, projection=0):
    gates = GATES[kind] * hidden
    width = projection or hidden
    shapes = [(*lead, inputs), (gates, inputs), (gates, width), (gates,), (gates,)]
    if states:
        shapes += [(lead[1], width), *([(lead[1], hidden)] if kind == "lstm" else [])]
    return shapes + ([(projection, hidden)] if projection else [])


def case(kind: str, packed: bool = False, reverse: bool = False) -> Case:
    leads = [(7,), (1,)] if packed else [(3, 2), (1, 1), (0, 2), (2, 0)]
    sizes = [(2, 3), (1, 1), (3, 17)] if packed else [(2, 3), (1, 1), (3, 2), (3, 2)]
    return Case(
        name=f"{kind}{'-packed' if packed else ''}{'-reverse' if reverse else ''}",
        call=call(kind, packed, reverse=reverse),
        reference=reference(kind, packed, reverse),
        shapes=[shapes_of(kind, lead, *size) for lead, size in zip(leads, sizes, strict=False)],
        large=shapes_of(kind, (120,) if packed else (8, 15), 40, 70),
        sample=sample,
    )


def with_states(kind: str, projection: int = 0) -> Case:
    given = {"projection": projection, "states": True}
    return Case(
        name=f"{kind}-states{'-projection' if projection else ''}",
        call=call(kind),
        reference=reference(kind),
        shapes=[shapes_of(kind, (2, 3), 2, 3, **given), shapes_of(kind, (0, 2), 2, 3, **given)],
        large=shapes_of(kind, (8, 15), 40, 70, **given),
        sample=sample,
    )


def with_batch_first(kind: str, reverse: bool = False) -> Case:
    return Case(
        name=f"{kind}-batch-first{'-reverse' if reverse else ''}",
        call=call(kind, batch_first=True, reverse=reverse),
        reference=batch_first(reference(kind, reverse=reverse)),
        shapes=[shapes_of(kind, lead, 2, 3) for lead in [(2, 3), (1, 1), (2, 0), (0, 2)]],
        large=shapes_of(kind, (15, 8), 40, 70),
        sample=sample,
    )


CASES = [
    *(case(kind, packed, reverse) for kind in STEPS for packed in (0, 1) for reverse in (0, 1)),
    *(with_states(kind) for kind in STEPS),
    with_states("lstm", 2),
    *(with_batch_first(kind, reverse) for kind in ("lstm", "gru") for reverse in (0, 1)),
    Case(
        name="lstm-long-sums",
        call=call("lstm"),
        reference=reference("lstm"),
        shapes=[[(1, 1, 1), (4 * 3, 1), (4 * 3, 3)]],
        large=[(4, 9, 30), (4 * 300, 30), (4 * 300, 300)],
        sample=sample,
    ),
]


class TestTable(OpTable):
    cases = CASES


def test_a_sequence_alone_has_the_bits_it_has_in_a_batch() -> None:
    rng = np.random.default_rng(0)
    for kind in STEPS:
        arrays = [rng.standard_normal(s, np.float32) for s in shapes_of(kind, (5, 9), 6, 37)]
        whole = call(kind)(*map(dc.tensor, arrays))[0].numpy()
        for n in range(9):
            x = np.ascontiguousarray(arrays[0][:, n : n + 1])
            alone = call(kind)(*map(dc.tensor, [x, *arrays[1:]]))[0].numpy()
            assert alone.tobytes() == whole[:, n : n + 1].tobytes()


def test_sequences_without_steps_keep_their_states() -> None:
    rng = np.random.default_rng(0)
    x, w_ih, w_hh, b, _ = (dc.tensor(rng.standard_normal(s)) for s in shapes_of("gru", (3,), 2, 4))
    h0 = dc.tensor(rng.standard_normal((4, 4)), requires_grad=True)
    _, h_n = _core.gru(x, dc.tensor([2, 1]), h0, w_ih, w_hh, b, None, False)
    assert h_n[2:].tolist() == h0[2:].tolist()
    weights = rng.standard_normal((4, 4))
    (h_n * dc.tensor(weights)).sum().backward()
    assert h0.grad.numpy()[2:].tolist() == weights[2:].tolist()


def lstm(**changed):
    given = {
        "input": dc.zeros(3, 2, 5),
        "batch_sizes": None,
        "h0": dc.zeros(2, 4),
        "c0": dc.zeros(2, 4),
        "weight_ih": dc.zeros(16, 5),
        "weight_hh": dc.zeros(16, 4),
        "bias_ih": dc.zeros(16),
        "bias_hh": dc.zeros(16),
    }
    return _core.lstm(**{**given, **changed})


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"input": dc.zeros(3, 5)}, ValueError, "input must have shape (steps, batch, input_size)"),
        ({"input": dc.zeros(3, 2, 6)}, ValueError, "input_size=5, got shape (3, 2, 6)"),
        (
            {"input": dc.zeros(3, 2, 5, dtype=dc.float64)},
            TypeError,
            "input must have the weights' dtype float32, got float64; convert it",
        ),
        ({"h0": dc.zeros(3, 4)}, ValueError, "h0 must have shape (batch, width of h)=(2, 4)"),
        ({"c0": dc.zeros(2, 5)}, ValueError, "c0 must have shape (batch, hidden_size)=(2, 4)"),
        ({"weight_ih": dc.zeros(15, 5)}, ValueError, "4 * hidden_size, got shape (15, 5)"),
        ({"weight_ih": dc.zeros(16)}, ValueError, "(gates * hidden_size, input_size), got (16,)"),
        ({"weight_hh": dc.zeros(16, 5)}, ValueError, "(gates * hidden_size, width of h)=(16, 4)"),
        ({"bias_ih": dc.zeros(4)}, ValueError, "bias_ih must have shape (gates * hidden_size,)"),
        ({"weight_hr": dc.zeros(2, 3)}, ValueError, "weight_hh must have shape"),
        ({"batch_sizes": dc.tensor([2.0])}, TypeError, "batch_sizes must be an int64 tensor"),
        ({"batch_sizes": dc.tensor([2])}, ValueError, "packed input must have shape"),
        (
            {"batch_sizes": dc.tensor([2]), "batch_first": True},
            ValueError,
            "batch_first is not for packed input",
        ),
        (
            {"input": dc.zeros(3, 5), "batch_first": True},
            ValueError,
            "input must have shape (batch, steps, input_size), or",
        ),
    ],
)
def test_lstm_refuses(changed, error, text) -> None:
    with pytest.raises(error, match=rf"^\[lstm\] .*{re.escape(text)}.*\.$"):
        lstm(**changed)


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([1, 2], "must not grow from step to step, nor beyond the batch of 2, got 2 after 1"),
        ([3, 0], "nor beyond the batch of 2, got 3 after 2 at step 0"),
        ([2, -1], "got -1 after 2 at step 1"),
        ([2, 2], "must add up to input's rows, 3, got 4"),
    ],
)
def test_batch_sizes_are_checked(sizes, text) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        lstm(input=dc.zeros(3, 5), batch_sizes=dc.tensor(sizes))


@pytest.mark.parametrize("projection", [0, 2])
def test_no_hidden_units(projection: int) -> None:
    sizes = (3, 2, 5), (0, 5), (0, projection), (projection, 0)
    x, w_ih, w_hh, w_hr = (dc.zeros(*size, requires_grad=True) for size in sizes)
    outputs = _core.lstm(x, None, None, None, w_ih, w_hh, weight_hr=w_hr if projection else None)
    assert [y.shape for y in outputs] == [(3, 2, projection), (2, projection), (2, 0)]
    outputs[0].sum().backward()
    assert not x.grad.numpy().any()


def test_any_number_of_steps_without_a_batch() -> None:
    w_ih, w_hh = dc.zeros(16, 5, requires_grad=True), dc.zeros(16, 4)
    y, h_n, _ = _core.lstm(dc.zeros(2**40, 0, 5), None, None, None, w_ih, w_hh)
    assert (y.shape, h_n.shape) == ((2**40, 0, 4), (0, 4))
    y.sum().backward()
    assert not w_ih.grad.numpy().any()


def test_rnn_refuses_another_nonlinearity() -> None:
    with pytest.raises(
        ValueError, match=r"^\[rnn\] nonlinearity must be 'tanh' or 'relu', got 'x'"
    ):
        _core.rnn(dc.zeros(1, 1, 1), None, None, dc.zeros(1, 1), dc.zeros(1, 1), nonlinearity="x")


@pytest.mark.parametrize("kind", STEPS)
def test_backward_frees_what_it_read(kind: str) -> None:
    """Also where the loss is kept, as in a list of losses."""
    arrays = [dc.zeros(*s, requires_grad=True) for s in shapes_of(kind, (50, 40), 3, 30)]
    outputs = call(kind)(*arrays)
    loss = outputs[0].sum()
    del outputs
    before = _core.memory_stats()["in_use"]
    loss.backward()
    for x in arrays:
        x.grad = None
    freed = before - _core.memory_stats()["in_use"]
    assert freed >= 4 * 50 * 40 * 30 * (GATES[kind] + 1)  # the gates and h


@pytest.mark.parametrize("threads", [1, 2])
def test_denormal_numbers_are_zero_inside_and_nowhere_else(threads: int) -> None:
    """1e-38 times 0.1 is a denormal number: relu(x 0 + h 0.1) from h0 = 1e-38 shows it."""
    batch, hidden = 64, 64
    weight = 0.1 * np.eye(hidden, dtype=np.float32)
    h0 = np.full((batch, hidden), 1e-38, np.float32)
    x, w_ih = dc.zeros(8, batch, 1), dc.zeros(hidden, 1)
    one = dc.ones(batch, hidden, requires_grad=True)
    with dc.threads(threads):
        y, _ = _core.rnn(x, None, dc.tensor(h0), w_ih, dc.tensor(weight), None, None, "relu", False)
        _, last = _core.rnn(x[:1], None, one, w_ih, dc.tensor(weight), None, None, "relu", False)
        last.backward(dc.tensor(h0))
        assert not one.grad.numpy().any()
        assert not y.numpy().any()
        assert (dc.full((1 << 22,), 1e-38) * 0.1).numpy().all()  # enough for every thread
