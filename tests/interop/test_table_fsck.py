"""table fsck: what it finds in a table that was damaged, and version checksums (.crc)."""

import json
import shutil

import delta
import delta_log
import pyarrow as pa
import pytest
from delta_judges import actions, by_deltalake, files, history, rows_of
from deltalake import DeltaTable, write_deltalake
from program import bad, good, run

CLEAN = {"ok": True, "missing": [], "corrupt": [], "gaps": [], "checksum_mismatch": [],
         "orphans": [], "repaired": 0}


def rows(start, count=5):
    return pa.table({"id": pa.array(range(start, start + count), pa.int64()),
                     "place": pa.array([["a b", "c/d", None][i % 3] for i in range(count)])})


def make(url, commits=3, **options):
    delta.create(url, rows(0).schema, **options)
    for at in range(commits):
        delta.append(url, rows(at * 5))


def fsck(url, *more):
    result = run("table", "fsck", url, "--json", *more)
    report = result.json()
    assert result.code == (0 if report["ok"] else 1), result.err
    return report


def assert_found(url, *more, **expected):
    report = fsck(url, *more)
    assert {key: report[key] for key in CLEAN} == {**CLEAN, **expected}, report
    return report


def crc(url, version):
    return url / "_delta_log" / f"{version:020}.crc"


def commit(url, version):
    return url / "_delta_log" / f"{version:020}.json"


def test_a_table_as_it_should_be(tmp_path):
    url = tmp_path / "t"
    make(url, commits=12, partition_by=["place"])
    assert assert_found(url)["version"] == 12
    good("table", "optimize", url)
    assert_found(url)
    assert "ok" in good("table", "fsck", url).err
    bad(3, "table", "fsck", tmp_path / "none")


def test_missing_files_and_repair(tmp_path):
    url = tmp_path / "t"
    make(url)
    names = sorted(files(url))
    (url / names[0]).unlink()
    (url / names[2]).unlink()
    assert_found(url, ok=False, missing=[names[0], names[2]])
    assert "missing" in bad(1, "table", "fsck", url).text
    report = assert_found(url, "--repair", missing=[names[0], names[2]], repaired=2)
    assert report["version"] == 4 and set(files(url)) == {names[1]}
    assert rows_of(delta.read(url)) == by_deltalake(url)
    assert DeltaTable(str(url)).history(1)[0]["operation"] == "FSCK"
    assert all(action["dataChange"] for action in actions(url, 4, "remove"))
    assert_found(url)
    assert_found(url, "--repair")
    assert delta.version(url) == 4


def test_corrupt_files(tmp_path):
    url = tmp_path / "t"
    make(url, commits=4)
    cut, ended, swapped, whole = (url / name for name in sorted(files(url)))
    cut.write_bytes(cut.read_bytes()[:-1])
    ended.write_bytes(ended.read_bytes()[:-4] + b"PARX")
    other = tmp_path / swapped.name
    good("convert", whole, other, "--limit", "2", "--set", "out.key_value.x=y")
    shutil.move(other, swapped)
    lines = commit(url, 1 + [actions(url, v, "add")[0]["path"] for v in range(1, 5)].index(
        swapped.name))
    action = json.loads(lines.read_text().splitlines()[-1])
    action["add"]["size"] = swapped.stat().st_size
    lines.write_text(json.dumps(action) + "\n")
    for version in range(5):
        crc(url, version).unlink()
    report = assert_found(url, ok=False, corrupt=sorted([cut.name, ended.name, swapped.name]))
    assert "bytes" in report["details"][cut.name] and "rows" in report["details"][swapped.name]
    assert_found(url, "--repair", ok=False, corrupt=sorted([cut.name, ended.name, swapped.name]))


def test_gaps(tmp_path):
    url = tmp_path / "t"
    make(url, commits=13)
    commit(url, 4).unlink()
    commit(url, 5).unlink()
    assert_found(url, ok=False, gaps=[4, 5])  # the checkpoint of 10 covers them
    assert len(fsck(url)["missing"]) == 0
    commit(url, 12).unlink()
    report = fsck(url)
    assert report["gaps"] == [4, 5, 12] and not report["ok"] and report["version"] == -1
    for version in range(4):
        commit(url, version).unlink()
    assert fsck(url)["gaps"] == [12]


def test_logs_that_cannot_be_read(tmp_path):
    url = tmp_path / "t"
    make(url)
    commit(url, 2).write_text('{"add":{"path"')
    report = fsck(url)
    assert not report["ok"] and report["corrupt"] == [f"_delta_log/{2:020}.json"]


def test_looking_needs_no_feature_of_writers(tmp_path):
    url = tmp_path / "t"
    make(url)
    name = sorted(files(url))[0]
    table = delta_log.Table(tmp_path / "other", [delta_log.field("i", "long")])
    table.folder, table.version = url, 4
    table.commit({"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                               "writerFeatures": ["keepsFilesOfItsOwn"]}})
    crc(url, 3).unlink()
    assert_found(url)
    (url / name).unlink()
    assert_found(url, ok=False, missing=[name])
    bad(2, "table", "fsck", url, "--repair", says="keepsFilesOfItsOwn")
    assert delta.version(url) == 4
    table.commit({"protocol": {"minReaderVersion": 3, "minWriterVersion": 7,
                               "readerFeatures": ["looksElsewhere"],
                               "writerFeatures": ["looksElsewhere"]}})
    bad(2, "table", "fsck", url, says="looksElsewhere")


@pytest.mark.parametrize("at", [0, 3, 12, -1])
def test_a_damaged_deletion_vector(tmp_path, at):
    url = tmp_path / "t"
    make(url, commits=1)
    good("table", "delete", url, "--where", "id = 2", "--deletion-vectors")
    assert_found(url)
    vector, = url.glob("*.bin")
    content = bytearray(vector.read_bytes())
    content[at] ^= 6
    vector.write_bytes(content)
    assert_found(url, ok=False, corrupt=[vector.name])
    bad(1, "table", "read", url)


def test_a_deletion_vector_that_is_kept_elsewhere(tmp_path):
    """A storageType that the protocol does not have."""
    url = tmp_path / "t"
    make(url, commits=1)
    good("table", "delete", url, "--where", "id = 2", "--deletion-vectors")
    commit = max((url / "_delta_log").glob("*.json"))
    text = commit.read_text()
    assert '"storageType":"u"' in text
    commit.write_text(text.replace('"storageType":"u"', '"storageType":"x"'))
    crc(url, int(commit.stem)).unlink()
    name, = files(url)
    vector, = url.glob("*.bin")
    assert_found(url, ok=False, corrupt=[name], orphans=[vector.name])
    bad(2, "table", "read", url, says='storage "x"')


def test_checksums(tmp_path):
    url = tmp_path / "t"
    make(url, properties={"a": "b"})
    delta.append(url, rows(50), app="app", app_version=3)
    live = files(url)
    said = json.loads(crc(url, 4).read_text())
    assert said["numFiles"] == len(live) == 4
    assert said["tableSizeBytes"] == sum(add["size"] for add in live.values())
    assert (said["numMetadata"], said["numProtocol"]) == (1, 1)
    assert said["setTransactions"][0]["appId"] == "app" and said["domainMetadata"] == []
    assert said["metadata"]["configuration"] == {"a": "b"}
    assert said["metadata"]["schemaString"] == json.loads(
        commit(url, 0).read_text().splitlines()[2])["metaData"]["schemaString"]
    assert said["protocol"] == {"minReaderVersion": 1, "minWriterVersion": 2}
    assert said["txnId"] == actions(url, 4, "commitInfo")[0]["txnId"]
    assert all(crc(url, version).exists() for version in range(4))
    for name, value in (("numFiles", 5), ("tableSizeBytes", 0), ("setTransactions", []),
                        ("metadata", {**said["metadata"], "id": "x"}),
                        ("protocol", {"minReaderVersion": 3, "minWriterVersion": 2})):
        crc(url, 4).write_text(json.dumps({**said, name: value}))
        assert_found(url, ok=False, checksum_mismatch=[f"_delta_log/{4:020}.crc"])
    for name in ("metadata", "protocol", "setTransactions", "domainMetadata"):
        crc(url, 4).write_text(json.dumps({key: said[key] for key in said if key != name}))
        assert_found(url)  # what it does not say cannot differ
    crc(url, 4).write_text(json.dumps({**said, "metadata": {}, "protocol": {}}))
    assert_found(url)
    crc(url, 4).write_text("")
    assert_found(url, ok=False, checksum_mismatch=[f"_delta_log/{4:020}.crc"])
    crc(url, 4).unlink()
    assert_found(url)


def test_a_commit_that_was_changed(tmp_path):
    url = tmp_path / "t"
    make(url)
    lines = [line for line in commit(url, 2).read_text().splitlines() if '"add"' not in line]
    commit(url, 2).write_text("\n".join(lines) + "\n")
    report = fsck(url)
    assert report["checksum_mismatch"] == [f"_delta_log/{3:020}.crc"] and not report["ok"]
    assert len(report["orphans"]) == 1


def test_checksums_begin_anew_at_a_checkpoint(tmp_path):
    """None where another writer left none; the totals are counted where all files are gone through."""
    url = tmp_path / "t"
    make(url)
    write_deltalake(url, rows(20), mode="append")
    delta.append(url, rows(30))
    assert not crc(url, 4).exists() and not crc(url, 5).exists()
    while delta.version(url) < 12:
        delta.append(url, rows(40))
    good("table", "optimize", url)
    assert [version for version in range(14) if crc(url, version).exists()] == [
        0, 1, 2, 3, 10, 11, 12, 13]
    said = json.loads(crc(url, 13).read_text())
    assert (said["numFiles"], said["tableSizeBytes"]) == (1, sum(
        add["size"] for add in files(url).values()))
    assert_found(url)
    history(url)


def test_orphans_do_no_harm(tmp_path):
    url = tmp_path / "t"
    make(url)
    good("table", "optimize", url)
    shutil.copy(url / next(iter(files(url))), url / "part-forgotten.parquet")
    (url / "_hidden").touch()
    report = assert_found(url, orphans=["part-forgotten.parquet"])
    assert report["ok"]


def test_vectors(tmp_path):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.field("i", "long")], features=["deletionVectors"])
    data = pa.table({"i": pa.array([1, 2, 3], pa.int64())})
    vectors = [delta_log.stored(url, [at]) for at in range(2)]
    adds = [table.add(table.data(data), vector=vector, rows=3) for vector in vectors]
    for add in adds:
        add["add"]["size"] = (url / add["add"]["path"]).stat().st_size
    table.commit(*adds)
    assert_found(url)
    gone, broken = sorted(url.glob("*.bin"))
    gone.unlink()
    broken.write_bytes(broken.read_bytes()[:-1] + b"x")
    assert_found(url, ok=False, missing=[gone.name], corrupt=[broken.name])
    assert_found(url, "--repair", ok=False, missing=[gone.name], corrupt=[broken.name])


@pytest.mark.parametrize("spelled", ["percent", "absolute"])
def test_paths(tmp_path, spelled):
    url = tmp_path / "t"
    table = delta_log.Table(url, [delta_log.field("i", "long")], features=[], reader=1)
    name = table.data(pa.table({"i": pa.array([1], pa.int64())}), "a b.parquet")
    add = table.add("a%20b.parquet" if spelled == "percent" else (url / name).as_uri())
    add["add"]["size"] = (url / name).stat().st_size
    table.commit(add)
    assert_found(url)
    (url / name).unlink()
    assert len(fsck(url)["missing"]) == 1
    assert fsck(url, "--repair")["repaired"] == 1
    assert_found(url)
