"""table optimize: files put together and rows arranged, judged by delta-rs and polars."""

import concurrent.futures
import json
import random

import delta
import delta_log
import pyarrow as pa
import pyarrow.parquet as pq
import pyexpr
import pytest
from delta_judges import actions, files, history, rows_of
from deltalake import DeltaTable
from program import bad, good, run

PLACES = ["Oslo", "a/b c%d", "", None, "ä=ö"]


def rows(start, count=20, seed=0):
    rng = random.Random(seed + start)
    return pa.table({
        "id": pa.array(range(start, start + count), pa.int64()),
        "place": pa.array([rng.choice(PLACES) for _ in range(count)]),
        "x": pa.array([rng.choice([None, rng.randint(0, 999)]) for _ in range(count)], pa.int32()),
        "more": pa.array([{"y": rng.random(), "s": f"t{rng.randint(0, 99)}"}
                          for _ in range(count)], pa.struct([("y", pa.float64()),
                                                             ("s", pa.string())])),
    })


def make(url, commits=6, partition_by=(), properties=None):
    delta.create(url, rows(0).schema, partition_by=partition_by, properties=properties)
    for at in range(commits):
        delta.append(url, rows(at * 20))


@pytest.mark.parametrize("by", [[], ["place"], ["place", "x"]])
def test_small_files_become_one(tmp_path, by):
    url = tmp_path / "t"
    make(url, partition_by=by)
    before, adds = history(url), files(url)
    report = good("table", "optimize", url, "--json").json()
    partitions = {json.dumps(add["partitionValues"], sort_keys=True) for add in adds.values()}
    assert report["committed"] and report["version"] == 7 and report["files_before"] == len(adds)
    assert report["files_after"] == len(partitions) == len(files(url))
    assert report["rows"] <= 120 and report["files_added"] <= len(partitions)
    after = history(url)
    assert after == {**before, 7: before[6]}
    removed, added = actions(url, 7, "remove"), actions(url, 7, "add")
    assert not any(action["dataChange"] for action in removed + added)
    assert all(action["path"] in adds for action in removed)
    assert (len(removed), len(added)) == (report["files_removed"], report["files_added"])
    for add in added:
        stats = json.loads(add["stats"])
        assert stats["numRecords"] > 0 and "id" in stats["minValues"]
        assert {json.dumps(adds[one["path"]]["partitionValues"]) for one in removed} >= {
            json.dumps(add["partitionValues"])}
    info = DeltaTable(str(url)).history(1)[0]
    assert info["operation"] == "OPTIMIZE" and not info["isBlindAppend"]
    metrics = info["operationMetrics"]
    assert metrics["numAddedFiles"] == str(len(added)) and metrics["numRemovedFiles"] == str(
        len(removed))
    assert int(metrics["minFileSize"]) <= int(metrics["p50FileSize"]) <= int(metrics["maxFileSize"])
    again = good("table", "optimize", url, "--json").json()
    assert not again["committed"] and again["version"] == 7 and again["files_after"] == len(
        partitions)


def test_files_near_the_target_are_left(tmp_path):
    url = tmp_path / "t"
    delta.create(url, rows(0).schema)
    delta.append(url, rows(0, 2000))
    large, = files(url).values()
    for at in range(4):
        delta.append(url, rows(2000 + at * 80, 80))
    target = str(large["size"] * 13 // 10)
    report = good("table", "optimize", url, "--target-size", target, "--json").json()
    assert report["files_after"] == 2 and large["path"] in files(url)
    delta.append(url, rows(10000))
    assert good("table", "optimize", url, "--target-size", "1KB", "--json").json()[
        "committed"] is False
    before = history(url, judges=())
    good("table", "optimize", url)
    assert len(files(url)) == 1 and history(url)[delta.version(url)] == before[max(before)]


@pytest.mark.parametrize("how", [(), ("--zorder", "id")])
def test_several_commits(tmp_path, how):
    url = tmp_path / "t"
    make(url, partition_by=["place"])
    before, adds = history(url), files(url)
    partitions = {json.dumps(add["partitionValues"], sort_keys=True) for add in adds.values()}
    report = good("table", "optimize", url, *how, "--max-bytes-per-commit", "1", "--json").json()
    assert report["commits"] == len(partitions) == report["files_added"]
    assert report["version"] == 6 + len(partitions)
    for version in range(7, report["version"] + 1):
        assert history(url)[version] == before[6]
        assert len(actions(url, version, "add")) == 1
        info = actions(url, version, "commitInfo")[0]["operationMetrics"]
        assert info["numAddedFiles"] == "1"
        assert int(info["numRemovedFiles"]) == len(actions(url, version, "remove"))
    assert report["files_removed"] == len(adds) and len(files(url)) == len(partitions)
    report = good("table", "optimize", url, "--json").json()
    assert not report["committed"] and report["commits"] == 0


def test_target_of_the_table(tmp_path):
    """delta.targetFileSize, in the words of Spark's sizes."""
    url = tmp_path / "t"
    make(url, properties={"delta.targetFileSize": "5kb"})
    sizes = [add["size"] for add in files(url).values()]
    good("table", "optimize", url)
    assert 1 < len(files(url)) < len(sizes)


def test_partitions_by_condition(tmp_path):
    url = tmp_path / "t"
    make(url, partition_by=["place"])
    oslo = {path for path, add in files(url).items() if add["partitionValues"]["place"] == "Oslo"}
    others = set(files(url)) - oslo
    good("table", "optimize", url, "--where", "place = 'Oslo'")
    assert others < set(files(url)) and len(files(url)) == len(others) + 1
    history(url)
    bad(2, "table", "optimize", url, "--where", "id > 3", says="does not partition")
    bad(2, "table", "optimize", url, "--where", "nothing = 1")


def test_deleted_rows_are_gone(tmp_path):
    """A deletion vector's rows are not in the new file; small ones of large files stay."""
    table = delta_log.Table(tmp_path / "t", [delta_log.field("i", "long")],
                            features=["deletionVectors"])
    data = pa.table({"i": pa.array(range(100), pa.int64())})
    many = table.add(table.data(data), vector=delta_log.inline(range(0, 60, 2)), rows=100)
    few = table.add(table.data(data), vector=delta_log.inline([7]), rows=100)
    many["add"]["size"] = few["add"]["size"] = 2**27
    table.commit(many)
    table.commit(few)
    before = rows_of(delta.read(tmp_path / "t"))
    report = good("table", "optimize", tmp_path / "t", "--json").json()
    assert report["vectors_removed"] == 1 and report["rows"] == 70
    assert rows_of(delta.read(tmp_path / "t")) == before
    added, = actions(tmp_path / "t", 3, "add")
    removed, = actions(tmp_path / "t", 3, "remove")
    assert "deletionVector" not in added and removed["deletionVector"] == many["add"][
        "deletionVector"]


@pytest.mark.parametrize("by", [[], ["place"]])
@pytest.mark.parametrize("way", ["--zorder", "--hilbert"])
def test_rows_along_a_curve(tmp_path, by, way):
    """A box of two columns is in few files, whatever the columns' spread and type."""
    url, count = tmp_path / "t", 9000
    rng = random.Random(5)
    data = pa.table({
        "x": pa.array([int(rng.expovariate(1e-3)) for _ in range(count)], pa.int64()),
        "s": pa.array([f"{rng.random() ** 4:.6f}" for _ in range(count)]),
        "place": pa.array([rng.choice(["a", "b"]) for _ in range(count)]),
    })
    delta.create(url, data.schema, partition_by=by)
    for at in range(3):
        delta.append(url, data.slice(at * count // 3, count // 3))
    before = history(url)
    size = sum(add["size"] for add in files(url).values())
    report = good("table", "optimize", url, way, "x,s", "--target-size", str(size // 16), "--json",
                  env={"QUIRE_MEMORY": "1MB"}).json()
    assert history(url) == {**before, 4: before[3]}
    assert 8 <= report["files_after"] == len(files(url)) <= 40
    low, high = sorted(data["x"].to_pylist())[count // 10], sorted(data["x"].to_pylist())[count // 4]
    text = sorted(data["s"].to_pylist())
    where = f"x BETWEEN {low} AND {high} AND s BETWEEN '{text[count // 3]}' AND '{text[count // 2]}'"
    came = delta.read(url, where=where)
    assert came.num_rows < count * 0.55
    assert rows_of(pyexpr.filtered(came, where)) == rows_of(pyexpr.filtered(delta.read(url, 3), where))
    info = DeltaTable(str(url)).history(1)[0]["operationParameters"]
    assert json.loads(info["zOrderBy" if way == "--zorder" else "clusterBy"]) == ["x", "s"]


def test_columns_to_arrange_by(tmp_path):
    url = tmp_path / "t"
    make(url, partition_by=["place"], commits=2)
    before = history(url)
    good("table", "optimize", url, "--hilbert", "more.y,x,id")
    assert history(url) == {**before, 3: before[2]}
    bad(2, "table", "optimize", url, "--zorder", "place")
    bad(2, "table", "optimize", url, "--zorder", "nothing")
    bad(2, "table", "optimize", url, "--zorder", "more", says="no order")
    bad(2, "table", "optimize", url, "--zorder", "id", "--hilbert", "id")
    bad(2, "table", "optimize", url, "--zorder", ",".join(["id"] * 9))
    assert delta.version(url) == 3


def test_clustered_tables_say_who_clustered(tmp_path):
    table = delta_log.Table(tmp_path / "t", [delta_log.field("a", "long"), delta_log.field("b", "long")],
                            features=["clustering", "domainMetadata"], reader=1)
    table.commit({"domainMetadata": {"domain": "delta.clustering", "removed": False,
                                     "configuration": '{"clusteringColumns":[["a"],["b"]]}'}})
    data = pa.table({"a": pa.array(range(9), pa.int64()), "b": pa.array(range(9), pa.int64())})
    table.commit(table.add(table.data(data)), table.add(table.data(data)))
    good("table", "optimize", tmp_path / "t", "--hilbert", "a,b")
    assert [add.get("clusteringProvider") for add in actions(tmp_path / "t", 3, "add")] == ["quire"]
    good("table", "optimize", tmp_path / "t", "--zorder", "a")
    assert "clusteringProvider" not in actions(tmp_path / "t", 4, "add")[0]


@pytest.mark.parametrize("features, properties, says", [
    (["rowTracking", "domainMetadata"], {"delta.enableRowTracking": "true"}, "row tracking"),
    (["unheardOf"], {}, "unheardOf"),
    (["icebergCompatV2"], {}, "icebergCompatV2"),
])
def test_refused_by_name(tmp_path, features, properties, says):
    table = delta_log.Table(tmp_path / "t", [delta_log.field("i", "long")], properties=properties,
                            features=features, reader=1)
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                             "writerFeatures": features}}
    table.commit(protocol)
    data = pa.table({"i": pa.array([1], pa.int64())})
    table.commit(table.add(table.data(data)), table.add(table.data(data)))
    bad(2, "table", "optimize", tmp_path / "t", says=says)
    bad(3, "table", "optimize", tmp_path / "none")


def test_appends_and_optimizes_side_by_side(tmp_path):
    """Nothing is lost; an optimize that comes second to another one says so."""
    url, writers, each = tmp_path / "t", 3, 7
    delta.create(url, rows(0).schema)
    inputs = []
    for writer in range(writers):
        for at in range(each):
            path = tmp_path / f"{writer}-{at}.jsonl"
            path.write_text(json.dumps({"id": writer * 1000 + at}) + "\n")
            inputs.append((writer, path))

    def append(writer):
        for mine, path in inputs:
            if mine == writer:
                good("table", "append", url, path, "--durability", "none")

    def optimize(_):
        return [run("table", "optimize", url, "--durability", "none").code for _ in range(3)]

    with concurrent.futures.ThreadPoolExecutor(writers + 2) as pool:
        appends = [pool.submit(append, writer) for writer in range(writers)]
        optimizes = [pool.submit(optimize, at) for at in range(2)]
        for done in appends:
            done.result()
        codes = [code for done in optimizes for code in done.result()]
    assert set(codes) <= {0, 4} and 0 in codes
    good("table", "optimize", url)
    wanted = sorted(writer * 1000 + at for writer in range(writers) for at in range(each))
    assert sorted(delta.read(url)["id"].to_pylist()) == wanted
    assert sorted(DeltaTable(str(url)).to_pyarrow_table()["id"].to_pylist()) == wanted
    on_disk = {path.name for path in url.glob("*.parquet")}
    named = {action["path"] for version in range(delta.version(url) + 1)
             for action in actions(url, version, "add")}
    assert on_disk == named


def test_files_are_as_the_table_asks(tmp_path):
    """The columns that it names have statistics, and its codec is kept, also by analyze."""
    url = tmp_path / "t"
    data = pa.table({"a": [1, 2], "b": [3, 4]})
    delta.create(url, data.schema, properties={"delta.dataSkippingStatsColumns": "b",
                                               "delta.parquet.compression.codec": "gzip"})
    delta.append(url, data)
    delta.append(url, data)

    def found(version):
        lines = (url / "_delta_log" / f"{version:020}.json").read_text().splitlines()
        [add] = [json.loads(line)["add"] for line in lines if '"add"' in line]
        return json.loads(add["stats"])["maxValues"], add["path"]

    assert found(1)[0] == {"b": 4}
    good("table", "optimize", url)
    stats, path = found(3)
    assert stats == {"b": 4}
    assert pq.ParquetFile(url / path).metadata.row_group(0).column(0).compression == "GZIP"
    good("table", "analyze", url, "--all")
    assert found(4)[0] == {"b": 4}
