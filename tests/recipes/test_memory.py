"""The memory problems: what is asked, and that the recipes learn short ones."""

from __future__ import annotations

import math
import os
import re

import numpy as np
import pytest

from deepcore.recipes import adding, copy
from support.process import run_deepcore

CELLS = ["lstm", "rnn"]
minutes = pytest.mark.skipif(
    not os.environ.get("DEEPCORE_SLOW"), reason="trains for minutes; set DEEPCORE_SLOW=1"
)


def losses(*arguments: str, timeout: float = 120) -> dict[str, float]:
    """The loss without memory, and the last one of each cell."""
    result = run_deepcore("train", *arguments, timeout=timeout)
    assert result.returncode == 0, result.stderr
    end = r"(?: after [\d,]+ steps, \d+\.\d s)?$"
    return {k: float(v) for k, v in re.findall(r"^([\w ]+): ([\d.]+)" + end, result.stdout, re.M)}


def test_adding_marks_a_number_in_each_half() -> None:
    x, y = adding.draw(np.random.default_rng(0), 500, 7)
    rows, marked = np.nonzero(x[:, :, 1])
    assert rows.tolist() == sorted([*range(500)] * 2)
    assert set(marked[::2]) == {0, 1, 2}
    assert set(marked[1::2]) == {3, 4, 5, 6}
    numbers = x[rows, marked, 0].reshape(500, 2)
    assert np.allclose(y, numbers.sum(1, keepdims=True))
    assert 0 <= x.min() < x.max() <= 1
    assert math.isclose(((y - 1) ** 2).mean(), 1 / 6, rel_tol=0.1)


def test_copy_asks_for_the_symbols_after_the_pause() -> None:
    x, y = copy.draw(np.random.default_rng(0), 500, 5)
    read = x.argmax(2)
    assert np.array_equal(x.sum(2), np.ones((500, 25)))
    assert set(read[:, :10].flatten()) == set(range(1, 9))
    assert np.array_equal(read[0, 10:], [0, 0, 0, 0, 9] + [0] * 10)
    assert np.array_equal(y[:, -10:], read[:, :10])
    assert not y[:, :-10].any()


def test_adding_learns_a_short_sum() -> None:
    options = ["--length", "4", "--steps", "400", "--lr", "1e-2", "--target", "0.01"]
    found = losses("adding", "--smoke", *options)
    assert list(found) == ["without memory", *CELLS]
    assert found["without memory"] == 0.1667
    assert max(found[cell] for cell in CELLS) < 0.05


def test_copy_learns_the_blanks() -> None:
    found = losses("copy", "--smoke", "--steps", "200", "--lr", "1e-2", "--cells", "lstm")
    assert found["without memory"] == round(10 * math.log(8) / 30, 4)
    assert list(found) == ["without memory", "lstm"]
    assert found["lstm"] < 0.8  # ln 9 = 2.2 at the start


@pytest.mark.parametrize("recipe", ["adding", "copy"])
def test_the_seed_decides(recipe: str) -> None:
    first = losses(recipe, "--smoke")
    assert losses(recipe, "--smoke") == first
    assert losses(recipe, "--smoke", "--seed", "1") != first


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["adding", "--length", "1"], 1, "[adding] --length must be 2 or more, got 1."),
        (["copy", "--length", "0"], 2, "argument --length: expected a positive whole number"),
        (["copy", "--cells", "gru"], 2, "argument --cells: invalid choice: 'gru' (choose from"),
    ],
)
def test_options_that_cannot_be(arguments: list[str], status: int, text: str) -> None:
    result = run_deepcore("train", *arguments)
    assert result.returncode == status
    assert text in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
@minutes
def test_adding_reaches_its_scores() -> None:
    assert losses("adding", "--cells", "lstm", timeout=1800)["lstm"] < 0.005
    short = losses("adding", "--cells", "rnn", "--length", "10", "--target", "0.02", timeout=600)
    assert short["rnn"] < 0.02
    assert 0.14 < losses("adding", "--cells", "rnn", "--length", "200", timeout=1800)["rnn"] < 0.19


@pytest.mark.slow
@minutes
def test_copy_reaches_its_score() -> None:
    assert losses("copy", "--cells", "lstm", timeout=1800)["lstm"] < 0.059
