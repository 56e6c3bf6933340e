"""Memory that runs out, is shared, or changes between forward and backward."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from deepcore.nn import functional as F
from support.process import run_python


def test_running_out_of_memory_leaves_a_sound_process() -> None:
    code = """
        import resource, deepcore as dc
        x, y = dc.ones(1, requires_grad=True), dc.ones(100_000_000)
        z = (x * y).sum()
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
        try:
            z.backward()
        except RuntimeError as error:
            print("[memory] the system has no" in str(error))
        print((dc.randn(64, 64) @ dc.randn(64, 64)).shape)
    """
    assert run_python(code).stdout.split("\n")[:2] == ["True", "(64, 64)"]


def test_the_pool_is_given_back_before_memory_is_out() -> None:
    code = """
        import resource, deepcore as dc
        kept = [dc.ones(25_000_000) for _ in range(4)]
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, used + 2**27))
        del kept
        print(dc.ones(80_000_000).numel())
    """
    assert run_python(code).stdout.split() == ["80000000"]


@pytest.mark.parametrize("shape", [(2**62 + 1, 4), (2**32, 2**32), (2**62, 8, 0)])
def test_shapes_beyond_64_bits(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\[reshape\] sizes must have a product within 64 bits"):
        dc.zeros(4).reshape(shape)


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_labels_that_change_before_backward(loss: object) -> None:
    x, labels = dc.zeros(3, 4, requires_grad=True), np.zeros(3, np.int64)
    value = loss(x, dc.from_numpy(labels))  # type: ignore[operator]
    labels[:] = 10**10
    with pytest.raises(IndexError, match="target must hold class indices in 0 to 3, got 10000000"):
        value.backward()


def test_two_views_of_one_numpy_buffer() -> None:
    values = np.arange(1000, dtype=np.float32)
    expected = values[1:] + values[:-1]
    x, y = dc.from_numpy(values[1:]), dc.from_numpy(values[:-1])
    x += y
    np.testing.assert_array_equal(values[1:], expected)


def test_a_tape_may_die_in_another_thread() -> None:
    tapes = [_core.Tape()]
    begun, dropped = threading.Event(), threading.Event()
    seen = []

    def work() -> None:
        tapes[0].begin()
        begun.set()
        dropped.wait()
        seen.append((dc.ones(3) * 2).tolist())
        _core.Tape().begin()

    worker = threading.Thread(target=work)
    worker.start()
    begun.wait()
    tapes.clear()
    dropped.set()
    worker.join()
    assert seen == [[2, 2, 2]]


def test_a_tape_keeps_what_its_steps_use() -> None:
    w = dc.ones(3, requires_grad=True)
    w.grad = dc.zeros(3)
    gradient = 6 * dc.ones(3)
    tape = _core.Tape()
    tape.begin()
    (w * 1).backward(gradient)
    tape.end()
    kept = w.grad
    w.grad = None
    del gradient
    others = [dc.zeros(3) for _ in range(8)]
    tape.replay()
    assert kept.tolist() == [12, 12, 12]
    assert all(other.tolist() == [0, 0, 0] for other in others)


def test_a_replayed_write_in_place_counts() -> None:
    p, x = 2 * dc.ones(2), dc.ones(2, requires_grad=True)
    tape = _core.Tape()
    tape.begin()
    p.mul_(2)
    p[0] = 4
    tape.end()
    y = (x * p).sum()
    tape.replay()
    with pytest.raises(RuntimeError, match="'mul' saved for its gradient was written in"):
        y.backward()


def test_hooks_of_a_target_run_whatever_the_other_targets() -> None:
    x = dc.ones(1, requires_grad=True)
    for targets in (1, 2):
        y = x * 2
        y.register_hook(lambda gradient: 10 * gradient)
        first = dc.autograd.grad((y * 3).sum(), [y, x][:targets])[0]
        assert first.item() == 30


def test_a_daemon_thread_in_an_op_ends_with_the_interpreter() -> None:
    code = """
        import threading, time, deepcore as dc
        a = dc.randn(300, 300)
        def work():
            while True:
                a @ a
        for _ in range(2):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.2)
    """
    assert run_python(code).returncode == 0
