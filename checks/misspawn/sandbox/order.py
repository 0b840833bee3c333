"""What the caller and the warden of a run tell each other, as two JSON files in the run's folder."""

from __future__ import annotations

import os
from typing import TypeVar

import msgspec

from misspawn.model import Remnant
from misspawn.sandbox.limits import Limits
from misspawn.sandbox.namespaces import Plan

ORDER, ACCOUNT = "order.json", "account.json"
_Message = TypeVar("_Message")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, where, and within which bounds. `stacks`: where the probe writes them when asked."""

    argv: tuple[str, ...]
    env: dict[str, str]
    folder: str
    limits: Limits
    plans: tuple[Plan, ...]
    stacks: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How it went."""

    code: int | None
    seconds: float
    plan: Plan
    stdout: str = ""
    stderr: str = ""
    timed_out: bool = False
    limit: str = ""
    stacks: str = ""
    remnants: tuple[Remnant, ...] = ()


def write(root: str, name: str, message: Order | Account) -> None:
    """Leave a message in the run's folder."""
    with open(os.path.join(root, name), "wb") as stream:
        stream.write(msgspec.json.encode(message))


def read(root: str, name: str, type: type[_Message]) -> _Message:
    """Take a message from the run's folder. Raises `OSError` when there is none."""
    with open(os.path.join(root, name), "rb") as stream:
        return msgspec.json.decode(stream.read(), type=type)
