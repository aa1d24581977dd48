"""log show, export, history, metrics, optimize, maintain: run logs looked at and after."""

import csv
import json
import os
import pathlib
import shutil
import subprocess

import deltalake
import pyarrow.parquet as pq
import pytest
from program import PROGRAM, bad, environment, good

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
    ("FALSE", [])])
def test_filters(table, filters, expected):
    exported = good("log", "export", table, "--format", "jsonl", "--filter", filters)
    assert names(exported) == expected
    newest = good("log", "show", table, "--json", "--limit", "2", "--filter", filters)
    assert names(newest) == expected[:2]


@pytest.mark.parametrize("filters, words", [
    ('{"phas": "gold"}', ["phas", "did you mean \"phase\""]),
    ("phas = 'gold'", ["phas", "phase"]), ('{"phase": ["gold"]}', ["phase", "a text"]),
    ('{"phase"', ["no JSON"]), ("phase = ", ["expression"]), ("step_name", ["boolean"])])
def test_filters_that_are_none(table, filters, words):
    target = table.parent / "out.json"
    bad(2, "log", "export", table, "--filter", filters, "--path", target, says=words)
    assert not target.exists()


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
                              stderr=subprocess.PIPE, env=environment(), timeout=60)
    assert done.returncode == 3 and b"quire:" in done.stderr
    # A file that may not grow is left as it was, and nothing lies beside it.
    folder = table.parent / "out"
    folder.mkdir()
    (folder / "log.csv").write_text("as it was")
    done = subprocess.run(
        ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", PROGRAM, "log", "export",
         str(table), "--format", "csv", "--path", str(folder / "log.csv")],
        capture_output=True, env=environment(), timeout=60)
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
    newest = max(table.glob("*.parquet"), key=lambda file: file.stat().st_mtime)
    assert pq.ParquetFile(newest).metadata.row_group(0).column(0).compression == "ZSTD"
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
