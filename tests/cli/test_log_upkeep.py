"""log show, export, history, metrics, optimize, maintain: run logs looked at and after."""

import csv
import json
import os
import pathlib
import re
import shutil
import subprocess

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import PROGRAM, TIME_LIMIT, bad, environment, good

ROW = {"run_id": "r", "phase": "bronze", "duration_secs": 1.5, "rows_processed": 10}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Four commits of 3 rows, of which every third is of phase gold; rows r0 … r11 in time."""
    place = tmp_path_factory.mktemp("written") / "logs"
    for part in range(4):
        rows = [{**ROW, "step_name": f"s{number}", "phase": "gold" if number % 3 == 2 else "bronze",
                 "error_message": "it's \\ here" if number == 5 else None,
                 "created_at": f"2024-02-29T23:{45 + number:02}:00+01:00"}
                for number in range(3 * part, 3 * part + 3)]
        good("log", "write", place, "--kind", "rows", stdin=json.dumps(rows))
    return place


@pytest.fixture
def table(written, tmp_path):
    return pathlib.Path(shutil.copytree(written, tmp_path / "logs"))


def names(result):
    return [row["step_name"] for row in result.lines()]


def test_show(table):
    assert names(good("log", "show", table, "--limit", "4", "--json")) == \
        ["s11", "s10", "s9", "s8"]
    assert len(names(good("log", "show", table, "--json"))) == 12
    drawn = good("log", "show", table, "--limit", "2").text
    assert "step_name" in drawn and "s11" in drawn and "s9" not in drawn
    few = good("log", "show", table, "--columns", "step_name,phase", "--limit", "1", "--json")
    assert few.lines() == [{"step_name": "s11", "phase": "gold"}]
    bad(2, "log", "show", table, "--columns", "step_nam", says=["step_nam", "step_name"])
    bad(2, "log", "show", table, "--limit=-1", says="limit")
    bad(3, "log", "show", table.parent / "none", says="Delta table")


@pytest.mark.parametrize("filters, expected", [
    ('{"phase": "gold"}', ["s11", "s8", "s5", "s2"]),
    ('{"phase": "gold", "step_name": "s5"}', ["s5"]),
    ('{"error_message": "it\'s \\\\ here"}', ["s5"]),
    ('{"success": true, "rows_processed": 10, "error_message": null, "step_name": "s1"}', ["s1"]),
    ('{"created_at": "2024-02-29T22:47:00Z"}', ["s2"]),
    ("{}", [f"s{i}" for i in range(11, -1, -1)]),
    ("phase = 'gold' AND created_at < TIMESTAMP '2024-02-29T22:50:00Z'", ["s2"]),
    ("error_message LIKE 'it%'", ["s5"]),
    ("step_name = 's5' OR phase = 'none' -- not all", ["s5"]),
    ("FALSE", [])])
def test_filters(table, filters, expected):
    exported = good("log", "export", table, "--format", "jsonl", "--filter", filters)
    assert names(exported) == expected
    newest = good("log", "show", table, "--json", "--limit", "2", "--filter", filters)
    assert names(newest) == expected[:2]


def test_a_filter_by_texts_of_any_character(table):
    """Of a table that others wrote: NUL, quotes and backslashes are in no way special."""
    rows = deltalake.DeltaTable(str(table)).to_pyarrow_table().slice(0, 8)
    texts = ["a\0b", "a\0" + "12", "a", "\0", "a\\0b", "it's", '"`', "a\nb"]
    at = rows.schema.get_field_index("step_name")
    deltalake.write_deltalake(str(table), rows.set_column(at, "step_name", pa.array(texts)),
                              mode="append")
    for text in texts:
        found = good("log", "export", table, "--format", "jsonl", "--filter",
                     json.dumps({"step_name": text}))
        assert names(found) == [text]
    bad(2, "log", "export", table, "--filter", '{"step_name\\u0000": "s5"}', says="no column")


@pytest.mark.parametrize("filters, words", [
    ('{"phas": "gold"}', ["phas", "did you mean \"phase\""]),
    ("phas = 'gold'", ["phas", "phase"]), ('{"phase": ["gold"]}', ["phase", "a text"]),
    ('{"phase"', ["no JSON"]), ("phase = ", ["expression"]), ("step_name", ["boolean"])])
def test_filters_that_are_none(table, filters, words):
    target = table.parent / "out.json"
    bad(2, "log", "export", table, "--filter", filters, "--path", target, says=words)
    assert not target.exists()


def test_the_newest_rows_where_some_have_no_created_at(tmp_path):
    """They go by their other times, as in reports."""
    day = pa.timestamp("us", "UTC")
    rows = {"a": (1, None, None), "b": (None, 2, 30), "c": (3, 40, None), "d": (None, 10, None),
            "e": (5, None, None), "f": (None, None, 4), "g": (None, None, None)}
    columns = {name: pa.array([None if row[i] is None else row[i] * 86_400_000_000
                               for row in rows.values()], day)
               for i, name in enumerate(["created_at", "end_time", "start_time"])}
    table = tmp_path / "logs"
    deltalake.write_deltalake(str(table), pa.table({
        **{name: [value] * len(rows) for name, value in ROW.items()},
        "step_name": list(rows), **columns}))
    for limit, wanted in (("0", "defcbag"), ("7", "defcbag"), ("3", "def"), ("1", "d")):
        got = good("log", "export", table, "--format", "jsonl", "--limit", limit)
        assert "".join(names(got)) == wanted
        assert list(got.lines()[0]) == deltalake.DeltaTable(str(table)).schema().to_arrow().names
    shown = good("log", "show", table, "--json", "--limit", "2", "--columns", "step_name",
                 "--filter", "step_name < 'd'").lines()
    assert shown == [{"step_name": "c"}, {"step_name": "b"}]


def test_a_log_of_many_columns(tmp_path):
    """Those that others added are shown, exported and asked as any."""
    more = {f"c{i}": [i, -i] for i in range(90)}
    rows = {**{name: [value, value] for name, value in ROW.items()}, "step_name": ["a", "b"],
            "end_time": pa.array([0, 1], pa.timestamp("us", "UTC")), **more}
    deltalake.write_deltalake(str(tmp_path / "logs"), pa.table(rows))
    every = " AND ".join(f"c{i} >= 0" for i in range(90))
    for options in ([], ["--limit", "0"], ["--filter", every], ["--filter", '{"c89": 89}']):
        got = good("log", "export", tmp_path / "logs", "--format", "jsonl", *options).lines()[-1]
        assert got["step_name"] == "a" and {name: got[name] for name in more} == {
            name: values[0] for name, values in more.items()}
    shown = good("log", "show", tmp_path / "logs", "--json", "--columns", "c89").lines()
    assert shown == [{"c89": -89}, {"c89": 89}]


def test_export_formats(table, tmp_path):
    for form in ("json", "jsonl", "csv", "parquet", "ion"):
        path = tmp_path / f"out.{form}"
        told = good("log", "export", table, "--format", form, "--path", path, "--limit", "5",
                    "--json").json()
        assert told["export_successful"] and told["records_exported"] == 5
        assert told["format"] == form and told["export_path"] == str(path)
        assert told["export_size_mb"] == path.stat().st_size / 2**20
        assert told["export_timestamp"].endswith("Z")
    whole = json.loads((tmp_path / "out.json").read_text())
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert whole == lines
    assert [row["step_name"] for row in lines] == ["s11", "s10", "s9", "s8", "s7"]
    with open(tmp_path / "out.csv", newline="") as file:
        assert [row["step_name"] for row in csv.DictReader(file)][0] == "s11"
    assert pq.read_table(tmp_path / "out.parquet")["step_name"].to_pylist()[-1] == "s7"
    assert names(good("cat", tmp_path / "out.ion", "--to", "jsonl"))[0] == "s11"
    # What is exported can be written again, and is the same.
    good("log", "write", tmp_path / "again", "--kind", "rows", tmp_path / "out.jsonl")
    assert good("log", "export", tmp_path / "again", "--format", "jsonl").lines() == lines
    bad(2, "log", "export", table, "--format", "xml", says=["format", "xml", "json, jsonl, csv"])
    both = good("log", "export", table, "--limit", "1", "--json")
    assert len(both.json()) == 1 and json.loads(both.err)["records_exported"] == 1


def test_export_to_a_full_disk(table):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "log", "export", table], stdout=full,
                              stderr=subprocess.PIPE, env=environment(), timeout=TIME_LIMIT)
    assert done.returncode == 3 and b"quire:" in done.stderr
    # A file that may not grow is left as it was, and nothing lies beside it.
    folder = table.parent / "out"
    folder.mkdir()
    (folder / "log.csv").write_text("as it was")
    done = subprocess.run(
        ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", PROGRAM, "log", "export",
         str(table), "--format", "csv", "--path", str(folder / "log.csv")],
        capture_output=True, env=environment(), timeout=TIME_LIMIT)
    assert done.returncode == 3 and b"quire:" in done.stderr, done.stderr
    assert os.listdir(folder) == ["log.csv"] and (folder / "log.csv").read_text() == "as it was"


def test_history_and_metrics(table):
    told = good("log", "history", table, "--limit", "3", "--json").json()
    assert told["total_versions"] == 4
    assert [one["version"] for one in told["versions"]] == [3, 2, 1]
    assert all(one["operation"] == "WRITE" and one["rows"] == 3 and one["size_mb"] > 0 and
               one["timestamp"].endswith("Z") for one in told["versions"])
    assert len(good("log", "history", table, "--limit", "0", "--json").json()["versions"]) == 4
    assert "WRITE" in good("log", "history", table).text
    good("log", "optimize", table)
    told = good("log", "metrics", table, "--json").json()
    assert (told["total_commits"], told["total_writes"], told["total_rows_written"]) == (5, 4, 12)
    assert told["average_rows_per_write"] == 3 and told["first_write"] <= told["last_write"]
    assert told["memory"]["rss_mb"] > 0 and 0 < told["memory"]["percent"] < 100
    assert told["memory"]["vms_mb"] >= told["memory"]["rss_mb"]
    assert "total_writes: 4" in good("log", "metrics", table).text


def test_rows_that_a_merge_copied_are_not_written(table):
    good("log", "optimize", table)
    key = good("log", "show", table, "--json", "--limit", "1").lines()[0]
    rows = [{**ROW, "run_id": key["run_id"], "step_name": key["step_name"]},
            {**ROW, "step_name": "new"}]
    good("log", "write", table, "--kind", "rows", "--write-mode", "merge", stdin=json.dumps(rows))
    newest = good("log", "history", table, "--json", "--limit", "1").json()["versions"][0]
    assert (newest["operation"], newest["rows"]) == ("MERGE", 2)
    assert good("log", "metrics", table, "--json").json()["total_rows_written"] == 14


def test_metrics_tell_how_long_commits_took(table, tmp_path):
    row = json.dumps({**ROW, "step_name": "s", "phase": "gold"})
    for mode in ("merge", "overwrite"):
        good("log", "write", table, "--kind", "rows", "--write-mode", mode, stdin=row)
    good("log", "optimize", table)  # which is no write
    log = sorted((table / "_delta_log").glob("*.json"))
    commits = [json.loads(line)["commitInfo"] for file in log
               for line in file.read_text().splitlines() if "commitInfo" in line]
    writes = [commit for commit in commits if commit["operation"] in ("WRITE", "MERGE")]
    took = [int(commit["operationMetrics"]["executionTimeMs"]) for commit in writes]
    assert len(took) == 6 and all(0 <= ms < 60_000 for ms in took)
    told = good("log", "metrics", table, "--json").json()
    assert told["total_duration_secs"] == pytest.approx(sum(took) / 1000)
    assert told["average_duration_secs"] == pytest.approx(sum(took) / 1000 / 6)
    assert deltalake.DeltaTable(table).history(1)[0]["operationMetrics"]
    silent = tmp_path / "silent"
    deltalake.write_deltalake(silent, deltalake.DeltaTable(table).to_pyarrow_table())
    for file in (silent / "_delta_log").glob("*.json"):
        file.write_text(file.read_text().replace("execution_time_ms", "other_ms"))
    told = good("log", "metrics", silent, "--json").json()
    assert told["total_writes"] == 1
    assert told["total_duration_secs"] is None and told["average_duration_secs"] is None


@pytest.mark.parametrize("partitions", ["step_name", "created_at,step_name", "phase"])
def test_optimize_what_is_partitioned(tmp_path, partitions):
    """No column was named: those that partition the table are passed over."""
    table = tmp_path / "logs"
    rows = [{**ROW, "step_name": f"s{i % 2}", "created_at": "2024-03-01T10:00:00Z"}
            for i in range(6)]
    for _ in range(2):
        good("log", "write", table, "--kind", "rows", "--partition-columns", partitions,
             stdin=json.dumps(rows))
    before = sorted(map(str, good("table", "read", table).lines()))
    for options in (["--compression", "zstd"], ["--zordering"]):
        good("log", "optimize", table, *options)
        assert sorted(map(str, good("table", "read", table).lines())) == before
    for file in deltalake.DeltaTable(str(table)).file_uris():
        assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"
    bad(2, "log", "optimize", table, "--zordering", "--columns", partitions, says="partitions")


def test_optimize_older_logs(tmp_path):
    table = tmp_path / "logs"
    rows = {**{name: [value] for name, value in ROW.items()}, "step_name": ["s"],
            "end_time": pa.array([0], pa.timestamp("us", "UTC"))}
    deltalake.write_deltalake(str(table), pa.table(rows), partition_by=["step_name"])
    good("log", "optimize", table, "--compression", "gzip")
    file, = deltalake.DeltaTable(str(table)).file_uris()
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "GZIP"
    assert len(good("table", "read", table).lines()) == 1


def test_optimize(table):
    before = sorted(map(str, good("table", "read", table).lines()))
    told = good("log", "optimize", table, "--json").json()
    assert told["optimized"] and told["optimizations_applied"] == ["partitioning"]
    assert (told["before"]["files"], told["after"]["files"]) == (4, 1)
    assert told["before"]["rows"] == told["after"]["rows"] == 12
    assert told["after"]["size_mb"] < told["before"]["size_mb"]
    told = good("log", "optimize", table, "--zordering", "--columns", "phase,created_at",
                "--compression", "zstd", "--vacuum", "--partitioning", "--json").json()
    assert told["optimizations_applied"] == ["partitioning", "compression", "zordering", "vacuum"]
    assert told["vacuumed_files"] == 0
    path = deltalake.DeltaTable(table).file_uris()[0].removeprefix("file://")
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    assert pq.read_table(path)["phase"].to_pylist() == ["bronze"] * 8 + ["gold"] * 4
    good("log", "write", table, "--kind", "rows", stdin=json.dumps({**ROW, "step_name": "z"}))
    newest = max((table / "_delta_log").glob("*.json")).read_text()
    added, = (line["add"] for line in map(json.loads, newest.splitlines()) if "add" in line)
    assert pq.ParquetFile(table / added["path"]).metadata.row_group(0).column(0).compression == "ZSTD"
    after = sorted(map(str, good("table", "read", table, "--where", "step_name <> 'z'").lines()))
    assert after == before
    bad(2, "log", "optimize", table, "--compression", "rar", says=["compression", "rar", "zstd"])
    bad(2, "log", "optimize", table, "--columns", "phase", says="--zordering")


def test_maintain(table):
    (table / "part-00000-lost.parquet").write_bytes(b"x")
    os.utime(table / "part-00000-lost.parquet", (10**9, 10**9))
    told = good("log", "maintain", table, "--json").json()
    assert told["maintained"] and told["schema_valid"] and told["schema_issues"] == []
    assert told["maintenance_operations"] == ["validate_schema", "analyze", "vacuum"]
    assert told["vacuumed_files"] == 1 and told["analyzed_files"] == 0
    assert not (table / "part-00000-lost.parquet").exists()
    assert told["before"]["rows"] == told["after"]["rows"] == 12
    told = good("log", "maintain", table, "--update-statistics", "--json").json()
    assert told["maintenance_operations"] == ["update_statistics"] and told["updated_files"] == 4
    assert "schema_valid: true" in good("log", "maintain", table, "--validate-schema").text
    good("table", "create", table.parent / "other", "--schema", "run_id string")
    told = bad(1, "log", "maintain", table.parent / "other", "--json")
    assert not told.json()["maintained"] and "step_name" in told.json()["schema_issues"][0]


def test_texts_of_a_table_that_are_not_utf8(tmp_path):
    """The hint names no option that the command lacks."""
    table = tmp_path / "runs"
    # Neither compressed nor with checksums, so that bytes can be put into a page.
    plain = deltalake.WriterProperties(compression="UNCOMPRESSED")
    deltalake.write_deltalake(table, pa.table({
        "run_id": ["r"], "phase": ["gold"], "step_name": ["s\u00e9"], "duration_secs": [1.0],
        "created_at": pa.array([0], pa.timestamp("us", "UTC"))}), writer_properties=plain)
    file, = table.glob("*.parquet")
    file.write_bytes(file.read_bytes().replace("s\u00e9".encode(), b"s\xff\xff"))
    for command in (["show"], ["export", "--path", tmp_path / "x.csv"]):
        told = bad(1, "log", command[0], table, *command[1:], says="a text that is not UTF-8")
        assert '"quire convert FILE COPY --set invalid_utf8=replace" makes a copy' in told.err
    bad(1, "convert", file, tmp_path / "x.jsonl", says="invalid_utf8=replace puts U+FFFD")
    good("convert", file, tmp_path / "x.jsonl", "--set", "invalid_utf8=replace")


def test_sizes_and_percents_for_people(table):
    """Two digits behind the point; --json has all of them."""
    for command in ("info", "history", "metrics", "maintain", "optimize"):
        text = good("log", command, table).text
        shown = re.sub(r"(?m)^.*secs: .*$|:\d\d\.\d+Z", "", text)
        assert not re.search(r"\d\.\d{3}", shown), text
    assert re.search(r"(?m)^size_mb: \d+\.\d\d$", good("log", "info", table).text)
    assert re.search(r"(?m)^percent: \d+\.\d\d$", good("log", "metrics", table).text)
    assert len(str(good("log", "info", table, "--json").json()["size_mb"])) > 5
