"""Notes on exceptions: where it happened, added to what happened."""

from __future__ import annotations


def add_note(error: BaseException, note: str) -> None:
    """Show `note` below the exception's text, on every Python."""
    if hasattr(error, "add_note"):
        error.add_note(note)
    elif error.args and isinstance(error.args[0], str):  # Python 3.10 has no notes
        error.args = (f"{error.args[0]}\n{note}", *error.args[1:])
