#!/usr/bin/env python3
"""Compares the include graph of src/ with the layers named in src/LAYERS.

A file may include headers of its own folder or the one around it, of folders on lower
lines, and public ones (quire/...). cli stands apart: its own files and public headers only.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
SUFFIXES = {".c", ".h", ".cc"}
PUBLIC = "quire"
# Made by the build, not by a layer.
GENERATED = {"quire_config.h", "quire_runlog_page.h", "quire_runlog_queries.h"}
# Sees public headers alone.
OUTERMOST = "cli"


def read_layers(path):
    """Returns the height of each folder: 0 for the lowest line."""
    heights = {}
    lines = (line.split("#")[0].split() for line in path.read_text().splitlines())
    for height, folders in enumerate(folders for folders in lines if folders):
        for folder in folders:
            if folder in heights:
                sys.exit(f"{path}: {folder} is named twice")
            heights[folder] = height
    return heights


def why_not(source, folder, included, heights):
    """Says what is wrong with one include, or returns None."""
    if included in GENERATED:
        return None
    first, slash, _ = included.partition("/")
    if not slash:
        if any((place / included).is_file() for place in (source.parent, source.parent.parent)):
            return None
        return "is neither in the same folder nor in the one around it"
    if first == PUBLIC or first == folder:
        return None
    if (source.parent / included).is_file() and ".." not in included.split("/"):
        return None
    if first not in heights:
        return "is of no layer in LAYERS"
    if folder == OUTERMOST:
        return f"{OUTERMOST} uses public headers only"
    if heights[first] == heights[folder]:
        return f"{first} stands beside {folder}, not below"
    if heights[first] > heights[folder]:
        return f"{first} stands above {folder}"
    return None


def check_file(source, root, heights):
    """Yields a complaint, or None, for each include of a file."""
    folder = source.relative_to(root).parts[0]
    for included in INCLUDE.findall(source.read_text(encoding="utf-8")):
        reason = why_not(source, folder, included, heights)
        yield f'{source.relative_to(root)}: "{included}": {reason}' if reason else None


def check_tree(root):
    """Returns how many includes and folders are right, and what is said of the others."""
    heights = read_layers(root / "LAYERS")
    passed, complaints = 0, []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name not in heights:
            complaints.append(f"{folder.name}/: is of no layer in LAYERS")
            continue
        passed += 1
        for source in sorted(folder.rglob("*")):
            if source.suffix not in SUFFIXES:
                continue
            for complaint in check_file(source, root, heights):
                if complaint:
                    complaints.append(complaint)
                else:
                    passed += 1
    return passed, complaints


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: layers.py SRC")
    passed, complaints = check_tree(pathlib.Path(sys.argv[1]))
    for complaint in complaints:
        print(complaint)
    print(f"{passed} passed, {len(complaints)} failed")
    return 1 if complaints or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
