"""Logs kept short: clean-up at checkpoints, checkpoints of version 2, log compaction files."""

import json
import os
import time

import delta
import delta_log
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from delta_judges import by_deltalake, by_kernel, history, rows_of
from program import bad, good

DAY = 86400


def rows(start, count=3):
    return pa.table({"id": pa.array(range(start, start + count), pa.int64())})


def make(url, commits, **properties):
    delta.create(url, rows(0).schema, properties={"delta.checkpointInterval": "5", **{
        f"delta.{name}": value for name, value in properties.items()}})
    for at in range(commits):
        delta.append(url, rows(at * 3))


def names(url, kind=""):
    return sorted(path.name for path in (url / "_delta_log").iterdir()
                  if path.is_file() and path.name.endswith(kind))


def versions(url, kind):
    return sorted({int(name[:20]) for name in names(url, kind) if name[0] == "0"})


def age(url, last, days):
    for path in (url / "_delta_log").iterdir():
        if path.is_file() and path.name[0] == "0" and int(path.name[:20]) <= last:
            then = time.time() - days * DAY
            os.utime(path, (then, then))


# --- Clean-up -----------------------------------------------------------------------------------


def test_what_is_old_goes_at_a_checkpoint(tmp_path):
    url = tmp_path / "t"
    make(url, 19)
    before = history(url, judges=())
    age(url, 13, 40)
    good("table", "checkpoint", url)
    assert delta.version(url) == 19
    # The newest checkpoint that is not younger stays, with its commit, and all that follows.
    assert versions(url, ".json") == versions(url, ".crc") == list(range(10, 20))
    assert versions(url, ".checkpoint.parquet") == [10, 15, 19]
    after = history(url, first=10)
    assert after == {version: before[version] for version in range(10, 20)}
    bad(3, "table", "read", url, "--version", "9")
    assert good("table", "fsck", url, "--json").json()["gaps"] == []
    delta.append(url, rows(100))
    assert versions(url, ".json") == list(range(10, 21))


def test_at_checkpoints_of_appends(tmp_path):
    url = tmp_path / "t"
    make(url, 14)
    age(url, 9, 31)
    age(url, 4, 33)
    delta.append(url, rows(50))
    assert versions(url, ".json") == list(range(5, 16))
    assert versions(url, ".checkpoint.parquet") == [5, 10, 15]


@pytest.mark.parametrize("properties, kept", [
    ({"enableExpiredLogCleanup": "false"}, 0),
    ({"logRetentionDuration": "interval 60 days"}, 0),
    ({"logRetentionDuration": "interval 10 days"}, 5),
])
def test_properties(tmp_path, properties, kept):
    url = tmp_path / "t"
    make(url, 8, **properties)
    age(url, 7, 40)
    good("table", "checkpoint", url)
    assert versions(url, ".json") == list(range(kept, 9))
    history(url, first=kept)


def test_without_a_checkpoint_before_nothing_goes(tmp_path):
    url = tmp_path / "t"
    make(url, 4)
    age(url, 4, 100)
    (url / "_delta_log" / f"{3:020}.checkpoint.0000000001.0000000002.parquet").write_bytes(b"x")
    age(url, 2, 100)
    delta.append(url, rows(20))
    assert versions(url, ".json") == list(range(6))


# --- Version 2 ----------------------------------------------------------------------------------


def make_v2(url, commits=7):
    table = delta_log.Table(url, [delta_log.field("id", "long")], features=["v2Checkpoint"],
                            properties={"delta.checkpointPolicy": "v2",
                                        "delta.checkpointInterval": "5"})
    for at in range(commits):
        delta.append(url, rows(at * 3), app="a", app_version=at)
    return table


def test_checkpoints_of_version_2(tmp_path):
    url = tmp_path / "t"
    make_v2(url)
    before = history(url, judges=(by_kernel,))
    checkpoint, = names(url, ".parquet")
    assert checkpoint.startswith(f"{5:020}.checkpoint.") and len(checkpoint.split(".")) == 4
    table = pq.read_table(url / "_delta_log" / checkpoint)
    assert set(table.column_names) == {"protocol", "metaData", "add", "remove", "txn",
                                       "domainMetadata", "sidecar", "checkpointMetadata"}
    found = {name: [value for value in table[name].to_pylist() if value]
             for name in table.column_names}
    assert [value["version"] for value in found["checkpointMetadata"]] == [5]
    assert len(found["protocol"]) == len(found["metaData"]) == len(found["txn"]) == 1
    assert not found["add"] and not found["remove"]
    sidecar, = found["sidecar"]
    path = url / "_delta_log" / "_sidecars" / sidecar["path"]
    assert path.stat().st_size == sidecar["sizeInBytes"]
    held = pq.read_table(path)
    assert held.column_names == ["add", "remove"] and len(held) == 5
    hint = json.loads((url / "_delta_log" / "_last_checkpoint").read_text())
    assert (hint["version"], hint["numOfAddFiles"]) == (5, 5)
    for version in range(5):
        (url / "_delta_log" / f"{version:020}.json").unlink()
    assert history(url, judges=(by_kernel,), first=5) == {
        version: before[version] for version in (5, 6, 7)}
    good("table", "optimize", url)
    good("table", "checkpoint", url)
    assert len(names(url, ".parquet")) == 2
    assert rows_of(delta.read(url)) == by_kernel(url) == before[7]
    assert good("table", "checkpoint", url, "--json").json() == {
        "table": str(url), "version": 8, "written": False}


def test_sidecars_that_no_checkpoint_has(tmp_path):
    url = tmp_path / "t"
    make_v2(url, 12)
    sidecars = url / "_delta_log" / "_sidecars"
    (sidecars / "forgotten.parquet").write_bytes(b"x")
    (sidecars / "being-written.parquet").write_bytes(b"x")
    used = sorted(path.name for path in sidecars.iterdir() if "-" in path.name and
                  path.name != "being-written.parquet")
    assert len(used) == 2
    for path in sidecars.iterdir():
        if path.name != "being-written.parquet":
            os.utime(path, (1, 1))
    age(url, 10, 40)
    before = history(url, judges=())
    good("table", "checkpoint", url)
    left = {path.name for path in sidecars.iterdir()}
    assert "being-written.parquet" in left and "forgotten.parquet" not in left
    assert len(left & set(used)) == 1 and len(left) == 3
    assert history(url, judges=(by_kernel,), first=10) == {
        version: before[version] for version in (10, 11, 12)}


def test_classic_where_the_feature_is_not_there(tmp_path):
    """The property alone, as another writer may leave it, changes nothing."""
    url = tmp_path / "t"
    make(url, 0)
    path = url / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        if "metaData" in line:
            line["metaData"]["configuration"]["delta.checkpointPolicy"] = "v2"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for _ in range(5):
        delta.append(url, rows(1))
    assert names(url, ".parquet") == [f"{5:020}.checkpoint.parquet"]


# --- Compaction ---------------------------------------------------------------------------------


def compacted(url):
    return {name: [json.loads(line) for line in (url / "_delta_log" / name).read_text().splitlines()]
            for name in names(url, ".compacted.json")}


def test_log_compaction(tmp_path):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.field("id", "long")], features=["domainMetadata"],
                            reader=1, properties={"delta.checkpointInterval": "100"})
    table.commit({"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                               "writerFeatures": ["domainMetadata"]}},
                 {"domainMetadata": {"domain": "gone", "configuration": "x", "removed": False}},
                 {"domainMetadata": {"domain": "kept", "configuration": "y", "removed": False}})
    table.commit({"domainMetadata": {"domain": "gone", "configuration": "x", "removed": True}})
    for at in range(3):
        delta.append(url, rows(at * 3), app="a", app_version=at)
    good("table", "optimize", url)
    before = history(url)
    report = good("table", "checkpoint", url, "--compact-log", "--json").json()
    assert report == {"table": str(url), "version": 6, "written": True}
    (name, lines), = compacted(url).items()
    assert name == f"{0:020}.{6:020}.compacted.json"
    kinds = [kind for line in lines for kind in line]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "protocol": 1, "metaData": 1, "txn": 1, "domainMetadata": 2, "add": 1, "remove": 3}
    assert [line["txn"]["version"] for line in lines if "txn" in line] == [2]
    assert {line["domainMetadata"]["domain"]: line["domainMetadata"]["removed"]
            for line in lines if "domainMetadata" in line} == {"kept": False, "gone": True}
    assert history(url) == before
    assert not good("table", "checkpoint", url, "--compact-log", "--json").json()["written"]
    # It is read in the place of what it covers, and of nothing else.
    delta.append(url, rows(90))
    before = history(url)
    for version in (2, 4):
        (url / "_delta_log" / f"{version:020}.json").write_text("no JSON")
    assert rows_of(delta.read(url, 7)) == before[7] and rows_of(delta.read(url, 6)) == before[6]
    bad(1, "table", "read", url, "--version", "5")
    assert delta.append(url, rows(0), app="a", app_version=2).skipped


def test_compactions_after_a_checkpoint(tmp_path):
    """Those that begin before it, or end beyond the version, are not read."""
    url = tmp_path / "t"
    make(url, 4)
    assert good("table", "checkpoint", url, "--compact-log", "--json").json()["written"]
    for at in range(4):
        delta.append(url, rows(at))
    good("table", "checkpoint", url, "--compact-log")
    assert list(compacted(url)) == [f"{0:020}.{4:020}.compacted.json",
                                    f"{6:020}.{8:020}.compacted.json"]
    log = url / "_delta_log"
    (log / f"{3:020}.{7:020}.compacted.json").write_text("no JSON")
    (log / f"{6:020}.{9:020}.compacted.json").write_text("no JSON")
    (log / f"{7:020}.{7:020}.compacted.json").write_text("no JSON")
    history(url, judges=(by_deltalake,))
    age(url, 8, 40)
    good("table", "checkpoint", url)
    assert versions(url, ".compacted.json") == [] and versions(url, ".json") == [8]
    assert rows_of(delta.read(url)) == by_deltalake(url)
