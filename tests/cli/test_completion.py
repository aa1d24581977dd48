"""Completion scripts, asked as the shells ask them. Shells that are not there are passed over."""

import re
import shutil
import subprocess

import program
import pytest
from program import TIME_LIMIT, environment, good

COMMANDS = {"convert", "cat", "head", "tail", "count", "schema", "stats", "diff", "meta",
            "formats", "codecs", "stores", "queues", "clean", "log", "sql", "table", "validate",
            "version", "help"}
READ = {"csv", "tsv", "json", "jsonl", "ion", "ion-text", "parquet", "arrow", "arrow-stream"}
WRITTEN = READ | {"table"}
# What stands before the cursor (the last is being completed) and what is offered.
TABLE = set(re.findall(r"^    table (\w+)", good("table", "--help").text, re.M))
LOG = set(re.findall(r"^    log (\w+)", good("log", "--help").text, re.M))
CASES = [
    (["con"], {"convert"}),
    (["convert", "--from", ""], READ),
    (["convert", "--to", ""], WRITTEN),
    (["convert", "--to", "j"], {"json", "jsonl"}),
    (["cat", "--compression", "z"], {"zstd"}),
    (["convert", "--mixed", ""], {"error", "json"}),
    (["convert", "--sor"], {"--sort"}),
    (["convert", "--no-h"], {"--no-header"}),
    (["log", "write", "--compression", ""], {"snappy", "zstd", "gzip", "lz4", "none"}),
    (["log", "export", "--format", "j"], {"json", "jsonl"}),
    (["log", "write", "T", "--no-f"], {"--no-fail-fast"}),
    (["log", "check", "T", "--no-"], {"--no-json"}),
    (["formats", ""], WRITTEN),
    (["codecs", "g"], {"gzip"}),
    (["stores", ""], {"file", "mem"}),
    (["help", ""], COMMANDS),
    (["sql", "--par"], {"--param"}),
    (["help", "co"], {"convert", "count", "codecs"}),
    (["table", ""], TABLE),
    (["table", "rea"], {"read"}),
    (["table", "read", "--to", "j"], {"json", "jsonl"}),
    (["table", "read", "T", "--ver"], {"--version"}),
    (["table", "append", "T", "--fr"], {"--from"}),
    (["table", "append", "T", "da"], {"data.csv"}),
    (["convert", "da"], {"data.csv"}),
    (["convert", "--schema", "da"], {"data.csv"}),
    (["formats", "--config", "da"], {"data.csv"}),
]


def shell(name, *arguments, cwd):
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name}")
    done = subprocess.run([name, *arguments], cwd=cwd, env=environment(HOME=str(cwd)),
                          capture_output=True, text=True, timeout=TIME_LIMIT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path):
    for name in ("bash", "zsh", "fish"):
        (tmp_path / f"c.{name}").write_bytes(good("help", "--completion", name).out)
    (tmp_path / "data.csv").write_text("a\n1\n")
    return tmp_path


def quoted(words):
    return " ".join(f"'{word}'" for word in words)


@pytest.mark.parametrize("words, offered", CASES + [
    (["convert", "--from", "="], READ), (["convert", "--from", "=", "j"], {"json", "jsonl"})])
def test_bash(folder, words, offered):
    """Where nothing is offered bash completes names of files by itself."""
    ask = (f". ./c.bash; COMP_WORDS=(quire {quoted(words)}); COMP_CWORD={len(words)}; "
           "_quire; printf '%s\\n' \"${COMPREPLY[@]}\"")
    expected = [] if offered == {"data.csv"} else sorted(offered)
    assert sorted(filter(None, shell("bash", "-c", ask, cwd=folder))) == expected


@pytest.mark.parametrize("words, offered", CASES + [(["convert", "--from=j"], {"json", "jsonl"})])
def test_fish(folder, words, offered):
    ask = f"source c.fish; complete -C 'quire {' '.join(words)}'"
    lines = {line.split("\t")[0] for line in shell("fish", "-c", ask, cwd=folder)}
    starts = words[-1]
    if starts.startswith("--from="):
        lines = {line.removeprefix("--from=") for line in lines}
        starts = starts.removeprefix("--from=")
    assert {line for line in lines if line.startswith(starts)} == offered


def zsh(folder, words):
    """What the function asks of the completion system, a word a line."""
    ask = ("_arguments() { print -rl -- \"$@\" }; _describe() { print -rl -- $commands }; "
           f"compdef() {{ }}; words=(quire {quoted(words)}); CURRENT={len(words) + 1}; "
           ". ./c.zsh; _quire")
    return shell("zsh", "-f", "-c", ask, cwd=folder)


def test_zsh(folder):
    """Each command with its summary; options with their values, and the names taken."""
    assert {line.split(":")[0] for line in zsh(folder, [""])} == COMMANDS
    convert = zsh(folder, ["convert", ""])
    assert convert[-1] == "*:name:_files"
    found = {line.split("[")[0]: line for line in convert}
    assert set(found["--from="].split("(")[-1].rstrip(")").split()) == READ
    assert set(found["--to="].split("(")[-1].rstrip(")").split()) == WRITTEN
    assert found["--schema="].endswith(":_files")
    assert "--append" in found and "--no-header" in found and "*--set=" in found
    assert "-n+" in {line.split("[")[0] for line in zsh(folder, ["head", ""])}
    table = zsh(folder, ["table", ""])[-1]
    assert set(table.removeprefix("1:name:(")[:-1].split()) == TABLE
    assert "--version=" in {line.split("[")[0] for line in zsh(folder, ["table", "read", ""])}
    assert zsh(folder, ["table", "read", ""])[-1] == "*:name:_files -/"
    assert zsh(folder, ["clean", ""])[-1] == "*:name:_files -/"
    assert set(zsh(folder, ["formats", ""])[-1].removeprefix("1:name:(")[:-1].split()) == WRITTEN
    assert set(zsh(folder, ["help", ""])[-1].removeprefix("1:name:(")[:-1].split()) == COMMANDS


def test_each_command_has_its_page():
    """The build's list of manual pages is that of the program's commands."""
    build = (program.ROOT / "src" / "cli" / "meson.build").read_text()
    made = set(re.findall(r"'([^']+)'", re.search(r"foreach command : \[(.*?)\]", build, re.S)[1]))
    assert made == COMMANDS | {f"table {name}" for name in TABLE} | {f"log {name}" for name in LOG}
