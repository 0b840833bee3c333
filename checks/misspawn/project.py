"""Facts about the project that a file lives in: pytest's configuration, conftest.py, dependencies, Compose files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from misspawn.model import Language
from misspawn.regions.kinds import by_name
from misspawn.trees import MemoryTree, Tree

if TYPE_CHECKING:
    from misspawn.regions.config import Config

_CONFTEST = "conftest.py"
_PYTEST_SECTIONS = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool.pytest.ini_options", "tool.pytest"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}  # in pytest's order of precedence
_ALWAYS_CONFIG = (
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
)  # even without a section
_DEPENDENCIES = re.compile(
    r"pyproject\.toml|setup\.(?:cfg|py)|tox\.ini|noxfile\.py|Pipfile|environment\.ya?ml"
    r"|.*(?:requirements|constraints).*\.(?:txt|in)"
)
_DECLARING = (
    ".toml",
    ".cfg",
    "setup.py",
    "noxfile.py",
    ".ini",
    "Pipfile",
    ".yml",
    ".yaml",
    ".txt",
    ".in",
)
_LISTS = (".txt", ".in", ".pip")  # what a file in `requirements` ends in, if in anything
_PYTHON_VERSIONS = (
    "project.requires-python",
    "options.python_requires",
    "tool.poetry.dependencies.python",
)
_SETUP_PY = re.compile(r"python_requires\s*=\s*[\"']([^\"']+)")
_OVERRIDE = r"(?:^|\s)(?:-o\s*|--override-ini[=\s]\s*)[\"']?{name}=([^\s\"']*)"
_OPTION = r"(?:^|\s)--{name}(?:=|\s+)[\"']?([^\s\"']+)"


class Reader(Protocol):
    """Where a project's files come from. Paths are relative to the scan root, with `/`."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is no such file."""

    def names(self, folder: str) -> Iterable[str]:
        """The names of what a folder holds; '' is the root."""


class Disk:
    """Reads below a directory; what cannot be read is not there."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = root

    def read(self, path: str) -> bytes | None:
        try:
            with open(os.path.join(self._root, path), "rb") as stream:
                return stream.read()
        except (OSError, ValueError):
            return None

    def names(self, folder: str) -> Iterable[str]:
        try:
            return os.listdir(os.path.join(self._root, folder))
        except (OSError, ValueError):
            return []


class OfTree:
    """Reads from a tree of files."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def read(self, path: str) -> bytes | None:
        return self._tree.read(path)

    def names(self, folder: str) -> Iterable[str]:
        prefix = f"{folder}/" if folder else ""
        inside = (path[len(prefix) :] for path in self._tree.paths() if path.startswith(prefix))
        return {path.partition("/")[0] for path in inside}


class PytestConfig(NamedTuple):
    """The configuration file that pytest would use, and its options."""

    path: str = ""
    options: Mapping[str, str] = {}

    def option(self, name: str) -> str:
        """An option's value, '' when unset. What `addopts` says on it goes before the file's own setting."""
        addopts = self.options.get("addopts", "")
        flag = re.escape(name.replace("_", "-"))
        for pattern in (_OPTION.format(name=flag), _OVERRIDE.format(name=re.escape(name))):
            if given := re.findall(pattern, addopts):
                return str(given[-1])
        return self.options.get(name, "")


class Project:
    """Facts about the files of one tree, each found once per folder. `stated`: those that need no search."""

    def __init__(self, reader: Reader, stated: Mapping[str, str] | None = None) -> None:
        self._reader = reader
        self._stated = stated or {}
        self._names: dict[str, frozenset[str]] = {}
        self._configs: dict[str, Config | None] = {}
        self._pytest_configs: dict[str, PytestConfig | None] = {}
        self._facts: dict[tuple[str, str], str] = {}

    @classmethod
    def on_disk(
        cls, root: str | os.PathLike[str], stated: Mapping[str, str] | None = None
    ) -> Project:
        """The project below a directory."""
        return cls(Disk(root), stated)

    @classmethod
    def in_memory(cls, files: Mapping[str, bytes]) -> Project:
        """A project that is nowhere on disk."""
        return cls.of(MemoryTree(files))

    @classmethod
    def of(cls, tree: Tree) -> Project:
        """The project that a tree of files is."""
        return cls(OfTree(tree))

    def fact(self, key: str, path: str) -> str:
        """The value of a fact for the file at `path`, '' when unset. Raises `KeyError` on an unknown key."""
        if key in self._stated:
            return self._stated[key]
        return self._fact(key, path.rpartition("/")[0])

    def _fact(self, key: str, folder: str) -> str:
        if (folder, key) not in self._facts:
            self._facts[folder, key] = self._find(key, folder)
        return self._facts[folder, key]

    def pytest_files(self, path: str) -> list[str]:
        """Every file beside the configuration that pytest takes for `path` that has settings for it, that one first."""
        holder = self.fact("pytest.config", path).rpartition("/")[0]
        return [config.path for config in self._pytest_all(holder)]

    def _find(self, key: str, folder: str) -> str:
        if key == "pytest.config":
            return self._pytest(folder).path
        if key.startswith("pytest."):
            return self._pytest(folder).option(key.removeprefix("pytest."))
        if key == "dependencies":
            return self._dependencies(folder)
        if key == "requires-python":
            return self._requires_python(folder)
        if key == "conftest":
            return self._texts(key, folder, [_CONFTEST])
        if key == "compose":
            return self._texts(key, folder, filter(_is_compose, self._listing(folder)))
        raise KeyError(key)

    def _pytest(self, folder: str) -> PytestConfig:
        """The first configuration on the way up; failing that, the first pyproject.toml, as in pytest."""
        for holder in _upwards(folder):
            if holder not in self._pytest_configs:
                self._pytest_configs[holder] = self._pytest_in(holder)
            if found := self._pytest_configs[holder]:
                return found
        holders = (h for h in _upwards(folder) if "pyproject.toml" in self._listing(h))
        return next(
            (PytestConfig(_join(holder, "pyproject.toml")) for holder in holders), PytestConfig()
        )

    def _pytest_in(self, folder: str) -> PytestConfig | None:
        return next(self._pytest_all(folder), None)

    def _pytest_all(self, folder: str) -> Iterator[PytestConfig]:
        """What a folder has for pytest; the first counts."""
        for name, sections in _PYTEST_SECTIONS.items():
            config = self._config(folder, name)
            if config and (name in _ALWAYS_CONFIG or _has_any(config, sections)):
                yield PytestConfig(_join(folder, name), _options(config, sections))

    def _dependencies(self, folder: str) -> str:
        """What the folder declares, then what those above it do: most share their parent's text."""
        above = [self._fact("dependencies", _above(folder))] if folder else []
        texts = (self._reader.read(path) for path in self._declaring(folder))
        own = [text.decode("utf-8", "replace") for text in texts if text is not None]
        return "\n".join([*own, *above]) if own else "".join(above)

    def _declaring(self, folder: str) -> Iterator[str]:
        likely = (name for name in self._listing(folder) if name.endswith(_DECLARING))
        for name in sorted(likely):
            if _DEPENDENCIES.fullmatch(name):
                yield _join(folder, name)
        if "requirements" in self._listing(folder):
            inner = _join(folder, "requirements")
            yield from (_join(inner, n) for n in sorted(self._listing(inner)) if _is_list(n))

    def _texts(self, key: str, folder: str, names: Iterable[str]) -> str:
        """What the named files of the folder say, then what those of the folders above it do."""
        above = self._fact(key, _above(folder)) if folder else ""
        texts = (self._read(folder, name) for name in sorted(names))
        own = [text.decode("utf-8", "replace") for text in texts if text is not None]
        return "\n".join([*own, above]) if own else above

    def _requires_python(self, folder: str) -> str:
        """What the folder states, else what the one above it does."""
        configs = (self._config(folder, name) for name in ("pyproject.toml", "setup.cfg"))
        settings = (setting for config in configs if config for setting in config.settings)
        stated = next((s.value for s in settings if s.name in _PYTHON_VERSIONS and s.value), "")
        if not stated:
            setup = _SETUP_PY.search(
                (self._read(folder, "setup.py") or b"").decode("utf-8", "replace")
            )
            stated = setup[1] if setup else ""
        return stated or (self._fact("requires-python", _above(folder)) if folder else "")

    def _config(self, folder: str, name: str) -> Config | None:
        path = _join(folder, name)
        if path not in self._configs:
            data = self._read(folder, name)
            self._configs[path] = None if data is None else _parsed(data, name)
        return self._configs[path]

    def _read(self, folder: str, name: str) -> bytes | None:
        return self._reader.read(_join(folder, name)) if name in self._listing(folder) else None

    def _listing(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            self._names[folder] = frozenset(self._reader.names(folder))
        return self._names[folder]


def is_fact(key: str) -> bool:
    """Whether `Project.fact` knows the key."""
    return key in ("dependencies", "requires-python", "conftest", "compose") or (
        key.startswith("pytest.") and key != "pytest."
    )


def tells_facts(path: str) -> bool:
    """Whether the file at `path` may tell a fact, by its name."""
    folder, _, name = path.rpartition("/")
    is_listed = folder.endswith("requirements") and _is_list(name)
    return name in _PYTEST_SECTIONS or bool(_DEPENDENCIES.fullmatch(name)) or is_listed


def _is_list(name: str) -> bool:
    """Whether a file of a folder `requirements` lists some."""
    return "." not in name or name.endswith(_LISTS)


def _is_compose(name: str) -> bool:
    return by_name(name) == (Language.COMPOSE,)


def _has_any(config: Config, sections: tuple[str, ...]) -> bool:
    return any(s.name in sections for s in config.sections()) or bool(_options(config, sections))


def _options(config: Config, sections: tuple[str, ...]) -> dict[str, str]:
    """The settings of some sections by their short names; the first section that has one wins."""
    options: dict[str, str] = {}
    for prefix in (f"{section}." for section in sections):
        for setting in config.settings:
            if setting.name.startswith(prefix):
                options.setdefault(setting.name.removeprefix(prefix), setting.value)
    return options


def _parsed(data: bytes, name: str) -> Config:
    from misspawn.regions.config import Config  # which a scan that knows the facts does without

    return Config(data, toml=name.endswith(".toml"))


def _upwards(folder: str) -> Iterator[str]:
    """The folder, its parent, and so on up to the root ''."""
    while folder:
        yield folder
        folder = _above(folder)
    yield ""


def _above(folder: str) -> str:
    return folder.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
