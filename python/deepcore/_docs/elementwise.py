"""Docstrings of ops on elements, after the sentences that stand at their bindings."""

_EXAMPLE = "\nExample:\n    >>> import deepcore as dc\n    >>> "

# Element by element: an expression, and what it prints. The sentence stands at the binding.
_TO_FLOATS = {
    "cos": ("dc.cos(dc.tensor([0.0]))", "tensor([1.])"),
    "erf": ("f'{dc.erf(dc.tensor(1.0)):.4f}'", "'0.8427'"),
    "exp": ("f'{dc.exp(dc.tensor(1.0)):.4f}'", "'2.7183'"),
    "expm1": ("f'{dc.expm1(dc.tensor(1.0)):.4f}'", "'1.7183'"),
    "log": ("f'{dc.log(dc.tensor(2.0)):.4f}'", "'0.6931'"),
    "log1p": ("f'{dc.log1p(dc.tensor(1.0)):.4f}'", "'0.6931'"),
    "reciprocal": ("dc.reciprocal(dc.tensor([2, 4]))", "tensor([0.5 , 0.25])"),
    "relu": ("dc.relu(dc.tensor([-1.0, 2.0]))", "tensor([0., 2.])"),
    "rsqrt": ("dc.rsqrt(dc.tensor([4.0]))", "tensor([0.5])"),
    "sigmoid": ("dc.sigmoid(dc.tensor([0.0]))", "tensor([0.5])"),
    "sin": ("dc.sin(dc.tensor([0.0]))", "tensor([0.])"),
    "sqrt": ("dc.sqrt(dc.tensor([4, 9]))", "tensor([2., 3.])"),
    "tanh": ("f'{dc.tanh(dc.tensor(1.0)):.4f}'", "'0.7616'"),
}
_KEEPING = {
    "abs": ("dc.abs(dc.tensor([-2, 3]))", "tensor([2, 3])"),
    "ceil": ("dc.ceil(dc.tensor([1.2, -1.2]))", "tensor([ 2., -1.])"),
    "floor": ("dc.floor(dc.tensor([1.2, -1.2]))", "tensor([ 1., -2.])"),
    "neg": ("dc.neg(dc.tensor([1, -2]))", "tensor([-1,  2])"),
    "round": ("dc.round(dc.tensor([0.5, 1.5, 2.6]))", "tensor([0., 2., 3.])"),
    "sign": ("dc.sign(dc.tensor([-3.0, 0.0, 5.0]))", "tensor([-1.,  0.,  1.])"),
    "square": ("dc.square(dc.tensor([3, -4]))", "tensor([ 9, 16])"),
    "trunc": ("dc.trunc(dc.tensor([1.7, -1.7]))", "tensor([ 1., -1.])"),
}
_TO_BOOL = {
    "isfinite": ("dc.isfinite(dc.tensor([1.0, float('inf')]))", "tensor([ True, False])"),
    "isinf": ("dc.isinf(dc.tensor([1.0, float('inf')]))", "tensor([False,  True])"),
    "isnan": ("dc.isnan(dc.tensor([1.0, float('nan')]))", "tensor([False,  True])"),
    "logical_not": ("dc.logical_not(dc.tensor([0, 2]))", "tensor([ True, False])"),
}
_BINARY = {
    "add": ("dc.add(dc.tensor([1, 2]), 10, alpha=2)", "tensor([21, 22])"),
    "div": ("dc.div(dc.tensor([1, 2]), 2)", "tensor([0.5, 1. ])"),
    "maximum": ("dc.maximum(dc.tensor([1, 5]), dc.tensor([3, 2]))", "tensor([3, 5])"),
    "minimum": ("dc.minimum(dc.tensor([1, 5]), dc.tensor([3, 2]))", "tensor([1, 2])"),
    "mul": ("dc.mul(dc.tensor([1, 2]), 3)", "tensor([3, 6])"),
    "pow": ("dc.pow(dc.tensor([2, 3]), 2)", "tensor([4, 9])"),
    "sub": ("dc.sub(dc.tensor([1, 2]), 10)", "tensor([-9, -8])"),
}
_COMPARISONS = {
    "eq": ("dc.eq(dc.tensor([1, 2]), 2)", "tensor([False,  True])"),
    "ge": ("dc.ge(dc.tensor([1, 2]), 2)", "tensor([False,  True])"),
    "gt": ("dc.gt(dc.tensor([1, 2]), 2)", "tensor([False, False])"),
    "le": ("dc.le(dc.tensor([1, 2]), 2)", "tensor([ True,  True])"),
    "logical_and": ("dc.logical_and(dc.tensor([0, 2]), 1)", "tensor([False,  True])"),
    "logical_or": ("dc.logical_or(dc.tensor([0, 2]), 1)", "tensor([ True,  True])"),
    "logical_xor": ("dc.logical_xor(dc.tensor([0, 2]), 1)", "tensor([ True, False])"),
    "lt": ("dc.lt(dc.tensor([1, 2]), 2)", "tensor([ True, False])"),
    "ne": ("dc.ne(dc.tensor([1, 2]), 2)", "tensor([ True, False])"),
}
_OPERANDS = """Shape:
    The operands are Tensors, numbers or arrays; the output has the shape they broadcast to.

Raises:
    ValueError: the shapes do not broadcast.
    TypeError: an operand is none of these.
"""
_DETAILS = (
    (
        _TO_FLOATS,
        "Shape:\n    The output has the input's; whole numbers and bool give float32.\n",
    ),
    (
        _KEEPING,
        "Shape:\n    The output has the input's, and its dtype.\n\n"
        "Raises:\n    TypeError: the tensor is bool.\n",
    ),
    (_TO_BOOL, "Shape:\n    The output has the input's, and is bool.\n"),
    (_BINARY, _OPERANDS),
    (_COMPARISONS, _OPERANDS),
)

TEXTS = {
    "clamp": """Args:
    min, max: numbers, or Tensors that broadcast; None leaves that side open.

Raises:
    ValueError: neither bound is given.

Example:
    >>> import deepcore as dc
    >>> dc.clamp(dc.tensor([-1.0, 0.5, 2.0]), 0, 1)
    tensor([0. , 0.5, 1. ])
""",
    "where": """The element of input where the condition holds, that of other elsewhere.

Shape:
    condition, input and other broadcast to the output's shape.

Raises:
    TypeError: condition is not bool.
    ValueError: the shapes do not broadcast.

Example:
    >>> import deepcore as dc
    >>> x = dc.tensor([-1.0, 2.0])
    >>> dc.where(x > 0, x, 0)
    tensor([0., 2.])
    >>> x.where(x > 0, 0)
    tensor([0., 2.])
""",
}
for _examples, _details in _DETAILS:
    for _name, (_expression, _printed) in _examples.items():
        TEXTS[_name] = f"{_details}{_EXAMPLE}{_expression}\n    {_printed}\n"

__test__ = TEXTS  # for doctest, which does not look into compiled methods
