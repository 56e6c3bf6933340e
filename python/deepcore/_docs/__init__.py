"""The docstrings of what the extension binds: a function's also serves the method of its name."""

from .. import _core
from . import elementwise, in_place, reductions, shapes, sparse_rows, tensors

_ALIASES = {
    "clip": "clamp",
    "concat": "cat",
    "concatenate": "cat",
    "divide": "div",
    "multiply": "mul",
    "swapaxes": "transpose",
    "true_divide": "div",
}


def _attach() -> None:
    texts = elementwise.TEXTS | reductions.TEXTS | shapes.TEXTS | tensors.TEXTS | in_place.TEXTS
    for name, original in _ALIASES.items():
        texts[name] = texts[original]
    owners = (vars(_core), vars(_core.Tensor))
    for name, text in texts.items():
        for owner in owners:
            if name in owner:
                _core.describe(owner[name], text)
    for name, text in tensors.PROPERTIES.items():
        owners[1][name].__doc__ = text
    _core.SparseRows.__doc__ = sparse_rows.TEXT


_attach()
