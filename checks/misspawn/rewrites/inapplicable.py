"""That an edit cannot be made at some place: the finding is then left to its reader."""

from __future__ import annotations


class Inapplicable(Exception):
    """There is no such place, or what stands around it leaves no room for the edit."""
