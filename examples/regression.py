"""Trainer on a curve: fit, a validation share, predict.

python examples/regression.py
"""

import numpy as np

import deepcore as dc
from deepcore import nn, optim

dc.manual_seed(0)
random = np.random.default_rng(0)
x = random.uniform(-3, 3, (2000, 1))
y = np.sin(x) + 0.05 * random.standard_normal(x.shape)

model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
trainer = dc.Trainer(model, "mse", optim.Adam(model.parameters(), lr=1e-2), metrics=["mae"])
trainer.fit(x, y, epochs=20, validation_split=0.1)

points = np.linspace(-3, 3, 61)[:, None]
error = np.abs(trainer.predict(points) - np.sin(points)).max()
print(f"largest error {error:.3f}")
