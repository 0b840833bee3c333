"""What the modules of a whole tree define, found out for the names that somebody asks for.

Nothing is imported or executed: modules are read and outlined, each once and only when asked for.
"""
