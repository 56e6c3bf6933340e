"""Module: what every layer and network is.

Parameters, buffers and submodules are plain instance attributes, with registries beside them that
`__setattr__` keeps: reading one costs what reading any attribute costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar

from .. import _core
from .._core import Tensor
from .._device import check_device
from .._tensor import RemovableHandle
from . import _convert, _state
from ._hooks import Hook, Hooks, call_with_hooks, insert
from ._notes import leave
from ._parameter import Parameter

_T = TypeVar("_T", bound="Module")
_V = TypeVar("_V")


class Module:
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

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _transient: set[str]  # names of buffers that are not part of the state
    _hooks: Hooks | None

    # Attributes that decide how a container calls this layer; writing one makes plans stale.
    _structural: ClassVar[frozenset[str]] = frozenset({"forward", "__class__"})
    # Another object after every change of hooks or submodules anywhere: plans made before it are
    # stale. Changes are rare, calls are not: one comparison a call is all that it costs.
    _structure: ClassVar[object] = object()

    def __init__(self) -> None:
        self.__dict__.update(
            training=True, _parameters={}, _buffers={}, _modules={}, _transient=set(), _hooks=None
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return call_with_hooks(self, self._hooks, args, kwargs)
        except Exception as error:
            leave(error, self)
            raise

    # Any: the signature is each layer's own.
    forward: Callable[..., Any]

    def forward(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[no-redef]
        """Computes the output; every layer has its own."""
        raise NotImplementedError(f"[{type(self).__name__}] forward() is not defined.")

    # Attributes and registries

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self.add_module(name, value)
        else:
            self._set_plain(name, value)

    def _set_plain(self, name: str, value: Any) -> None:
        known = self.__dict__
        for registry, kind in (("_parameters", "a Parameter"), ("_modules", "a Module")):
            if name in known.get(registry, ()):
                if value is not None:
                    raise TypeError(
                        f"[{type(self).__name__}] {name} must be {kind} or None, got "
                        f"{type(value).__name__}; delete the attribute first to change its kind."
                    )
                known[registry][name] = None
        if name in known.get("_buffers", ()):
            self._check_tensor(name, value)
            known["_buffers"][name] = value
        if name in self._structural or name in known.get("_modules", ()):
            _changed()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._forget(name)
        object.__delattr__(self, name)

    def _forget(self, name: str) -> None:
        for registry in (self._parameters, self._buffers, self._modules):
            registry.pop(name, None)  # type: ignore[attr-defined]  # a union of dicts
        self._transient.discard(name)
        _changed()

    def _register(self, registry: str, name: str, value: _V) -> None:
        known = self.__dict__
        if registry not in known:
            raise AttributeError(
                f"[{type(self).__name__}] super().__init__() must be called before {name!r} is set."
            )
        if not isinstance(name, str) or not name or "." in name:
            raise ValueError(
                f"[{type(self).__name__}] a name must be a string without dots, got {name!r}."
            )
        if name not in known[registry]:
            if name not in known and hasattr(self, name):
                raise ValueError(
                    f"[{type(self).__name__}] {name!r} is a method or class attribute."
                )
            self._forget(name)
        known[registry][name] = value
        known[name] = value

    def _check_tensor(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                f"[{type(self).__name__}] buffer {name!r} must be a Tensor or None, got "
                f"{type(value).__name__}."
            )

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Makes `param` an attribute that is trained; None keeps the name for an absent one."""
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"[{type(self).__name__}] parameter {name!r} must be a Parameter or None, got "
                f"{type(param).__name__}."
            )
        self._register("_parameters", name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Makes `tensor` an attribute that is part of the state (if `persistent`), not trained."""
        self._check_tensor(name, tensor)
        self._register("_buffers", name, tensor)
        if persistent:
            self._transient.discard(name)
        else:
            self._transient.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Makes `module` an attribute that is part of this one."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(
                f"[{type(self).__name__}] module {name!r} must be a Module or None, got "
                f"{type(module).__name__}."
            )
        self._register("_modules", name, module)
        _changed()

    register_module = add_module

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path such as 'encoder.0'; the module itself for ''."""
        module = self
        for name in target.split(".") if target else ():
            found = module._modules.get(name)
            if found is None:
                self._absent("module", target)
            module = found
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path such as 'encoder.0.weight'."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        return found if found is not None else self._absent("parameter", target)

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path such as 'norm.running_mean'."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._buffers.get(name)
        return found if found is not None else self._absent("buffer", target)

    def _absent(self, kind: str, target: str) -> NoReturn:
        raise AttributeError(f"[{type(self).__name__}] there is no {kind} {target!r}.")

    # Walks

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it, with their dotted paths; each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below this one, with their names; each once."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly below this one."""
        return (module for _, module in self.named_children())

    def _named_members(
        self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        every = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        for path, module in every if recurse else [(prefix, self)]:
            for name, value in getattr(module, registry).items():
                if value is not None and id(value) not in seen:
                    if remove_duplicate:
                        seen.add(id(value))
                    yield _join(path, name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with their dotted paths; each once."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, with `recurse`, of all below it."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their dotted paths; each once."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, with `recurse`, of all below it."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

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
        check_device("cuda")
        raise AssertionError  # check_device has raised

    # State

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """Parameters and persistent buffers by path, sharing their values.

        Args:
            prefix: what to put before every path.
            keep_vars: give the parameters themselves, not their values outside the graph.
        """
        return {
            prefix + path: value if keep_vars else value.detach()
            for path, value in _state.entries(self)
        }

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> _state.IncompatibleKeys:
        """Writes values into the parameters and buffers, converted to their dtypes.

        Args:
            state_dict: tensors or NumPy arrays by path, as `state_dict()` gives them.
            strict: whether missing and unexpected paths are an error.

        Returns:
            The missing and the unexpected paths.

        Raises:
            ValueError: paths or shapes differ; then nothing has been written.
            TypeError: state_dict is not a mapping, or holds what are not numbers.
        """
        return _state.load(self, state_dict, strict)

    # Hooks

    def _hook(self, kind: str, hook: Any, prepend: bool) -> RemovableHandle:
        hooks = self._hooks = self._hooks or Hooks()

        def changed() -> None:
            if self._hooks is hooks and not hooks:
                self._hooks = None
            _changed()

        return insert(getattr(hooks, kind), hook, prepend, changed)

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before forward; what it returns replaces the arguments.

        With `with_kwargs`, `hook(module, args, kwargs)` returns None or (args, kwargs).
        """
        return self._hook("before", (hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after forward; what it returns replaces the output.

        With `with_kwargs`, it is `hook(module, args, kwargs, output)`.
        """
        return self._hook("after", (hook, with_kwargs), prepend)

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
        if not children:
            return f"{head}({extra})"
        lines = [line for part in (extra, *children) if part for line in part.split("\n")]
        return f"{head}(\n  " + "\n  ".join(lines) + "\n)"


def _changed() -> None:
    """Makes every plan stale."""
    Module._structure = object()


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
