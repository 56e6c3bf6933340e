"""ctc_loss: against all alignments counted one by one, PyTorch, and what it refuses."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn
from deepcore.nn import functional as F
from support.optable import Arrays, Case, OpTable, Shapes

GOLDEN = Path(__file__).parents[1] / "golden" / "ctc.npz"
REDUCTIONS = ("mean", "sum", "none")


def labels_of(path: tuple[int, ...], blank: int) -> tuple[int, ...]:
    """Repeats merged, then blanks dropped."""
    return tuple(k for k, _ in itertools.groupby(path) if k != blank)


def one_loss(x: np.ndarray, labels: np.ndarray, blank: int) -> float:
    """-log of the sum over all paths (T, C) that give the labels."""
    steps, classes = x.shape
    total = 0.0
    for path in itertools.product(range(classes), repeat=steps):
        if labels_of(path, blank) == tuple(labels):
            total += np.exp(sum(x[t, k] for t, k in enumerate(path)))
    return -np.log(total) if total else np.inf


def all_losses(
    x: np.ndarray, targets: list[list[int]], lengths: list[int], blank: int
) -> np.ndarray:
    pairs = zip(targets, lengths, strict=True)
    return np.array([one_loss(x[:n, i], np.array(k), blank) for i, (k, n) in enumerate(pairs)])


def reduced(losses: np.ndarray, targets: list[list[int]], reduction: str) -> np.ndarray:
    if reduction == "mean":
        return np.mean(losses / np.maximum([len(k) for k in targets], 1))
    return losses.sum() if reduction == "sum" else losses


# Labels of each sample, with repeats and without any; samples have 5, 4, ... steps and 3 classes.
TARGETS = [[1, 1], [], [2], [1, 2]]
STEPS = [5, 4, 1, 3]


def padded(targets: list[list[int]], width: int = 4) -> np.ndarray:
    return np.array([k + [-7] * (width - len(k)) for k in targets])


def call(x: dc.Tensor, reduction: str, concatenated: bool) -> dc.Tensor:
    n = x.shape[1]
    targets, lengths = TARGETS[:n], STEPS[:n]
    given = np.array([*itertools.chain(*targets)], np.int64) if concatenated else padded(targets)
    return F.ctc_loss(x, dc.tensor(given), lengths, [len(k) for k in targets], reduction=reduction)


def reference(x: np.ndarray, reduction: str) -> np.ndarray:
    n = x.shape[1]
    return reduced(all_losses(x, TARGETS[:n], STEPS[:n], 0), TARGETS[:n], reduction)


def normalized(rng: np.random.Generator, shapes: Shapes) -> Arrays:
    """Log-probabilities that do not quite add up: nothing may rely on it."""
    x = rng.standard_normal(shapes[0])
    return [x - np.log(np.exp(x).sum(-1, keepdims=True)) + 0.1]


def large(x: dc.Tensor) -> dc.Tensor:
    """Twelve samples of 41 labels over 150 steps."""
    steps, samples, classes = x.shape
    k = np.random.default_rng(5).integers(1, classes, (samples, 41))
    return F.ctc_loss(x, dc.tensor(k), [steps] * samples, [41 - n for n in range(samples)])


def ctc_case(reduction: str, concatenated: bool) -> Case:
    return Case(
        name=f"ctc_loss-{reduction}{'-concatenated' * concatenated}",
        call=lambda x: call(x, reduction, concatenated) if x.shape[0] == 5 else large(x),
        reference=lambda x: reference(x, reduction),
        shapes=[[(5, 4, 3)], [(5, 1, 3)], [(5, 2, 4)]],
        large=[(150, 12, 30)],
        sample=normalized,
        rtol=1e-5,
    )


CASES = [ctc_case(reduction, flag) for reduction in REDUCTIONS for flag in (False, True)]


class TestTable(OpTable):
    cases = CASES


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_every_sequence_of_labels(blank: int) -> None:
    """Also those that have no room: all probabilities of four steps together are 1."""
    x = np.random.default_rng(blank).standard_normal((4, 1, 4))
    x -= np.log(np.exp(x).sum(-1, keepdims=True))
    classes = [k for k in range(4) if k != blank]
    total = 0.0
    for size in range(6):
        for labels in itertools.product(classes, repeat=size):
            target = dc.tensor(np.array([labels], dtype=np.int64).reshape(1, size))
            loss = F.ctc_loss(dc.tensor(x), target, [4], [size], blank, "sum").item()
            expected = one_loss(x[:, 0], np.array(labels), blank)
            np.testing.assert_allclose(loss, expected, rtol=1e-12)
            total += np.exp(-loss)
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_long_sequences_lose_nothing() -> None:
    """2,000 steps, where probabilities themselves are far below what a float can hold."""
    steps, size = 2000, 300
    x = dc.full((steps, 1, 5), float(np.log(0.2)), dtype="float64")
    labels = np.arange(size)[None] % 4 + 1
    loss = F.ctc_loss(x, dc.tensor(labels), [steps], [size], reduction="sum").item()
    # All paths are alike: the number of alignments, counted in whole numbers.
    states = 2 * size + 1
    ways = [1, 1, *[0] * (states - 2)]
    for _ in range(steps - 1):
        ways = [
            ways[s] + (ways[s - 1] if s else 0) + (ways[s - 2] if s % 2 and s > 1 else 0)
            for s in range(states)
        ]
    count = ways[-1] + ways[-2]
    bits = count.bit_length() - 53
    expected = steps * np.log(5) - (np.log(float(count >> bits)) + bits * np.log(2))
    np.testing.assert_allclose(loss, expected, rtol=1e-12)


def losses(x: dc.Tensor, zero_infinity: bool, reduction: str = "none") -> dc.Tensor:
    """Of a sample with room for its two equal labels, and of one without."""
    return F.ctc_loss(x, dc.tensor([[1, 1], [1, 1]]), [3, 2], [2, 2], 0, reduction, zero_infinity)


def test_infinite_losses() -> None:
    x = dc.zeros(3, 2, 3).log_softmax(-1).requires_grad_()
    y = losses(x, False)
    assert np.isfinite(y[0].item())
    assert y[1].item() == np.inf
    y.sum().backward()
    assert np.isfinite(x.grad.numpy()[:, 0]).all()
    assert np.isnan(x.grad.numpy()[:2, 1]).any()
    x.grad = None
    kept = losses(x, True)
    assert kept.tolist() == [y[0].item(), 0.0]
    losses(x, True, "mean").backward()
    assert np.isfinite(x.grad.numpy()).all()
    assert x.grad.numpy()[:, 0].any()
    assert not x.grad.numpy()[:, 1].any()


def test_no_steps() -> None:
    x = dc.zeros(2, 2, 3, requires_grad=True)
    y = F.ctc_loss(x, dc.tensor([[1], [1]]), [0, 0], [0, 1], reduction="none")
    assert y.tolist() == [0.0, np.inf]
    y[0].backward()
    assert not x.grad.numpy().any()
    assert F.ctc_loss(dc.zeros(0, 1, 3), dc.tensor([[1]]), [0], [0]).item() == 0


def test_what_lies_behind_the_lengths_is_not_read() -> None:
    values = np.random.default_rng(0).standard_normal((5, 2, 3)).astype(np.float32)
    results = []
    for filler in (0.0, np.nan):
        values[3:, 1] = filler
        x = dc.tensor(values, requires_grad=True)
        loss = F.ctc_loss(x, dc.tensor([[1, 2], [2, 99]]), [5, 3], [2, 1])
        loss.backward()
        results.append((loss.item(), x.grad.numpy().tobytes()))
        assert not x.grad.numpy()[3:, 1].any()
    assert results[0] == results[1]


def test_a_sample_alone_has_the_bits_it_has_in_a_batch() -> None:
    x = dc.tensor(normalized(np.random.default_rng(0), [(5, 4, 3)])[0], dtype="float32")
    whole = call(x, "none", False).tolist()
    for i, (k, n) in enumerate(zip(TARGETS, STEPS, strict=True)):
        alone = F.ctc_loss(
            dc.tensor(x.numpy()[:, i]), dc.tensor(np.array(k, np.int64)), n, len(k), 0, "none"
        )
        assert alone.shape == ()
        assert alone.item() == whole[i]


def test_gradients_of_two_losses_add_up() -> None:
    values = normalized(np.random.default_rng(0), [(5, 4, 3)])[0]
    grads = []
    for count in (1, 2):
        x = dc.tensor(values, requires_grad=True)
        sum((call(x, "sum", False) for _ in range(count)), start=dc.zeros(())).backward()
        grads.append(x.grad.numpy())
    np.testing.assert_allclose(grads[1], 2 * grads[0], rtol=1e-12)


def test_a_write_before_backward_is_an_error() -> None:
    x = dc.zeros(5, 4, 3, requires_grad=True).log_softmax(-1)
    loss = call(x, "sum", False)
    x.detach().fill_(0)
    with pytest.raises(RuntimeError, match=r"a tensor that 'ctc_loss' saved .* written in place"):
        loss.backward()


def test_impossible_and_certain_classes() -> None:
    """Log-probabilities of -inf and 0."""
    x = np.full((3, 1, 3), -np.inf)
    x[0, 0, 1] = x[1, 0, 0] = x[2, 0, 1] = 0.0
    given = dc.tensor(x, requires_grad=True)
    loss = F.ctc_loss(given, dc.tensor([[1, 1]]), [3], [2], reduction="sum")
    assert loss.item() == 0
    loss.backward()
    np.testing.assert_array_equal(given.grad.numpy(), -np.exp(x))


def golden() -> list[Any]:
    with np.load(GOLDEN) as file:
        stored = dict(file)
    return [
        pytest.param(
            case["options"],
            {key: stored[array] for key, array in case["arrays"].items()},
            id=f"{case['options']}{case['arrays']['targets']}",
        )
        for case in json.loads(str(stored["cases"]))
    ]


@pytest.mark.parametrize(("options", "arrays"), golden())
def test_as_pytorch_behind_a_log_softmax(
    options: dict[str, Any], arrays: dict[str, np.ndarray]
) -> None:
    x = dc.tensor(arrays["input"], requires_grad=True)
    given = [dc.tensor(arrays[key]) for key in ("targets", "input_lengths", "target_lengths")]
    y = nn.CTCLoss(**options)(x.log_softmax(-1), *given)
    assert y.shape == arrays["output"].shape
    np.testing.assert_allclose(y.detach().numpy(), arrays["output"], rtol=1e-9, atol=1e-12)
    y.backward(dc.tensor(arrays["cotangent"]))
    np.testing.assert_allclose(x.grad.numpy(), arrays["gradient"], rtol=1e-9, atol=1e-12)


def test_a_replay_takes_other_labels_and_lengths() -> None:
    rng = np.random.default_rng(0)
    arrays = [
        [
            rng.standard_normal((6, 2, 4)).astype(np.float32),
            rng.integers(1, 4, 5),
            np.array(lengths),
            np.array(sizes),
        ]
        for lengths, sizes in (([6, 5], [2, 3]), ([4, 6], [1, 4]))
    ]
    xs = [dc.tensor(a) for a in arrays[0]]
    xs[0].requires_grad = True
    tape = _core.Tape()
    tape.begin()
    loss = _core.ctc_loss(*xs, 0, "mean", True)
    loss.backward(retain_graph=True)
    tape.end()
    for x, a in zip(xs, arrays[1], strict=True):
        x.detach().numpy()[...] = a
    tape.replay()
    x = dc.tensor(arrays[1][0], requires_grad=True)
    expected = _core.ctc_loss(x, *map(dc.tensor, arrays[1][1:]), 0, "mean", True)
    expected.backward()
    assert loss.item() == expected.item()
    np.testing.assert_array_equal(xs[0].grad.numpy(), x.grad.numpy())


def test_lengths_of_any_kind() -> None:
    x = dc.tensor(np.random.default_rng(0).standard_normal((4, 2, 3)))
    k = dc.tensor([[1, 2], [2, 1]])
    expected = F.ctc_loss(x, k, dc.tensor([4, 3]), dc.tensor([2, 1])).item()
    for lengths, sizes in (((4, 3), (2, 1)), (np.array([4, 3]), np.array([2, 1], np.int32))):
        assert F.ctc_loss(x, k, lengths, sizes).item() == expected
        assert nn.CTCLoss()(x, k, lengths, sizes).item() == expected


ERRORS: list[tuple[type[Exception], dict[str, Any], str]] = [
    (
        ValueError,
        {"log_probs": dc.zeros(3)},
        r"log_probs must have shape \(T, N, C\) or \(T, C\), ",
    ),
    (ValueError, {"targets": dc.tensor([[1, 2]])}, r"targets must have shape \(N, S\) or .* N = 2"),
    (ValueError, {"targets": dc.tensor(1)}, r"targets must have shape \(N, S\) or .* got \(\)\."),
    (ValueError, {"targets": dc.tensor([1, 2, 1])}, r"must add up to the 3 labels of .*, got 4\."),
    (TypeError, {"targets": dc.ones(2, 2)}, r"targets must be int64, got float32; convert it with"),
    (TypeError, {"input_lengths": [3.0, 3.0]}, r"input_lengths must be int64, got float32; conver"),
    (TypeError, {"target_lengths": "ab"}, r"target_lengths must be whole numbers, got str\."),
    (
        ValueError,
        {"input_lengths": [3]},
        r"input_lengths must have shape \(2,\) for log_probs of s",
    ),
    (ValueError, {"target_lengths": 2}, r"target_lengths must have shape \(2,\) for .* got \(\)\."),
    (
        ValueError,
        {"input_lengths": [3, 4]},
        r"from 0 to 3, the steps of log_probs, got 4 for sampl",
    ),
    (
        ValueError,
        {"input_lengths": [-1, 3]},
        r"input_lengths must be from 0 to 3, .* got -1 for sa",
    ),
    (
        ValueError,
        {"target_lengths": [2, 3]},
        r"from 0 to 2, the last axis of targets, got 3 for sa",
    ),
    (ValueError, {"target_lengths": [-1, 2]}, r"target_lengths must be from 0 to 2, .* got -1 for"),
    (
        IndexError,
        {"targets": dc.tensor([[1, 2], [1, 4]])},
        r"classes in 0 to 3, got 4 as label 1 o",
    ),
    (
        IndexError,
        {"targets": dc.tensor([[-1, 2], [1, 1]])},
        r"classes in 0 to 3, got -1 as label 0",
    ),
    (
        ValueError,
        {"targets": dc.tensor([[1, 0], [1, 1]])},
        r"must not hold the blank, 0, got it as",
    ),
    (ValueError, {"blank": 4}, r"blank must be a class, from 0 to 3, got 4\."),
    (ValueError, {"blank": -1}, r"blank must be a class, from 0 to 3, got -1\."),
    (TypeError, {"blank": 0.5}, r"blank must be a whole number, got 0\.5\."),
    (TypeError, {"zero_infinity": 1}, r"zero_infinity must be True or False, got 1\."),
    (ValueError, {"reduction": "max"}, r"reduction must be 'mean', 'sum' or 'none', got 'max'\."),
    (TypeError, {"log_probs": dc.zeros(3, 2, 4, dtype="int64")}, r"\[ctc_loss\]"),
]


@pytest.mark.parametrize(("kind", "given", "text"), ERRORS, ids=[text for _, _, text in ERRORS])
def test_errors(kind: type[Exception], given: dict[str, Any], text: str) -> None:
    arguments: dict[str, Any] = {
        "log_probs": dc.zeros(3, 2, 4),
        "targets": dc.tensor([[1, 2], [3, 1]]),
        "input_lengths": [3, 3],
        "target_lengths": [2, 2],
    }
    with pytest.raises(kind, match=text):
        F.ctc_loss(**(arguments | given))


def test_layer() -> None:
    with pytest.raises(ValueError, match=r"reduction must be 'mean', 'sum' or 'none', got 'max'\."):
        nn.CTCLoss(reduction="max")
    with pytest.raises(TypeError, match=r"\[ctc_loss\] blank must be a whole number, got 'a'\."):
        nn.CTCLoss(blank="a")
    assert repr(nn.CTCLoss()) == "CTCLoss()"
