"""How to find a mistake in one's own code: scan, ripgrep, and the regexes explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from misspawn.model import Clause, Detector, Language, Names, Pattern, SymbolKind
from misspawn.pipelines import LEFT_OUT, pipelines
from misspawn.site.markdown import code, fence, inline, raw

_CLAUSES = {
    "deep": "the region with all that is nested in it",
    "statement": "the statement around it",
    "function": "the function around it",
    "class_": "the class around it",
    "file": "the file",
    "path": "the file's path",
}
_LANGUAGES = {
    Language.PYTHON: "Python",
    Language.SHELL: "shell, also inside workflows, Compose files and Dockerfiles",
    Language.DOCKERFILE: "Dockerfiles",
    Language.COMPOSE: "Compose files",
    Language.WORKFLOW: "GitHub workflows",
    Language.PYTEST_CONFIG: "pytest's configuration",
    Language.COVERAGE_CONFIG: "coverage's configuration",
    Language.IMPORTS: "what is said of a git tree's own imports, one line each",
}


def find_it(pattern: Pattern, how: str) -> str:
    """The commands and what they do. `how`: the address of the page on detection."""
    if not pattern.detect:
        return f"No detector reports this one. {inline(pattern.no_detector or 'There is nothing to search for.')}"
    parts = [
        fence(pattern.command, "sh"),
        "The nearest that ripgrep alone can do:",
        searches(pattern),
        _decision(pattern.detect),
        f"[How a detector works]({how})",
    ]
    return "\n\n".join(parts)


def searches(pattern: Pattern) -> str:
    """The ripgrep pipelines as code, and what is said about them as text."""
    lines = list(pipelines(pattern))
    commands = [line for line in lines if not line.startswith("# ")]
    remarks = [line[2:] for line in lines if line.startswith("# ")]
    lost = [text.removeprefix(LEFT_OUT) for text in remarks if text.startswith(LEFT_OUT)]
    words = dict.fromkeys(word for text in lost for word in text.split(", "))
    told = [f"{LEFT_OUT}{', '.join(words)}"] if words else []
    told += dict.fromkeys(text for text in remarks if not text.startswith(LEFT_OUT))
    notes = "".join(f"<li>{raw(text[0].upper() + text[1:].rstrip('.'))}.</li>" for text in told)
    code = [fence("\n".join(commands), "bash")] if commands else []
    return "\n\n".join((*code, f"<ul>{notes}</ul>"))


def _decision(detectors: Iterable[Detector]) -> str:
    """What the detectors ask, folded. As HTML, which is quicker to build."""
    items = []
    for detector in detectors:
        conditions = "".join(f"<li>{raw(text)}</li>" for text in _conditions(detector))
        nested = f"<ul>{conditions}</ul>" if conditions else ""
        start = raw(f"In {_LANGUAGES[detector.language]}, {_start(detector)}")
        items.append(f"<li>{start}{nested}</li>")
    return f'<details class="note"><summary>How it decides</summary><ul>{"".join(items)}</ul></details>'


def _start(detector: Detector) -> str:
    at = f" at {code(detector.at)}" if detector.at else ""
    return (
        f"a hit of {code(detector.match)} stands for the smallest {detector.region} around it{at}."
    )


def _conditions(detector: Detector) -> Iterator[str]:
    yield from _clause(f"this {detector.region}", Clause(all=detector.all, none=detector.none))
    for name, words in _CLAUSES.items():
        yield from _clause(words, getattr(detector, name))
    for context, regex in detector.inside.items():
        yield f"only inside {context}" + (f" that matches {code(regex)}" if regex else "")
    for context, regex in detector.outside.items():
        yield f"not inside {context}" + (f" that matches {code(regex)}" if regex else "")
    for group, names in detector.where.items():
        yield from _names(code(group), names)
    for fact, clause in detector.project.items():
        yield from _clause(f"the project's {fact}", clause)


def _names(group: str, names: Names) -> Iterator[str]:
    times = f" {names.times} times or more" if names.times > 1 else ""
    if names.any:
        yield f"{group} is a name that {code(names.any)} collects from the {names.scope}{times}"
    if names.none:
        yield f"{group} is no name that {code(names.none)} collects from the {names.scope}{times}"
    if names.wanted:
        yield f"{group} is, where the project defines it, {_either(names.wanted)}"
    if names.unwanted:
        yield f"{group} is defined in the project, and not as {_either(names.unwanted)}"


def _either(kinds: Iterable[SymbolKind]) -> str:
    return " or ".join(sorted(kind.value.replace("-", " ") for kind in kinds))


def _clause(words: str, clause: Clause) -> Iterator[str]:
    yield from (f"{words} must match {code(regex)}" for regex in clause.all)
    unless = " or ".join(code(regex) for regex in clause.unless)
    excuse = f", unless it matches {unless}" if unless else ""
    yield from (f"{words} must not match {code(regex)}{excuse}" for regex in clause.none)


def suppress(pattern: Pattern) -> str:
    """How to keep the scan quiet about it."""
    parts = [
        (
            "Where it may stay, say why, on a line of what is reported or alone above it; add "
            "`until=2027-01-31` after the reason where it has an end:"
        ),
        fence(f"# misspawn: ignore[{pattern.id}] the reason"),
        "Let misspawn write it, leave the record out of a scan, or see what decided about a line:",
        fence(
            f'misspawn suppress PATH --select {pattern.id} --reason "the reason"\n'
            f"misspawn check --ignore {pattern.id}\n"
            f"misspawn why PATH:LINE {pattern.id}",
            "sh",
        ),
    ]
    if pattern.milder:
        parts.append(
            f"It is only a {pattern.exceptions}, where such findings have been seen to do no harm."
        )
    return "\n\n".join(parts)
