"""A Trainer's scheduler: it steps once a whole epoch."""

from __future__ import annotations

import pytest

import deepcore as dc
from deepcore.optim.lr_scheduler import CosineAnnealingLR, StepLR
from support.training import blobs, mlp, same_bits, weights


def test_it_steps_after_each_epoch() -> None:
    x, y = blobs(64)

    def start() -> tuple[dc.nn.Sequential, dc.optim.SGD, StepLR]:
        model = mlp(8, 16, 4)
        sgd = dc.optim.SGD(model.parameters(), lr=0.5)
        return model, sgd, StepLR(sgd, 2, gamma=0.1)

    model, sgd, scheduler = start()
    trainer = dc.Trainer(model, "cross_entropy", sgd, scheduler=scheduler)
    trainer.fit(x, y, epochs=2, shuffle=False, verbose=0)
    trainer.fit(x, y, epochs=3, shuffle=False, verbose=0)
    assert scheduler.last_epoch == 5
    assert sgd.param_groups[0]["lr"] == pytest.approx(0.005)

    other, sgd, scheduler = start()
    for _ in range(5):
        for at in range(0, 64, 32):
            sgd.zero_grad()
            scores = other(dc.tensor(x[at : at + 32]))
            dc.nn.functional.cross_entropy(scores, dc.tensor(y[at : at + 32])).backward()
            sgd.step()
        scheduler.step()
    assert same_bits(weights(model), weights(other))


def test_schedulers_that_do_not_work() -> None:
    model = mlp(8, 4)
    sgd, other = (dc.optim.SGD(model.parameters(), lr=0.1) for _ in range(2))
    with pytest.raises(TypeError, match=r"scheduler must be an optim\.lr_scheduler\.LRS.* got int"):
        dc.Trainer(model, "mse", sgd, scheduler=3)  # type: ignore[arg-type]  # the test
    with pytest.raises(ValueError, match=r"scheduler must be made of the Trainer's optimizer\."):
        dc.Trainer(model, "mse", sgd, scheduler=CosineAnnealingLR(other, 3))
