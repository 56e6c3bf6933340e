"""The coordinator's end of a worker process."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class AbsentError(Exception):
    """The side's framework is not installed for its interpreter."""


class Remote:
    """A worker process of one side, asked over pipes: `remote("burst", "train", 10)`."""

    def __init__(self, side: str, threads: int, python: str) -> None:
        self.side = side
        self.process = subprocess.Popen(
            [python, "-m", f"{__package__}.worker", side, str(threads)],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        hello = self._answer()
        if "absent" in hello:
            self.close()
            raise AbsentError(hello["absent"])
        self.about: list[str] = hello["about"]

    def __call__(self, method: str, *arguments: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"[peers] {self.side} ended with status {self.process.wait()}.")
        return json.loads(line)

    def close(self) -> None:
        self.process.communicate()
