"""One element-wise op on a 1x1 tensor with its backward: what a call from Python costs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scalar:
    name: str
    op: str
    value: float
    bars: dict[str, float] = field(default_factory=dict)
    kind = "scalar"


CASES = (Scalar("scalar", "exp", 0.5, {"op": 3.0}),)
