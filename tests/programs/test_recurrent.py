"""Recurrent programs written for PyTorch, with only their import lines changed."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepcore as dc
from deepcore import nn

HERE = Path(__file__).parent
with np.load(HERE.parent / "golden" / "programs.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))
PROGRAMS = [case["program"] for case in CASES]


def program(name: str, folder: Path) -> Path:
    """The program in a file of its own, with deepcore's name in its import lines."""
    text = (HERE / f"{name}.py.txt").read_text()
    changed = re.sub(r"^import torch$", "import deepcore as torch", text, flags=re.M)
    changed = re.sub(r"^import torch\.", "import deepcore.", changed, flags=re.M)
    for old, new in zip(text.split("\n"), changed.split("\n"), strict=True):
        assert old == new or old.startswith("import torch")
    path = folder / "program.py"
    path.write_text(changed)
    return path


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_runs_and_learns(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(program(name, tmp_path))]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert result.returncode == 0, result.stderr
    losses = [float(loss) for loss in re.findall(r"Loss: (.*)$", result.stdout, re.M)]
    assert len(losses) == 4
    assert losses[-1] < 0.1 * losses[0]
    correct, count = re.findall(r"^Correct: (\d+)/(\d+)$", result.stdout, re.M)[0]
    assert correct == count


@pytest.mark.parametrize("case", CASES, ids=PROGRAMS)
def test_outputs_states_and_gradients_are_pytorchs(case: dict[str, Any], tmp_path: Path) -> None:
    arrays = {name: STORED[key] for name, key in case["arrays"].items()}
    model = runpy.run_path(str(program(case["program"], tmp_path)))[case["model"]]
    model = model(**case["options"]).eval()
    model.load_state_dict({key: dc.tensor(arrays[key]) for key in model.state_dict()})
    h_0, c_0 = (dc.tensor(arrays[name], requires_grad=True) for name in ("h_0", "c_0"))
    output, (h_n, c_n) = model(dc.tensor(arrays["x"]), h_0, c_0)
    loss = nn.CrossEntropyLoss()(output, dc.tensor(arrays["labels"])) + h_n.sum()
    loss = loss + (c_n * c_n).sum()
    loss.backward()
    found = {"output": output, "h_n": h_n, "c_n": c_n, "loss": loss}
    found |= {"h_0_gradient": h_0.grad, "c_0_gradient": c_0.grad}
    found |= {f"{name}_gradient": p.grad for name, p in model.named_parameters()}
    assert set(arrays) == {*found, *model.state_dict(), "x", "h_0", "c_0", "labels"}
    for name, value in found.items():
        np.testing.assert_allclose(
            value.detach().numpy(), arrays[name], rtol=1e-5, atol=1e-5, err_msg=name
        )
