"""Notes on exceptions: where it happened, added to what happened."""

from __future__ import annotations


def add_note(error: BaseException, note: str, instead_of: str = "") -> None:
    """Show `note` below the exception's text, on every Python, in the place of an older one."""
    if not hasattr(error, "add_note"):
        extend_text(error, note, instead_of)
    elif instead_of in (notes := getattr(error, "__notes__", [])):
        notes[notes.index(instead_of)] = note
    else:
        error.add_note(note)


def extend_text(error: BaseException, note: str, instead_of: str = "") -> None:
    """Append `note` to the exception's text: Python 3.10 has no notes."""
    if error.args and isinstance(error.args[0], str):
        text = error.args[0].removesuffix(f"\n{instead_of}") if instead_of else error.args[0]
        error.args = (f"{text}\n{note}", *error.args[1:])
