"""Runs every op table at the level this process was started with; writes all results to a file.

python -m support.levels FILE.npz
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np

from support.optable import cast, run, tensors


def all_results() -> dict[str, np.ndarray]:
    results = {}
    for path in sorted((Path(__file__).parent.parent / "ops").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"level_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for case in getattr(module, "CASES", ()):
            for k, shapes in enumerate([*case.shapes, case.large]):
                xs = tensors(cast(case.inputs(shapes), "float32"), case.differentiable)
                for i, array in enumerate(run(case, xs)):
                    results[f"{path.stem}/{case.name}/{k}/{i}"] = array
    return results


if __name__ == "__main__":
    np.savez(sys.argv[1], **all_results())
