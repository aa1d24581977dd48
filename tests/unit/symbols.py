"""Checks that three lists of symbols are one: those that include/quire declares with
QUIRE_API, those of the version script, and those that the built library shows.

Usage: symbols.py INCLUDE_FOLDER VERSION_SCRIPT LIBRARY
"""

import pathlib
import re
import subprocess
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"^QUIRE_API\s+[^;{]*?\b(quire_\w+)\s*\(", re.MULTILINE)
LISTED = re.compile(r"^\s*(\w+);", re.MULTILINE)


def declared(folder):
    """The functions of every public header."""
    names = set()
    for header in sorted(pathlib.Path(folder).glob("*.h")):
        text = COMMENT.sub("", header.read_text())
        found = DECLARATION.findall(text)
        # Each use of the macro must have been understood.
        uses = len(re.findall(r"^QUIRE_API\b", text, re.MULTILINE))
        if uses != len(found):
            raise SystemExit(f"symbols: {header}: {uses} uses of QUIRE_API, {len(found)} names")
        names.update(found)
    return names


def umbrella_lacks(folder):
    """The headers that quire.h does not include."""
    text = (pathlib.Path(folder) / "quire.h").read_text()
    return [header.name for header in sorted(pathlib.Path(folder).glob("*.h"))
            if header.name != "quire.h" and f'#include "quire/{header.name}"' not in text]


def listed(script):
    """The global part of the version script."""
    text = COMMENT.sub("", pathlib.Path(script).read_text())
    return set(LISTED.findall(text[text.index("global:") : text.index("local:")]))


def shown(library):
    """The symbols that the library defines for others."""
    output = subprocess.run(
        ["nm", "-D", "--defined-only", "--format=posix", library],
        check=True, capture_output=True, text=True,
    ).stdout
    names = [line.split()[:2] for line in output.splitlines()]
    return {name.split("@")[0] for name, kind in names if kind not in "Aa"}


def main(folder, script, library):
    lists = {
        "include/quire": declared(folder),
        "quire.map": listed(script),
        "the library": shown(library),
    }
    everything = set.union(*lists.values())
    wrong = 0
    for name in sorted(everything):
        lacking = [where for where, names in lists.items() if name not in names]
        if lacking:
            print(f"symbols: {name} is not in {' and not in '.join(lacking)}")
            wrong += 1
    for header in umbrella_lacks(folder):
        print(f"symbols: quire.h does not include {header}")
        wrong += 1
    print(f"{len(everything)} symbols, {wrong} wrong")
    return 1 if wrong or len(everything) < 100 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
