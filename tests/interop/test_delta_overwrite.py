"""Overwriting Delta tables, whole and by a condition, judged by delta-rs and polars."""

import glob
import json
import os

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyquire import QuireError
from test_delta_delete import actions, assert_ids

SCHEMA = pa.schema([("id", pa.int64()), ("part", pa.string()), ("v", pa.float64())])


def rows(ids, part=lambda i: "ab"[i % 2]):
    return pa.table({"id": list(ids), "part": [part(i) for i in ids],
                     "v": [i / 2 for i in ids]}, SCHEMA)


def make(tmp_path, partition_by=(), **properties):
    url = str(tmp_path / "t")
    delta.create(url, SCHEMA, partition_by=partition_by, properties=properties)
    delta.append(url, rows(range(50)))
    delta.append(url, rows(range(50, 100)))
    return url


@pytest.mark.parametrize("partition_by", [(), ("part",)])
def test_whole(tmp_path, partition_by):
    url = make(tmp_path, partition_by)
    files = glob.glob(os.path.join(url, "**", "*.parquet"), recursive=True)
    os.remove(files[0])  # What goes whole is not read.
    result = delta.overwrite(url, rows(range(200, 210)))
    assert (result.rows_inserted, result.rows_deleted, result.files_removed) == (10, 100, len(files))
    assert_ids(url, range(200, 210))
    info = DeltaTable(url).history(1)[0]
    assert info["operation"] == "WRITE" and info["operationParameters"]["mode"] == "Overwrite"
    assert delta.overwrite(url, rows([])).rows_deleted == 10
    assert_ids(url, [])


@pytest.mark.parametrize("partition_by", [(), ("part",)])
@pytest.mark.parametrize("vectors", ["false", "true"])
def test_where(tmp_path, partition_by, vectors):
    url = make(tmp_path, partition_by, **{"delta.enableDeletionVectors": vectors})
    result = delta.overwrite(url, rows(range(1, 400, 100)), "part = 'b'")
    assert (result.rows_inserted, result.rows_deleted) == (4, 50)
    assert result.rows_copied == (0 if partition_by or vectors == "true" else 50)
    left = set(range(0, 100, 2)) | {1, 101, 201, 301}
    assert_ids(url, left)
    result = delta.overwrite(url, rows([0, 40]), "id >= 0 AND id < 50 AND part = 'a'")
    left = {i for i in left if i >= 50 or i % 2} | {0, 40}
    assert_ids(url, left)
    assert actions(url, 4, "commitInfo")[0]["operationParameters"] == {
        "mode": "Overwrite", "predicate": "id >= 0 AND id < 50 AND part = 'a'"}
    assert result.rows_inserted == 2


def test_rows_must_be_such_as_they_replace(tmp_path):
    url = make(tmp_path)
    before = sorted(os.listdir(url))
    with pytest.raises(QuireError) as failure:
        delta.overwrite(url, rows([3, 5, 8, 7]), "part = 'b'")
    assert failure.value.code == -1 and failure.value.row == 3
    assert "part=a" in str(failure.value)
    with pytest.raises(QuireError, match="x"):
        delta.overwrite(url, rows([3]).append_column("x", pa.array([1])), "part = 'b'")
    # A condition that is null of a row is not true of it.
    with pytest.raises(QuireError):
        delta.overwrite(url, rows([3], lambda i: None), "part = 'b'")
    assert sorted(os.listdir(url)) == before and delta.version(url) == 2
    # Columns that are missing are null.
    delta.overwrite(url, pa.table({"part": ["b"]}), "part = 'b'")
    assert delta.read(url).num_rows == 51


def test_once(tmp_path):
    url = make(tmp_path)
    assert not delta.overwrite(url, rows([1]), app="a", app_version=4).skipped
    assert delta.overwrite(url, rows([2]), app="a", app_version=4).skipped
    assert delta.overwrite(url, rows([2]), app="a", app_version=3).skipped
    assert_ids(url, [1])


def test_types_go_to_the_tables(tmp_path):
    url = make(tmp_path)
    data = pa.table({"id": pa.array([1], pa.int8()), "part": pa.array(["b"]).dictionary_encode()})
    delta.overwrite(url, data, "part = 'b' AND id < 10")
    assert json.loads(actions(url, 3, "add")[-1]["stats"])["numRecords"] > 0
    assert set(delta.read(url)["id"].to_pylist()) == set(range(0, 100, 2)) | {1} | set(
        range(11, 100, 2))
