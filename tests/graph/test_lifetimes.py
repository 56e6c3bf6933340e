"""What the graph keeps and when it goes: memory, long chains, exceptions, in-place writes."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core


def in_use() -> int:
    return _core.memory_stats()["in_use"]


def test_a_graph_goes_with_its_last_tensor() -> None:
    x = dc.ones(64, 64, requires_grad=True)
    before = in_use()
    y = (x @ x) @ x
    assert in_use() > before
    del y
    assert in_use() == before


def test_values_nobody_needs_go_while_the_graph_stays() -> None:
    x = dc.ones(1000, requires_grad=True)
    before = in_use()
    y = x.clone()
    one = in_use() - before
    for _ in range(10):
        y = y.clone()  # clone saves nothing, so only the newest value is kept
    assert in_use() - before == one


def test_forwards_without_backward_do_not_add_up() -> None:
    x = dc.ones(32, 32, requires_grad=True)
    for step in range(10_000):
        y = x @ x
        if step == 100:
            used, system = in_use(), _core.memory_stats()["system"]
    assert y.requires_grad
    assert in_use() == used
    assert _core.memory_stats()["system"] == system


def test_batches_of_random_size_do_not_grow_the_pool() -> None:
    rng = np.random.default_rng(0)
    w = dc.ones(64, 64, requires_grad=True)
    cached = []
    for step in range(1000):
        x = dc.zeros(int(rng.integers(1, 300)), 64)
        (x @ w).sum().backward()
        w.grad = None
        if step in (100, 999):
            stats = _core.memory_stats()
            cached.append(stats["cached"] + stats["in_use"])
    assert cached[1] <= 1.5 * cached[0]


@pytest.mark.parametrize("part", ["walked", "whole", "part"])
def test_a_chain_of_100000_ops_on_an_8_mb_stack(part: str) -> None:
    failure: list[BaseException] = []

    def build() -> None:
        try:
            x = dc.ones(1, requires_grad=True)
            y, middle = x, None
            for i in range(100_000):
                y = y + 1.0 if i % 2 else y.clone()
                if i == 50_000:
                    middle = y
            if part == "walked":
                y.backward()
                assert x.grad.item() == 1.0
            elif part == "part":
                del y
                middle.backward()
                assert x.grad.item() == 1.0
        except BaseException as error:
            failure.append(error)

    size = threading.stack_size(8 << 20)
    try:
        thread = threading.Thread(target=build)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert not failure


def test_a_failing_op_leaves_nothing_behind() -> None:
    x = dc.ones(100, 100, requires_grad=True)
    before = in_use()

    def broken() -> None:
        y = x @ x
        y @ dc.ones(3, 3)

    with pytest.raises(ValueError, match=r"^\[matmul\]"):
        broken()
    assert in_use() == before
    (x @ x).sum().backward()
    assert x.grad is not None


def test_views_share_storage_and_copies_do_not() -> None:
    x = dc.arange(6).float()
    x.reshape(2, 3)[0].zero_()
    assert x.tolist() == [0, 0, 0, 3, 4, 5]
    x.detach().view(3, 2).flatten().unsqueeze(0).squeeze(0).fill_(7)
    assert x.tolist() == [7] * 6
    copied = x.clone()
    copied.zero_()
    assert x.tolist() == [7] * 6


def test_numpy_shares_memory_and_keeps_it_alive() -> None:
    array = dc.ones(1000).numpy()
    dc.zeros(1000)
    assert array.sum() == 1000
    own = np.zeros(3, np.float32)
    x = dc.from_numpy(own)
    own[1] = 5
    assert x.tolist() == [0, 5, 0]
    x.numpy()[2] = 6
    assert own[2] == 6
    copied = dc.tensor(own)
    own[:] = 0
    assert copied.tolist() == [0, 5, 6]


@pytest.mark.parametrize(
    ("array", "error", "text"),
    [
        (np.zeros((3, 3), np.float32).T[:2], ValueError, "contiguous in C order"),
        (np.zeros(3, np.float16), TypeError, "got float16; tensor\\(\\) copies"),
        (np.zeros(3, ">f4"), TypeError, "got >f4"),
        (np.zeros(3, np.int32), TypeError, "got int32"),
        (np.broadcast_to(np.float32(1), (3,)), ValueError, "writable"),
    ],
)
def test_from_numpy_shares_or_refuses(array, error, text) -> None:
    with pytest.raises(error, match=rf"^\[from_numpy\] .*{text}"):
        dc.from_numpy(array)


def test_writes_in_place_need_no_grad() -> None:
    x = dc.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"records a gradient cannot be written in place"):
        x.zero_()
    with dc.no_grad():
        x.zero_()
    assert x.tolist() == [0, 0, 0]


def test_data_takes_another_value() -> None:
    x = dc.ones(3, requires_grad=True)
    x.data = dc.zeros(3)
    assert x.tolist() == [0, 0, 0]
    assert x.requires_grad
    with pytest.raises(ValueError, match=r"keeps its shape \(3,\).*got \(2,\)"):
        x.data = dc.zeros(2)


def test_empty_cache_gives_memory_back() -> None:
    del_me = dc.ones(1 << 20)
    del del_me
    assert _core.memory_stats()["cached"] > 0
    dc.empty_cache()
    assert _core.memory_stats()["cached"] == 0


def test_a_capture_left_open_ends_with_its_tape() -> None:
    tape = _core.Tape()
    tape.begin()
    x = dc.zeros(3) + 1
    del tape
    assert (x + 1).tolist() == [2.0] * 3
    following = _core.Tape()
    following.begin()
    following.end()
