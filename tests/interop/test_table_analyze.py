"""table analyze: statistics of files that have none; and files put together by themselves."""

import json

import delta
import delta_log
import pyarrow as pa
import pytest
from delta_judges import actions, by_deltalake, files, history, lines, rows_of
from deltalake import DeltaTable, write_deltalake
from program import bad, good
from test_delta_write import COLUMNS, sample


def forget(url):
    """Takes the statistics out of the log, and the checksums with it."""
    for path in (url / "_delta_log").glob("*.json"):
        told = [json.loads(line) for line in path.read_text().splitlines()]
        for action in told:
            action.get("add", {}).pop("stats", None)
        path.write_text("".join(json.dumps(action) + "\n" for action in told))


@pytest.mark.parametrize("by", [[], ["integer", "date"]])
def test_as_the_writer_would_have_said(tmp_path, by):
    url = tmp_path / "t"
    data = sample(tuple(COLUMNS))
    delta.create(url, data.schema, partition_by=by)
    delta.append(url, data)
    delta.append(url, data.slice(1))
    said = {path: add["stats"] for path, add in files(url).items()}
    forget(url)
    report = good("table", "analyze", url, "--json").json()
    assert report == {"table": str(url), "version": 3, "committed": True, "files": len(said),
                      "analyzed": len(said), "rows": 7}
    assert {path: add["stats"] for path, add in files(url).items()} == said
    assert not any(add["dataChange"] for add in actions(url, 3, "add"))
    assert actions(url, 3, "remove") == []
    info = DeltaTable(str(url)).history(1)[0]
    assert info["operation"] == "ANALYZE" and not info["isBlindAppend"]
    assert rows_of(delta.read(url, 3)) == rows_of(delta.read(url, 2)) == by_deltalake(url)
    assert good("table", "fsck", url, "--json").json()["ok"]
    again = good("table", "analyze", url, "--json").json()
    assert (again["committed"], again["version"], again["analyzed"]) == (False, 3, 0)
    assert good("table", "analyze", url, "--all", "--json").json()["version"] == 4
    assert good("table", "fsck", url, "--json").json()["ok"]


def test_files_are_passed_over_then(tmp_path):
    url = tmp_path / "t"
    for at in range(4):
        write_deltalake(url, pa.table({"i": pa.array(range(at * 10, at * 10 + 10), pa.int64())}),
                        mode="append")
    forget(url)
    assert delta.read(url, where="i = 15").num_rows == 10  # by what the files themselves say
    before = history(url)
    good("table", "analyze", url)
    assert history(url) == {**before, 4: before[3]}
    stats = [json.loads(add["stats"]) for add in files(url).values()]
    assert sorted(one["maxValues"]["i"] for one in stats) == [9, 19, 29, 39]


def test_totals_stay(tmp_path):
    """A file that is said more of is no further file."""
    url = tmp_path / "t"
    delta.create(url, pa.schema([("i", pa.int64())]))
    for at in range(3):
        delta.append(url, pa.table({"i": [at]}))
    good("table", "analyze", url, "--all")
    crcs = [json.loads((url / "_delta_log" / f"{version:020}.crc").read_text())
            for version in (3, 4)]
    assert crcs[0]["numFiles"] == crcs[1]["numFiles"] == 3
    assert crcs[0]["tableSizeBytes"] == crcs[1]["tableSizeBytes"]


def test_vectors_and_mapped_names(tmp_path):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.mapped("who", "long", "c-1", 1),
                                  delta_log.mapped("place", "string", "c-2", 2)],
                            partitions=["place"], features=["deletionVectors", "columnMapping"],
                            properties={"delta.columnMapping.mode": "name"})
    name = table.data(pa.table({"c-1": pa.array([3, 1, 2], pa.int64())}))
    vector = delta_log.inline([0])
    table.commit(table.add(name, {"c-2": "x"}, vector=vector))
    before = rows_of(delta.read(url))
    good("table", "analyze", url)
    add, = actions(url, 2, "add")
    assert add["deletionVector"] == vector and add["partitionValues"] == {"c-2": "x"}
    assert json.loads(add["stats"]) == {
        "numRecords": 3, "minValues": {"c-1": 1}, "maxValues": {"c-1": 3}, "nullCount": {"c-1": 0},
        "tightBounds": False}
    assert rows_of(delta.read(url)) == before


def test_refused(tmp_path):
    url = tmp_path / "t"
    delta.create(url, pa.schema([("i", pa.int64())]))
    delta.append(url, pa.table({"i": [1]}))
    forget(url)
    name = lines(url, 1)[-1]["add"]["path"]
    (url / name).unlink()
    bad(3, "table", "analyze", url)
    bad(3, "table", "analyze", tmp_path / "none")
    assert delta.version(url) == 1


@pytest.mark.parametrize("by", [[], ["place"]])
def test_compaction_by_itself(tmp_path, by):
    """At fifty small files of a partition that rows were added to, and not before."""
    url = tmp_path / "t"
    data = pa.table({"i": pa.array([1], pa.int64()), "place": ["a/b c"]})
    delta.create(url, data.schema, partition_by=by,
                 properties={"delta.autoOptimize.autoCompact": "true"})
    delta.append(url, pa.table({"i": pa.array([7], pa.int64()), "place": ["other"]}))
    least = 50 if by else 49
    for at in range(least):
        assert len(files(url)) == at + 1
        delta.append(url, data)
    assert len(files(url)) == (2 if by else 1)
    assert delta.version(url) == least + 2
    info = DeltaTable(str(url)).history(1)[0]
    assert info["operation"] == "OPTIMIZE" and str(info["operationParameters"]["auto"]) in (
        "True", "true")
    assert delta.read(url).num_rows == least + 1 and rows_of(delta.read(url)) == by_deltalake(url)
    delta.append(url, data)
    assert len(files(url)) == (3 if by else 2)
    assert good("table", "fsck", url, "--json").json()["ok"]
