"""The program for spoken digits: it runs, it learns, and a speaker can be left out."""

from __future__ import annotations

import os
import re
import wave
from pathlib import Path

import pytest

from support.process import run_deepcore
from support.sounds import write_tones


def run(*options: str, timeout: float = 120) -> tuple[list[str], float, int]:
    """The losses, the test accuracy in % and the number of recordings it is of."""
    result = run_deepcore("train", "spoken-digits", *options, timeout=timeout)
    found = re.search(
        r"^test accuracy (\d+\.\d\d)% of (\d+) samples; trained in \d+\.\d s$",
        result.stdout,
        re.MULTILINE,
    )
    assert found, result.stderr
    return re.findall(r": loss (\d\.\d{4})$", result.stderr, re.M), float(found[1]), int(found[2])


@pytest.mark.parametrize(("options", "tested"), [([], 100), (["--leave-out", "bob"], 200)])
def test_it_learns(tmp_path: Path, options: list[str], tested: int) -> None:
    write_tones(tmp_path)
    options = ["--smoke", "--data", str(tmp_path), "--lr", "0.02", *options]
    losses, accuracy, samples = run(*options, "--epochs", "6")
    assert len(losses) == 6
    assert accuracy > 90
    assert samples == tested


def test_the_seed_decides(tmp_path: Path) -> None:
    write_tones(tmp_path, count=6)
    first = run("--smoke", "--data", str(tmp_path))
    assert len(first[0]) == 2
    assert run("--smoke", "--data", str(tmp_path)) == first
    assert run("--smoke", "--data", str(tmp_path), "--seed", "1") != first


def test_an_unknown_speaker(tmp_path: Path) -> None:
    write_tones(tmp_path, count=6)
    result = run_deepcore("train", "spoken-digits", "--data", str(tmp_path), "--leave-out", "eve")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "deepcore: error: [fsdd] test_speaker must be one of ann, bob, got 'eve'.\n"
    )


@pytest.mark.parametrize(
    ("count", "options", "got"),
    [(20, ["--leave-out", "ann"], "0 and 200"), (5, [], "0 and 50"), (0, [], "1 and 0")],
)
def test_a_part_without_recordings(
    tmp_path: Path, count: int, options: list[str], got: str
) -> None:
    if count:
        write_tones(tmp_path, ("ann",), count)
    else:
        with wave.open(str(tmp_path / "0_ann_7.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(1000))
    result = run_deepcore("train", "spoken-digits", "--data", str(tmp_path), *options)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"there must be recordings to train on and to test on, got {got};" in result.stderr


@pytest.mark.data
@pytest.mark.slow
def test_it_reaches_its_score() -> None:
    if not os.environ.get("DEEPCORE_DATA"):
        pytest.skip("DEEPCORE_DATA names no folder with the recordings")
    assert run(timeout=1200)[1] >= 97
