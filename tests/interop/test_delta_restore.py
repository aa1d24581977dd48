"""Restoring Delta tables to older versions: schema, properties and protocol, files that are gone.
Rows are judged in tests/property/test_delta_changes.py too."""

import os

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.schema import Field, PrimitiveType
from pyquire import QuireError
from test_delta_delete import actions, assert_ids


def ids(*values):
    return pa.table({"id": pa.array(values, pa.int64())})


def make(tmp_path, **properties):
    url = str(tmp_path / "t")
    delta.create(url, ids().schema, properties=properties)
    delta.append(url, ids(1, 2, 3))
    return url


def test_schema_and_properties_come_back(tmp_path):
    url = make(tmp_path, **{"my.own": "1"})
    table = DeltaTable(url)
    table.alter.add_columns([Field("more", PrimitiveType("string"))])
    table.alter.set_table_properties({"my.own": "2"}, raise_if_not_exists=False)
    write_deltalake(url, pa.table({"id": [4], "more": ["x"]}), mode="append")
    version = delta.version(url)
    result = delta.restore(url, 1)
    assert (result.version, result.files_removed, result.files_added) == (version + 1, 1, 0)
    assert_ids(url, [1, 2, 3])
    assert delta.read(url).column_names == ["id"]
    assert DeltaTable(url).metadata().configuration["my.own"] == "1"
    delta.restore(url, version)
    assert_ids(url, [1, 2, 3, 4])
    assert delta.read(url).column_names == ["id", "more"]
    info = DeltaTable(url).history(1)[0]
    assert info["operation"] == "RESTORE" and info["operationMetrics"]["numRestoredFiles"] == "1"
    assert str(info["operationParameters"]["version"]) == str(version)


def test_vectors_come_back_and_the_protocol_stays(tmp_path):
    url = make(tmp_path)
    delta.delete(url, "id = 2", deletion_vectors=True)
    delta.delete(url, "id = 3")
    delta.restore(url, 1)
    assert_ids(url, [1, 2, 3])
    assert "deletionVectors" in DeltaTable(url).protocol().reader_features
    assert "delta.enableDeletionVectors" not in DeltaTable(url).metadata().configuration
    delta.restore(url, 2)
    assert_ids(url, [1, 3])
    add, = actions(url, 5, "add")
    assert add["dataChange"] and add["deletionVector"]["cardinality"] == 1


def test_ids_of_columns_are_given_once(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, ids().schema, properties={"delta.columnMapping.mode": "id",
                                                "delta.enableChangeDataFeed": "true"})
    delta.append(url, ids(1))
    delta.append(url, pa.table({"id": [2], "b": ["of b"]}), evolve="add")
    delta.restore(url, 1)
    most = "delta.columnMapping.maxColumnId"
    assert DeltaTable(url).metadata().configuration[most] == "2"
    assert delta.restore(url, 1).unchanged
    delta.append(url, pa.table({"id": [3], "c": ["of c"]}), evolve="add")
    assert DeltaTable(url).metadata().configuration[most] == "3"
    # Rows of the version that had b are read by the ids of the columns that there are now.
    told = [(row["id"], row["c"], row["_change_type"])
            for row in delta.changes(url, 0).to_pylist()]
    assert told == [(1, None, "insert"), (2, None, "insert"), (2, None, "delete"),
                    (3, "of c", "insert")]


def test_by_time(tmp_path):
    url = make(tmp_path)
    delta.delete(url)
    for version in range(3):
        os.utime(os.path.join(url, "_delta_log", f"{version:020}.json"), (1e9 + version,) * 2)
    with pytest.raises(QuireError, match="begins after"):
        delta.restore(url, time_ms=10**12 - 1)
    delta.restore(url, time_ms=10**12 + 1999)
    assert_ids(url, [1, 2, 3])
    assert delta.restore(url, time_ms=10**15).unchanged


def test_files_that_are_gone(tmp_path):
    url = make(tmp_path)
    for value in range(4, 8):
        delta.append(url, ids(value))
    delta.delete(url, "id > 3")
    named = [add["path"] for version in range(1, 6) for add in actions(url, version, "add")]
    for path in named[1:]:
        os.remove(os.path.join(url, path))
    with pytest.raises(QuireError, match="4 files of version 5 are gone") as failure:
        delta.restore(url, 5)
    assert failure.value.name == "NOT_FOUND" and "and more" in str(failure.value)
    assert any(path in str(failure.value) for path in named[1:])
    assert delta.version(url) == 6
    delta.restore(url, 1)


def test_refusals(tmp_path):
    url = make(tmp_path, **{"delta.appendOnly": "true"})
    with pytest.raises(QuireError, match="appendOnly"):
        delta.restore(url, 0)
    url = make(tmp_path / "other")
    for version in (-1, 2):
        with pytest.raises(QuireError, match="version"):
            delta.restore(url, version)
    assert delta.restore(url, 1).unchanged
