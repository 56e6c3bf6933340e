"""Runs a piece of Python, or the command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap


def run_python(
    code: str, *, check: bool = True, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `code` with these environment variables; an empty one is taken away."""
    merged = {**os.environ, **environment}
    merged = {name: value for name, value in merged.items() if environment.get(name, value)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=merged,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def run_deepcore(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs the command `deepcore`, whatever its exit status."""
    command = [sys.executable, "-m", "deepcore", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
