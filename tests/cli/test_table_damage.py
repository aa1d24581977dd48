"""Logs that are damaged: what fsck names, and checkpoints that are passed over."""

import json
import os
import shutil

import pytest
from program import bad, good, run


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Versions 0 to 12, a row each, and checkpoints of 5 and 12."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "a.csv").write_text("id\n1\n")
    good("table", "append", folder / "t", folder / "a.csv", "--create")
    for version in range(1, 13):
        good("table", "append", folder / "t", folder / "a.csv")
        if version in (5, 12):
            good("table", "checkpoint", folder / "t")
    for old in (folder / "t" / "_delta_log").glob("*10.checkpoint.parquet"):
        old.unlink()
    return folder


@pytest.fixture
def table(tmp_path, template):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return tmp_path / "t"


def log(table, version, kind="json"):
    return table / "_delta_log" / f"{version:020}.{kind}"


def fsck(table, *more):
    found = run("table", "fsck", table, "--json", *more)
    report = found.json()
    assert found.code == (0 if report["ok"] else 1)
    return report


def count(table):
    return len(good("table", "read", table).lines())


@pytest.mark.parametrize("content", [b"", b"PAR1", None])
@pytest.mark.parametrize("hint", [True, False])
def test_a_checkpoint_that_cannot_be_read(tmp_path, table, content, hint):
    checkpoint = log(table, 12, "checkpoint.parquet")
    checkpoint.write_bytes(checkpoint.read_bytes()[:-9] if content is None else content)
    if not hint:
        (table / "_delta_log" / "_last_checkpoint").unlink()
    name = f"_delta_log/{checkpoint.name}"
    assert count(table) == 13
    report = fsck(table)
    assert report["corrupt"] == [name] and report["details"][name] and report["version"] == 12
    good("table", "append", table, tmp_path / "a.csv")
    assert count(table) == 14
    assert len(good("table", "read", table, "--version", "12").lines()) == 13
    # Without the older one the commits say all, too.
    log(table, 5, "checkpoint.parquet").write_bytes(b"")
    assert count(table) == 14
    assert fsck(table)["corrupt"] == [f"_delta_log/{log(table, 5, 'checkpoint.parquet').name}", name]
    # A log that has not enough without it tells of the checkpoint.
    log(table, 3).unlink()
    bad(1, "table", "read", table, says=checkpoint.name)
    assert name in str(fsck(table)["corrupt"])


def test_a_checkpoint_that_stands_for_nothing_keeps_the_log(table):
    good("table", "property", "set", table, "delta.logRetentionDuration=interval 1 days")
    for version in range(14):
        os.utime(log(table, version), (version, version))
    shutil.copytree(table, f"{table}2")
    log(table, 13, "checkpoint.parquet").write_bytes(b"")
    log(table, 12, "checkpoint.parquet").unlink()
    good("table", "checkpoint", table)
    assert log(table, 0).exists() and count(table) == 13
    # Where it is written the log is cleaned up.
    table = table.parent / "t2"
    good("table", "checkpoint", table)
    assert not log(table, 0).exists() and count(table) == 13


@pytest.mark.parametrize("add", [{}, {"path": ""}, {"path": "%00"}, {"path": "a%00b"}])
def test_an_add_without_a_path(table, add):
    log(table, 13).write_text(json.dumps({"add": add}) + "\n")
    bad(1, "table", "read", table, says=["names no file", log(table, 13).name])
    assert fsck(table)["corrupt"] == [f"_delta_log/{log(table, 13).name}"]


def test_an_add_that_is_a_folder(table):
    log(table, 13).write_text(json.dumps({"add": {
        "path": "_delta_log", "partitionValues": {}, "size": 1, "modificationTime": 1,
        "dataChange": True}}) + "\n")
    bad(1, "table", "read", table, says="folder")
    assert fsck(table)["corrupt"] == ["_delta_log"]


def test_commits_below_the_checkpoint(table):
    next(table.glob("*.parquet")).unlink()
    (table / "stray.parquet").touch()
    assert fsck(table)["orphans"] == ["stray.parquet"]
    for version in (2, 3, 7):
        log(table, version).write_text('{"add":{"pa')
    report = fsck(table)
    assert report["corrupt"] == [f"_delta_log/{log(table, version).name}" for version in (2, 3, 7)]
    # What those name is not known.
    assert len(report["missing"]) == 1 and report["orphans"] == []
    repaired = fsck(table, "--repair")
    assert repaired["repaired"] == 1 and count(table) == 12


def test_what_is_too_deep_or_too_large(table):
    shutil.copytree(table, f"{table}2")
    log(table, 13).write_text('{"commitInfo":' + '{"a":' * 2000 + "1" + "}" * 2001 + "\n")
    assert fsck(table)["corrupt"] == [f"_delta_log/{log(table, 13).name}"]
    table = table.parent / "t2"
    add = next(json.loads(line)["add"] for line in log(table, 1).read_text().splitlines()
               if '"add"' in line)
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7,
                "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    vector = {"storageType": "u", "pathOrInlineDv": "ab^-aqEH.-t@S}K{vb[*k^", "offset": 1,
              "sizeInBytes": 2147483647, "cardinality": 1}
    lines = [{"protocol": protocol}, {"add": {**add, "deletionVector": vector}}]
    log(table, 13).write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = fsck(table)
    assert len(report["corrupt"] + report["missing"]) == 1
