"""The changes that a record's rewrite comes to at one finding, in the bytes of the file as it is.

`places` says where an edit acts, `verbs` what it does there, `naming` how the file names something.
"""

from __future__ import annotations

from misspawn import detect
from misspawn.detect import Candidate
from misspawn.model import Change, Detector, Fix, Rewrite
from misspawn.rewrites.inapplicable import Inapplicable
from misspawn.rewrites.places import place
from misspawn.rewrites.verbs import changes
from misspawn.source import Source

__all__ = ["fix"]


def fix(source: Source, candidate: Candidate) -> Fix | None:
    """How the candidate is mended; None where its record does not say, or not for such a place."""
    rewrite = candidate.detector.rewrite
    if rewrite is None or not _wanted(rewrite, candidate):
        return None
    try:
        found = {
            change
            for edit in rewrite.edits
            for change in changes(edit, place(edit, source, candidate))
        }
    except Inapplicable:
        return None
    told = (Change(*change, source.span(change.start, change.end)) for change in found)
    return Fix(rewrite.safety.value, rewrite.because, tuple(sorted(told)))


def _wanted(rewrite: Rewrite, candidate: Candidate) -> bool:
    """Whether the rewrite's own conditions hold, which are decided as a detector's are."""
    conditions = Detector(
        region=candidate.detector.region,
        match=candidate.detector.match,
        all=rewrite.all,
        none=rewrite.none,
        file=rewrite.file,
        inside=rewrite.inside,
        outside=rewrite.outside,
    )
    steps = detect.steps(candidate._replace(detector=conditions))
    return detect.file_fits(conditions, candidate.document) and all(step.holds for step in steps)
