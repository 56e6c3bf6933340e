"""Trainer.fit: the loop that one would write by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import DataLoader, TensorDataset
from support.training import blobs, classifier, same_bits, weights


def network(dropout: bool) -> Any:
    dc.manual_seed(3)
    between = [dc.nn.Dropout(0.3)] if dropout else []
    return dc.nn.Sequential(dc.nn.Linear(8, 16), dc.nn.ReLU(), *between, dc.nn.Linear(16, 4))


def by_hand(x: Any, y: Any, epochs: int, *, dropout: bool) -> Any:
    model = network(dropout)
    adam = dc.optim.Adam(model.parameters(), lr=1e-2)
    loss_of = dc.nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(x, y), 32, shuffle=True)
    for _ in range(epochs):
        for inputs, targets in loader:
            adam.zero_grad()
            loss_of(model(inputs), targets).backward()
            adam.step()
    return model


def trainer_of(model: Any) -> dc.Trainer:
    adam = dc.optim.Adam(model.parameters(), lr=1e-2)
    return dc.Trainer(model, dc.nn.CrossEntropyLoss(), adam, ["accuracy"])


@pytest.mark.parametrize("dropout", [False, True])
def test_weights_are_those_of_the_loop_by_hand(dropout: bool) -> None:
    x, y = blobs(101)  # the last batch has 5
    expected = by_hand(x, y, 2, dropout=dropout)
    trainer = trainer_of(network(dropout))
    trainer.fit(x, y, epochs=2, verbose=0)
    assert same_bits(weights(trainer.model), weights(expected))


def test_a_second_fit_goes_on() -> None:
    x, y = blobs(101)
    expected = by_hand(x, y, 3, dropout=True)
    trainer = trainer_of(network(dropout=True))
    trainer.fit(x, y, epochs=1, verbose=0)
    history = trainer.fit(x, y, epochs=2, verbose=0)
    assert same_bits(weights(trainer.model), weights(expected))
    assert history is trainer.history
    assert history.epoch == [1, 2, 3]
    assert [len(values) for values in history.history.values()] == [3, 3]


def test_it_learns() -> None:
    x, y = blobs(400)
    trainer = classifier()
    history = trainer.fit(x, y, epochs=20, validation_split=0.25, verbose=0)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.history["loss"][-1] < 0.3 * history.history["loss"][0]
    assert history.history["val_accuracy"][-1] > 0.9
    assert repr(history).startswith("History(20 epochs: loss 0.")


def test_the_last_share_is_held_out_before_shuffling() -> None:
    x, y = blobs(103)
    one, other, third = classifier(), classifier(), classifier()
    held_out = x[82:], y[82:]  # 20.6 is rounded up to 21
    for trainer, data, options in (
        (one, (x, y), {"validation_split": 0.2}),
        (other, (x[:82], y[:82]), {"validation_data": held_out}),
        (third, (TensorDataset(x, y),), {"validation_split": 0.2}),
    ):
        dc.manual_seed(1)
        trainer.fit(*data, epochs=2, verbose=0, **options)
    assert one.history.history == other.history.history == third.history.history
    assert same_bits(weights(one.model), weights(other.model))
    assert same_bits(weights(one.model), weights(third.model))


@pytest.mark.parametrize("kind", ["pair", "dataset", "loader"])
def test_validation_data(kind: str) -> None:
    x, y = blobs(60)
    data = TensorDataset(x, y)
    given = {"pair": (x, y), "dataset": data, "loader": DataLoader(data, 7)}[kind]
    trainer = classifier()
    history = trainer.fit(x, y, validation_data=given, verbose=0).history
    assert trainer.evaluate(x, y) == pytest.approx(
        {"loss": history["val_loss"][0], "accuracy": history["val_accuracy"][0]}, rel=1e-6
    )


def test_epochs_without_validation_leave_nan() -> None:
    x, y = blobs(40)
    trainer = classifier()
    trainer.fit(x, y, verbose=0)
    history = trainer.fit(x, y, validation_split=0.5, verbose=0).history
    assert np.isnan(history["val_loss"][0])
    assert np.isfinite(history["val_loss"][1])


def test_every_module_is_in_its_own_mode_again() -> None:
    x, y = blobs(40)
    seen: list[tuple[bool, bool]] = []

    class Spy(dc.nn.Identity):
        def forward(self, input: Any) -> Any:
            seen.append((self.training, dc.is_grad_enabled()))
            return input

    model = dc.nn.Sequential(Spy(), dc.nn.Dropout(0.5), dc.nn.Linear(8, 4))
    model[1].eval()
    trainer = dc.Trainer(model, "cross_entropy", dc.optim.SGD(model.parameters(), lr=0.1))
    trainer.fit(x, y, batch_size=40, validation_data=(x, y), verbose=0)
    assert [m.training for m in model.modules()] == [True, True, False, True]
    # the row that tells the output's shape for each part, one step, one validation
    assert seen == [(False, False), (True, True), (False, False)]
    model.eval()
    trainer.fit(x, y, verbose=0)
    trainer.predict(x)
    assert not any(m.training for m in model.modules())


def test_shuffle_false_keeps_the_order() -> None:
    seen: list[float] = []

    class Spy(dc.nn.Linear):
        def forward(self, input: Any) -> Any:
            if self.training:
                seen.extend(input.numpy()[:, 0].tolist())
            return super().forward(input)

    x = np.arange(10, dtype=np.float32)[:, None] / 10
    model = Spy(1, 1)
    trainer = dc.Trainer(model, "mse", dc.optim.SGD(model.parameters(), lr=0.01))
    trainer.fit(x, x, batch_size=4, shuffle=False, verbose=0)
    assert seen == x[:, 0].tolist()
    seen.clear()
    trainer.fit(x, x, batch_size=4, verbose=0)
    assert seen != x[:, 0].tolist()
    assert sorted(seen) == x[:, 0].tolist()


def test_predictions_keep_the_order_and_do_not_depend_on_the_batch_size() -> None:
    x, y = blobs(77)
    trainer = classifier()
    trainer.fit(x, y, verbose=0)
    trainer.model.eval()
    expected = trainer.model(dc.tensor(x)).detach().numpy()
    for batch_size in (1, 7, None, 77, 500):
        assert trainer.predict(x, batch_size=batch_size).tobytes() == expected.tobytes()
    loader = DataLoader(TensorDataset(x, y), 10)
    assert trainer.predict(loader).tobytes() == expected.tobytes()
    assert trainer.predict(TensorDataset(x)).tobytes() == expected.tobytes()


def test_a_train_method_of_the_models_own_is_called() -> None:
    class Frozen(dc.nn.Sequential):
        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            self[0].eval()
            return self

    x, y = blobs(40)
    seen: list[bool] = []
    model = Frozen(dc.nn.Dropout(0.5), dc.nn.Linear(8, 4))
    model[0].register_forward_hook(lambda module, args, output: seen.append(module.training))
    dc.Trainer(model, "cross_entropy", dc.optim.SGD(model.parameters(), lr=0.1)).fit(
        x, y, verbose=0
    )
    assert seen == [False] * 3  # the row that tells the output's shape, two steps
    assert model[0].training
