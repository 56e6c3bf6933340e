"""bench/peers: what counts as equal work, which peer the ratio is against, and that it runs."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import deepcore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def measure(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    yield importlib.import_module("bench.peers.measure")
    for name in [name for name in sys.modules if name.split(".")[0] == "bench"]:
        del sys.modules[name]


def test_equal_work_allows_for_rounding_alone(measure):
    evidence = {"deepcore": [2.3, 2.1], "torch": [2.3, 2.1001]}
    measure.check_equal_work("mlp-small", "train", evidence)


@pytest.mark.parametrize("wrong", [2.1005, float("nan")])
def test_other_work_stops_the_run(measure, wrong):
    evidence = {"deepcore": [2.3, 2.1], "torch": [2.3, 2.1], "jax": [2.3, wrong]}
    with pytest.raises(SystemExit, match=r"number 1 is 2\.1 in deepcore, .* in jax\."):
        measure.check_equal_work("mlp-small", "train", evidence)


def test_a_case_may_have_a_tolerance_of_its_own(measure):
    evidence = {"deepcore": [2.3, 2.1], "torch": [2.3, 2.1005]}
    measure.check_equal_work("vgg11", "train", evidence)


def test_missing_numbers_stop_the_run(measure):
    with pytest.raises(ValueError, match="shorter"):
        measure.check_equal_work("mlp-small", "train", {"deepcore": [2.3, 2.1], "torch": [2.3]})


def test_the_ratio_is_of_medians_against_the_best_peer(measure):
    seconds = {"torch": [9.0, 8.0, 99.0], "jax": [4.0, 5.0, 3.0], "deepcore": [2.0, 2.0, 9.0]}
    result = measure.Result("mlp-small", 1, "train", seconds)
    assert result.best_peer() == "jax"
    assert result.ratio()[0] == 4.0 / 2.0


def test_memory_is_measured_once(measure):
    result = measure.Result("resnet50-1", 1, "peak", {"torch": [150.0], "deepcore": [100.0]})
    assert result.ratio() == (1.5, 1.5, 1.5)


def test_no_ratio_without_deepcore_or_without_a_peer(measure):
    assert measure.Result("mlp-small", 1, "train", {"jax": [1.0, 2.0]}).ratio() is None
    assert measure.Result("mlp-small", 1, "train", {"deepcore": [1.0, 2.0]}).ratio() is None


def test_every_classifier_starts_from_its_case_state(measure):
    classifiers = [case for case in measure.CASES.values() if case.kind == "classifier"]
    assert {"mnist-cnn", "lenet5", "vgg11", "resnet20"} <= {case.name for case in classifiers}
    assert {"lm", "char-lm", "speech", "speech-lengths", "gru"} <= {
        case.name for case in classifiers
    }
    for case in classifiers:
        model, (x, y) = case.module(deepcore), case.batch()
        model.load_state_dict({key: deepcore.tensor(array) for key, array in case.state().items()})
        first = x[:1] if case.images else x
        with deepcore.inference_mode():
            scores = model.eval()(deepcore.tensor(first))
        assert scores.shape[1] > y.max()
        assert len(scores) * len(x) == len(y) * len(first)


def test_steps_after_a_sequence_ends_change_no_score(measure):
    case = measure.CASES["speech-lengths"]
    assert sorted({case.lengths.min(), case.lengths.max()}) == [20, 100]
    model, (x, _) = case.module(deepcore).eval(), case.batch()
    with deepcore.inference_mode():
        scores = model(deepcore.tensor(x)).numpy()
        x[np.arange(case.steps) >= case.lengths[:, None]] = 7.0
        assert np.array_equal(model(deepcore.tensor(x)).numpy(), scores)
        x[-1, case.lengths[-1] - 1] = 7.0
        assert not np.array_equal(model(deepcore.tensor(x)).numpy()[-1], scores[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="bench/peers pins its sides to CPUs")
def test_two_rounds_of_deepcore_alone():
    cases = "mlp-small scalar lenet5 depthwise-32 resnet50-1 lstm-16-1 speech-lengths"
    command = f"-m bench.peers {cases} --sides deepcore --rounds 2 --threads 1 --burst 0.01"
    done = subprocess.run(
        [sys.executable, *command.split()], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| (\S+) \| 1 \| (\S+) \| ([\d.]+)(?: MB)? \|", done.stdout, re.MULTILINE)
    assert [row[:2] for row in rows] == [
        ("mlp-small", "train"),
        ("mlp-small", "infer"),
        ("scalar", "op"),
        ("lenet5", "train"),
        ("lenet5", "infer"),
        ("depthwise-32", "forward"),
        ("depthwise-32", "all"),
        ("resnet50-1", "infer"),
        ("resnet50-1", "peak"),
        ("lstm-16-1", "train"),
        ("lstm-16-1", "infer"),
        ("speech-lengths", "train"),
        ("speech-lengths", "infer"),
    ]
    assert all(float(measured) > 0 for _, _, measured in rows)
