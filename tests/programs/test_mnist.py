"""A program written for PyTorch runs with only its import lines changed."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import deepcore as dc
from support.images import write_mnist
from support.state_dicts import read_table

TEXT = (Path(__file__).parent / "mnist.py.txt").read_text()
SECOND_RELU = "        x = self.conv2(x)\n        x = F.relu(x)\n"
REAL = os.environ.get("DEEPCORE_DATA")


def for_deepcore(text: str) -> str:
    """The program, with another package's name in lines that begin with import or from."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith(("import ", "from ")):
            line = re.sub(r"^import torch$", "import deepcore as torch", line)
            lines[number] = re.sub(r"\btorch\.", "deepcore.", line)
    return "\n".join(lines)


def program(with_second_relu: bool) -> str:
    assert TEXT.count(SECOND_RELU) == 1
    kept = SECOND_RELU if with_second_relu else "        x = self.conv2(x)\n"
    return for_deepcore(TEXT.replace(SECOND_RELU, kept))


def run(text: str, folder: Path, *options: str) -> str:
    """What the program prints, run in `folder`."""
    path = folder / "program.py"
    path.write_text(text)
    result = subprocess.run(
        [sys.executable, "-W", "error", str(path), *options],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def test_only_import_lines_change() -> None:
    before, after = TEXT.split("\n"), program(with_second_relu=True).split("\n")
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [
        "import deepcore as torch",
        "import deepcore.nn as nn",
        "import deepcore.nn.functional as F",
        "import deepcore.optim as optim",
        "from deepcore.optim.lr_scheduler import StepLR",
        "from deepcore.utils.data import DataLoader, TensorDataset",
    ]


@pytest.mark.parametrize("with_second_relu", [True, False])
def test_it_runs_and_learns(tmp_path: Path, with_second_relu: bool) -> None:
    write_mnist(tmp_path)
    text = program(with_second_relu)
    output = run(text, tmp_path, "--data", ".", "--epochs", "2", "--save-model")
    losses = re.findall(
        r"^Train Epoch: \d \[(\d+)/640 \(\d+%\)\]\tLoss: (.*)$", output, re.MULTILINE
    )
    assert [batch for batch, _ in losses] == ["0", "0"]
    assert 1.8 < float(losses[0][1]) < 2.8  # near log 10
    tests = re.findall(r"^Test set: Average loss: (.*), Accuracy: (\d+)/100 ", output, re.MULTILINE)
    assert len(tests) == 2
    assert float(tests[1][0]) < 0.3
    assert int(tests[1][1]) >= 95
    shapes = {key: value.shape for key, value in dc.load(tmp_path / "mnist_cnn.pt").items()}
    assert shapes == read_table()["mnist_cnn"][1]


def test_a_mismatch_names_the_layer_and_both_shapes(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(program(with_second_relu=True))
    net = runpy.run_path(str(path))["Net"]()
    with pytest.raises(ValueError, match=r"in_features=9216, got shape \(64, 1600\)") as error:
        net(dc.zeros(64, 1, 14, 14))
    text = "".join(traceback.format_exception_only(error.type, error.value))
    assert "in layer 'fc1' (Linear) of Net" in text


# With a learning rate of 1, one step moves the accuracy by up to a point (98.3 % eight steps before
# the end of seed 1 without the second ReLU, 97.3 % after its last batch, which is half a one), in
# PyTorch as here: with the ReLU its seeds 1 to 7 gave 98.43 98.45 98.41 98.42 98.49 98.41 97.98 %,
# deepcore's 1 to 10 gave 97.96 98.52 98.71 98.11 98.29 98.58 98.55 98.09 98.40 98.35: means of
# 98.37 and 98.36. So the bar is one for the mean of five seeds.
@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="needs MNIST in DEEPCORE_DATA")
@pytest.mark.parametrize("with_second_relu", [True, False])
def test_one_epoch_of_mnist(tmp_path: Path, with_second_relu: bool) -> None:
    text = program(with_second_relu)
    correct = []
    for seed in ("1", "2", "3", "4", "5"):
        output = run(text, tmp_path, "--data", f"{REAL}/mnist", "--epochs", "1", "--seed", seed)
        correct.append(int(re.findall(r"Accuracy: (\d+)/10000 ", output)[0]))
    assert sum(correct) / len(correct) >= 9800, correct
