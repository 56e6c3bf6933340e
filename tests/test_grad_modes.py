"""Grad modes as decorators, of functions and of generators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import deepcore as dc


@pytest.mark.parametrize("mode", [dc.no_grad, dc.no_grad(), dc.inference_mode, dc.inference_mode()])
def test_functions(mode: Any) -> None:
    @mode
    def recorded() -> bool:
        """Whether it is on."""
        return dc.is_grad_enabled()

    assert recorded() is False
    assert dc.is_grad_enabled()
    assert recorded.__doc__ == "Whether it is on."


def test_on_within_off() -> None:
    recorded = dc.enable_grad(dc.is_grad_enabled)
    with dc.no_grad():
        assert recorded() is True
        assert not dc.is_grad_enabled()


def test_a_generator_is_switched_while_it_runs() -> None:
    ended = []

    @dc.no_grad()
    def generate() -> Iterator[Any]:
        try:
            sent = yield dc.is_grad_enabled()
            try:
                yield sent, dc.is_grad_enabled()
            except KeyError:
                yield "caught", dc.is_grad_enabled()
        finally:
            ended.append(dc.is_grad_enabled())

    body: Any = generate()
    assert next(body) is False
    assert dc.is_grad_enabled()
    assert body.send(3) == (3, False)
    assert dc.is_grad_enabled()
    assert body.throw(KeyError()) == ("caught", False)
    body.close()
    assert ended == [False]
    assert dc.is_grad_enabled()
    assert list(dc.no_grad()(lambda: iter([1]))()) == [1]
