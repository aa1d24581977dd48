"""table vacuum: what it deletes, what it keeps, what it refuses; delta-rs agrees."""

import json
import os
import time
import urllib.parse
import uuid

import delta
import delta_log
import pyarrow as pa
import pytest
from delta_judges import actions, by_deltalake, by_polars, files, history, rows_of
from deltalake import DeltaTable
from program import bad, good

HOUR = 3600
FORCED = ["--retain", "0s", "--force-retention"]


def rows(start, count=5):
    return pa.table({"id": pa.array(range(start, start + count), pa.int64()),
                     "place": pa.array([["a b", "c/d", None][i % 3] for i in range(count)])})


def make(url, partition_by=(), properties=None):
    """Appends, then an optimize that leaves their files to be vacuumed."""
    delta.create(url, rows(0).schema, partition_by=partition_by, properties=properties)
    for at in range(3):
        delta.append(url, rows(at * 5))
    good("table", "optimize", url)


def age(path, hours):
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


def old_file(url, name, hours=200):
    path = url / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 10)
    age(path, hours)
    return path


def on_disk(url):
    return {str(path.relative_to(url)) for path in url.rglob("*")
            if path.is_file() and "_delta_log" not in path.parts}


def unquoted(paths):
    return {urllib.parse.unquote(path) for path in paths}


def vacuum(url, *more):
    report = good("table", "vacuum", url, *more, "--json").json()
    assert report["files"] == len(report["deleted"])
    assert report["bytes"] == sum(one["bytes"] for one in report["deleted"])
    return {one["path"] for one in report["deleted"]}, report


@pytest.mark.parametrize("by", [[], ["place"]])
@pytest.mark.parametrize("lite", [[], ["--lite"]])
def test_only_what_the_newest_version_needs(tmp_path, by, lite):
    url = tmp_path / "t"
    make(url, by)
    before, live = rows_of(delta.read(url)), unquoted(files(url))
    everything = on_disk(url)
    expected = set(DeltaTable(str(url)).vacuum(0, enforce_retention_duration=False))
    told, report = vacuum(url, *FORCED, *lite, "--dry-run")
    assert told == expected == everything - live and report["version"] == 4
    assert on_disk(url) == everything and delta.version(url) == 4
    deleted, report = vacuum(url, *FORCED, *lite)
    assert deleted == expected and on_disk(url) == live and report["version"] == 6
    assert rows_of(delta.read(url)) == by_deltalake(url) == by_polars(url) == before
    end, start = DeltaTable(str(url)).history(2)
    assert (start["operation"], end["operation"]) == ("VACUUM START", "VACUUM END")
    assert start["operationMetrics"]["numFilesToDelete"] == str(len(deleted))
    assert start["operationParameters"]["retentionCheckEnabled"] in (False, "false")
    assert end["operationMetrics"]["numDeletedFiles"] == str(len(deleted))
    assert end["operationParameters"]["status"] == "COMPLETED"
    assert vacuum(url, *FORCED, *lite)[0] == set()
    bad(3, "table", "read", url, "--version", "2")


def test_retention_is_guarded(tmp_path):
    url = tmp_path / "t"
    make(url, properties={"delta.deletedFileRetentionDuration": "interval 2 days"})
    everything = on_disk(url)
    bad(2, "table", "vacuum", url, "--retain", "47h", says="nothing was deleted")
    assert on_disk(url) == everything and delta.version(url) == 4
    assert vacuum(url, "--retain", "48h")[0] == set()
    assert vacuum(url)[0] == set()
    start = DeltaTable(str(url)).history(2)[1]["operationParameters"]
    assert str(start["defaultRetentionMillis"]) == str(48 * HOUR * 1000)


def test_age_of_files_and_of_tombstones(tmp_path):
    url = tmp_path / "t"
    make(url)
    everything = on_disk(url)
    for name in everything:
        age(url / name, 1000)  # removed just now: readers of older versions may need them
    forgotten = old_file(url, "part-forgotten.parquet", 169)
    young = old_file(url, "part-being-written.parquet", 100)
    assert vacuum(url)[0] == {"part-forgotten.parquet"}
    assert not forgotten.exists() and young.exists()
    history(url)
    assert vacuum(url, "--retain", "99h", "--force-retention")[0] == {young.name}


def test_longer_than_checkpoints_remember(tmp_path):
    """A checkpoint has dropped the tombstone; the commit still has it."""
    url = tmp_path / "t"
    make(url, properties={"delta.checkpointInterval": "5",
                          "delta.deletedFileRetentionDuration": "interval 0 seconds"})
    delta.append(url, rows(100))
    assert list((url / "_delta_log").glob("*5.checkpoint.parquet"))
    gone = on_disk(url) - unquoted(files(url))
    for name in gone:
        age(url / name, 1000)
    assert vacuum(url, "--retain", "1h", "--dry-run")[0] == set()
    assert vacuum(url, "--dry-run")[0] == gone


def test_folders(tmp_path):
    url = tmp_path / "t"
    delta.create(url, pa.schema([("id", pa.int64()), ("_p", pa.string())]), partition_by=["_p"])
    delta.append(url, pa.table({"id": [1, 2], "_p": ["x", None]}))
    kept = on_disk(url)
    stay = {"_spark_metadata/0", ".hidden/part.parquet", "_delta_log/_staged_commits/x.json",
            "a/_b/c.parquet", "a/.d.parquet.crc", "_delta_index/f", "_delta_log/other.parquet",
            "_px=1/part.parquet"}
    go = {"_change_data/cdc-1.parquet", "_change_data/_p=x/cdc-2.parquet", "_p=x/part-0.parquet",
          "a/b/c.parquet", "part 0%20.parquet", "deletion_vector_x.bin"}
    for name in stay | go:
        old_file(url, name)
    assert vacuum(url)[0] == go
    assert all((url / name).exists() for name in stay | kept)
    assert not any((url / name).exists() for name in go)
    history(url, judges=(by_deltalake,))


def test_vectors_and_absolute_paths(tmp_path):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.field("i", "long")], features=["deletionVectors"])
    data = pa.table({"i": pa.array([1, 2, 3], pa.int64())})
    first, second = (delta_log.stored(url, [at], prefix=prefix) for at, prefix in ((0, ""), (1, "ab")))
    one, two = table.data(data), table.data(data)
    table.commit(table.add(one, vector=first, rows=3),
                 table.add((url / two).as_uri(), vector=delta_log.stored(url, [2], kind="p"), rows=3))
    table.commit({"remove": {"path": one, "deletionTimestamp": 1, "dataChange": True,
                             "deletionVector": first}}, table.add(one, vector=second, rows=3))
    before = rows_of(delta.read(url))
    everything = on_disk(url)
    for name in everything:
        age(url / name, 1000)
    gone = {name for name in everything if "/" not in name and name.endswith(".bin")
            and (url / name).as_uri() not in str(actions(url, 1, "add"))}
    assert len(gone) == 1
    for way in ([], ["--lite"]):
        assert vacuum(url, "--dry-run", *way)[0] == gone
    assert vacuum(url)[0] == gone
    assert rows_of(delta.read(url)) == before


def test_lite_finds_change_data(tmp_path):
    url = tmp_path / "t"
    make(url)
    name = f"_change_data/cdc-{uuid.uuid4()}.parquet"
    old_file(url, name, 1)
    old_file(url, "part-forgotten.parquet")
    path = url / "_delta_log" / f"{5:020}.json"
    path.write_text(json.dumps({"cdc": {"path": name, "partitionValues": {}, "size": 1,
                                        "dataChange": False}}) + "\n")
    assert vacuum(url, "--lite")[0] == set()
    age(url / name, 200)
    assert vacuum(url, "--lite")[0] == {name}
    assert (url / "part-forgotten.parquet").exists()


def test_lite_stays_within_the_table(tmp_path):
    """Whatever the log of a table says, hidden files and those outside are not deleted."""
    url = tmp_path / "t"
    make(url)
    outside = old_file(tmp_path, "outside.parquet")
    hidden = [old_file(url, name) for name in (".hidden.parquet", "_own/x.parquet")]
    gone = old_file(url, "part-gone.parquet")
    log = url / "_delta_log" / f"{0:020}.json"
    age(log, 200)
    paths = ["../outside.parquet", "sub/../../outside.parquet", "..%2Foutside.parquet",
             "part-gone.parquet/../../outside.parquet", "./../outside.parquet", str(outside),
             f"file://{outside}", ".hidden.parquet", "_own/x.parquet", "//part-gone.parquet",
             f"_delta_log/{0:020}.json", "part-gone.parquet"]
    (url / "_delta_log" / f"{5:020}.json").write_text("".join(json.dumps({"remove": {
        "path": path, "deletionTimestamp": 1000, "dataChange": True}}) + "\n" for path in paths))
    assert vacuum(url, "--lite")[0] == {"part-gone.parquet"}
    assert all(path.exists() for path in (outside, log, *hidden)) and not gone.exists()


def test_protocol_is_checked(tmp_path):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.field("i", "long")], features=["vacuumProtocolCheck"])
    old_file(url, "part-forgotten.parquet")
    assert vacuum(url)[0] == {"part-forgotten.parquet"}
    table.version = delta.version(url) + 1
    table.commit({"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                               "writerFeatures": ["keepsFilesOfItsOwn"]}})
    old_file(url, "part-forgotten.parquet")
    for more in ([], ["--dry-run"], ["--lite"]):
        bad(2, "table", "vacuum", url, *more, says="keepsFilesOfItsOwn")
    assert (url / "part-forgotten.parquet").exists()
    bad(3, "table", "vacuum", tmp_path / "none")


def test_many_files(tmp_path):
    """More than are deleted at a time."""
    url = tmp_path / "t"
    make(url)
    (url / "x").mkdir()
    for at in range(9000):
        path = url / "x" / f"{at}"
        path.touch()
        os.utime(path, (1, 1))
    assert len(vacuum(url, "--durability", "none")[0]) == 9000
    assert not list((url / "x").iterdir())
    history(url)
