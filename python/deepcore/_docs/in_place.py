"""Docstrings of methods that write into their tensor and return it."""

_UPDATE = """{sentence}

Shape:
    other, a Tensor, a number or an array, broadcasts to the tensor's shape.

Raises:
    RuntimeError: the tensor records a gradient and no_grad() is not on.
    ValueError: the shapes do not fit.
    TypeError: the result is of a dtype that the tensor cannot keep.

Example:
    >>> import deepcore as dc
    >>> dc.tensor([1.0, 2.0]).{call}
    {printed}
"""
_FILL = """{sentence}

Raises:
    RuntimeError: the tensor records a gradient and no_grad() is not on.

Example:
    >>> import deepcore as dc
    >>> {expression}
    {printed}
"""
_UPDATES = {
    "add_": ("Adds alpha * other.", "add_(1, alpha=2)", "tensor([3., 4.])"),
    "div_": ("Divides by other.", "div_(2)", "tensor([0.5, 1. ])"),
    "mul_": ("Multiplies by other.", "mul_(3)", "tensor([3., 6.])"),
    "sub_": ("Subtracts alpha * other.", "sub_(1)", "tensor([0., 1.])"),
}
_FILLS = {
    "clamp_": (
        "Limits the elements to at least min and at most max; NaN stays.",
        "dc.tensor([-1.0, 0.5, 2.0]).clamp_(0, 1)",
        "tensor([0. , 0.5, 1. ])",
    ),
    "copy_": (
        "Takes the values of src, which broadcasts and is converted to the tensor's dtype.",
        "dc.zeros(2).copy_(dc.tensor([1, 2]))",
        "tensor([1., 2.])",
    ),
    "fill_": (
        "Sets every element to value.",
        "dc.zeros(2).fill_(7)",
        "tensor([7., 7.])",
    ),
    "zero_": ("Sets every element to 0.", "dc.ones(2).zero_()", "tensor([0., 0.])"),
}

TEXTS = {
    name: _UPDATE.format(sentence=sentence, call=call, printed=printed)
    for name, (sentence, call, printed) in _UPDATES.items()
} | {
    name: _FILL.format(sentence=sentence, expression=expression, printed=printed)
    for name, (sentence, expression, printed) in _FILLS.items()
}

__test__ = TEXTS  # for doctest, which does not look into compiled methods
