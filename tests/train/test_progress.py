"""Progress: a bar in a terminal, lines in a log file, nothing when asked for nothing."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import Any

import pytest

from deepcore.train import _progress
from support.training import blobs, classifier

LINE = re.compile(
    r"epoch \d/3: loss \d\.\d{4}, accuracy \d\.\d{4}, val_loss \d\.\d{4}, val_accuracy \d\.\d{4}, "
    r"[\d,]+ samples/s, \d+\.\d\d s"
)


class Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def fit(stream: Any, monkeypatch: pytest.MonkeyPatch, verbose: bool | int, size: int = 100) -> str:
    x, y = blobs(size)
    monkeypatch.setattr(sys, "stderr", stream)
    classifier().fit(x, y, epochs=3, validation_split=0.2, verbose=verbose)
    return str(stream.getvalue())


@pytest.mark.parametrize("verbose", [True, 1, 2])
def test_one_line_an_epoch_in_a_log_file(
    monkeypatch: pytest.MonkeyPatch, verbose: bool | int
) -> None:
    text = fit(io.StringIO(), monkeypatch, verbose)
    assert "\r" not in text
    lines = text.splitlines()
    assert len(lines) == 3
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[2].startswith("epoch 3/3: ")


def test_lines_in_a_terminal_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LINE.match(fit(Terminal(), monkeypatch, 2))


def test_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fit(Terminal(), monkeypatch, 0) == ""
    assert fit(io.StringIO(), monkeypatch, False) == ""


def test_a_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = fit(Terminal(), monkeypatch, True)
    epochs = text.splitlines()
    assert text.count("\n") == 3  # each bar stays
    last = epochs[-1].split("\r")[-1]
    assert re.match(
        r"epoch 3/3: 100%\|.*\| 80/80 \[\d\d:\d\d, loss \d\.\d{4}, accuracy \d\.\d{4}, val_loss "
        r"\d\.\d{4}, val_accuracy \d\.\d{4}, [\d,]+ samples/s\]",
        last,
    )


def test_the_bar_is_drawn_ten_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(_progress, "perf_counter", lambda: next(clock) / 1000)  # 1 ms a look
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    bar = _progress.Bar("epoch 1/1", 1000, lambda: {"loss": 0.5})
    for _ in range(1000):
        bar.update(1)
    bar.end_training()
    bar.close({"loss": 0.5})
    drawn = stream.getvalue().count("loss")
    assert 5 <= drawn <= 11


def test_a_bar_without_a_known_length(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    bar = _progress.Bar("epoch 1/1", None, dict)
    bar.update(12)
    bar.end_training()
    bar.close({"loss": 0.5})
    assert "epoch 1/1: 12 samples [00:00, loss 0.5000, " in stream.getvalue()


def test_a_notebook_without_widgets_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert _progress.progress_kind(1) is _progress.Line


def test_a_notebook_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class NotebookBar:
        __module__ = "tqdm.notebook"

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setattr(_progress, "_tqdm", lambda: NotebookBar)
    assert _progress.progress_kind(1) is _progress.Bar


def test_an_error_leaves_no_half_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(output: Any, target: Any) -> Any:
        raise RuntimeError("broken metric")

    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    x, y = blobs(100)
    with pytest.raises(RuntimeError, match="broken metric"):
        classifier([broken]).fit(x, y)
    assert stream.getvalue() == ""


def test_a_terminal_of_unknown_size_is_drawn_to(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sizeless(Terminal):
        def fileno(self) -> int:
            return 2

    stream = Sizeless()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: os.terminal_size((0, 0)))
    bar = _progress.Bar("epoch 1/1", 10, dict)
    assert bar._bar.ncols == 100
    bar.update(10)
    bar.end_training()
    bar.close({"loss": 0.5})
    assert "10/10" in stream.getvalue()
