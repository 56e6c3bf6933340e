"""Hooks of modules: before and after forward, and after backward."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from .._core import Tensor, is_grad_enabled
from .._tensor import RemovableHandle

if TYPE_CHECKING:
    from ._module import Module

Hook = Callable[..., Any]
_Gradients = dict[int, Tensor]


class Hooks:
    """The hooks of one module, each kind in the order in which they are called."""

    def __init__(self) -> None:
        self.before: dict[int, tuple[Hook, bool]] = {}  # with kwargs?
        self.after: dict[int, tuple[Hook, bool, bool]] = {}  # with kwargs? also after an error?
        self.backward: dict[int, Hook] = {}

    def __bool__(self) -> bool:
        return bool(self.before or self.after or self.backward)


_keys = itertools.count()


def insert(
    hooks: dict[int, Any], hook: Any, prepend: bool, changed: Callable[[], None]
) -> RemovableHandle:
    """Puts a hook last or first; `changed` is called now and when it is removed."""
    key = next(_keys)
    others = dict(hooks) if prepend else {}
    if prepend:
        hooks.clear()
    hooks[key] = hook
    hooks.update(others)
    changed()

    def remove() -> None:
        hooks.pop(key, None)
        changed()

    return RemovableHandle(remove)


def call_with_hooks(
    module: Module, hooks: Hooks, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Runs `module.forward` with the hooks around it."""
    for hook, with_kwargs in tuple(hooks.before.values()):
        if with_kwargs:
            args, kwargs = hook(module, args, kwargs) or (args, kwargs)
        elif (given := hook(module, args)) is not None:
            args = given if isinstance(given, tuple) else (given,)
    backward = _BackwardCall(module, hooks) if hooks.backward and is_grad_enabled() else None
    if backward:
        args = backward.watch_inputs(args)
    output, after = None, list(hooks.after.values())
    try:
        output = module.forward(*args, **kwargs)
        while after:
            hook, with_kwargs, _ = after.pop(0)
            given = _after(module, hook, with_kwargs, args, kwargs, output)
            output = output if given is None else given
    except Exception:
        for hook, with_kwargs, always in after:
            if always:
                _after(module, hook, with_kwargs, args, kwargs, output)
        raise
    return backward.watch_outputs(output) if backward else output


def _after(
    module: Module,
    hook: Hook,
    with_kwargs: bool,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    output: Any,
) -> Any:
    return hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)


class _BackwardCall:
    """Gathers the gradients of one call of a module and hands them to its backward hooks.

    Inputs and outputs pass through two views each, so that the hooks see what this call
    contributes and nothing else. Backward visits the newest node first: the inner views of all
    inputs report their gradients before the outer view of any of them asks what became of it.
    """

    def __init__(self, module: Module, hooks: Hooks) -> None:
        self.module = module
        self.hooks = hooks
        self.inputs = self.outputs = 0
        self.start()

    def start(self) -> None:
        self.grad_input: _Gradients = {}
        self.grad_output: _Gradients = {}
        self.result: tuple[Tensor | None, ...] | None = None

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self.inputs = len(args)
        watched = self._watch(args, lambda: self.grad_input, self._replaced)
        self.any_input = any(new is not old for new, old in zip(watched, args, strict=True))
        return watched

    def watch_outputs(self, output: Any) -> Any:
        many = isinstance(output, (tuple, list))
        outputs = tuple(output) if many else (output,)
        self.outputs = len(outputs)
        watched = self._watch(outputs, lambda: self.grad_output, self._finished)
        if hasattr(output, "_fields"):  # a named tuple takes its parts one by one
            return type(output)(*watched)
        return type(output)(watched) if many else watched[0]

    def _watch(
        self,
        values: tuple[Any, ...],
        gathered: Callable[[], _Gradients],
        finish: Callable[[int, Tensor], Tensor | None],
    ) -> tuple[Any, ...]:
        chosen = [i for i, v in enumerate(values) if isinstance(v, Tensor) and v.requires_grad]
        watched = list(values)
        for i in chosen:
            watched[i] = _view(watched[i])
            watched[i].register_hook(partial(finish, i))
        for i in chosen:
            watched[i] = _view(watched[i])
            watched[i].register_hook(partial(self._gather, gathered, i))
        return tuple(watched)

    def _gather(self, gathered: Callable[[], _Gradients], i: int, gradient: Tensor) -> None:
        if self.result is not None:  # a second backward over a retained graph
            self.start()
        gathered()[i] = gradient

    def _finished(self, i: int, gradient: Tensor) -> None:
        if not self.any_input and self.result is None:
            self._call()

    def _replaced(self, i: int, gradient: Tensor) -> Tensor | None:
        return (self.result if self.result is not None else self._call())[i]

    def _call(self) -> tuple[Tensor | None, ...]:
        grad_input = tuple(self.grad_input.get(i) for i in range(self.inputs))
        grad_output = tuple(self.grad_output.get(i) for i in range(self.outputs))
        for hook in tuple(self.hooks.backward.values()):
            given = hook(self.module, grad_input, grad_output)
            if given is None:
                continue
            given = given if isinstance(given, tuple) else (given,)
            if len(given) != len(grad_input) or not self.any_input:
                count = f"{len(grad_input)} gradients, one for each input"
                expected = count if self.any_input else "None where no input has a gradient"
                raise ValueError(
                    f"[full_backward_hook] a hook of {type(self.module).__name__} must return "
                    f"{expected}, got {len(given)}."
                )
            grad_input = given
        self.result = grad_input
        return grad_input


def _view(x: Tensor) -> Tensor:
    return x.reshape(x.shape)
