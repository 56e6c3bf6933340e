"""What fit, evaluate and predict take, and what it becomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset
from support.training import blobs, classifier, mlp, same_bits, weights


class Pairs(Dataset[Any]):
    """Samples that can only be taken one by one."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> Any:
        return self.x[index], int(self.y[index])


class Stream(IterableDataset[Any]):
    """Samples without an index."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y

    def __iter__(self) -> Any:
        return iter(zip(self.x, self.y.tolist(), strict=True))


def frozen(array: Any) -> Any:
    array = array.copy()
    array.flags.writeable = False
    return array


KINDS: dict[str, Any] = {
    "lists": lambda x, y: (x.tolist(), y.tolist()),
    "float64 and int32": lambda x, y: (x.astype(np.float64), y.astype(np.int32)),
    "fortran order": lambda x, y: (np.asfortranarray(x), y),
    "read-only": lambda x, y: (frozen(x), frozen(y)),
    "labels as a column": lambda x, y: (x, y[:, None]),
    "labels as float": lambda x, y: (x, y.astype(np.float32)),
    "labels as a column of float": lambda x, y: (x, y[:, None].astype(np.float64)),
    "tensors": lambda x, y: (dc.tensor(x), dc.tensor(y)),
    "TensorDataset": lambda x, y: (TensorDataset(x, y),),
    "Subset": lambda x, y: (Subset(TensorDataset(x, y), range(len(x))),),
    "Dataset": lambda x, y: (Pairs(x, y),),
    "DataLoader": lambda x, y: (DataLoader(TensorDataset(x, y), 32),),
    "DataLoader of float64": lambda x, y: (
        DataLoader(TensorDataset(x.astype(np.float64), y[:, None]), 32),
    ),
    "DataLoader of a Dataset": lambda x, y: (DataLoader(Pairs(x, y), 32),),
    "IterableDataset": lambda x, y: (Stream(x, y),),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_weights(kind: str) -> None:
    x, y = blobs(70)
    expected, trainer = classifier(), classifier()
    expected.fit(x, y, epochs=2, shuffle=False, verbose=0)
    given = KINDS[kind](x, y)
    order = {} if isinstance(given[0], DataLoader) else {"shuffle": False}
    trainer.fit(*given, epochs=2, verbose=0, **order)
    assert same_bits(weights(trainer.model), weights(expected.model))
    assert trainer.history.history == expected.history.history
    assert trainer.evaluate(*given) == expected.evaluate(x, y)
    assert trainer.predict(given[0]).tobytes() == expected.predict(x).tobytes()


def test_whole_numbers_become_the_models_dtype_where_it_takes_no_others() -> None:
    x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    model = mlp(2, 8, 1)
    adam = dc.optim.Adam(model.parameters(), lr=0.05)
    trainer = dc.Trainer(model, "binary_cross_entropy_with_logits", adam, "accuracy")
    trainer.fit(x, [0, 1, 1, 0], epochs=300, verbose=0)
    assert trainer.evaluate(x, [0, 1, 1, 0])["accuracy"] == 1.0
    assert trainer.predict(np.array(x, np.uint8)).shape == (4, 1)


def test_whole_numbers_stay_so_for_a_model_that_takes_them() -> None:
    seen = []

    class Scale(dc.nn.Linear):
        def forward(self, input: Any) -> Any:
            seen.append(input.dtype)
            return super().forward(input.float())

    model = Scale(2, 1)
    trainer = dc.Trainer(model, "mse", dc.optim.SGD(model.parameters(), lr=0.1))
    trainer.predict(np.ones((3, 2), np.uint8))
    assert set(seen) == {dc.uint8}
    seen.clear()
    trainer.predict(np.ones((3, 2), np.int16))
    assert set(seen) == {dc.int64}


def test_the_defaults_of_keras() -> None:
    x, y = blobs(20)
    trainer = classifier("acc")
    history = trainer.fit(x, y, validation_split=0.0, validation_data=None, verbose="auto")
    assert list(history.history) == ["loss", "acc"]
    assert list(trainer.fit(x, y, validation_split=0.0, validation_data=(x, y)).history) == [
        "loss",
        "acc",
        "val_loss",
        "val_acc",
    ]
    accuracy = (trainer.predict(x).argmax(1) == y).mean()
    assert trainer.evaluate(x, y)["acc"] == pytest.approx(accuracy)


@pytest.mark.parametrize("name", ["mse", "mae", "mse_loss", "l1_loss"])
def test_losses_by_name(name: str) -> None:
    x, _ = blobs(20)
    model = mlp(8, 8)
    trainer = dc.Trainer(model, name, dc.optim.SGD(model.parameters(), lr=0.1))
    distance = np.abs(trainer.predict(x) - x)
    expected = (distance if name in ("mae", "l1_loss") else distance**2).mean()
    assert trainer.evaluate(x, x)["loss"] == pytest.approx(expected, rel=1e-5)


def test_a_float64_model_is_fed_float64() -> None:
    x, y = blobs(20)
    model = mlp(8, 4).double()
    trainer = dc.Trainer(model, "cross_entropy", dc.optim.SGD(model.parameters(), lr=0.1))
    trainer.fit(x, y, verbose=0)
    assert trainer.predict(x).dtype == np.float64


@pytest.mark.parametrize("column", [False, True])
def test_a_vector_serves_as_a_column_and_a_column_as_a_vector(column: bool) -> None:
    x, _ = blobs(50)
    target = x.sum(1)
    model = mlp(8, 1) if column else dc.nn.Sequential(mlp(8, 1), dc.nn.Flatten(0))
    sgd = dc.optim.SGD(model.parameters(), lr=0.02)
    trainer = dc.Trainer(model, "mse", sgd, ["mae", "mse"])
    trainer.fit(x, target if column else target[:, None], epochs=100, verbose=0)
    measured = trainer.evaluate(x, target)
    assert measured["loss"] < 1e-3
    assert measured["mse"] == pytest.approx(measured["loss"], rel=1e-5)
