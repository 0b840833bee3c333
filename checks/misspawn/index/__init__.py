"""What the modules of a whole tree define, found out for the names that somebody asks for.

Nothing is imported or executed: modules are read and outlined, each once and only when asked for.
"""

from misspawn.index.lookup import Index
from misspawn.index.model import Kind, Missing, Symbol, Unclear, Unknown

__all__ = ["Index", "Kind", "Missing", "Symbol", "Unclear", "Unknown"]
