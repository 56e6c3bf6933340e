"""Ctrl-C: once ends the epoch and keeps the weights, twice stops at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from support.training import blobs, classifier, same_bits, weights


class PressCtrlC:
    """A metric that sends SIGINT at chosen batches."""

    __name__ = "press"

    def __init__(self, *batches: int) -> None:
        self.batches = batches
        self.seen = 0

    def __call__(self, output: Any, target: Any) -> float:
        self.seen += 1
        if self.seen in self.batches:
            os.kill(os.getpid(), signal.SIGINT)
        return 0.0


SAID = (
    "\ninterrupted: fit ends after this step and the epoch's validation, and keeps the weights; "
    "Ctrl-C again to stop at once\n"
)


def test_once_ends_the_epoch_and_keeps_the_weights(capsys: pytest.CaptureFixture[str]) -> None:
    x, y = blobs(100)
    trainer = classifier([PressCtrlC(6)])
    history = trainer.fit(
        x, y, epochs=5, batch_size=25, shuffle=False, validation_data=(x, y), verbose=0
    )
    assert history.interrupted
    assert history.epoch == [1]  # the sixth batch is the second of the first validation
    assert [len(values) for values in history.history.values()] == [1] * 4
    assert capsys.readouterr() == ("", SAID)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_epoch_ends_after_the_step_under_way() -> None:
    x, y = blobs(100)
    trainer, expected = classifier([PressCtrlC(2)]), classifier()
    history = trainer.fit(x, y, epochs=5, batch_size=25, shuffle=False, verbose=0)
    expected.fit(x[:50], y[:50], batch_size=25, shuffle=False, verbose=0)
    assert same_bits(weights(trainer.model), weights(expected.model))
    assert history.history["loss"] == expected.history.history["loss"]
    assert "1 epochs, interrupted" in repr(history)
    trainer.fit(x, y, verbose=0)
    assert not history.interrupted
    assert history.epoch == [1, 2]


def test_twice_stops_at_once() -> None:
    x, y = blobs(100)

    class Twice(PressCtrlC):
        def __call__(self, output: Any, target: Any) -> float:
            super().__call__(output, target)
            return super().__call__(output, target)

    with pytest.raises(KeyboardInterrupt):
        classifier([Twice(1, 2)]).fit(x, y, verbose=0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_ones_own_is_kept() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        x, y = blobs(100)
        history = classifier([PressCtrlC(1)]).fit(x, y, epochs=2, verbose=0)
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]
    assert history.epoch == [1, 2]


def test_another_thread_can_train() -> None:
    x, y = blobs(100)
    trainer = classifier()
    thread = threading.Thread(target=trainer.fit, args=(x, y), kwargs={"verbose": 0})
    thread.start()
    thread.join()
    assert trainer.history.epoch == [1]


PROGRAM = """
import numpy as np, deepcore as dc
model = dc.nn.Linear(4, 2)
trainer = dc.Trainer(model, "cross_entropy", dc.optim.SGD(model.parameters(), lr=0.1))
x = np.zeros((64, 4), np.float32)
def say(output, target):
    if not trainer.history.epoch:
        print("training", flush=True)
    return 0.0
trainer = dc.Trainer(model, "cross_entropy", trainer.optimizer, [say])
history = trainer.fit(x, np.zeros(64, int), epochs=10**7, verbose=0)
print("interrupted", history.interrupted, bool(np.isfinite(model.weight.detach().numpy()).all()))
"""


def test_from_the_keyboard() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "training\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "interrupted True True", err
    assert process.returncode == 0


def test_a_fit_that_raises_was_not_interrupted() -> None:
    x, y = blobs(100)
    trainer = classifier([press := PressCtrlC(2)])
    assert trainer.fit(x, y, verbose=0).interrupted
    press.batches = ()
    trainer.model[0].weight.detach().numpy()[0, 0] = float("nan")
    with pytest.raises(FloatingPointError, match="losses and gradients must be finite"):
        trainer.fit(x, y, verbose=0)
    assert not trainer.history.interrupted
