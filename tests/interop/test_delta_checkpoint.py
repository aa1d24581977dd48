"""Checkpoints that Quire writes: delta-rs and polars open tables by them, with the
commits before them gone; Spark does in test_delta_spark_read.py."""

import datetime
import glob
import hashlib
import json
import os

import delta
import delta_meta
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from program import good, run
from pyquire import QuireError
from test_delta_write import assert_rows, rows_of, sample

NAMES = ["long", "string", "decimal", "moment", "struct", "name with spaces"]


def log(url, pattern="*"):
    return sorted(os.path.basename(name)
                  for name in glob.glob(os.path.join(url, "_delta_log", pattern)))


def checkpoint(url, version):
    return pq.read_table(os.path.join(url, "_delta_log", f"{version:020}.checkpoint.parquet"))


def actions(url, version, name):
    return [row[name] for row in checkpoint(url, version).to_pylist() if row[name] is not None]


def hint(url):
    with open(os.path.join(url, "_delta_log", "_last_checkpoint"), encoding="utf-8") as file:
        return json.load(file)


def forget(url, version):
    """Deletes the commits up to a version: only its checkpoint says what they did."""
    for name in log(url, "*.json"):
        if int(name[:20]) <= version:
            os.remove(os.path.join(url, "_delta_log", name))


def make(url, commits, partition_by=("string",), **options):
    data = sample(NAMES)
    delta.create(url, data.schema, partition_by=list(partition_by), **options)
    for count in range(commits):
        delta.append(url, data, app=f"app {count % 3}", app_version=count)
    return pa.concat_tables([data] * commits) if commits else data.slice(0, 0)


def expected_rows(data):
    """The empty text of a partition column is null."""
    text = pa.array([value or None for value in data["string"].to_pylist()], pa.string())
    return data.set_column(data.column_names.index("string"), "string", text)


def test_every_tenth_commit(tmp_path):
    url = str(tmp_path / "t")
    wanted = expected_rows(make(url, 25))
    assert log(url, "*.parquet") == [f"{v:020}.checkpoint.parquet" for v in (10, 20)]
    last = hint(url)
    path = os.path.join(url, "_delta_log", log(url, "*.parquet")[-1])
    assert last.pop("checksum") == hashlib.md5(",".join(
        f'"{key}"={value}' for key, value in sorted(last.items())).encode()).hexdigest()
    assert last == {"version": 20, "size": checkpoint(url, 20).num_rows,
                    "sizeInBytes": os.path.getsize(path),
                    "numOfAddFiles": len(actions(url, 20, "add"))}
    assert_rows(url, wanted)
    forget(url, 20)
    assert_rows(url, wanted)
    assert DeltaTable(url).transaction_version("app 1") == 22
    assert delta.append(url, sample(NAMES), app="app 1", app_version=22).skipped


def test_a_checkpoint_says_what_the_log_did(tmp_path):
    url = str(tmp_path / "t")
    make(url, 10, name="n", description="d", properties={"delta.appendOnly": "false", "k": "v"})
    added = []
    for version in range(1, 11):
        with open(os.path.join(url, "_delta_log", f"{version:020}.json"), encoding="utf-8") as file:
            added += [json.loads(line)["add"] for line in file if '"add"' in line]
    with open(os.path.join(url, "_delta_log", f"{0:020}.json"), encoding="utf-8") as file:
        first = {}
        for line in file:
            first.update(json.loads(line))
    def plain_add(add):
        return (add["path"], sorted(dict(add["partitionValues"]).items(), key=str), add["size"],
                add["modificationTime"], add["stats"])
    found = actions(url, 10, "add")
    assert sorted(map(plain_add, found), key=str) == sorted(map(plain_add, added), key=str)
    assert not any(add["dataChange"] for add in found)
    [metadata] = actions(url, 10, "metaData")
    for key in ("id", "name", "description", "schemaString", "partitionColumns", "createdTime"):
        assert metadata[key] == first["metaData"][key]
    assert dict(metadata["configuration"]) == first["metaData"]["configuration"]
    assert actions(url, 10, "protocol") == [{"minReaderVersion": 1, "minWriterVersion": 2,
                                             "readerFeatures": None, "writerFeatures": None}]
    assert {(txn["appId"], txn["version"]) for txn in actions(url, 10, "txn")} == {
        ("app 0", 9), ("app 1", 7), ("app 2", 8)}


def test_features_are_kept(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"t": pa.array([datetime.datetime(2020, 1, 1)], pa.timestamp("us"))})
    delta.create(url, data.schema, properties={"delta.checkpointInterval": "1"})
    delta.append(url, data)
    forget(url, 1)
    assert_rows(url, data)
    assert DeltaTable(url).protocol().reader_features == ["timestampNtz"]


@pytest.mark.parametrize("interval, versions", [("1", [1, 2, 3, 4]), ("3", [3])])
def test_the_interval_is_the_tables(tmp_path, interval, versions):
    url = str(tmp_path / "t")
    wanted = expected_rows(make(url, 4, properties={"delta.checkpointInterval": interval}))
    assert log(url, "*.parquet") == [f"{v:020}.checkpoint.parquet" for v in versions]
    assert_rows(url, wanted)


@pytest.mark.parametrize("interval", ["x", "0"])
def test_an_interval_that_is_none(tmp_path, interval):
    """Written by another: the default counts."""
    url = str(tmp_path / "t")
    make(url, 0)
    delta_meta.commit(url, delta_meta.configuration(url, delta__checkpointInterval=interval))
    for _ in range(9):
        delta.append(url, sample(NAMES))
    assert log(url, "*.parquet") == [f"{10:020}.checkpoint.parquet"]


def test_tombstones_are_kept_for_a_while(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": [1], "p": ["a b"]})
    day = 24 * 3600 * 1000
    delta.create(url, data.schema, partition_by=["p"],
                 properties={"delta.deletedFileRetentionDuration": "interval 2 days 1 hour",
                             "delta.checkpointInterval": "5"})
    for _ in range(3):
        delta.append(url, data)
    DeltaTable(url).delete("id = 1")
    # delta-rs wrote a checkpoint, one version early.
    for name in log(url, "*checkpoint*"):
        os.remove(os.path.join(url, "_delta_log", name))
    # One of them is told to be three days old.
    path = os.path.join(url, "_delta_log", f"{4:020}.json")
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    removed = [line["remove"] for line in lines if "remove" in line]
    assert len(removed) == 3
    removed[0]["deletionTimestamp"] -= 3 * day
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    delta.append(url, data)
    kept = actions(url, 5, "remove")
    assert sorted(r["path"] for r in kept) == sorted(r["path"] for r in removed[1:])
    assert [dict(r["partitionValues"]) for r in kept] == [{"p": "a b"}] * 2
    assert all(r["size"] > 0 and r["deletionTimestamp"] > 0 for r in kept)
    forget(url, 5)
    for _ in range(5):
        delta.append(url, data)
    # The next one has them from this one.
    assert sorted(r["path"] for r in actions(url, 10, "remove")) == sorted(
        r["path"] for r in kept)
    assert_rows(url, pa.concat_tables([data] * 6))


def test_files_of_a_checkpoint_that_are_removed_later(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": [1, 2], "p": ["x", "é/y"]})
    delta.create(url, data.schema, partition_by=["p"], properties={"delta.checkpointInterval": "3"})
    for _ in range(4):
        delta.append(url, data)
    DeltaTable(url).delete("p = 'x'")
    delta.append(url, data)
    assert len(actions(url, 6, "add")) == 6
    forget(url, 6)
    assert_rows(url, pa.concat_tables([data.slice(1)] * 4 + [data]))


@pytest.mark.parametrize("values", [[("p", "x")], [], None])
def test_what_another_writers_checkpoint_says_is_kept(tmp_path, values):
    """Row groups of any size, with files that go later and such as have no partitionValues."""
    url = str(tmp_path / "t")
    data = pa.table({"id": [1], "p": ["x"]})
    delta.create(url, data.schema, partition_by=["p"] if values else [],
                 properties={"delta.checkpointInterval": "2"})
    delta.append(url, data)
    delta.append(url, data)
    path = os.path.join(url, "_delta_log", f"{2:020}.checkpoint.parquet")
    table = pq.read_table(path)
    empty = dict.fromkeys(table.column_names)
    add = actions(url, 2, "add")[0] | {"partitionValues": values, "dataChange": True}
    rows = [row for row in table.to_pylist() if row["add"] is None]
    rows += [empty | {"add": add | {"path": f"f{i}%20x", "tags": [("a", "b")] if i % 5 else None}}
             for i in range(300)]
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path, row_group_size=70)
    with open(os.path.join(url, "_delta_log", f"{3:020}.json"), "w", encoding="utf-8") as file:
        for i in (0, 7, 299):
            file.write(json.dumps({"remove": {"path": f"f{i}%20x", "dataChange": True,
                                              "deletionTimestamp": 1}}) + "\n")
    for name in log(url, "*.crc"):
        os.remove(os.path.join(url, "_delta_log", name))
    delta.append(url, data)
    found = actions(url, 4, "add")
    assert [row["path"] for row in found[:-1]] == [
        f"f{i}%20x" for i in range(300) if i not in (0, 7, 299)]
    assert not any(row["dataChange"] for row in found)
    assert all(row["partitionValues"] == (values or []) for row in found[:-1])
    assert [bool(row["tags"]) for row in found[:6]] == [True, True, True, True, False, True]
    assert hint(url)["numOfAddFiles"] == 298 and hint(url)["size"] == 300


def test_a_table_that_takes_turns_with_delta_rs(tmp_path):
    url = str(tmp_path / "t")
    data = pa.table({"id": [1, 2], "p": ["x", "y"]})
    write_deltalake(url, data, partition_by=["p"],
                    configuration={"delta.checkpointInterval": "4"})
    for count in range(1, 14):
        if count % 2:
            delta.append(url, data)
        else:
            write_deltalake(url, data, mode="append", commit_properties=CommitProperties(
                app_transactions=[Transaction("rs", count)]))
    DeltaTable(url).create_checkpoint()
    for _ in range(6):
        delta.append(url, data)
    forget(url, hint(url)["version"])
    assert_rows(url, pa.concat_tables([data] * 20))
    assert DeltaTable(url).transaction_version("rs") == 12


def test_a_checkpoint_that_cannot_be_written_fails_no_commit(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long"])
    delta.create(url, data.schema, properties={"delta.checkpointInterval": "1"})
    os.mkdir(os.path.join(url, "_delta_log", f"{1:020}.checkpoint.parquet"))
    os.mkdir(os.path.join(url, "_delta_log", "_last_checkpoint"))
    with pytest.raises(QuireError):
        # What cannot be read as a hint is no reason to go on.
        delta.append(url, data)
    os.rmdir(os.path.join(url, "_delta_log", "_last_checkpoint"))
    assert delta.append(url, data).version == 1
    os.rmdir(os.path.join(url, "_delta_log", f"{1:020}.checkpoint.parquet"))
    assert delta.append(url, data).version == 2
    assert log(url, "*.parquet") == [f"{2:020}.checkpoint.parquet"]
    assert_rows(url, pa.concat_tables([data] * 2))


def test_a_hint_never_goes_back(tmp_path):
    url = str(tmp_path / "t")
    make(url, 10)
    with open(os.path.join(url, "_delta_log", "_last_checkpoint"), "w", encoding="utf-8") as file:
        json.dump({"version": 15, "size": 1}, file)
    data = sample(NAMES)
    for _ in range(12):
        delta.append(url, data)
    assert hint(url)["version"] == 20
    os.remove(os.path.join(url, "_delta_log", "_last_checkpoint"))
    assert delta.version(url) == 22


def test_a_hint_that_was_damaged(tmp_path):
    """It is passed over, told of, and replaced."""
    url = str(tmp_path / "t")
    make(url, 22)
    path = os.path.join(url, "_delta_log", "_last_checkpoint")
    last = hint(url)
    for bad in (last | {"version": 10}, last | {"size": 1}, last | {"checksum": "0" * 32},
                last | {"tags": {"a": "b"}}):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(bad, file)
        assert delta.version(url) == 22
        found = run("table", "fsck", url, "--json").json()
        assert found["checksum_mismatch"] == ["_delta_log/_last_checkpoint"], found
    for fine in (last, last | {"checksum": last["checksum"].upper()}, {"version": 20, "size": 9}):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(fine, file)
        good("table", "fsck", url)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(last | {"version": 99}, file)
    data = sample(NAMES)
    for _ in range(8):
        delta.append(url, data)
    assert hint(url)["version"] == 30


def test_many_files(tmp_path):
    """More than a batch of rows; the state is beside them."""
    url = str(tmp_path / "t")
    data = pa.table({"id": [1]})
    delta.create(url, data.schema)
    delta.append(url, data)
    with open(os.path.join(url, "_delta_log", f"{1:020}.json"), encoding="utf-8") as file:
        [add] = [json.loads(line)["add"] for line in file if '"add"' in line]
    for version in range(2, 10):
        with open(os.path.join(url, "_delta_log", f"{version:020}.json"), "w",
                  encoding="utf-8") as file:
            for count in range(2500):
                file.write(json.dumps({"add": dict(add, path=f"f{version}-{count}.parquet")}) + "\n")
    delta.append(url, data)
    assert hint(url)["numOfAddFiles"] == 20002
    for _ in range(10):
        delta.append(url, data)
    assert hint(url) == dict(hint(url), version=20, size=20014, numOfAddFiles=20012)
    forget(url, 20)
    assert len(DeltaTable(url).file_uris()) == 20012


def test_polars_reads_by_a_checkpoint(tmp_path):
    url = str(tmp_path / "t")
    data = sample(["long", "short"])
    delta.create(url, data.schema, partition_by=["short"])
    for _ in range(11):
        delta.append(url, data)
    forget(url, 10)
    assert rows_of(polars.read_delta(url).to_arrow()) == rows_of(pa.concat_tables([data] * 11))
