"""The character language model: it runs, it learns, and it writes as it is told to."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from support.process import run_deepcore

TEXT = "To be, or not to be: that is the question.\n"


def run(folder: Path, *options: str) -> tuple[list[float], float, str]:
    """The losses, the validation and what was written."""
    (folder / "input.txt").write_text(TEXT * 200)
    result = run_deepcore("train", "char-lm", "--smoke", "--data", str(folder), *options)
    assert result.returncode == 0, result.stderr
    assert "(embed): Embedding(18, 128)" in result.stdout
    losses = [float(loss) for loss in re.findall(r": loss (\d\.\d{4})$", result.stderr, re.M)]
    found = re.search(
        r"^validation (\d\.\d{3}) nats a .*; trained in \d+\.\d s$", result.stdout, re.M
    )
    assert found, result.stdout
    return losses, float(found[1]), result.stdout[found.end() + 1 : -1]


def test_it_learns_and_writes(tmp_path: Path) -> None:
    losses, nats, written = run(
        tmp_path, "--steps", "200", "--temperature", "0.001", "--prompt", "To"
    )
    assert len(losses) == 11
    assert nats < 0.5 < 2 < losses[0]
    assert written == TEXT[:22]


def test_the_seed_decides(tmp_path: Path) -> None:
    first = run(tmp_path)
    assert run(tmp_path) == first
    assert run(tmp_path, "--seed", "1") != first
    losses, nats, written = run(tmp_path, "--temperature", "50")
    assert (losses, nats) == first[:2]
    assert written != first[2]
    assert len(written) == 21


def test_a_prompt_of_other_characters(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(TEXT * 8)
    result = run_deepcore("train", "char-lm", "--data", str(file), "--prompt", "Tü~")
    assert (result.returncode, result.stdout) == (1, "")
    text = "[char-lm] --prompt must be of the text's characters, got 'ü'."
    assert result.stderr == f"deepcore: error: {text}\n"


def test_a_text_that_is_too_short(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("ab" * 10)
    options = ["--smoke", "--data", str(file), "--batch-size"]
    result = run_deepcore("train", "char-lm", *options, "2")
    text = "--data must have 21 characters or more for --batch-size 2, got 20; the last tenth valid"
    assert result.returncode == 1
    assert result.stderr.startswith(f"deepcore: error: [char-lm] {text}")
    file.write_text("ab" * 10 + "a")
    assert run_deepcore("train", "char-lm", *options, "2").returncode == 0


@pytest.mark.parametrize("prompt", [[], ["--prompt", ""]])
def test_a_text_without_lines(tmp_path: Path, prompt: list[str]) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("ba" * 2000)
    options = ["--smoke", "--steps", "1", "--data", str(file), *prompt]
    result = run_deepcore("train", "char-lm", *options)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^a[ab]{20}$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(("place", "got"), [("none.txt", "no such file or folder"), ("", "none")])
def test_no_other_text_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, got: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "input.txt").write_text(TEXT)
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "other"))
    result = run_deepcore("train", "char-lm", "--data", str(tmp_path / place))
    assert (result.returncode, result.stdout) == (1, "")
    assert f"got {got}, and no download (download=False)" in result.stderr


@pytest.mark.data
@pytest.mark.slow
def test_it_reaches_its_score() -> None:
    if not os.environ.get("DEEPCORE_DATA"):
        pytest.skip("DEEPCORE_DATA names no folder with tinyshakespeare")
    result = run_deepcore("train", "char-lm", timeout=1200)
    found = re.search(r"^validation (\d\.\d{3}) nats", result.stdout, re.M)
    assert found, result.stderr
    assert float(found[1]) <= 1.65
