"""The nouns of misspawn: what a record says, and what a scan finds.

Everything here is a frozen value object. This package imports nothing of ours and does no I/O.
A record (`Pattern`) is decoded from YAML by `catalogue`; field names are the YAML keys.
"""

from misspawn.model.detectors import (
    NOTHING,
    VERBS,
    Clause,
    Detector,
    Edit,
    Kinds,
    Names,
    Rewrite,
    Safety,
)
from misspawn.model.examples import Duration, Example, Leftover, Outcome, PytestRun, Raises, Warns
from misspawn.model.findings import Change, Finding, Fix, Problem, Span, Suppression
from misspawn.model.patterns import History, Overlap, Pattern, Reference, Symptom, Troubleshoot
from misspawn.model.runs import PytestReport, Remnant, Run, Thrown, Verdict, Warned
from misspawn.model.vocabulary import (
    Branch,
    Category,
    Kind,
    Language,
    Moment,
    Place,
    Record,
    Sentence,
    Severity,
    Slug,
    SymbolKind,
)

__all__ = [
    "NOTHING",
    "VERBS",
    "Branch",
    "Category",
    "Change",
    "Clause",
    "Detector",
    "Duration",
    "Edit",
    "Example",
    "Finding",
    "Fix",
    "History",
    "Kind",
    "Kinds",
    "Language",
    "Leftover",
    "Moment",
    "Names",
    "Outcome",
    "Overlap",
    "Pattern",
    "Place",
    "Problem",
    "PytestReport",
    "PytestRun",
    "Raises",
    "Record",
    "Reference",
    "Remnant",
    "Rewrite",
    "Run",
    "Safety",
    "Sentence",
    "Severity",
    "Slug",
    "Span",
    "Suppression",
    "SymbolKind",
    "Symptom",
    "Thrown",
    "Troubleshoot",
    "Verdict",
    "Warned",
    "Warns",
]
