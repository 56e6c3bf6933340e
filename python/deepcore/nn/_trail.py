"""The path of the layer in which an error was raised, as a note on the error.

Every module that an error leaves is told to `leave`, from the inside out. Until then nothing is
recorded, so a call that succeeds pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._notes import add_note

if TYPE_CHECKING:
    from ._module import Module

_KEY = "_deepcore_trail"


class _Trail:
    """Where the error has come from so far: from `path` inside `module`."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.layer = type(module).__name__
        self.path = ""
        self.note = ""


def leave(error: Exception, module: Module) -> None:
    """Notes that `error` is leaving `module`."""
    trail = error.__dict__.get(_KEY)
    if trail is None:
        if isinstance(error, TypeError) and str(error).endswith("got tuple."):
            add_note(error, "recurrent layers return (output, state): take [0] of what they give.")
        error.__dict__[_KEY] = _Trail(module)
        return
    if trail.module is module:
        return
    name = next((n for n, m in module.named_modules() if m is trail.module), None)
    if name is None:  # the layer is not part of this module: what is known already stands
        return
    trail.module = module
    trail.path = f"{name}.{trail.path}" if trail.path else name
    note = f"in layer {trail.path!r} ({trail.layer}) of {type(module).__name__}"
    add_note(error, note, instead_of=trail.note)
    trail.note = note
