"""The nouns of misspawn: what a record says, and what a scan finds.

Everything here is a frozen value object. This module imports nothing of ours and does no I/O.
A record (`Pattern`) is decoded from YAML by `catalogue`; field names below are the YAML keys.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Record(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Base of all that is decoded from YAML: frozen, keyword-only, unknown keys are errors."""


Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Meta(min_length=10, max_length=160)]


class Kind(str, Enum):
    """What a record is: an error pattern, or a widespread belief that running it refutes."""

    PATTERN = "pattern"
    MYTH = "myth"


class Severity(str, Enum):
    """How sure and how bad: `error` fails when run, `warning` fails on some runs, `hint` is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Place(str, Enum):
    """What a path is for, told from its folders and name: a record can be milder there."""

    TESTS = "tests"
    SCRIPTS = "scripts"


class Category(str, Enum):
    """The folder a record lives in."""

    IMPORTS = "imports"
    MOCKS = "mocks"
    EVENT_LOOP = "event-loop"
    ASYNC_FIRST = "async-first"
    SUBPROCESS = "subprocess"
    DOCKER = "docker"
    COVERAGE = "coverage"
    PYTEST = "pytest"
    MULTIPROCESSING = "multiprocessing"
    SHELL = "shell"


class Language(str, Enum):
    """What a detector reads. One file can be read as several (pyproject.toml is both configs).

    `imports` is what a git tree makes of its own imports: one line of text for each imported name.
    """

    PYTHON = "python"
    SHELL = "shell"
    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    WORKFLOW = "workflow"
    PYTEST_CONFIG = "pytest-config"
    COVERAGE_CONFIG = "coverage-config"
    IMPORTS = "imports"


class SymbolKind(str, Enum):
    """What a name is, told where it is defined.

    A `function` is a plain one: what it returns cannot be awaited. An `awaitable-factory` is a `def`
    that returns an awaitable.
    """

    COROUTINE_FUNCTION = "coroutine-function"
    ASYNC_GENERATOR = "async-generator"
    ASYNC_CONTEXT_MANAGER = "async-context-manager"
    AWAITABLE_FACTORY = "awaitable-factory"
    GENERATOR = "generator"
    CONTEXT_MANAGER = "context-manager"
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    VALUE = "value"


class Moment(str, Enum):
    """When a checklist item is due."""

    COMMITTING = "before-committing"
    ASYNC_TASKS = "before-spawning-async-tasks"
    SUBPROCESS = "before-spawning-a-subprocess"
    INTEGRATION_TESTS = "before-integration-tests"


class Branch(str, Enum):
    """The four branches of the emergency guide."""

    EXCEPTION = "an-exception"
    HANGS = "it-hangs"
    CI_ONLY = "green-locally-red-in-ci"
    COVERAGE = "coverage-is-missing"


class Clause(Record, frozen=True, kw_only=True):
    """Regexes that must all match, and regexes of which none may."""

    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


NOTHING = Clause()


Kinds = SymbolKind | tuple[SymbolKind, ...]


class Names(Record, frozen=True, kw_only=True):
    """What a named group of `match` may have captured.

    `any`: a regex whose groups collect names from the scope; the captured text must be among them.
    `none`: the same, but it must not be among them. `times`: how often a name has to be collected.
    `is`: what the name is, where it is defined; `is_not`: what it is not. Of a name of which this is
    not known, neither holds.
    """

    scope: Literal["statement", "function", "class", "file"] = "file"
    any: str = ""
    none: str = ""
    times: Annotated[int, Meta(ge=1)] = 1
    is_: Kinds = msgspec.field(name="is", default=())
    is_not: Kinds = ()

    @property
    def wanted(self) -> frozenset[SymbolKind]:
        """The kinds of which the name must be one; any when there are none."""
        return _kinds(self.is_)

    @property
    def unwanted(self) -> frozenset[SymbolKind]:
        """The kinds of which the name must be none."""
        return _kinds(self.is_not)


def _kinds(kinds: Kinds) -> frozenset[SymbolKind]:
    return frozenset((kinds,) if isinstance(kinds, SymbolKind) else kinds)


class Safety(str, Enum):
    """What a rewrite may change: `safe` is nothing but the mistake, `unsafe` more than that."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Edit(Record, frozen=True, kw_only=True):
    """One change to the file, by exactly one verb, at one place.

    The place is the hit, or what `find` matches first in the region (`scope: file`: in the file); `group`
    names a group of `find`, else of `match`, to take in its stead. The verbs: `replace` it; put text
    `before` or `after` it; put a line of its own `above` or `below`, indented alike; add an `argument`
    to the call of which the place is the callee, or put an `operator` in front of that call. In their
    text `{name}` is what a group captured, and `{module.name}` what the file calls that, imported when missing.
    """

    group: str = ""
    find: str = ""
    scope: Literal["region", "file"] = "region"
    replace: str | None = None
    before: str | None = None
    after: str | None = None
    above: str | None = None
    below: str | None = None
    argument: str | None = None
    operator: str | None = None

    @property
    def verbs(self) -> dict[str, str]:
        """The verbs that are given, with their text."""
        return {verb: text for verb in VERBS if (text := getattr(self, verb)) is not None}


VERBS = ("replace", "before", "after", "above", "below", "argument", "operator")


class Rewrite(Record, frozen=True, kw_only=True):
    """How `check --fix` mends what a detector finds. It is made where all conditions hold too.

    `because`: why it is safe, or what it risks. The conditions are those of a detector.
    """

    safety: Safety
    because: Sentence
    edits: Annotated[tuple[Edit, ...], Meta(min_length=1)]
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    file: Clause = NOTHING
    inside: dict[str, str] = {}
    outside: dict[str, str] = {}


class Detector(Record, frozen=True, kw_only=True):
    """One way to see the pattern in a file. All conditions must hold.

    `match` is searched in the canonical view of the file; the finding covers the smallest syntax
    region of kind `region` around the hit. `all` and `none` look at the region's own level (what is
    nested in further brackets, blocks or mappings is blanked); `deep` looks at all of its text.
    """

    language: Language = Language.PYTHON
    region: str
    at: str = ""
    match: str
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    deep: Clause = NOTHING
    statement: Clause = NOTHING
    function: Clause = NOTHING
    class_: Clause = msgspec.field(name="class", default=NOTHING)
    file: Clause = NOTHING
    path: Clause = NOTHING
    inside: dict[str, str] = {}
    outside: dict[str, str] = {}
    where: dict[str, Names] = {}
    project: dict[str, Clause] = {}
    message: str = ""  # may name groups of `match` in braces
    rewrite: Rewrite | None = None

    @property
    def across(self) -> bool:
        """Whether it asks what a name is, which another file of the project may say."""
        return any(names.is_ or names.is_not for names in self.where.values())


class Symptom(Record, frozen=True, kw_only=True):
    """What the failure looks like: `log` is a regex with a verbatim `sample`, `seen` is for people."""

    log: str = ""
    sample: str = ""
    seen: str = ""


class Raises(Record, frozen=True, kw_only=True):
    """An exception: qualified type, message regex, and the phase in which it surfaces."""

    type: str
    message: str = ""
    phase: Literal["import", "collection", "run", "teardown", "exit"] = "run"
    subclasses: bool = False


class Warns(Record, frozen=True, kw_only=True):
    """A warning: category name and message regex."""

    category: str
    message: str = ""


class PytestRun(Record, frozen=True, kw_only=True):
    """Counts of a pytest run by outcome, and a regex for the failure's message."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    message: str = ""


Duration = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?s$")]
Leftover = Literal["zombie", "orphan", "task", "thread", "container", "volume", "network", "file"]


class Outcome(Record, frozen=True, kw_only=True):
    """What running an example must show. At least one key; all given ones must hold."""

    raises: str | Raises | None = None
    warns: str | Warns | None = None
    hangs: Duration | None = None
    blocks_loop: Duration | None = msgspec.field(name="blocks-loop", default=None)
    exits: int | None = None
    prints: str | None = None
    pytest: PytestRun | None = None
    leaves: Leftover | None = None
    passes: bool | None = None
    unrunnable: str | None = None


class Example(Record, frozen=True, kw_only=True):
    """Code that shows the pattern (`wrong`) or its mend (`right`); the value of that key is its title.

    Either `code` (one file, named after `language`) or `files` (path -> text). `run` is the command
    (default: the first Python file by the interpreter, pytest for `pytest`, `sh`/`bash` for shell).
    `expect_on` gives other outcomes for a Python range such as `<3.12`. `detect: false` states that
    the static detectors cannot see this example, and `note` says why. `lines` names the lines of
    the first file that the detectors must flag, and no others. `mended`: the title of the right example
    whose outcome this one has once it is fixed; without it, of the next one like it. `unstaged` is a folder
    among `files`: its content replaces or joins the other files after the command has staged these, so it is what the
    working tree has and git does not.
    """

    wrong: str | None = None
    right: str | None = None
    language: Literal[
        "python", "pytest", "shell", "dockerfile", "compose", "workflow", "toml", "ini"
    ] = "python"
    code: str = ""
    files: dict[str, str] = {}
    run: tuple[str, ...] = ()
    expect: Outcome
    expect_on: dict[str, Outcome] = {}
    python: str = ""
    requires: tuple[str, ...] = ()
    needs: tuple[Literal["docker", "git", "bash", "network"], ...] = ()
    env: dict[str, str] = {}
    unstaged: str = ""
    detect: bool = True
    lines: tuple[int, ...] = ()
    mended: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The text of whichever side this example is."""
        return self.wrong or self.right or ""

    @property
    def is_wrong(self) -> bool:
        """Whether this example shows the mistake."""
        return self.wrong is not None


class Troubleshoot(Record, frozen=True, kw_only=True):
    """An entry of the emergency guide."""

    branch: Branch
    symptom: str
    diagnose: tuple[str, ...]
    fix: str


class Overlap(Record, frozen=True, kw_only=True):
    """What other linters see of the wrong example, as measured by running them."""

    ruff: tuple[str, ...] = ()
    pylint: tuple[str, ...] = ()
    flake8_async: tuple[str, ...] = msgspec.field(name="flake8-async", default=())
    bandit: tuple[str, ...] = ()
    shellcheck: tuple[str, ...] = ()
    note: str = ""


class History(Record, frozen=True, kw_only=True):
    """A commit in a public repository that had or mended the pattern."""

    repo: str
    commit: str
    date: str
    file: str = ""
    impact: str


class Reference(Record, frozen=True, kw_only=True):
    """A public page that supports the record."""

    title: str
    url: Annotated[str, Meta(pattern=r"^https://")]


class Pattern(Record, frozen=True, kw_only=True):
    """One record: an error pattern or a myth, with everything the page, scan, proof and diagnosis need.

    `milder`: its severity where the path is for something else than the product, because findings
    there have been seen to do no harm. `page`: the address of its page, for records of a team's own.
    """

    id: Slug
    title: Annotated[str, Meta(min_length=8, max_length=90)]
    category: Category
    kind: Kind = Kind.PATTERN
    severity: Severity
    milder: dict[Place, Severity] = {}
    summary: Sentence
    remedy: Sentence
    claim: str = ""
    verdict: str = ""
    truth: str = ""
    cause: str
    occurs_when: tuple[str, ...]
    not_a_bug_when: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    examples: Annotated[tuple[Example, ...], Meta(min_length=2)]
    detect: tuple[Detector, ...] = ()
    no_detector: str = ""
    rg_misses: str = ""
    fix: str
    quick_fix: str = ""
    checklist: dict[Moment, str] = {}
    troubleshoot: Troubleshoot | None = None
    overlaps: Overlap = Overlap()
    related: tuple[Slug, ...] = ()
    history: tuple[History, ...] = ()
    references: tuple[Reference, ...] = ()
    since: str
    reviewed: str
    owner: str
    retired: str = ""
    page: str = ""

    @property
    def exceptions(self) -> str:
        """Where it is milder, in words: `hint in tests`; '' when it is the same everywhere."""
        return " and ".join(f"{sev.value} in {place.value}" for place, sev in self.milder.items())

    @property
    def url(self) -> str:
        """The stable address of the record's page."""
        return self.page or f"https://misspawn.dev/p/{self.id}/"

    def is_seen(self, *, across: bool) -> bool:
        """Whether a scan of files shows all that the detectors can find. `across`: one with `--across`."""
        return all(
            one.language is not Language.IMPORTS and (across or not one.across)
            for one in self.detect
        )

    @property
    def command(self) -> str:
        """The command that looks for this pattern alone."""
        across = "--across " if any(one.across for one in self.detect) else ""
        return f"misspawn check {across}--select {self.id}"

    @property
    def rewrites(self) -> tuple[Rewrite, ...]:
        """The different ways in which its findings are mended in place, the safe ones first."""
        found = (one.rewrite for one in self.detect if one.rewrite)
        told = {(one.safety, one.because): one for one in found}
        return tuple(sorted(told.values(), key=lambda one: one.safety is Safety.UNSAFE))


class Problem(msgspec.Struct, frozen=True, order=True):
    """Something that could not be read or is not valid, and where. Line and column count from 1; 0 is unknown."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])
        return f"{place}: {self.message}"


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Change(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file and what stands there once it is fixed.

    `start` and `end` are byte offsets into the text as UTF-8 without byte order mark; `span` is the same.
    """

    start: int
    end: int
    text: str
    span: Span


class Fix(msgspec.Struct, frozen=True, order=True):
    """How a finding is mended: changes that belong together, in the file's order, and whether that is safe."""

    safety: str
    because: str
    changes: tuple[Change, ...]


class Suppression(msgspec.Struct, frozen=True, order=True):
    """A comment that keeps findings quiet: its line, the reason it gives, and its last day (ISO) if it has one."""

    line: int
    reason: str
    until: str = ""


class Finding(msgspec.Struct, frozen=True, order=True):
    """One detected mistake. `span` is what to underline, `excerpt` its source line(s).

    `fingerprint`: what it is known by beside its path, as long as nobody edits its region; `kin` is
    the same for all of the same text in any definition of a file.

    `summary`: what its record says in a sentence. `lines`: the first and the last line of the region that it covers, `region`: its kind.
    `suppression`: the comment that keeps it quiet. `baselined`: whether the baseline does.
    `fix`: how it can be mended in place, if its record says so.
    """

    path: str
    span: Span
    id: str
    category: str
    severity: str
    message: str
    remedy: str
    url: str
    excerpt: str
    fingerprint: str
    lines: tuple[int, int]
    suppression: Suppression | None = None
    summary: str = ""
    region: str = ""
    kin: str = ""
    baselined: bool = False
    fix: Fix | None = None

    @property
    def quiet(self) -> bool:
        """Whether somebody decided that it may stay: it is counted, and fails nothing."""
        return self.baselined or self.suppression is not None


# -- what running an example shows ------------------------------------------------


class Thrown(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it surfaced. `bases`: qualified names of its type's MRO, its own first."""

    type: str
    message: str
    phase: str
    bases: tuple[str, ...] = ()


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning that was issued, also from a destructor."""

    category: str
    message: str


class PytestReport(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a pytest run and the texts of its failures and errors, from its report objects."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    messages: tuple[str, ...] = ()


class Remnant(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a run left behind: a kind out of `Leftover`, and what it is."""

    kind: str
    name: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one sandboxed run did. Durations are seconds; `code` is None when the deadline ended it."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    stacks: str = ""
    thrown: Thrown | None = None
    warned: tuple[Warned, ...] = ()
    blocked_for: float = 0.0
    pytest: PytestReport | None = None
    remnants: tuple[Remnant, ...] = ()
    limit: str = ""
    network_isolated: bool = True


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the proof of one example came to, on one Python with one set of libraries.

    `reasons`: what differs from the expectation, or why the example was not run.
    """

    id: str
    title: str
    python: str
    pins: str
    status: Literal["proved", "failed", "not proved here"]
    expected: str
    observed: str = ""
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0
    run: Run | None = None
