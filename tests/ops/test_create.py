"""tensor: what is no array of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deepcore as dc

UNEVEN = (
    r"data must be numbers in rows of equal length, got sequences of different lengths; "
    r"nn\.utils\.rnn\.pad_sequence or data\.pad_collate pads them\."
)


class Broken:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError("of its own")


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        ([[1], [1, 2]], ValueError, UNEVEN),
        ([np.ones((2, 3)), np.ones((3, 3))], ValueError, UNEVEN),
        ([dc.ones(2), dc.ones(3)], ValueError, UNEVEN),
        (Broken(), ValueError, r"data must be numbers in rows of equal length, got of its own\."),
        (["a"], TypeError, "data must be numbers, got an array of dtype <U1."),
    ],
)
def test_tensors_there_cannot_be(data: Any, kind: type[Exception], text: str) -> None:
    for make in (dc.tensor, dc.as_tensor):
        with pytest.raises(kind, match=rf"^\[tensor\] {text}$"):
            make(data)


def test_bytes_hold_0_to_255() -> None:
    with pytest.raises(ValueError, match=r"of dtype uint8 must be from 0 to 255, got -1 to 256\.$"):
        dc.tensor([256, -1], dtype=dc.uint8)
