"""The change data feed of Delta tables: which commits write files of changes, what the log says,
tables of delta-rs, and what is refused. Which rows are told is judged in
tests/property/test_delta_changes.py."""

import glob
import json
import os

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyquire import QuireError
from test_delta_delete import actions

ON = {"delta.enableChangeDataFeed": "true"}


def rows(*ids):
    return pa.table({"id": pa.array(ids, pa.int64()),
                     "part": pa.array([f"p{i % 2}" for i in ids], pa.string())})


def make(tmp_path, **properties):
    url = str(tmp_path / "t")
    delta.create(url, rows().schema, partition_by=["part"], properties={**ON, **properties})
    delta.append(url, rows(*range(10)))
    return url


def told(url, *versions):
    return [(row["_commit_version"], row["_change_type"], row["id"])
            for row in delta.changes(url, *versions).to_pylist()]


def test_files_of_changes_where_they_are_needed(tmp_path):
    url = make(tmp_path)
    assert delta.delete(url, "part = 'p0'").change_files == 0
    assert delta.delete(url, "id = 1").change_files == 1
    assert delta.update(url, {"part": "'p0'"}, "id = 3").change_files == 2
    assert delta.merge(url, rows(40, 41), ["id"]).change_files == 0
    assert delta.merge(url, rows(5, 43), ["id"]).change_files > 0
    assert delta.overwrite(url, rows(7), "id = 7").change_files == 1
    assert delta.overwrite(url, rows(60)).change_files == 0
    for version, wanted in [(2, 0), (3, 1), (4, 2), (5, 0), (7, 1), (8, 0)]:
        found = actions(url, version, "cdc")
        assert len(found) == wanted
        for cdc in found:
            assert cdc["dataChange"] is False and cdc["size"] > 0
            assert cdc["path"].startswith("_change_data/part=p") and cdc["partitionValues"]
    assert sorted(told(url, 4, 4)) == [(4, "update_postimage", 3), (4, "update_preimage", 3)]
    assert sorted(told(url, 6, 6)) == [(6, "insert", 43), (6, "update_postimage", 5),
                                       (6, "update_preimage", 5)]
    assert sorted(told(url, 7, 7)) == [(7, "delete", 7), (7, "insert", 7)]
    # The protocol has the feature, and the data are what they are without it.
    assert DeltaTable(url).protocol().min_writer_version == 4
    assert delta.read(url)["id"].to_pylist() == [60]


def test_vectors_tell_by_themselves(tmp_path):
    url = make(tmp_path, **{"delta.enableDeletionVectors": "true"})
    assert delta.delete(url, "id IN (1, 2, 3)").change_files == 0
    assert delta.delete(url, "id IN (4, 5)").change_files == 0
    assert sorted(told(url, 2)) == [(2, "delete", 1), (2, "delete", 2), (2, "delete", 3),
                                    (3, "delete", 4), (3, "delete", 5)]
    delta.restore(url, 2)
    assert sorted(told(url, 4)) == [(4, "insert", 4), (4, "insert", 5)]
    protocol = DeltaTable(url).protocol()
    assert {"changeDataFeed", "deletionVectors"} <= set(protocol.writer_features)


def test_tables_of_delta_rs(tmp_path):
    url = str(tmp_path / "t")
    write_deltalake(url, rows(*range(6)), configuration=ON, partition_by=["part"])
    table = DeltaTable(url)
    table.delete("id = 2")
    table.update(predicate="id = 3", updates={"id": "30"})
    write_deltalake(url, rows(70), mode="append")
    delta.delete(url, "id = 30")
    judge = pa.table(DeltaTable(url).load_cdf(starting_version=0).read_all()).to_pylist()
    assert sorted(told(url, 0)) == sorted(
        (row["_commit_version"], row["_change_type"], row["id"]) for row in judge)
    # As in Spark the time of a commit is that of its file; delta-rs tells that of commitInfo.
    times = {row["_commit_version"]: row["_commit_timestamp"].timestamp()
             for row in delta.changes(url, 0).to_pylist()}
    for version, time in times.items():
        file = os.stat(os.path.join(url, "_delta_log", f"{version:020}.json"))
        assert abs(time - file.st_mtime) < 0.01


def test_versions_that_do_not_tell(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, rows().schema)
    delta.append(url, rows(1))
    DeltaTable(url).alter.set_table_properties(ON)
    version = delta.version(url)
    delta.append(url, rows(2))
    assert told(url, version) == [(version + 1, "insert", 2)]
    with pytest.raises(QuireError, match="enableChangeDataFeed"):
        told(url, 1)
    DeltaTable(url).alter.set_table_properties({"delta.enableChangeDataFeed": "false"})
    with pytest.raises(QuireError, match="does not tell"):
        told(url, version)
    assert told(url, version, version + 1) == [(version + 1, "insert", 2)]
    for versions in [(-1,), (2, 1), (99,), (version, 99)]:
        with pytest.raises(QuireError):
            told(url, *versions)


def test_columns_that_became_others(tmp_path):
    url = make(tmp_path)
    delta.append(url, pa.table({"id": [10], "part": ["p0"], "more": [b"x"]}), evolve="add")
    other = pa.table({"id": [1], "part": ["p1"], "more": ["text"]})
    delta.overwrite(url, other, overwrite_schema=True)
    delta.append(url, pa.table({"id": [2], "part": ["p0"], "more": ["t"]}))
    for first in (0, 2, 3):  # which has the rows of the version before as deleted ones
        with pytest.raises(QuireError, match="rows of version 2 cannot be told") as failure:
            told(url, first)
        assert failure.value.name == "UNSUPPORTED"
        assert all(word in str(failure.value) for word in
                   ["column more", '"binary"', '"string"', "by themselves"])
    assert told(url, 4) == [(4, "insert", 2)]
    assert (2, "insert", 10) in told(url, 0, 2)
    # What is gone is left out, and what is wider is read as that.
    delta.overwrite(url, pa.table({"id": pa.array([5], pa.int64()), "part": ["p1"]}),
                    overwrite_schema=True)
    assert sorted(told(url, 4, 5)) == [(4, "insert", 2), (5, "delete", 1), (5, "delete", 2),
                                       (5, "insert", 5)]


@pytest.mark.parametrize("mode", ["name", "id"])
def test_columns_that_became_others_under_mapping(tmp_path, mode):
    """Of the same names, but by others in files; what partitions the table is one of them."""
    url = make(tmp_path, **{"delta.columnMapping.mode": mode})
    both = delta.read(url).to_pylist()
    more = pa.table({"part": ["p1"], "more": [{"x": 1, "y": "a"}], "id": [70]})
    delta.overwrite(url, more, overwrite_schema=True)
    other = pa.table({"ID": [80], "more": [{"y": "b", "z": [{"u": 1}]}], "part": ["p0"]})
    delta.overwrite(url, other, overwrite_schema=True)
    delta.overwrite(url, other, overwrite_schema=True)  # lists and structs in them, too

    def events(*versions):
        found = {}
        for row in delta.changes(url, *versions).to_pylist():
            what = (row.pop("_commit_version"), row.pop("_change_type"))
            assert row.pop("_commit_timestamp") is not None
            found.setdefault(what, []).append(row)
        return {what: sorted(rows, key=str) for what, rows in found.items()}

    def before(rows, *names):
        return sorted(({**dict.fromkeys(names), **row} for row in rows), key=str)

    assert events(2, 2) == {(2, "delete"): before(both, "part", "more", "id"),
                            (2, "insert"): more.to_pylist()}
    gone = [{"ID": 70, "more": {"y": "a", "z": None}, "part": "p1"}]
    rows = other.to_pylist()
    first = [{"ID": row["id"], "more": None, "part": row["part"]} for row in both]
    wanted = {(1, "insert"): before(first), (2, "delete"): before(first), (2, "insert"): gone,
              (3, "delete"): gone, (3, "insert"): rows, (4, "delete"): rows, (4, "insert"): rows}
    assert events(0) == wanted
    assert events(3, 4) == {what: rows for what, rows in wanted.items() if what[0] > 2}
    # Back to what files of before had, and what is of another type is refused.
    delta.restore(url, 1)
    assert events(0) == {
        **{what: before({name: row[name.upper() if name == "id" else name]
                         for name in ("id", "part")} for row in rows)
           for what, rows in wanted.items()},
        (5, "delete"): [{"id": 80, "part": "p0"}], (5, "insert"): before(both)}
    delta.overwrite(url, pa.table({"id": ["text"], "part": ["p0"]}), overwrite_schema=True)
    with pytest.raises(QuireError, match="rows of version 5 cannot be told") as failure:
        told(url, 6)
    assert all(word in str(failure.value) for word in ["column id", '"long"', '"string"'])


def test_names_of_its_own_and_files_that_are_gone(tmp_path):
    url = str(tmp_path / "own")
    own = pa.schema([("_change_type", pa.string())])
    with pytest.raises(QuireError, match="_change_type"):
        delta.create(url, own, properties=ON)
    delta.create(url, own)
    # As another writer may have made it.
    first = os.path.join(url, "_delta_log", f"{0:020}.json")
    with open(first) as file:
        text = file.read()
    assert '"configuration":{}' in text and '"minWriterVersion":2' in text
    with open(first, "w") as file:
        file.write(text.replace('"configuration":{}', '"configuration":' + json.dumps(ON))
                   .replace('"minWriterVersion":2', '"minWriterVersion":4'))
    with pytest.raises(QuireError, match="_change_type"):
        delta.changes(url, 0)
    url = make(tmp_path)
    delta.update(url, {"id": "id + 100"})
    for name in glob.glob(os.path.join(url, "_change_data", "*", "*")):
        os.remove(name)
    with pytest.raises(OSError, match="vacuum"):
        delta.changes(url, 2)


def test_a_change_that_fails_leaves_no_file(tmp_path):
    url = make(tmp_path)
    before = sorted(glob.glob(os.path.join(url, "**"), recursive=True))
    with pytest.raises(QuireError):
        delta.update(url, {"id": "CAST(substr(part, 2) AS int) + CAST(concat('', id, "
                                 "if(id = 9, 'x', '')) AS int)"})
    after = glob.glob(os.path.join(url, "**"), recursive=True)
    assert sorted(name for name in after if os.path.isfile(name)) == [
        name for name in before if os.path.isfile(name)]
