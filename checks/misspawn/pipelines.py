"""A detector as the rg pipeline that comes nearest to it, for people who only have ripgrep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from misspawn.model import Clause, Detector, Language, Pattern

_FILES = {
    Language.PYTHON: ("-g", "*.py"),
    Language.SHELL: ("-g", "*.{sh,bash}"),
    Language.DOCKERFILE: ("-g", "{*Dockerfile*,*Containerfile*}"),
    Language.COMPOSE: ("-g", "*compose*.{yml,yaml}"),
    Language.WORKFLOW: ("--hidden", "-g", "**/.github/workflows/*.{yml,yaml}"),
    Language.PYTEST_CONFIG: ("-g", "{pyproject.toml,pytest.toml,pytest.ini,tox.ini,setup.cfg}"),
    Language.COVERAGE_CONFIG: ("--hidden", "-g", "{pyproject.toml,.coveragerc,tox.ini,setup.cfg}"),
}
LEFT_OUT = "left out, as it needs the syntax: "


def pipelines(pattern: Pattern) -> Iterator[str]:
    """A pipeline for each detector, with what it leaves out as comments; a runnable script."""
    for detector in pattern.detect:
        if detector.language not in _FILES:
            continue
        yield _pipeline(detector)
        if left := ", ".join(_left_out(detector)):
            yield f"# {LEFT_OUT}{left}"
    if pattern.rg_misses:
        yield f"# misses: {' '.join(pattern.rg_misses.split())}"
    if not pattern.detect:
        yield f"# no pipeline: {' '.join(pattern.no_detector.split())}"
    elif not any(detector.language in _FILES for detector in pattern.detect):
        yield "# no pipeline: the detector asks which imports a git tree satisfies, and no file says that"


def _pipeline(detector: Detector) -> str:
    """Lines that `match`, and `all`, and none of `none`."""
    steps = [(*_rg("-n", *_FILES[detector.language], regexes=[detector.match]), ".")]
    steps += [_rg(regexes=[text]) for text in detector.all]
    if detector.none:
        steps.append(_rg("-v", regexes=detector.none))
    return " | ".join(" ".join(map(quote, step)) for step in steps)


def _rg(*options: str, regexes: Sequence[str]) -> tuple[str, ...]:
    multiline = ("-U",) if any("\\n" in text for text in regexes) else ()
    return ("rg", *options, *multiline, *(word for text in regexes for word in ("-e", text)))


def _left_out(detector: Detector) -> Iterator[str]:
    yield f"{detector.region} region" + (f" at {detector.at}" if detector.at else "")
    for name in ("deep", "statement", "function", "class_", "file", "path"):
        if getattr(detector, name) != Clause():
            yield name.rstrip("_")
    for name in ("inside", "outside", "where", "project"):
        if getattr(detector, name):
            yield f"{name} {', '.join(getattr(detector, name))}"
