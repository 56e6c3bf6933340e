"""The command: `deepcore`, in processes of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import deepcore
from deepcore.cli import main, recipe_names
from support.images import write_cifar10, write_mnist
from support.process import run_deepcore as run

QUICK = ["--epochs", "2"]


def accuracy_in(text: str) -> float:
    found = re.search(r"^test accuracy (\d+\.\d\d)% of ", text, re.MULTILINE)
    assert found, text
    return float(found[1])


def test_info() -> None:
    result = run("info")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"version: {deepcore.__version__}\nlevel: ")


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, text in (
        (["--help"], "train a recipe; without a name, list them"),
        (["--version"], f"deepcore {deepcore.__version__}\n"),
        (["train", "digits-mlp", "--help"], "--batch-size"),
        (["train", "--help", "digits-mlp"], "--batch-size"),
    ):
        with pytest.raises(SystemExit, match=r"^0$"):
            main(arguments)
        assert text in capsys.readouterr().out


def test_the_command_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: deepcore [-h] [--version] COMMAND")
    assert "train a recipe; without a name, list them" in out
    assert err == ""


@pytest.mark.parametrize("command", [[sys.executable, "-m", "deepcore"], ["deepcore"]])
def test_a_wrong_environment_is_one_line(command: list[str], tmp_path: Path) -> None:
    if command == ["deepcore"]:  # as installed
        script = tmp_path / "deepcore"
        script.write_text("from deepcore.cli import main\nraise SystemExit(main())\n")
        command = [sys.executable, str(script)]
    result = subprocess.run(
        [*command, "info"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DEEPCORE_NUM_THREADS": "abc"},
    )
    assert result.returncode == 1
    assert result.stderr == (
        "deepcore: error: [threads] DEEPCORE_NUM_THREADS must be a whole number from 1 to 4096, "
        "got 'abc'.\n"
    )


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_is_read_at_a_glance(name: str) -> None:
    file = Path(deepcore.__file__).parent / "recipes" / f"{name.replace('-', '_')}.py"
    assert len(file.read_text().splitlines()) <= 120


@pytest.mark.parametrize("arguments", [["train"], ["train", "--help"]])
def test_train_without_a_name_lists_the_recipes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert recipe_names() == [
        *("adding", "char-lm", "cifar-resnet20", "copy", "digits-mlp", "mnist-cnn", "mnist-mlp"),
        "spoken-digits",
    ]
    assert re.search(r"^  digits-mlp      64-128-64-10 dense network", out, re.MULTILINE)
    assert re.search(r"^  cifar-resnet20  ResNet-20 on CIFAR-10", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["tran"], "deepcore: error: argument COMMAND: invalid choice: 'tran'"),
        (["train", "mnist-mpl"], "deepcore: error: no recipe 'mnist-mpl'; did you mean mnist-mlp?"),
        (["train", "xyz"], "deepcore: error: no recipe 'xyz'; there are adding, char-lm, cifar-"),
        (
            ["train", "digits-mlp", "--epochs", "0"],
            "deepcore train digits-mlp: error: argument --epochs: expected a positive whole number",
        ),
        (
            ["train", "digits-mlp", "--epochs", "x"],
            "argument --epochs: expected a positive whole number, got x",
        ),
        (
            ["train", "digits-mlp", "--lr", "x"],
            "argument --lr: expected a positive number, got x",
        ),
        (
            ["train", "digits-mlp", "--lr", "nan"],
            "deepcore train digits-mlp: error: argument --lr: expected a positive number, got nan",
        ),
        (["train", "digits-mlp", "--wrong"], "error: unrecognized arguments: --wrong"),
    ],
)
def test_commands_that_are_not_understood(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert text in err
    assert err.count("\n") == 1


def test_a_failure_is_one_line(tmp_path: object) -> None:
    environment = {
        "DEEPCORE_DATA": "",
        "XDG_CACHE_HOME": str(tmp_path),
        "https_proxy": "http://[::1]:1",
    }
    command = [sys.executable, "-m", "deepcore", "train", "mnist-mlp", "--data", str(tmp_path)]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("deepcore: error: [datasets] expected train-images-idx3-ubyte")
    assert "; put the file there, pass --data DIR, or set DEEPCORE_DATA to" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -m deepcore info | true"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.stderr == ""


def test_digits() -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    result = run("train", "digits-mlp", *QUICK)
    assert result.returncode == 0, result.stderr
    assert "0      Linear  (N, 128)       8,320  16,384" in result.stdout
    assert accuracy_in(result.stdout) > 80
    assert re.search(r"trained in \d+\.\d s\n$", result.stdout)
    assert len(result.stderr.splitlines()) == 2
    assert result.stderr.startswith("epoch 1/2: loss ")


def test_mnist_cnn(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    result = run("train", "mnist-cnn", "--data", str(tmp_path), *QUICK)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^conv2 +Conv2d +\(N, 64, 24, 24\) +18,496 ", result.stdout, re.MULTILINE)
    assert accuracy_in(result.stdout) > 90


@pytest.mark.parametrize("options", [[], ["--augment"]])
def test_cifar_resnet20(tmp_path: Path, options: list[str]) -> None:
    write_cifar10(tmp_path)
    options = [*options, "--batch-size", "32", *QUICK]
    result = run("train", "cifar-resnet20", "--data", str(tmp_path), *options)
    assert result.returncode == 0, result.stderr
    assert re.search(r"^total +272,474 ", result.stdout, re.MULTILINE)
    first, last = map(float, re.findall(r"loss (\d\.\d+)", result.stderr))
    assert last < first
    assert "--augment" in options or accuracy_in(result.stdout) > 80


@pytest.mark.parametrize(
    ("recipe", "write"),
    [("mnist-mlp", write_mnist), ("mnist-cnn", write_mnist), ("cifar-resnet20", write_cifar10)],
)
def test_a_smoke_run_takes_the_first_samples(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recipe: str, write: Callable[..., None]
) -> None:
    write(tmp_path, train=1064)

    def losses(*options: str) -> list[str]:
        assert main(["train", recipe, "--data", str(tmp_path), *options]) == 0
        return re.findall(r"loss (\d\.\d+)", capfd.readouterr().err)

    smoke = losses("--smoke")
    assert len(smoke) == 1
    assert losses("--epochs", "1", "--samples", "1000") == smoke
    assert losses("--epochs", "1") != smoke


def test_the_seed_decides(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")

    def losses(seed: str) -> list[str]:
        assert main(["train", "digits-mlp", *QUICK, "--seed", seed]) == 0
        return re.findall(r"loss (\d\.\d+)", capfd.readouterr().err)

    first = losses("1")
    assert losses("2") != first
    assert losses("1") == first


@pytest.mark.slow
def test_digits_reach_their_score_in_three_seconds() -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    scores, seconds = [], []
    for seed in range(5):
        start = time.perf_counter()
        result = run("train", "digits-mlp", "--seed", str(seed))
        seconds.append(time.perf_counter() - start)
        assert result.returncode == 0, result.stderr
        scores.append(accuracy_in(result.stdout))
    assert sum(scores) / 5 >= 96.5, scores
    if os.getloadavg()[0] <= (os.cpu_count() or 1):  # else other programs take their share
        assert min(seconds) <= 3.0, seconds


def test_ctrl_c_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deepcore.cli._parser", interrupted)
    assert main([]) == 130
    assert capsys.readouterr().err == "deepcore: interrupted\n"


def test_ctrl_c() -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    command = [sys.executable, "-m", "deepcore", "train", "digits-mlp", "--epochs", "1000000"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("epoch 1/1000000: ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "deepcore: interrupted"
    assert "test accuracy" not in out


@pytest.mark.data
@pytest.mark.slow
def test_mnist_reaches_its_score() -> None:
    if not os.environ.get("DEEPCORE_DATA"):
        pytest.skip("DEEPCORE_DATA names no folder with MNIST")
    scores = [accuracy_in(run("train", "mnist-mlp", "--seed", str(s)).stdout) for s in range(3)]
    assert sum(scores) / 3 >= 97.7, scores


@pytest.mark.data
@pytest.mark.slow
def test_mnist_cnn_reaches_its_score() -> None:
    if not os.environ.get("DEEPCORE_DATA"):
        pytest.skip("DEEPCORE_DATA names no folder with MNIST")
    result = run("train", "mnist-cnn", timeout=1200)
    assert accuracy_in(result.stdout) >= 98.9
