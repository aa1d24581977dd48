"""Guides whose examples are run as they stand: the blocks of a page, and what runs them."""

import os
import pathlib
import re
import subprocess

from program import PROGRAM, ROOT, environment

FOLDER = pathlib.Path(PROGRAM).resolve().parent
LIBRARY = pathlib.Path(os.environ.get("QUIRE_LIB", ROOT / "build/release/src/libquire.so"))


def text(name):
    return (ROOT / "docs/guides" / name).read_text()


def blocks(page):
    """Kind and text of each fenced block."""
    return re.findall(r"```(\w+)\n(.*?)```", page, re.S)


def commands(block):
    """Commands after "$ ", continued after "> ", each with what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, printed = part.partition("\n")
        while printed.startswith("> "):
            more, _, printed = printed[2:].partition("\n")
            command += "\n" + more
        yield command, printed


def run_console(block, folder):
    """Runs each command, which must print what the page says. The first "cat" of a file makes it."""
    path = f"{FOLDER}:{os.environ['PATH']}"
    for command, printed in commands(block):
        shown = re.fullmatch(r"cat (\S+)", command)
        if shown and not (folder / shown[1]).exists():
            (folder / shown[1]).write_text(printed)
        done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment(PATH=path),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=300)
        assert done.stdout == printed, command


def build_c(source, folder):
    """Makes ./example of a page's program."""
    (folder / "example.c").write_text(source)
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}",
                    "example.c", str(LIBRARY.resolve()), f"-Wl,-rpath,{LIBRARY.resolve().parent}",
                    "-o", "example"], cwd=folder, check=True)


def enter(folder, monkeypatch):
    """Goes into a folder, where the program is found and nothing around the tests configures it."""
    for variable in [one for one in os.environ if one.startswith("QUIRE_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PATH", f"{FOLDER}:{os.environ['PATH']}")
    monkeypatch.chdir(folder)
    return folder


def run_page(name, folder, monkeypatch):
    """Runs all blocks of a page in order, in one folder; gives the kinds that there were."""
    enter(folder, monkeypatch)
    monkeypatch.syspath_prepend(ROOT / "examples")
    kinds, python = set(), {}
    for kind, block in blocks(text(name)):
        kinds.add(kind)
        if kind == "console":
            run_console(block, folder)
        elif kind == "python":
            exec(compile(block, name, "exec"), python)
        elif kind == "c":
            build_c(block, folder)
    return kinds
