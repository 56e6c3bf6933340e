"""Windows of a stream: every token where it must be, the target one further."""

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import BPTTLoader


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(
    ("count", "batch", "steps"), [(101, 4, 5), (101, 4, 7), (24, 3, 7), (9, 8, 1)]
)
def test_columns_go_on_from_window_to_window(count, batch, steps, batch_first, drop_last):
    stream = np.arange(count) * 3
    loader = BPTTLoader(stream, batch, steps, batch_first=batch_first, drop_last=drop_last)
    windows = list(loader)
    assert len(windows) == len(loader)
    axis = 1 if batch_first else 0
    x, y = (np.concatenate([w[i].numpy() for w in windows], axis) for i in (0, 1))
    length = (count - 1) // batch
    kept = length // steps * steps if drop_last else length
    columns = stream[: batch * length].reshape(batch, length)[:, :kept]
    np.testing.assert_array_equal(x, columns if batch_first else columns.T)
    np.testing.assert_array_equal(y, x + 3)
    assert {w[0].shape[axis] for w in windows[:-1]} <= {steps}
    assert windows[-1][0].shape[axis] == (kept - 1) % steps + 1
    assert windows[0][0].dtype == windows[0][1].dtype == dc.int64


@pytest.mark.parametrize("tokens", [range(7), dc.arange(7), np.arange(7, dtype=np.uint8)])
def test_streams_of_every_kind(tokens):
    ((x, y),) = BPTTLoader(tokens, 2, 3)
    assert (x.tolist(), y.tolist()) == ([[0, 3], [1, 4], [2, 5]], [[1, 4], [2, 5], [3, 6]])


def test_what_is_written_into_a_batch_stays_there():
    stream = np.arange(7)
    loader = BPTTLoader(stream, 1, 3, batch_first=True)
    for x, _ in loader:
        x.fill_(0)
    assert next(iter(loader))[0].tolist() == [[0, 1, 2]]
    assert stream.tolist() == list(range(7))


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be a positive whole number, got 0"),
        ({"batch_size": 2.0}, ValueError, "batch_size must be a positive whole number, got 2.0"),
        ({"steps": 0}, ValueError, "steps must be positive, got 0"),
        ({"steps": 2.5}, TypeError, "steps must be a whole number, got 2.5"),
        ({"drop_last": 1}, TypeError, "drop_last must be True or False, got 1"),
        ({"batch_first": None}, TypeError, "batch_first must be True or False, got None"),
        ({"tokens": [1, 2]}, ValueError, "tokens must be 3 or more for batch_size=2 and .*, got 2"),
        ({"tokens": []}, ValueError, "tokens must be 3 or more"),
        ({"steps": 5, "drop_last": True}, ValueError, "tokens must be 11 or more .*, got 9"),
        ({"tokens": np.zeros((2, 9), int)}, ValueError, r"one axis, got shape \(2, 9\)"),
        ({"tokens": [0.5] * 9}, TypeError, "whole numbers, got float64; Vocab.encode makes"),
        ({"tokens": list("abcdefghi")}, TypeError, "whole numbers, got strings"),
        ({"tokens": "abcdefghi"}, TypeError, r"numbers, got strings; Vocab.encode makes them\.$"),
        ({"tokens": 3}, ValueError, r"one axis, got shape \(\)"),
        ({"tokens": [[1], [2, 3]]}, ValueError, r"of different lengths; numpy.concatenate makes"),
    ],
)
def test_errors(options, kind, text):
    with pytest.raises(kind, match=rf"^\[BPTTLoader\] .*{text}"):
        BPTTLoader(**({"tokens": range(9), "batch_size": 2, "steps": 2} | options))
