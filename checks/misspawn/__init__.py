"""misspawn: an executable knowledge base of task-spawning mistakes in Python projects."""

__version__ = "0.1.0"
