"""Prefetch threads: they work ahead, end with their iterator, and let Ctrl-C through."""

import gc
import signal
import subprocess
import sys
import threading
import time

import pytest

from deepcore.data import DataLoader, IterableDataset


class Slow:
    """Samples that take a while, and who asked for them when."""

    def __init__(self, size, seconds=0.0):
        self.size, self.seconds = size, seconds
        self.asked = []
        self.threads = set()

    def __getitem__(self, index):
        if index >= self.size:
            raise IndexError(index)
        self.asked.append(index)
        self.threads.add(threading.current_thread())
        time.sleep(self.seconds)
        return index

    def __len__(self):
        return self.size


def workers():
    return [t for t in threading.enumerate() if t.name.startswith("deepcore-data")]


def soon(condition):
    deadline = time.perf_counter() + 10
    while not condition() and time.perf_counter() < deadline:
        time.sleep(0.005)
    return condition()


@pytest.fixture(autouse=True)
def no_thread_left():
    assert workers() == []
    yield
    gc.collect()
    assert workers() == []


def test_several_threads_work_ahead_of_the_loop():
    data = Slow(12, 0.02)
    batches = iter(DataLoader(data, 2, num_workers=3, prefetch_factor=1))
    next(batches)
    assert soon(lambda: len(data.asked) == 8)  # the first batch and the three ahead of it
    time.sleep(0.1)
    assert len(data.asked) == 8
    assert len(data.threads) == 3
    assert threading.current_thread() not in data.threads
    assert len(list(batches)) == 5


def test_order_holds_when_later_batches_are_ready_first():
    class Uneven(Slow):
        def __getitem__(self, index):
            time.sleep(0.03 if index == 0 else 0)
            return index

    loader = DataLoader(Uneven(9), 1, num_workers=3)
    assert [batch.item() for batch in loader] == list(range(9))


@pytest.mark.parametrize("end", ["close", "error", "collect"])
def test_no_thread_outlives_an_abandoned_iterator(end):
    data = Slow(1000, 0.001)
    batches = iter(DataLoader(data, 2, num_workers=2))
    next(batches)
    assert len(workers()) == 2
    if end == "close":
        batches.close()
    elif end == "error":
        with pytest.raises(RuntimeError, match="stop"):
            batches.throw(RuntimeError("stop"))
    del batches
    assert workers() == []
    asked = len(data.asked)
    assert asked < 50
    time.sleep(0.02)
    assert len(data.asked) == asked


def test_an_abandoned_batch_is_given_up_between_samples():
    data = Slow(1000, 0.005)
    batches = iter(DataLoader(data, 500, num_workers=1))
    del batches  # before the first batch no thread has started
    assert data.asked == []

    class Breaks(Slow):
        def __getitem__(self, index):
            if index == 1:
                raise ValueError("broken")
            return super().__getitem__(index)

    data = Breaks(1000, 0.005)
    start = time.perf_counter()
    with pytest.raises(ValueError, match="broken"):
        list(DataLoader(data, 500, num_workers=2))
    assert time.perf_counter() - start < 2  # a batch takes 2.5 s
    assert len(data.asked) < 400


def test_threads_end_when_the_collector_runs_inside_of_one():
    left_behind = threading.Event()

    class Collects(Slow):
        def __getitem__(self, index):
            if index == 3:
                left_behind.wait(10)
                gc.collect()
            return index

    gc.collect()
    gc.disable()
    try:
        cycle = [iter(DataLoader(Collects(100), 1, num_workers=1, prefetch_factor=8))]
        cycle.append(cycle)
        next(cycle[0])
        del cycle
        left_behind.set()
        assert soon(lambda: workers() == [])
    finally:
        gc.enable()


def test_a_broken_iterable_raises_in_the_loop():
    class Broken(IterableDataset):
        def __iter__(self):
            yield 1
            raise OSError("disk")

    batches = iter(DataLoader(Broken(), 1, num_workers=2))
    assert next(batches).item() == 1
    with pytest.raises(OSError, match="disk"):
        next(batches)
    assert workers() == []


def test_worker_init_fn():
    started = []

    def start(number):
        started.append((number, threading.current_thread()))

    data = Slow(40, 0.002)
    list(DataLoader(data, 1, num_workers=3, worker_init_fn=start))
    assert sorted(number for number, _ in started) == [0, 1, 2]
    assert {thread for _, thread in started} == data.threads

    def refuse(number):
        raise RuntimeError("no licence")

    with pytest.raises(RuntimeError, match="no licence"):
        list(DataLoader(data, 1, num_workers=2, worker_init_fn=refuse))


def test_two_iterators_at_once():
    loader = DataLoader(Slow(6), 2, num_workers=2)
    both = [(a.numpy().tolist(), b.numpy().tolist()) for a, b in zip(loader, loader, strict=True)]
    assert both == [([0, 1], [0, 1]), ([2, 3], [2, 3]), ([4, 5], [4, 5])]


INTERRUPTED = """
import time
from deepcore.data import DataLoader

class Slow:
    def __len__(self):
        return 1000
    def __getitem__(self, index):
        time.sleep(0.05)
        return index

try:
    for batch in DataLoader(Slow(), 100, num_workers=2):
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to a process")
def test_ctrl_c():
    code = INTERRUPTED.replace("try:", "print('ready', flush=True)\ntry:", 1)
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        start = time.perf_counter()
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
        assert child.wait(10) == 0
        assert time.perf_counter() - start < 4  # a batch takes 5 s
