"""What the names in a file are, as far as the project's own code tells: for detectors that ask for it."""

from misspawn.meanings.definitions import Definitions
from misspawn.meanings.lookup import Meanings

__all__ = ["Definitions", "Meanings"]
