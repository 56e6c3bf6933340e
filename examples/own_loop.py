"""A training loop of one's own, on scikit-learn's digits: what Trainer.fit does, written out.

python examples/own_loop.py
"""

import deepcore as dc
from deepcore import nn, optim
from deepcore.data import DataLoader, TensorDataset

dc.manual_seed(0)
(x_train, y_train), (x_test, y_test) = dc.datasets.digits()
model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
loss_of = nn.CrossEntropyLoss()
adam = optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=32, shuffle=True)

for epoch in range(1, 11):
    total = 0.0
    for x, y in loader:
        adam.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        adam.step()
        total += loss.item() * len(y)
    print(f"epoch {epoch}: loss {total / len(x_train):.4f}")

model.eval()
with dc.no_grad():
    guesses = model(dc.from_numpy(x_test)).argmax(1).numpy()
print(f"test accuracy {(guesses == y_test).mean():.2%}")
