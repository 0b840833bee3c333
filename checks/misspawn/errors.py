"""The one kind of error that is the user's to mend."""

from __future__ import annotations


class UserError(Exception):
    """One or more complaints (strings or `Problem`s), each saying what is wrong, where, and what to do.

    The command line prints them one a line and ends with exit code 2.
    """

    def __init__(self, *complaints: object) -> None:
        super().__init__(*complaints)
        self.complaints = complaints

    def __str__(self) -> str:
        return "\n".join(map(str, self.complaints))
