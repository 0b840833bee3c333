"""The report: one line for each event, written when it happens, so that a killed run has one too."""

from __future__ import annotations

import os

_LONGEST = 20_000


class Report:
    """Appends events to a file, from the process that it was made in only."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._pid = os.getpid()
        self._os = os  # module globals are gone when the last destructors run

    def write(self, kind: str, **facts: object) -> None:
        """One event. The line is a Python literal, since `json` may be the name of an example's file."""
        if self._os.getpid() != self._pid:
            return
        line = ascii({"kind": kind, **facts}) + "\n"
        flags = self._os.O_WRONLY | self._os.O_CREAT | self._os.O_APPEND
        descriptor = self._os.open(self._path, flags, 0o600)
        try:
            self._os.write(descriptor, line.encode("ascii"))
        finally:
            self._os.close(descriptor)

    def thrown(self, error: BaseException, phase: str, *, ended_it: bool = False) -> None:
        """An exception that nobody caught. `ended_it`: the program ended by it."""
        kind = type(error)
        bases = [_qualified(base) for base in kind.__mro__]
        message = _message(error)[:_LONGEST]
        self.write(
            "thrown", type=bases[0], message=message, phase=phase, bases=bases, ended_it=ended_it
        )

    def warned(self, category: type, message: str) -> None:
        """A warning that was shown."""
        self.write("warned", category=_qualified(category), message=message[:_LONGEST])


def _qualified(kind: type, builtins: str = "builtins") -> str:
    return (
        kind.__qualname__
        if kind.__module__ == builtins
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def _message(error: BaseException) -> str:
    """What the exception says; for a group also what its members are and say."""
    try:
        text = str(error)
    except Exception as broken:  # noqa: BLE001  anything can be wrong with an example's __str__
        text = f"<str() raised {type(broken).__name__}>"
    members = getattr(error, "exceptions", None)
    lines = [text]
    if isinstance(members, tuple):
        lines += [f"{type(one).__name__}: {_message(one)}" for one in members]
    return "\n".join(lines)
