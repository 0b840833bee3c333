"""`python -m misspawn.site FOLDER`: the site as plain files, for generators that know neither hook nor macro.

FOLDER gets a `mkdocs.yml` and `docs/` with every page written out: `zensical build --strict` and MkDocs without any
plugin of ours build the same site from it.
"""

from __future__ import annotations

import sys

from misspawn.errors import UserError
from misspawn.site.plainfiles import write


def main(arguments: list[str]) -> int:
    """Write the files; 2 for wrong usage."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        count = write(arguments[0])
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{count} pages in {arguments[0]}/docs; build there with: zensical build --strict")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
