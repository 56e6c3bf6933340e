"""Compares recurrent layers with PyTorch in 200 random configurations of all options.

    python tests/golden/check_recurrent.py        (needs torch and deepcore)

Outputs, final states and every gradient: within 1e-9 in float64, within 1e-4 in float32.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import recurrent as pytorch  # beside this file

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import recurrent as ours

COUNT = 200
TOLERANCE = {"float64": 1e-9, "float32": 1e-4}


def error(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to numbers above 1."""
    scale = np.maximum(1, np.abs(expected))
    return float((np.abs(found - expected) / scale).max(initial=0))


def main() -> int:
    rng = np.random.default_rng(2026)
    worst = dict.fromkeys(TOLERANCE, 0.0)
    failures = []
    for number in range(COUNT):
        case, bytes_of = pytorch.draw(rng, largest=40 if number % 4 == 0 else 9)
        arrays = pytorch.scaled(bytes_of)
        arrays["parameters"] = arrays["parameters"] / np.sqrt(case["sizes"][1])
        for dtype, tolerance in TOLERANCE.items():
            expected = pytorch.results(case, arrays, dtype)
            found = ours.results(case, arrays, dtype)
            if found.keys() != expected.keys():
                failures.append(f"{case}: {sorted(found)} instead of {sorted(expected)}")
                continue
            for name, value in expected.items():
                off = error(found[name], value) if found[name].shape == value.shape else np.inf
                worst[dtype] = max(worst[dtype], off)
                if not off <= tolerance:
                    failures.append(f"{case} {dtype}: {name} is off by {off:.1e}")
    print("\n".join(failures) or f"{COUNT} configurations agree; largest differences {worst}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
