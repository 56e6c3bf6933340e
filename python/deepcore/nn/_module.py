"""Module: what every layer and network is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from .. import _core
from .._core import Tensor
from .._device import other_device
from .._tensor import RemovableHandle
from . import _convert, _state
from ._hooks import Hook, Hooks, call_with_hooks, insert
from ._trail import leave
from ._tree import Tree, changed

_T = TypeVar("_T", bound="Module")


class Module(Tree):
    """The base of layers and networks: override `__init__` and `forward`.

    Tensors that are assigned as `Parameter` and modules that are assigned as attributes are found
    by `parameters()`, `state_dict()`, `train()` and the like.

    Example:
        >>> import deepcore as dc
        >>> class Double(dc.nn.Module):
        ...     def forward(self, x):
        ...         return x + x
        >>> Double()(dc.ones(2))
        tensor([2., 2.])
    """

    _hooks: Hooks | None

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["_hooks"] = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return call_with_hooks(self, self._hooks, args, kwargs)
        except Exception as error:
            if "_hooks" not in self.__dict__:
                raise self._not_made("in __init__()") from None
            leave(error, self)
            raise

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output; every layer has its own."""
        raise NotImplementedError(f"[{type(self).__name__}] forward() is not defined.")

    # Modes and conversions

    def apply(self: _T, fn: Callable[[Module], None]) -> _T:
        """Calls `fn` on every module, the innermost first; returns self."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self: _T, mode: bool = True) -> _T:
        """Sets training mode (dropout drops), or with False eval mode; returns self."""
        if not isinstance(mode, bool):
            raise TypeError(f"[train] mode must be a bool, got {type(mode).__name__}.")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: _T) -> _T:
        """Sets eval mode: a row of the output depends on that row of the input alone."""
        return self.train(False)

    def requires_grad_(self: _T, requires_grad: bool = True) -> _T:
        """Sets whether backward gives the parameters gradients; returns self."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drops the gradients of the parameters, or fills them with zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def to(self: _T, *target: Any, **options: Any) -> _T:
        """Converts floating parameters and buffers in place: `to(dtype)`, `to('cpu')`, `to(x)`.

        Raises:
            ValueError: a device that is not the CPU.
            TypeError: a dtype that is not floating, or an unknown option.
        """
        _convert.convert(self, _convert.wanted(target, options))
        return self

    def float(self: _T) -> _T:
        """Converts floating parameters and buffers to float32; returns self."""
        _convert.convert(self, _core.dtype.float32)
        return self

    def double(self: _T) -> _T:
        """Converts floating parameters and buffers to float64; returns self."""
        _convert.convert(self, _core.dtype.float64)
        return self

    def cpu(self: _T) -> _T:
        """Returns self: it is on the CPU."""
        return self

    def cuda(self, device: object = None) -> NoReturn:
        """Raises ValueError: deepcore runs on CPUs."""
        raise other_device("cuda")

    # State

    def state_dict(
        self,
        *,
        destination: dict[str, Tensor] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Tensor]:
        """Parameters and persistent buffers by path, sharing their values.

        Args:
            destination: a dict to write into; a new one if None.
            prefix: what to put before every path.
            keep_vars: give the parameters themselves, not their values outside the graph.
        """
        state = {} if destination is None else destination
        for path, value in _state.entries(self):
            state[prefix + path] = value if keep_vars else value.detach()
        return state

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _state.IncompatibleKeys:
        """Writes values into the parameters and buffers, converted to their dtypes.

        Args:
            state_dict: tensors or NumPy arrays by path, as `state_dict()` gives them.
            strict: whether missing and unexpected paths are an error.
            assign: make parameters and buffers of the tensors themselves, with their dtypes and
                memory, in place of those that were there; an optimizer of those is to be made anew.

        Returns:
            The missing and the unexpected paths.

        Raises:
            ValueError: paths or shapes differ; then nothing has been written.
            TypeError: state_dict is not a mapping, or holds what are not numbers.
        """
        return _state.load(self, state_dict, strict, assign)

    # Hooks

    def _hook(self, kind: str, hook: Any, prepend: bool) -> RemovableHandle:
        hooks = self._hooks = self._hooks or Hooks()

        def refresh() -> None:
            if self._hooks is hooks and not hooks:
                self._hooks = None
            changed()

        return insert(getattr(hooks, kind), hook, prepend, refresh)

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before forward; what it returns replaces the arguments.

        With `with_kwargs`, `hook(module, args, kwargs)` returns None or (args, kwargs).
        """
        return self._hook("before", (hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after forward; what it returns replaces the output.

        With `with_kwargs`, it is `hook(module, args, kwargs, output)`. With `always_call`, it is
        called where forward or a hook before it raises, too, with the output so far or None.
        """
        return self._hook("after", (hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        Both are tuples with an entry for each positional input and each output, None where there
        is no gradient. A tuple that it returns replaces grad_input; None in it keeps a gradient.
        """
        return self._hook("backward", hook, prepend)

    # Display and copies

    def extra_repr(self) -> str:
        """What stands between the parentheses of a layer's repr."""
        return ""

    def _repr_children(self) -> Iterator[tuple[str, str]]:
        return ((name, repr(module)) for name, module in self._modules.items())

    def __repr__(self) -> str:
        head, extra = type(self).__name__, self.extra_repr()
        children = [f"({name}): {text}" for name, text in self._repr_children()]
        if not children and "\n" not in extra:
            return f"{head}({extra})"
        lines = [line for part in (extra, *children) if part for line in part.split("\n")]
        return f"{head}(\n  " + "\n  ".join(lines) + "\n)"
