"""deepcore in its process: forks, threads, other libraries, environment variables, idle CPUs."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn
from support.process import run_python

FORK = """
    import os, signal
    import deepcore as dc

    x = dc.from_numpy(__import__("numpy").random.default_rng(0).random((512, 512), "float32"))
    with dc.threads(2):
        expected = (x @ x).numpy().tobytes()
        child = os.fork()
        if child == 0:
            signal.alarm(30)  # a child that waits for workers it does not have must not stay
            os._exit(0 if (x @ x).numpy().tobytes() == expected else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == 0, f"the child ended with {status}"
        assert (x @ x).numpy().tobytes() == expected
"""


def test_fork_after_a_parallel_region() -> None:
    run_python(FORK)


USE_DEEPCORE = """
import deepcore as dc
x = dc.ones(300, 300, requires_grad=True)
with dc.threads(2):
    (x @ x).backward(dc.ones(300, 300))
assert x.grad.numpy()[0, 0] == 600
"""
USE_SKLEARN = """
import numpy as np
from sklearn.cluster import KMeans
points = np.random.default_rng(0).random((2000, 4))
assert KMeans(3, n_init=1, random_state=0).fit(points).inertia_ > 0
"""
USE_TORCH = """
import torch
torch.set_num_threads(2)
t = torch.ones(300, 300, requires_grad=True)
(t @ t).sum().backward()
assert float(t.grad[0, 0]) == 600
"""


@pytest.mark.parametrize("other", ["sklearn", "torch"])
def test_beside_another_library(other: str) -> None:
    if importlib.util.find_spec(other) is None:
        pytest.skip(f"{other} is not installed")
    use = {"sklearn": USE_SKLEARN, "torch": USE_TORCH}[other]
    run_python(USE_DEEPCORE + use + USE_DEEPCORE)
    run_python(use + USE_DEEPCORE + use)


def train(seed: int) -> bytes:
    """The bits of a small network's weights after 30 steps."""
    rng = np.random.default_rng(seed)
    x = dc.from_numpy(rng.standard_normal((64, 100), "float32"))
    pull = dc.from_numpy(rng.standard_normal((64, 10), "float32"))
    model = nn.Sequential(nn.Linear(100, 200), nn.ReLU(), nn.Linear(200, 10))
    for p in model.parameters():
        p.data = dc.from_numpy(rng.standard_normal(p.shape, "float32") * np.float32(0.1))
    optimizer = dc.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(30):
        optimizer.zero_grad()
        model(x).backward(pull)
        optimizer.step()
    return b"".join(p.detach().numpy().tobytes() for p in model.parameters())


def in_threads(functions: list[Callable[[], bytes]]) -> list[bytes]:
    results: dict[int, bytes] = {}

    def call(i: int) -> None:
        results[i] = functions[i]()

    threads = [threading.Thread(target=call, args=(i,)) for i in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[i] for i in range(len(functions))]


def test_two_threads_train_two_models() -> None:
    alone = [train(0), train(1)]
    assert alone[0] != alone[1]
    for _ in range(3):
        assert in_threads([lambda: train(0), lambda: train(1)]) == alone


def test_grad_mode_is_of_the_thread() -> None:
    with dc.no_grad():
        inside = in_threads([lambda: bytes(dc.is_grad_enabled())])
    assert inside == [bytes(True)]


class Breaks(nn.Module):
    """Throws in the middle of a forward, from deepcore's own check."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(100, 300)
        self.second = nn.Linear(200, 10)

    def forward(self, x: dc.Tensor) -> dc.Tensor:
        return self.second(self.first(x))


def test_an_exception_in_a_forward_leaves_nothing() -> None:
    model, x = Breaks(), dc.ones(50, 100)
    in_use = _core.memory_stats()["in_use"]
    for _ in range(3):
        with pytest.raises(ValueError, match=r"in_features=200, got shape \(50, 300\)"):
            model(x)
        assert _core.memory_stats()["in_use"] == in_use
    assert model.first(x).shape == (50, 300)
    assert dc.is_grad_enabled()


def test_threads_by_default() -> None:
    code = "import deepcore; print(deepcore.get_num_threads())"
    usable = len(os.sched_getaffinity(0))
    none = {"DEEPCORE_NUM_THREADS": "", "OMP_NUM_THREADS": ""}
    assert 1 <= int(run_python(code, **none).stdout) <= usable
    one = f"import os; os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}}); {code}"
    assert int(run_python(one, **none).stdout) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DEEPCORE_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, 3),
        ({"DEEPCORE_NUM_THREADS": "", "OMP_NUM_THREADS": "5"}, 5),
        ({"DEEPCORE_NUM_THREADS": "", "OMP_NUM_THREADS": "4,2"}, 4),
    ],
)
def test_threads_of_the_environment(environment: dict[str, str], expected: int) -> None:
    code = "import deepcore; print(deepcore.get_num_threads())"
    assert int(run_python(code, **environment).stdout) == expected


@pytest.mark.parametrize("wrong", ["abc", "0", "-3", "99999", "2.5"])
def test_a_wrong_number_of_threads_is_an_import_error(wrong: str) -> None:
    code = """
        try:
            import deepcore
        except ImportError as error:
            print(error)
    """
    assert run_python(code, DEEPCORE_NUM_THREADS=wrong).stdout.strip() == (
        f"[threads] DEEPCORE_NUM_THREADS must be a whole number from 1 to 4096, got '{wrong}'."
    )


def test_threads_set_and_local() -> None:
    before = dc.get_num_threads()
    try:
        dc.set_num_threads(3)
        assert dc.get_num_threads() == 3
        with dc.threads(1):
            assert dc.get_num_threads() == 1
            assert in_threads([lambda: bytes([dc.get_num_threads()])]) == [bytes([3])]
        assert dc.get_num_threads() == 3
    finally:
        dc.set_num_threads(before)
    with pytest.raises(ValueError, match=r"\[set_num_threads\] n must be in 1 to 4096, got 0\."):
        dc.set_num_threads(0)
    with pytest.raises(ValueError, match=r"\[threads\] n must be in 1 to 4096, got 0\."):
        dc.threads(0)


def test_level_of_the_environment() -> None:
    code = "import deepcore; print(deepcore._core.config()['level'])"
    level = _core.config()["installed_levels"][-1]
    assert run_python(code, DEEPCORE_ISA=level).stdout.strip() == level


@pytest.mark.parametrize("wrong", ["x86-64-v9", "avx"])
def test_a_wrong_level_is_an_import_error(wrong: str) -> None:
    code = """
        try:
            import deepcore
        except ImportError as error:
            print(error)
    """
    said = run_python(code, DEEPCORE_ISA=wrong).stdout.strip()
    installed = ", ".join(_core.config()["installed_levels"])
    assert said == (
        f"[kernels] DEEPCORE_ISA must be one of the levels that are installed ({installed}), "
        f"got '{wrong}'."
    )


IDLE = """
    import time
    import deepcore as dc

    x = dc.ones(64, 4096)
    w = dc.ones(64, 4096)  # 32 MFLOP: enough for two threads
    def once():
        begin = time.perf_counter()
        dc._core.linear(x, w)
        return time.perf_counter() - begin
    with dc.threads(2):
        for _ in range(50):
            once()
        busy = min(once() for _ in range(50))
        waits = []
        for _ in range(20):
            time.sleep(0.05)
            waits.append(once() - busy)
        print(sorted(waits)[len(waits) // 2])
        wall, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() < wall + 1:
            dc._core.linear(x, w)
            until = time.perf_counter() + 0.005
            while time.perf_counter() < until:
                pass
        print((time.process_time() - cpu) / (time.perf_counter() - wall))
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_idle_workers_sleep() -> None:
    """They wake in 0.5 ms and do not spin under a serial loop; on a busy machine, in one of 5."""
    seen = []
    for _ in range(5):
        wake, cpus = map(float, run_python(IDLE).stdout.split())
        seen.append((wake, cpus))
        if wake <= 0.5e-3 and cpus <= 1.1:
            return
    raise AssertionError(f"wake in seconds and CPUs used: {seen}")
