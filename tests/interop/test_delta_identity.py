"""Identity columns: the table gives values, each once, also where writers meet; what is told of how
far they are stands in the same commit."""

import json
import os
import threading

import delta
import delta_log
import delta_meta as meta
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from program import bad, good
from pyquire import QuireError

SCHEMA = pa.schema([pa.field("id", pa.int64(), nullable=False), ("v", pa.string()),
                    ("part", pa.string())])


def make(tmp_path, start=1, step=1, by_default=False, partition_by=(), properties=None):
    url = str(tmp_path / "t")
    delta.create(url, SCHEMA, partition_by=partition_by, properties=properties,
                 identities=[("id", start, step, by_default)])
    return url


def rows(*values, **more):
    count = len(values)
    return pa.table({"v": pa.array(values, pa.string()), "part": ["ab"[i % 2] for i in range(count)]}
                    | more)


def ids(url):
    """Which value rows have, by what else they have."""
    read = delta.read(url)
    assert read.column_names == SCHEMA.names
    return dict(zip(read["v"].to_pylist(), read["id"].to_pylist()))


def mark(url, column="id"):
    fields = json.loads(meta.last(url, "metaData")["schemaString"])["fields"]
    [field] = [field for field in fields if field["name"] == column]
    return field["metadata"].get("delta.identity.highWaterMark")


def assert_no_more_files(url):
    """No file is there that no commit names."""
    named = {add["path"] for version in range(delta.version(url) + 1)
             for line in meta.actions(url, version) if (add := line.get("add"))}
    there = {os.path.relpath(os.path.join(folder, name), url)
             for folder, _, names in os.walk(url) for name in names if name.endswith(".parquet")
             and "_delta_log" not in folder and "_change_data" not in folder}
    assert there == named


# --- Values -----------------------------------------------------------------------------------


def test_created(tmp_path):
    url = make(tmp_path, 100, -10)
    assert meta.last(url, "protocol") == {"minReaderVersion": 1, "minWriterVersion": 6}
    [field, *_] = json.loads(meta.last(url, "metaData")["schemaString"])["fields"]
    assert field == {"name": "id", "type": "long", "nullable": False, "metadata": {
        "delta.identity.start": 100, "delta.identity.step": -10,
        "delta.identity.allowExplicitInsert": False}}
    delta.append(url, rows("a", "b"))
    assert ids(url) == {"a": 100, "b": 90} and mark(url) == 90
    assert [list(line)[0] for line in meta.actions(url, 1)] == ["commitInfo", "metaData", "add"]
    stats = json.loads(meta.actions(url, 1)[2]["add"]["stats"])
    assert (stats["minValues"]["id"], stats["maxValues"]["id"]) == (90, 100)
    assert DeltaTable(url).to_pyarrow_table().num_rows == 2


def test_by_features(tmp_path):
    url = make(tmp_path, properties={"delta.enableRowTracking": "true"})
    assert "identityColumns" in meta.last(url, "protocol")["writerFeatures"]
    delta.append(url, rows("a"))
    assert ids(url) == {"a": 1}
    # Where the protocol has no identity columns, a column is as any other.
    made = delta_log.Table(tmp_path / "other", [delta_log.field("id", "long", {
        "delta.identity.start": 1, "delta.identity.step": 1})], reader=2)
    delta.append(str(made.folder), pa.table({"id": [7]}))
    assert delta.read(str(made.folder))["id"].to_pylist() == [7]


@pytest.mark.parametrize("more, says", [
    ({"delta.identity.step": 0}, "step"),
    ({"delta.identity.start": "1"}, "start"),
    ({"delta.identity.highWaterMark": 1.5}, "identity column"),
])
def test_not_understood(tmp_path, more, says):
    url = make(tmp_path)
    meta.commit(url, meta.field_metadata(url, "id", **{
        key.replace(".", "__"): value for key, value in more.items()}))
    with pytest.raises(QuireError, match=says):
        delta.append(url, rows("a"))


def test_given_values(tmp_path):
    url = make(tmp_path)
    delta.append(url, rows("a"))
    with pytest.raises(QuireError, match="row 3, column id.*ALWAYS.*7") as failure:
        delta.append(url, rows("b", "c", "d", id=pa.array([None, None, 7], pa.int64())))
    assert failure.value.name == "INPUT" and delta.version(url) == 1
    delta.append(url, rows("b", "c", id=pa.array([None, None], pa.int64())))
    assert ids(url) == {"a": 1, "b": 2, "c": 3} and mark(url) == 3
    assert_no_more_files(url)


def test_given_values_by_default(tmp_path):
    """They are kept, and move no mark, as with Spark."""
    url = make(tmp_path, by_default=True)
    delta.append(url, rows("a", "b", id=[50, -3]))
    assert ids(url) == {"a": 50, "b": -3} and mark(url) is None
    assert delta.append(url, rows("c")).version == 2
    assert ids(url)["c"] == 1 and mark(url) == 1


@pytest.mark.parametrize("step, high, gets", [
    (10, 35, 41), (10, 41, 51), (10, -7, 1), (-10, -25, -29), (-10, 5, 1),
    (1, 2**63 - 2, 2**63 - 1)])
def test_marks_of_others(tmp_path, step, high, gets):
    """A mark may lie beside the way from start by steps; a value lies on it, beyond the mark."""
    url = make(tmp_path, 1, step)
    meta.commit(url, meta.field_metadata(url, "id", delta__identity__highWaterMark=high))
    delta.append(url, rows("a"))
    assert ids(url) == {"a": gets} and mark(url) == gets


@pytest.mark.parametrize("start, step", [(2**63 - 2, 1), (-2**63 + 3, -2), (0, 2**63 - 1)])
def test_no_more_values(tmp_path, start, step):
    url = make(tmp_path, start, step)
    delta.append(url, rows("a", "b"))
    high = mark(url)
    with pytest.raises(QuireError, match="column id.*all values") as failure:
        delta.append(url, rows("c"))
    assert failure.value.name == "LIMIT" and mark(url) == high
    assert_no_more_files(url)


def test_beside_generated_columns(tmp_path):
    """What a column is computed from may be an identity."""
    url = make(tmp_path, 5, 5)
    meta.commit(url, meta.field_metadata(
        url, "v", delta__generationExpression="CAST(id + 1 AS STRING)"))
    delta.append(url, pa.table({"part": ["a", "b"]}))
    assert ids(url) == {"6": 5, "11": 10}


# --- Changes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("properties", [
    {}, {"delta.enableDeletionVectors": "true"}, {"delta.enableChangeDataFeed": "true"},
    {"delta.enableRowTracking": "true"}, {"delta.columnMapping.mode": "id"}])
@pytest.mark.parametrize("partition_by", [(), ("part",)])
def test_changes(tmp_path, properties, partition_by):
    url = make(tmp_path, 10, 10, partition_by=partition_by, properties=properties)
    delta.append(url, rows("a", "b", "c", "d"))
    before = ids(url)
    delta.delete(url, "v = 'a'")
    delta.update(url, {"v": "'B'"}, "v = 'b'")
    assert mark(url) == 40
    del before["a"]
    before["B"] = before.pop("b")
    assert ids(url) == before
    with pytest.raises(QuireError, match="column ID.*identity"):
        delta.update(url, {"ID": "id + 1"}, "v = 'B'")

    # A row that another takes the place of keeps its value; new ones get theirs.
    result = delta.merge(url, rows("B", "e", "c"), ["v"])
    assert (result.rows_updated, result.rows_inserted) == (2, 1)
    assert ids(url) == before | {"e": 50} and mark(url) == 50
    delta.merge(url, rows("d"), ["v"])
    assert ids(url) == before | {"e": 50} and mark(url) == 50
    delta.merge(url, rows("f", "g"), ["v"])
    assert sorted(set(ids(url).values()) - set(before.values())) == [50, 60, 70]
    # By the column itself: what the table has, or nothing.
    before = ids(url)
    nothing = pa.array([before["c"], before["e"]], pa.int64())
    delta.merge(url, rows("C", "E", id=nothing), ["id"])
    before["C"], before["E"] = before.pop("c"), before.pop("e")
    assert ids(url) == before and mark(url) == 70
    version = delta.version(url)
    with pytest.raises(QuireError, match="column id.*77 is not taken"):
        delta.merge(url, rows("x", id=[77]), ["id"])
    with pytest.raises(QuireError, match="column id.*ALWAYS"):
        delta.merge(url, rows("C", id=[77]), ["v"])
    assert delta.version(url) == version
    assert_no_more_files(url)

    delta.overwrite(url, rows("f"), "v = 'f'")
    assert ids(url) == before | {"f": 80}
    before = ids(url)
    good("table", "optimize", url)
    assert ids(url) == before and mark(url) == 80
    delta.overwrite(url, rows("only"))
    assert ids(url) == {"only": 90}
    if "delta.enableChangeDataFeed" in properties:
        judge_changes(url)


def judge_changes(url):
    """What is told of each version makes the next one of the one before."""
    now = {}
    told = delta.changes(url, 1).to_pylist()
    for version in range(1, delta.version(url) + 1):
        events = [row for row in told if row["_commit_version"] == version]
        for row in events:
            if row["_change_type"] in ("delete", "update_preimage"):
                assert now.pop(row["id"]) == row["v"]
        for row in events:
            if row["_change_type"] in ("insert", "update_postimage"):
                assert row["id"] not in now
                now[row["id"]] = row["v"]
        read = delta.read(url, version)
        assert now == dict(zip(read["id"].to_pylist(), read["v"].to_pylist())), version


def test_merge_by_default(tmp_path):
    """Values that come are kept, those of rows that are replaced are not."""
    url = make(tmp_path, by_default=True)
    delta.append(url, rows("a", "b"))
    delta.merge(url, rows("a", "c", id=[70, 80]), ["v"])
    assert ids(url) == {"a": 70, "b": 2, "c": 80} and mark(url) == 2
    delta.merge(url, rows("a", "d"), ["v"])
    assert ids(url) == {"a": 70, "b": 2, "c": 80, "d": 3} and mark(url) == 3
    delta.merge(url, rows("C", "e", id=[80, 90]), ["id"])
    assert ids(url) == {"a": 70, "b": 2, "C": 80, "d": 3, "e": 90}


def test_keys_that_the_table_has_more_than_once(tmp_path):
    url = make(tmp_path)
    delta.append(url, rows("a", "a", "b"))
    delta.merge(url, rows("a", "c"), ["v"])
    read = delta.read(url)
    assert sorted(zip(read["id"].to_pylist(), read["v"].to_pylist())) == [
        (1, "a"), (2, "a"), (3, "b"), (4, "c")]
    delta.merge(url, rows("a"), ["v"], keys_once=True)
    assert ids(url) == {"a": 1, "b": 3, "c": 4}


def test_restored(tmp_path):
    """Values that were given once are not given again."""
    url = make(tmp_path)
    delta.append(url, rows("a"))
    delta.append(url, rows("b", "c"))
    delta.restore(url, 1)
    assert ids(url) == {"a": 1} and mark(url) == 3
    delta.append(url, rows("d"))
    assert ids(url) == {"a": 1, "d": 4}
    delta.restore(url, 0)
    assert mark(url) == 4
    # Of a table that was overwritten with other columns, the way goes on too.
    delta.overwrite(url, pa.table({"id": [1]}), overwrite_schema=True)
    assert delta.read(url)["id"].to_pylist() == [1]


# --- Writers that meet ------------------------------------------------------------------------


def meanwhile(data, action):
    """The rows as a stream, behind the first of which something else happens."""
    def batches():
        yield from data.slice(0, 1).to_batches()
        action()
        yield from data.slice(1).to_batches()
    return pa.RecordBatchReader.from_batches(data.schema, batches())


@pytest.mark.parametrize("partition_by", [(), ("part",)])
@pytest.mark.parametrize("properties", [{}, {"delta.enableRowTracking": "true"},
                                        {"delta.enableInCommitTimestamps": "true"}])
def test_who_comes_second_gives_other_values(tmp_path, partition_by, properties):
    url = make(tmp_path, 100, 10, partition_by=partition_by, properties=properties)
    delta.append(url, rows("a"))
    more = rows(*"bcdef")
    for _ in range(2):
        delta.append(url, meanwhile(more, lambda: delta.append(url, rows("x", "y"))))
    assert delta.version(url) == 5 and mark(url) == 240
    read = delta.read(url)
    assert sorted(read["id"].to_pylist()) == list(range(100, 250, 10))
    by_value = sorted(zip(read["id"].to_pylist(), read["v"].to_pylist()))
    if not partition_by:
        assert "".join(v for _, v in by_value) == "a" + "xybcdef" * 2
    assert_no_more_files(url)
    good("table", "fsck", url)


def test_who_comes_second_to_what_gives_none(tmp_path):
    """Other commits leave the values as they are; other metadata is a conflict still."""
    url = make(tmp_path)
    delta.append(url, rows("a", "b"))
    delta.append(url, meanwhile(rows("c", "d"), lambda: delta.delete(url, "v = 'a'")))
    assert ids(url) == {"b": 2, "c": 3, "d": 4}
    with pytest.raises(QuireError, match="metadata was changed") as failure:
        delta.append(url, meanwhile(rows("e", "f"), lambda: delta.property_set(
            url, {"delta.checkpointInterval": "5"})))
    assert failure.value.name == "CONFLICT"
    assert_no_more_files(url)


def test_given_values_meet(tmp_path):
    """Who brings values gives none, and has no part in the marks."""
    url = make(tmp_path, by_default=True)
    delta.append(url, meanwhile(rows("a", "b", id=[70, 80]),
                                lambda: delta.append(url, rows("c"))))
    assert ids(url) == {"a": 70, "b": 80, "c": 1} and mark(url) == 1
    assert_no_more_files(url)


def test_changes_that_come_second(tmp_path):
    """They have read what the table had: a conflict, where they give values. Where not, all is
    well."""
    url = make(tmp_path)
    delta.append(url, rows("a", "b"))
    append = lambda: delta.append(url, rows("z"))  # noqa: E731
    with pytest.raises(QuireError) as failure:
        delta.merge(url, meanwhile(rows("c", "d"), append), ["v"])
    assert failure.value.name == "CONFLICT" and delta.version(url) == 2
    delta.merge(url, meanwhile(rows("a", "b"), append), ["v"])
    read = delta.read(url)
    assert sorted(zip(read["id"].to_pylist(), read["v"].to_pylist())) == [
        (1, "a"), (2, "b"), (3, "z"), (4, "z")]
    assert_no_more_files(url)


def test_many_writers(tmp_path):
    url, each = make(tmp_path, 7, 3, partition_by=("part",)), 8
    failures = []

    def write(name):
        try:
            for turn in range(each):
                delta.append(url, rows(f"{name}{turn}", f"{name}{turn}'", f'{name}{turn}"'))
        except Exception as error:  # for the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    found = ids(url)
    assert len(found) == 9 * each
    assert sorted(found.values()) == list(range(7, 7 + 3 * 9 * each, 3))
    assert mark(url) == 7 + 3 * (9 * each - 1)
    assert_no_more_files(url)


# --- The program ------------------------------------------------------------------------------


def test_program(tmp_path):
    url, rows_file = tmp_path / "t", tmp_path / "rows.csv"
    good("table", "create", url, "--schema", "id int64 not null, n int64, name string",
         "--identity", "id=always", "--identity", "n=by-default,start=-5,step=-5")
    rows_file.write_text("name\na\nb\n")
    good("table", "append", url, rows_file)
    rows_file.write_text("name,n\nc,7\n")
    good("table", "append", url, rows_file)
    assert sorted(map(tuple, (row.values() for row in delta.read(url).to_pylist()))) == [
        (1, -5, "a"), (2, -10, "b"), (3, 7, "c")]
    rows_file.write_text("id,name\n9,d\n")
    bad(1, "table", "append", url, rows_file, says="9 is not taken")


@pytest.mark.parametrize("given, says", [
    ("id=never", "always"), ("id=always,stop=3", "always"), ("id=always,step=0", "step"),
    ("name=always", "int64"), ("nothing=always", "no column"), ("part=always", "partitioned"),
    ("id=always,start=x", "start")])
def test_program_says_what_is_wrong(tmp_path, given, says):
    bad(2, "table", "create", tmp_path / "t", "--schema", "id int64, name string, part int64",
        "--partition-by", "part", "--identity", given, says=says)
    assert not (tmp_path / "t").exists()
