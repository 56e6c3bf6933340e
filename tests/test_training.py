"""Whole training runs: PyTorch's losses, the same bits everywhere, and replays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import deepcore as dc
from deepcore import _core, nn, optim
from support import steps

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def load(model: nn.Module, saved: dict[str, np.ndarray], prefix: str) -> nn.Module:
    model.double()
    model.load_state_dict(
        {k.removeprefix(f"{prefix}."): v for k, v in saved.items() if k.startswith(f"{prefix}.")}
    )
    return model


def check_weights(model: nn.Module, saved: dict[str, np.ndarray], prefix: str) -> None:
    for name, value in model.state_dict().items():
        np.testing.assert_allclose(
            value.numpy(), saved[f"{prefix}.{name}"], rtol=1e-9, atol=1e-9, err_msg=name
        )


def golden(name: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / f"{name}.npz", allow_pickle=False) as saved:
        return dict(saved)


def test_ten_steps_are_those_of_pytorch() -> None:
    saved = golden("training")
    model = nn.Sequential(
        nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 5)
    )
    load(model, saved, "start")
    optimizer, loss_of = optim.Adam(model.parameters(), lr=1e-2), nn.CrossEntropyLoss()
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model(dc.tensor(saved["x"]).double()), dc.tensor(saved["labels"]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, saved["losses"], rtol=1e-9)
    check_weights(model, saved, "end")


def test_two_networks_in_turn_are_those_of_pytorch() -> None:
    saved = golden("adversarial")
    generator = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2))
    critic = nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1))
    load(generator, saved, "generator")
    load(critic, saved, "critic")
    g_optimizer = optim.Adam(generator.parameters(), lr=0.01, betas=(0.5, 0.999))
    d_optimizer = optim.RMSprop(critic.parameters(), lr=0.005)
    loss_of = nn.BCEWithLogitsLoss()
    ones, zeros = dc.ones(8, 1).double(), dc.zeros(8, 1).double()
    losses = []
    for noise, real in zip(saved["noise"], saved["real"], strict=True):
        d_optimizer.zero_grad()
        fake = generator(dc.tensor(noise))
        d_loss = loss_of(critic(dc.tensor(real)), ones) + loss_of(critic(fake.detach()), zeros)
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = loss_of(critic(fake), ones)
        g_loss.backward()
        g_optimizer.step()
        losses.append([d_loss.item(), g_loss.item()])
    np.testing.assert_allclose(losses, saved["losses"], rtol=1e-9)
    check_weights(generator, saved, "generator_end")
    check_weights(critic, saved, "critic_end")


def same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


def test_weights_do_not_depend_on_the_threads() -> None:
    with dc.threads(1):
        expected = steps.trained(100)
    for n in (2, 3, 7):
        with dc.threads(n):
            assert same(steps.trained(100), expected), f"other weights on {n} threads"


def weights_at(level: str, folder: Path) -> list[np.ndarray]:
    path = folder / f"{level}.npz"
    subprocess.run(
        [sys.executable, "-m", "support.steps", str(path)],
        check=True,
        cwd=HERE,
        env={**os.environ, "DEEPCORE_ISA": level},
    )
    with np.load(path) as saved:
        return [saved[name] for name in saved.files]


def test_weights_do_not_depend_on_the_fma_level(tmp_path: Path) -> None:
    config = _core.config()
    levels = {"x86-64-v3", "x86-64-v4"} & set(config["installed_levels"])
    levels &= set(config["supported_levels"])
    if len(levels) < 2:
        pytest.skip(f"this processor and this build have these FMA levels in common: {levels}")
    first, second = (weights_at(level, tmp_path) for level in sorted(levels))
    assert same(first, second)


@pytest.mark.parametrize("rows", [1, 7, 128])
def test_a_row_does_not_depend_on_its_batch(rows: int) -> None:
    model = steps.network().eval()
    x = steps.batch(0, rows)[0]
    with dc.no_grad():
        whole = model(dc.tensor(x)).numpy()
        for i in range(rows):
            alone = model(dc.tensor(x[i : i + 1])).numpy()
            assert alone.tobytes() == whole[i : i + 1].tobytes(), f"row {i}"


def test_replays_are_eager_steps() -> None:
    """100 replays of the 20-64-32-10 step: the same bits, no allocation, a new batch each time."""

    def start() -> tuple[nn.Sequential, optim.Adam, dc.Tensor, dc.Tensor]:
        dc.manual_seed(3)
        model = nn.Sequential(
            nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
        )
        optimizer = optim.Adam(model.parameters(), lr=1e-3)
        return model, optimizer, dc.zeros(32, 20), dc.zeros(32, dtype=dc.int64)

    def fill(x: dc.Tensor, labels: dc.Tensor, step: int) -> None:
        rng = np.random.default_rng(step)
        x.numpy()[...] = rng.standard_normal((32, 20))
        labels.numpy()[...] = rng.integers(0, 10, 32)

    def one_step(model, optimizer, x, labels) -> dc.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss

    model, optimizer, x, labels = start()
    eager = []
    for step in range(101):
        fill(x, labels, step)
        eager.append(one_step(model, optimizer, x, labels).item())
    expected = [p.detach().numpy().copy() for p in model.parameters()]

    model, optimizer, x, labels = start()
    fill(x, labels, 0)
    tape = _core.Tape()
    tape.begin()
    loss = one_step(model, optimizer, x, labels)
    tape.end()
    replayed = [loss.item()]
    requests = _core.memory_stats()["requests"]
    for step in range(1, 101):
        fill(x, labels, step)
        tape.replay()
        replayed.append(loss.item())
    assert _core.memory_stats()["requests"] == requests
    assert replayed == eager
    assert same([p.detach().numpy() for p in model.parameters()], expected)


def test_ten_thousand_steps_take_no_more_memory_than_a_hundred() -> None:
    dc.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    x, labels = dc.randn(8, 20), dc.zeros(8, dtype=dc.int64)
    for step in range(10_000):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()
        if step == 100:
            before = _core.memory_stats()
    after = _core.memory_stats()
    assert (after["in_use"], after["system"]) == (before["in_use"], before["system"])


def test_a_large_block_that_is_free_serves_what_is_more_than_half_as_large() -> None:
    _core.empty_cache()
    system = _core.memory_stats()["system"]
    dc.empty(1_000_000)
    kept = dc.empty(600_000)
    assert _core.memory_stats()["system"] == system + 1
    also = dc.empty(400_000)
    assert _core.memory_stats()["system"] == system + 2
    del kept, also
    dc.empty(1_000_000)
    assert _core.memory_stats()["system"] == system + 2
