"""A log in, the records that explain it out: which known symptoms occur, the most specific first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import BinaryIO, NamedTuple

from misspawn.logs import OVERLAP, clean, pieces
from misspawn.model import Kind, Pattern, Severity, Symptom
from misspawn.needles import Needles, needles, texts_of
from misspawn.regex import Match, compile
from misspawn.symptoms import searched, spanned, weight
from misspawn.traces import Place, place

_ENOUGH = 3  # lines of one symptom; more tell nothing new
_AROUND, _LONGEST = 200, 1000  # bytes of a very long line kept around a match, and of the match


class Hit(NamedTuple):
    """A line of the log in which a symptom occurs, its place in the project if the log tells it.

    `line` counts from 1; `start` and `end` are what matched, in characters of `text`.
    """

    symptom: Symptom
    line: int
    text: str
    start: int
    end: int
    place: Place | None


class Diagnosis(NamedTuple):
    """A record that explains a log. `weight`: the characters that its symptoms fix in the log's lines."""

    pattern: Pattern
    hits: tuple[Hit, ...]
    weight: int


class Diagnoser:
    """The symptoms of all records, ready to look at logs."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._symptoms = [(p, s) for p in patterns for s in p.symptoms if s.log and not p.retired]
        self._regexes = [searched(symptom.log) for _, symptom in self._symptoms]
        spans = (map(searched, spanned(symptom.log)) for _, symptom in self._symptoms)
        needed = [needles(regexes, imported=False) for regexes in spans]
        self._texts = texts_of(needed)
        self._needles = Needles(needed, self._texts)

    def diagnose(self, stream: BinaryIO) -> list[Diagnosis]:
        """The records whose symptoms occur in a log, the most specific first.

        The log is read once, in pieces, whatever it holds; time is linear in it.
        """
        hits: list[dict[int, Hit]] = [{} for _ in self._symptoms]
        for piece in pieces(stream):
            wanted = self._needles.found(self._texts.seen(piece.text))
            numbers = sorted(number for number in wanted if len(hits[number]) < _ENOUGH)
            text = clean(piece.text) if numbers else b""
            for number in numbers:
                self._search(number, piece.line, text, hits[number])
        return sorted(self._found(hits), key=_rank)

    def _search(self, number: int, first: int, text: bytes, hits: dict[int, Hit]) -> None:
        """The first hit in each line, as far as more are wanted."""
        regex, position = compile(self._regexes[number]), 0
        while len(hits) < _ENOUGH and (match := regex.search(text, position)):
            line = first + text.count(b"\n", 0, match.end())
            if line not in hits:
                hits[line] = _hit(self._symptoms[number][1], line, text, match)
            position = text.find(b"\n", match.end()) + 1
            if not position:
                return

    def _found(self, hits: Iterable[dict[int, Hit]]) -> Iterator[Diagnosis]:
        both = zip(self._symptoms, hits, strict=True)
        for _, group in groupby(both, key=lambda item: item[0][0].id):
            items = list(group)
            seen = [hit for _, found in items for hit in found.values()]
            seen.sort(key=lambda hit: (-weight(hit.symptom.log), hit.line))
            if seen:
                yield Diagnosis(items[0][0][0], tuple(seen), _weight(seen))


def _hit(symptom: Symptom, line: int, text: bytes, match: Match) -> Hit:
    begin = text.rfind(b"\n", 0, match.end()) + 1
    stop = text.find(b"\n", match.end())
    stop = len(text) if stop < 0 else stop
    start = max(begin, match.start())
    left = max(begin, start - _AROUND)
    end = min(match.end(), start + _LONGEST)
    shown = text[left : min(stop, end + _AROUND)].decode("utf-8", "replace").rstrip()
    before = _lines(text[max(0, begin - OVERLAP) : begin])[:-1]
    after = _lines(text[stop + 1 : stop + OVERLAP])
    return Hit(
        symptom=symptom,
        line=line,
        text=shown,
        start=len(text[left:start].decode("utf-8", "replace")),
        end=len(text[left:end].decode("utf-8", "replace")),
        place=place([*before, shown, *after], len(before)),
    )


def _lines(text: bytes) -> list[str]:
    return text.decode("utf-8", "replace").split("\n")


def _weight(hits: Sequence[Hit]) -> int:
    """What the symptoms fix: each once, and of several in one line the heaviest only."""
    weights: dict[int, int] = defaultdict(int)
    for symptom in {hit.symptom.log for hit in hits}:
        line = min(hit.line for hit in hits if hit.symptom.log == symptom)
        weights[line] = max(weights[line], weight(symptom))
    return sum(weights.values())


_SEVERITIES = list(Severity)


def _rank(found: Diagnosis) -> tuple[bool, int, int, float, int, str]:
    """Myths last; the heaviest first; then what the record names early, and of which most occurs."""
    pattern = found.pattern
    logs = [symptom.log for symptom in pattern.symptoms if symptom.log]
    seen = {hit.symptom.log for hit in found.hits}
    return (
        pattern.kind is Kind.MYTH,
        -found.weight,
        min(logs.index(log) for log in seen),
        -len(seen) / len(logs),
        _SEVERITIES.index(pattern.severity),
        pattern.id,
    )
