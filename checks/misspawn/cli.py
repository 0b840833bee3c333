"""The command line: `misspawn COMMAND`. Ends with the exit codes of grep's family.

Only what a command needs is imported, and nothing at all for `--version`.
"""

from __future__ import annotations

import os
import sys

from misspawn import __version__

FAILED, INTERRUPTED = 2, 130


def main(argv: list[str] | None = None) -> int:
    """Run a command; return its exit code. Every error ends here, none as a traceback."""
    argv = sys.argv[1:] if argv is None else argv
    if argv in (["--version"], ["-V"]):
        print(f"misspawn {__version__}")
        return 0
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _close_pipe()
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: a report in place of a traceback
        return _report(error)


def _run(argv: list[str]) -> int:
    from misspawn.commands import run

    _keep_file_names()
    code = run(argv)
    sys.stdout.flush()  # here, where a broken pipe is caught
    return code


def _keep_file_names() -> None:
    """Let names that are not valid text pass to the output as the bytes they are."""
    errors = "surrogatepass" if sys.platform == "win32" else "surrogateescape"
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors=errors)


def _close_pipe() -> None:
    """Nobody reads on, as in `| head`: keep the interpreter from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(error: Exception) -> int:
    from misspawn.errors import UserError

    if isinstance(error, UserError):
        print(error, file=sys.stderr)
        return FAILED
    if os.environ.get("MISSPAWN_TRACEBACK"):
        raise error
    print(_bug(error), file=sys.stderr)
    return FAILED


def _bug(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    version = ".".join(map(str, sys.version_info[:3]))
    return (
        f"misspawn {__version__} failed: {type(error).__name__}: {error}\n"
        f"  at {place}, Python {version} on {sys.platform}\n"
        "This is a bug in misspawn. Please report it with these lines; MISSPAWN_TRACEBACK=1 shows more."
    )


if __name__ == "__main__":
    raise SystemExit(main())
