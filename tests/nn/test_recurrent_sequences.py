"""Sequences in recurrent layers: lengths, padding, batches, threads, carried states, replay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn
from deepcore.nn import functional as F
from deepcore.nn.utils import rnn
from support import recurrent

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("LSTM", {}),
    ("LSTM", {"proj_size": 5, "bidirectional": True}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
    ("RNN", {"num_layers": 2}),
    ("RNN", {"nonlinearity": "relu", "bidirectional": True}),
]
LENGTHS = [3, 7, 0, 5, 7, 1]
STEPS, BATCH, SIZE = 7, 6, 5
Results = list[bytes]


def make(kind: str, options: dict[str, Any], hidden: int = 19) -> nn.Module:
    dc.manual_seed(0)
    return getattr(nn, kind)(SIZE, hidden, **options)


def sample(layer: nn.Module, batch: int = BATCH) -> tuple[np.ndarray, list[np.ndarray]]:
    """(T, B, I), and states."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS, batch, SIZE)).astype("float32")
    return x, recurrent.states(layer, batch, rng, "float32")


def gradients(layer: nn.Module) -> Results:
    return recurrent.bits([p.grad for p in layer.parameters()])


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("batch_first", [False, True])
def test_padding_changes_no_bit(kind: str, options: dict[str, Any], batch_first: bool) -> None:
    layer = make(kind, {"batch_first": batch_first, **options})
    x, start = sample(layer)
    width = (layer.proj_size or layer.hidden_size) * (2 if layer.bidirectional else 1)
    labels = np.random.default_rng(1).integers(0, width, (BATCH, STEPS))
    labels[np.arange(STEPS) >= np.array(LENGTHS)[:, None]] = -100

    def run(padding: float, more: int) -> Results:
        """Everything with `more` further steps of padding."""
        filled = np.full((STEPS + more, BATCH, SIZE), padding, "float32")
        targets = np.full((BATCH, STEPS + more), -100)
        targets[:, :STEPS] = labels
        for b, length in enumerate(LENGTHS):
            filled[:length, b] = x[:length, b]
        given = dc.tensor(filled.swapaxes(0, 1) if batch_first else filled, requires_grad=True)
        hx = [dc.tensor(s, requires_grad=True) for s in start]
        layer.zero_grad()
        y, *ends = recurrent.call(layer, given, hx, lengths=LENGTHS)
        rows = y if batch_first else y.transpose(0, 1)
        loss = F.cross_entropy(rows.flatten(0, 1), dc.tensor(targets).flatten())
        (loss + ends[0].sum()).backward()
        of_input = given.grad if batch_first else given.grad.transpose(0, 1)
        for array in (rows.detach().numpy(), of_input.numpy()):
            for b, length in enumerate(LENGTHS):
                assert array[b, length:].tobytes() == bytes(array[b, length:].nbytes)
        kept = [rows[:, :STEPS].clone(), of_input[:, :STEPS].clone(), loss, *ends]
        return recurrent.bits([*kept, *(s.grad for s in hx)]) + gradients(layer)

    expected = run(0.0, 0)
    for padding, more in ((0.0, 3), (np.nan, 0), (np.nan, 4), (np.inf, 1)):
        assert run(padding, more) == expected


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_padding_changes_no_mask_of_dropout(kind: str) -> None:
    layer = make(kind, {"num_layers": 2, "dropout": 0.5})
    x, _ = sample(layer)

    def run(steps: int, padding: float) -> Results:
        filled = np.full((steps, BATCH, SIZE), padding, "float32")
        for b, length in enumerate(LENGTHS):
            filled[:length, b] = x[:length, b]
        layer.zero_grad()
        dc.manual_seed(2)
        y, *ends = recurrent.call(layer, dc.tensor(filled), None, lengths=LENGTHS)
        outputs = [y[:STEPS].clone(), *ends]
        recurrent.backward(outputs)
        return recurrent.bits(outputs) + gradients(layer)

    assert run(STEPS + 3, np.nan) == run(STEPS, 0.0)


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_sequence_alone_is_that_of_the_batch(kind: str, options: dict[str, Any]) -> None:
    layer = make(kind, options)
    x, start = sample(layer)
    leaf, hx = (dc.tensor(x, requires_grad=True), [dc.tensor(s, requires_grad=True) for s in start])
    y, *ends = recurrent.call(layer, leaf, hx, lengths=LENGTHS)
    ((y * y).sum() + sum((end * end).sum() for end in ends)).backward()
    for b, length in enumerate(LENGTHS):
        if length == 0:
            assert recurrent.bits([s[:, b].clone() for s in hx]) == recurrent.bits(
                [end[:, b].clone() for end in ends]
            )
            continue
        one = dc.tensor(x[:length, b], requires_grad=True)
        first = [dc.tensor(s[:, b], requires_grad=True) for s in start]
        alone, *last = recurrent.call(layer, one, first)
        ((alone * alone).sum() + sum((end * end).sum() for end in last)).backward()
        assert recurrent.bits([alone, *last, one.grad, *(s.grad for s in first)]) == recurrent.bits(
            [
                y[:length, b].clone(),
                *(end[:, b].clone() for end in ends),
                leaf.grad[:length, b].clone(),
                *(s.grad[:, b].clone() for s in hx),
            ]
        )


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("batch_first", [False, True])
def test_lengths_of_all_steps_are_no_lengths(
    kind: str, options: dict[str, Any], batch_first: bool
) -> None:
    layer = make(kind, {"batch_first": batch_first, **options})
    x, start = sample(layer)
    hx = [dc.tensor(s) for s in start]
    steps = [STEPS] * BATCH

    def run(lengths: Any, more: int = 0) -> Results:
        """Everything with `more` steps of padding."""
        filled = np.concatenate([x, np.full((more, BATCH, SIZE), np.nan, "float32")])
        given = dc.tensor(filled.swapaxes(0, 1) if batch_first else filled, requires_grad=True)
        layer.zero_grad()
        y, *ends = recurrent.call(layer, given, hx, lengths=lengths)
        rows, padding = y.split([STEPS, more], int(batch_first))
        outputs = [rows.clone(), *ends]
        recurrent.backward(outputs)
        of_input, behind = given.grad.split([STEPS, more], int(batch_first))
        assert not padding.detach().numpy().any()
        assert not behind.numpy().any()
        return recurrent.bits([*outputs, of_input.clone()]) + gradients(layer)

    expected = run(None)
    for lengths in (steps, np.array(steps), dc.tensor(steps)):
        assert run(lengths) == expected
    assert run(steps, 3) == expected


@pytest.mark.parametrize("lengths", [[0] * BATCH, [2] * BATCH])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_one_length(kind: str, options: dict[str, Any], lengths: list[int]) -> None:
    layer = make(kind, options)
    x, start = sample(layer)
    y, *ends = recurrent.call(layer, dc.tensor(x), [dc.tensor(s) for s in start], lengths=lengths)
    assert y.shape[0] == STEPS
    assert not y.detach().numpy()[lengths[0] :].any()
    part = dc.tensor(x[: lengths[0]])
    expected = recurrent.call(layer, part, [dc.tensor(s) for s in start])
    assert recurrent.bits([y[: lengths[0]].clone(), *ends]) == recurrent.bits(expected)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_lengths_of_an_empty_batch(kind: str, options: dict[str, Any], batch_first: bool) -> None:
    layer = make(kind, {"batch_first": batch_first, **options})
    x = dc.ones(*((0, STEPS) if batch_first else (STEPS, 0)), SIZE)
    outputs = recurrent.call(layer, x, None, lengths=[])
    expected = recurrent.call(layer, x, None)
    assert [y.shape for y in outputs] == [y.shape for y in expected]


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("order", [LENGTHS, sorted(LENGTHS, reverse=True)])
def test_packed_in_and_out(kind: str, options: dict[str, Any], order: list[int]) -> None:
    layer = make(kind, options)
    x, start = sample(layer)
    hx = [dc.tensor(s) for s in start]
    packed = rnn.pack_padded_sequence(dc.tensor(x), order, enforce_sorted=order != LENGTHS)
    y, *ends = recurrent.call(layer, packed, hx)
    assert isinstance(y, rnn.PackedSequence)
    padded, lengths = rnn.pad_packed_sequence(y, total_length=STEPS)
    assert lengths.tolist() == order
    expected = recurrent.call(layer, dc.tensor(x), hx, lengths=order)
    assert recurrent.bits([padded, *ends]) == recurrent.bits(expected)


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("lengths", [None, [(7 * b) % (STEPS + 1) for b in range(97)]])
def test_threads(kind: str, options: dict[str, Any], lengths: list[int] | None) -> None:
    layer = make(kind, options, hidden=67)
    x, start = sample(layer, batch=97)

    def run() -> Results:
        layer.zero_grad()
        leaf = dc.tensor(x, requires_grad=True)
        hx = [dc.tensor(s, requires_grad=True) for s in start]
        outputs = recurrent.call(layer, leaf, hx, lengths=lengths)
        recurrent.backward(outputs)
        return recurrent.bits([*outputs, leaf.grad, *(s.grad for s in hx)]) + gradients(layer)

    with dc.threads(1):
        expected = run()
    for n in (2, 3, 7):
        with dc.threads(n):
            assert run() == expected


ONE_WAY = [(kind, options) for kind, options in KINDS if not options.get("bidirectional")]


@pytest.mark.parametrize(("kind", "options"), ONE_WAY)
@pytest.mark.parametrize("cut", [1, 3])
def test_carried_states_make_one_pass_of_parts(
    kind: str, options: dict[str, Any], cut: int
) -> None:
    layer = make(kind, options)
    x, start = sample(layer)
    whole = recurrent.call(layer, dc.tensor(x), [dc.tensor(s) for s in start])
    first = recurrent.call(layer, dc.tensor(x[:cut]), [dc.tensor(s) for s in start])
    carried = [s.detach() for s in first[1:]]
    last = recurrent.call(layer, dc.tensor(x[cut:]), carried)
    assert recurrent.bits([dc.cat([first[0], last[0]]), *last[1:]]) == recurrent.bits(whole)
    recurrent.backward(last)  # back-propagation ends where the state was detached
    assert all(np.isfinite(p.grad.numpy()).all() for p in layer.parameters())
    assert all(s.grad is None for s in carried)


@pytest.mark.parametrize(("kind", "options"), ONE_WAY)
def test_gradients_of_parts_are_those_of_one_pass(kind: str, options: dict[str, Any]) -> None:
    layer = make(kind, options).double()
    x, start = sample(layer)
    x = x.astype("float64")

    def run(parts: list[np.ndarray]) -> list[np.ndarray]:
        layer.zero_grad()
        leaf = dc.tensor(x, requires_grad=True)
        state, outputs, at = [dc.tensor(s).double() for s in start], [], 0
        for part in parts:
            y, *state = recurrent.call(layer, leaf[at : at + len(part)], state)
            outputs.append(y)
            at += len(part)
        recurrent.backward([dc.cat(outputs), *state])
        return [leaf.grad.numpy().copy(), *(p.grad.numpy().copy() for p in layer.parameters())]

    for a, b in zip(run([x[:4], x[4:]]), run([x]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_replay_with_dropout_and_carried_states(kind: str, lengths: list[int] | None) -> None:
    """Two halves, the state carried over; replayed on other values with the next masks."""
    layer = make(kind, {"num_layers": 2, "dropout": 0.5, "bidirectional": True})
    first, second = (sample(layer)[0] * scale for scale in (1.0, 0.5))
    start = [dc.tensor(s) for s in sample(layer)[1]]

    def run(x: dc.Tensor) -> list[dc.Tensor]:
        y, *state = recurrent.call(layer, x, start, lengths=lengths)
        z, *state = recurrent.call(layer, x, [s.detach() for s in state], lengths=lengths)
        return [y, z, *state]

    x = dc.tensor(first, requires_grad=True)
    dc.manual_seed(3)
    tape = _core.Tape()
    tape.begin()
    outputs = run(x)
    recurrent.backward(outputs)
    tape.end()
    before = recurrent.bits(outputs)
    x.detach().numpy()[...] = second
    requests = _core.memory_stats()["requests"]
    tape.replay()
    assert _core.memory_stats()["requests"] == requests
    replayed = recurrent.bits([*outputs, x.grad])
    dc.manual_seed(3)
    assert recurrent.bits(run(dc.tensor(first))) == before
    other = dc.tensor(second, requires_grad=True)
    eager = run(other)
    recurrent.backward(eager)
    assert recurrent.bits([*eager, other.grad]) == replayed


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_dropout_lies_between_layers_in_training(kind: str) -> None:
    layer = make(kind, {"num_layers": 2, "dropout": 1.0})
    x = dc.tensor(sample(layer)[0])
    last = getattr(nn, kind)(19, 19)
    state = layer.state_dict()
    last.load_state_dict({key: state[key.replace("l0", "l1")] for key in last.state_dict()})
    dropped, _ = last(dc.zeros(STEPS, BATCH, 19))
    assert recurrent.bits([layer(x)[0]]) == recurrent.bits([dropped])
    layer.eval()
    without = make(kind, {"num_layers": 2})
    without.load_state_dict(layer.state_dict())
    assert recurrent.bits([layer(x)[0]]) == recurrent.bits([without(x)[0]])
