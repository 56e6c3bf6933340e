"""The cases by name: what is computed. How a framework computes it is in sides/."""

from . import mlp, scalar

CASES = {case.name: case for case in (*mlp.CASES, *scalar.CASES)}
