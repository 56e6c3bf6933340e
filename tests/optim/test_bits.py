"""The same bits: in pieces, on any number of threads, at every level, in a replay."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core
from support.optimizers import assert_same, every, give_gradients, parameters, train


@every
def test_pieces_of_a_vector_have_the_same_bits(kind: Any, options: dict[str, Any]) -> None:
    whole, parts = parameters(sizes=(79,)), parameters(sizes=(79,))
    parts = [
        dc.tensor(piece, requires_grad=True)
        for piece in np.split(parts[0].detach().numpy(), [1, 4, 20, 37, 68])
    ]
    one, many = kind(whole, **options), kind(parts, **options)
    for seed in range(3):
        give_gradients(whole, seed)
        offset = 0
        for p in parts:
            p.grad = dc.tensor(whole[0].grad.numpy()[offset : offset + p.numel()])
            offset += p.numel()
        one.step()
        many.step()
    got = np.concatenate([p.detach().numpy() for p in parts])
    np.testing.assert_array_equal(got, whole[0].detach().numpy())


@every
def test_threads_have_the_same_bits(kind: Any, options: dict[str, Any]) -> None:
    results = []
    for n in (1, 2, 3, 7):
        with dc.threads(n):
            params = parameters(sizes=(200_000, 13, 70_001))
            results.append(train(kind(params, **options), params, range(2)))
    for result in results[1:]:
        assert_same(result, results[0])


SCRIPT = """
import hashlib, sys
from support import optimizers as t
for kind, options in t.EVERY:
    for dtype in ("float32", "float64"):
        params = t.parameters(dtype)
        for array in t.train(kind(params, **options), params, range(5)):
            sys.stdout.write(hashlib.sha256(array.tobytes()).hexdigest())
"""


def digests(level: str) -> str:
    path = os.pathsep.join([os.path.dirname(os.path.dirname(__file__)), *sys.path])
    environment = {**os.environ, "DEEPCORE_ISA": level, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_levels_have_the_same_bits() -> None:
    config = _core.config()
    both = set(config["supported_levels"]) & set(config["installed_levels"])
    levels = sorted(both - {"x86-64"})
    if len(levels) < 2:
        pytest.skip("this processor runs one level with fused multiply-add, two are compared")
    assert len({digests(level) for level in levels}) == 1


@every
def test_replay_equals_eager(kind: Any, options: dict[str, Any]) -> None:
    eager, taped = parameters(), parameters()
    first, second = kind(eager, **options), kind(taped, **options)
    give_gradients(taped, 0)
    buffers = [p.grad for p in taped]
    tape = _core.Tape()
    tape.begin()
    second.step()
    tape.end()
    train(first, eager, range(1))
    for seed in range(1, 5):
        if seed == 3:  # as a scheduler does
            first.param_groups[0]["lr"] = second.param_groups[0]["lr"] = 0.5
        give_gradients(eager, seed)
        first.step()
        for p, buffer in zip(eager, buffers, strict=True):
            buffer.numpy()[...] = p.grad.numpy()
        tape.replay()
    assert_same([p.detach().numpy() for p in taped], [p.detach().numpy() for p in eager])
