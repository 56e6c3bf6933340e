"""What all optimizers share: parameter groups, state, and state dicts in PyTorch's format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Protocol

import numpy as np

from .._core import Tensor
from .._creation import tensor
from .._grad import enable_grad
from .._names import suggest
from ._check import check_params

Group = dict[str, Any]
Params = Iterable[Tensor] | Iterable[Group] | Iterable[tuple[str, Tensor]]
Closure = Callable[[], Any]
# What a group may have beside its optimizer's options: its parts, a label, a scheduler's note, and
# the hints that PyTorch writes into it.
_GROUP_KEYS = frozenset(
    [
        "params",
        "param_names",
        "name",
        "initial_lr",
        "foreach",
        "fused",
        "capturable",
        "differentiable",
        "decoupled_weight_decay",
    ]
)


class Stepper(Protocol):
    """The compiled part of an optimizer: one call updates all parameters."""

    def step(self, groups: list[Group], state: dict[Tensor, dict[str, Any]]) -> None: ...
    def zero_grad(self, groups: list[Group]) -> None: ...


class Optimizer:
    """The base of all optimizers.

    A class of one's own calls `super().__init__(params, defaults)` and writes `step`: it finds
    the options in `self.param_groups` and keeps tensors in `self.state[parameter]`.

    Where an optimizer takes `foreach`, `fused`, `capturable` or `differentiable=False`, they are
    accepted for PyTorch's sake and mean nothing: there is one implementation, which updates all
    parameters in one call.

    Args:
        params: parameters, pairs `(name, parameter)`, or dicts with `params` and the options
            that differ from the defaults for these.
        defaults: the options of groups that do not give their own.

    Raises:
        ValueError: no parameters, one that is in two groups, or one that another op made.
        TypeError: a parameter that is no floating-point tensor, or an option that the optimizer
            does not know.

    Example:
        >>> import deepcore as dc
        >>> class SignSGD(dc.optim.Optimizer):
        ...     def step(self, closure=None):
        ...         for group in self.param_groups:
        ...             for p in group["params"]:
        ...                 p.data.sub_(p.grad.sign(), alpha=group["lr"])
        >>> w = dc.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = SignSGD([w], {"lr": 0.5})
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5, -1.5], requires_grad=True)
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._stepper = self._new_stepper()
        check_params(self._op, params)
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError(f"[{self._op}] params must hold at least one parameter, got none.")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    @property
    def _op(self) -> str:
        return type(self).__name__.lower()

    def _new_stepper(self) -> Stepper | None:
        return None

    def add_param_group(self, param_group: Group) -> None:
        """Adds parameters with options of their own, such as newly unfrozen layers."""
        if not isinstance(param_group, dict):
            kind = type(param_group).__name__
            raise TypeError(f"[{self._op}] a parameter group must be a dict, got {kind}.")
        self._check_keys(param_group)
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(f"[{self._op}] params must have an order, got a set; use a list.")
        given = [given] if isinstance(given, Tensor) else list(given)
        pairs = [p if isinstance(p, tuple) else (None, p) for p in given]
        names = [name for name, _ in pairs if name is not None]
        if names and len(names) < len(pairs):
            raise ValueError(f"[{self._op}] params must all have names or none, got some of each.")
        params = [p for _, p in pairs]
        self._check_params(params)
        group = {**self.defaults, **param_group, "params": params}
        if names:
            group["param_names"] = names
        self._check_group(group)
        self.param_groups.append(group)

    def _check_keys(self, group: Group) -> None:
        if "params" not in group:
            raise ValueError(f"[{self._op}] a parameter group must have 'params', got {[*group]}.")
        if self._stepper is None:  # a class of one's own knows its options itself
            return
        for name in group:
            if name not in self.defaults and name not in _GROUP_KEYS:
                raise TypeError(suggest(self._op, name, self.defaults, "option of a group"))

    def _check_params(self, params: list[Tensor]) -> None:
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                kind = type(p).__name__
                raise TypeError(f"[{self._op}] params must be tensors, got {kind}.")
            if p.dtype.name not in ("float32", "float64"):
                raise TypeError(
                    f"[{self._op}] params must be float32 or float64, got {p.dtype.name}."
                )
            if not p.is_leaf:
                raise ValueError(
                    f"[{self._op}] params must be leaves, got what an op made; pass what it was "
                    "made from, or detach() it."
                )
            if id(p) in known:
                raise ValueError(f"[{self._op}] a parameter must be given once, got one twice.")
            known.add(id(p))

    def _check_group(self, group: Group) -> None:
        """Checks the options of a group; raises ValueError or TypeError."""

    def step(self, closure: Closure | None = None) -> Any:
        """Updates all parameters that have a gradient.

        Args:
            closure: computes the loss and its gradients anew; called once, before the update.

        Returns:
            What the closure returned, or None.
        """
        if self._stepper is None:
            raise NotImplementedError(f"[{self._op}] step() must be written by the subclass.")
        if closure is None:
            self._stepper.step(self.param_groups, self.state)
            return None
        with enable_grad():
            loss = closure()
        self._stepper.step(self.param_groups, self.state)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets all gradients, or sets them to zero in place."""
        if set_to_none and self._stepper is not None:
            self._stepper.zero_grad(self.param_groups)
            return
        for p in self._parameters():
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()

    def _parameters(self) -> list[Tensor]:
        return list(chain.from_iterable(group["params"] for group in self.param_groups))

    def state_dict(self) -> dict[str, Any]:
        """State by the number of its parameter, and the groups with numbers for parameters.

        The tensors are those of the optimizer, not copies.
        """
        number = {id(p): i for i, p in enumerate(self._parameters())}
        groups = [
            {**group, "params": [number[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {number.get(id(p), p): kept for p, kept in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the options and copies of the state that `state_dict()` gave.

        What PyTorch's optimizer of the same name gave is taken, too. Options that an older state
        does not have get the optimizer's defaults.

        Raises:
            ValueError: a group has options that this optimizer does not know, the groups differ in
                number or size from its own, or a state tensor in shape from its parameter; nothing
                has changed then.
        """
        if not isinstance(state_dict, dict) or not {"state", "param_groups"} <= state_dict.keys():
            got = [*state_dict] if isinstance(state_dict, dict) else type(state_dict).__name__
            raise ValueError(
                f"[{self._op}] state_dict must have 'state' and 'param_groups', got {got}; that of "
                "a model is for the model's load_state_dict."
            )
        saved = state_dict["param_groups"]
        self._check_options(saved)
        sizes = [len(group["params"]) for group in saved]
        own = [len(group["params"]) for group in self.param_groups]
        if sizes != own:
            raise ValueError(
                f"[{self._op}] state_dict must have groups of {own} parameters, got {sizes}."
            )
        numbers = chain.from_iterable(group["params"] for group in saved)
        parameter = dict(zip(numbers, self._parameters(), strict=True))
        state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        for number, kept in state_dict["state"].items():
            if number not in parameter:
                raise ValueError(
                    f"[{self._op}] state_dict must hold state of its groups' parameters, got state "
                    f"of {number!r}."
                )
            p = parameter[number]
            state[p] = {name: self._loaded(p, name, value) for name, value in kept.items()}
        groups = []
        for group, new in zip(self.param_groups, saved, strict=True):
            groups.append({**self.defaults, **new, "params": group["params"]})
            self._check_group(groups[-1])
        self.state, self.param_groups = state, groups

    def _check_options(self, saved: list[Group]) -> None:
        """ValueError where groups have options that are another optimizer's."""
        if self._stepper is None:
            return
        for group in saved:
            unknown = [name for name in group if name not in self.defaults.keys() | _GROUP_KEYS]
            if unknown:
                missing = [name for name in self.defaults if name not in group]
                without = f" and without {', '.join(missing)}" if missing else ""
                raise ValueError(
                    f"[{self._op}] state_dict must have groups with the options "
                    f"{', '.join(self.defaults)}, got one with {', '.join(unknown)}{without}; load "
                    "it into an optimizer of the kind that gave it."
                )

    def _loaded(self, p: Tensor, name: str, value: Any) -> Any:
        if name == "step":
            return tensor(float(value), dtype="float32")
        if not hasattr(value, "__array__"):
            return value
        array = np.asarray(value)
        if array.shape not in ((), p.shape):
            raise ValueError(
                f"[{self._op}] state '{name}' must have its parameter's shape {p.shape}, "
                f"got {array.shape}."
            )
        return tensor(array, dtype=p.dtype)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_stepper"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._stepper = self._new_stepper()

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])
