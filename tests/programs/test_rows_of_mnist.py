"""MNIST read row by row: 28 steps of 28 pixels, the digit from the last state of an LSTM."""

from __future__ import annotations

import os

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn
from deepcore.train import Trainer


class RowLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, 128, batch_first=True)
        self.fc = nn.Linear(128, 10)

    def forward(self, x: dc.Tensor) -> dc.Tensor:
        return self.fc(self.lstm(x)[1][0][-1])


@pytest.mark.data
@pytest.mark.slow
def test_it_reaches_its_score() -> None:
    """98 % after 5 epochs."""
    if not os.environ.get("DEEPCORE_DATA"):
        pytest.skip("DEEPCORE_DATA names no folder with MNIST")
    train, test = (
        ((images.reshape(-1, 28, 28) / 255).astype(np.float32), labels)
        for images, labels in dc.datasets.mnist(download=False)
    )
    dc.manual_seed(0)
    model = RowLSTM()
    adam = dc.optim.Adam(model.parameters(), lr=2e-3)
    fall = dc.optim.lr_scheduler.CosineAnnealingLR(adam, 5)
    trainer = Trainer(model, "cross_entropy", adam, metrics=["accuracy"], scheduler=fall)
    trainer.fit(*train, epochs=5, batch_size=64, verbose=0)
    assert trainer.evaluate(*test)["accuracy"] >= 0.98
