"""What options of log write do where no row tells: threads, memory, files and what is kept of
them."""

import json
import os
import pathlib
import re
import subprocess
import sys

import deltalake
import pytest
from log_samples import ROW
from program import bad, good
from pyquire import LIBRARY

LOG_THREADS = pathlib.Path(__file__).resolve().parents[1] / "lib" / "log_threads.py"


def threads_of(table, source, given=0, **options):
    """How many threads a writer makes, in a process that has none of others."""
    done = subprocess.run(
        [sys.executable, LOG_THREADS, table, source, str(given), json.dumps(options)],
        capture_output=True, text=True, check=True, env={**os.environ, "QUIRE_LIB": LIBRARY})
    return int(done.stdout)


def test_threads_are_made(tmp_path):
    """The caller's is one of them; --threads goes first."""
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps({**ROW, "step_name": f"s{i}"}) + "\n"
                              for i in range(20_000)))
    assert threads_of(tmp_path / "default", source) == 3
    for number in (1, 2, 7):
        table = tmp_path / str(number)
        assert threads_of(table, source, parallel_write_threads=number) == number - 1
        assert deltalake.DeltaTable(str(table)).to_pyarrow_table().num_rows == 20_000
    assert threads_of(tmp_path / "first", source, 5, parallel_write_threads=2) == 4


def opened(table, *options):
    told = good("log", "write", table, "--kind", "rows", "--log-level", "info", *options,
                stdin=json.dumps(ROW)).err
    threads, memory = re.search(r"log open: threads=(\d+) memory_mb=([0-9.]+)\n", told).groups()
    return int(threads), float(memory)


def test_what_a_writer_may_have_is_told(tmp_path):
    table = tmp_path / "runs"
    assert opened(table)[0] == 4
    assert opened(table, "--parallel-write-threads", "9")[0] == 9
    assert opened(table, "--parallel-write-threads", "9", "--threads", "3")[0] == 3
    # What is available changes while it is looked at, but not by its half each time.
    for _ in range(20):
        available = good("log", "metrics", table, "--json").json()["memory"]["available_mb"]
        whole, tenth = opened(table, "--memory-fraction", "1")[1], opened(
            table, "--memory-fraction", "0.1")[1]
        if 0.5 * available < whole < 2 * available and 3 * tenth < whole < 30 * tenth:
            break
    else:
        pytest.fail(f"{available}, of which all is {whole} and a tenth is {tenth}")
    assert opened(table, "--memory-fraction", "0.000001")[1] == 16
    assert opened(table, "--memory-fraction", "1", "--memory", "20MB")[1] == 20


@pytest.mark.parametrize("on", [True, False])
def test_small_files_are_put_together(tmp_path, on):
    table = tmp_path / "runs"
    options = [] if on else ["--no-enable-optimization"]
    good("log", "write", table, "--kind", "rows", "--partition-count", "60", *options,
         stdin=json.dumps([ROW] * 60))
    read = deltalake.DeltaTable(str(table))
    assert len(read.file_uris()) == 60 and len(read.history()) == 1
    good("log", "write", table, "--kind", "rows", stdin=json.dumps(ROW))
    read = deltalake.DeltaTable(str(table))
    assert len(read.file_uris()) == (1 if on else 61)
    assert [entry["operation"] for entry in read.history()] == [
        *["OPTIMIZE"] * on, "WRITE", "WRITE"]
    assert read.to_pyarrow_table().num_rows == 61


@pytest.mark.parametrize("on", [True, False])
def test_statistics_of_what_is_searched_for(tmp_path, on):
    table = tmp_path / "runs"
    options = [] if on else ["--no-auto-optimize-schema"]
    row = {**ROW, "error_message": "text", "table_fqn": "a.b", "memory_usage_mb": 1}
    good("log", "write", table, "--kind", "rows", *options, stdin=json.dumps(row))
    for line in (table / "_delta_log" / f"{0:020}.json").read_text().splitlines():
        if "add" in json.loads(line):
            stats = json.loads(json.loads(line)["add"]["stats"])
    assert {"run_id", "step_name", "created_at", "duration_secs"} <= set(stats["minValues"])
    extra = {"error_message", "table_fqn", "memory_usage_mb"}
    assert set(stats["minValues"]) & extra == (set() if on else extra)


@pytest.mark.parametrize("url", ["s3://bucket/runs", "az://container/runs", "gs://bucket/runs",
                                 "hdfs://host/runs"])
def test_stores_that_there_are_not(url):
    bad(2, "log", "write", url, "--kind", "rows", stdin=json.dumps(ROW),
        says=[url, "known are file://"])


def test_what_a_file_turns_on_is_turned_off(tmp_path):
    """Help and man page have --no- of every switch that can be on where it is not given."""
    (tmp_path / "config").write_text("fail-fast = true\njson = true\n")
    given = ["log", "write", tmp_path / "runs", "--config", tmp_path / "config"]
    report = json.dumps({"gold": {"s": {}}}) + "\n" + json.dumps({"gold": {"s": {"success": 1}}})
    bad(1, *given, stdin=report)
    assert not (tmp_path / "runs").exists()
    assert bad(1, *given, "--no-fail-fast", "--no-json", stdin=report).out == b""
    assert deltalake.DeltaTable(str(tmp_path / "runs")).to_pyarrow_table().num_rows == 1
    shown, page = (good("help", *more, "log", "write").text for more in ([], ["--man"]))
    for name, default in [("fail-fast", "off"), ("json", "off"), ("enable-optimization", "on"),
                          ("enable-anomaly-detection", "off"), ("widen-types", "off")]:
        assert re.search(rf"--\[no-\]{name}\n[^-]*\(default {default}\)", shown), name
        assert f"[no-]{name}".replace("-", "\\-") in page, name


# --- One option by two names -------------------------------------------------------------------

ROW_TEXT = json.dumps({"phase": "gold", "step_name": "s"})


@pytest.mark.parametrize("given, env, says", [
    ([], {"QUIRE_LOG_MODE": "merge", "QUIRE_LOG_WRITE_MODE": "append"},
     "QUIRE_LOG_WRITE_MODE is 'append' and QUIRE_LOG_MODE is 'merge', and they are one option"),
    (["--mode", "merge", "--write-mode=append"], {},
     "--mode is 'merge' and --write-mode is 'append', and they are one option"),
    (["--write-mode", "ignore", "--mode=append"], {},
     "--write-mode is 'ignore' and --mode is 'append', and they are one option")])
def test_two_values_by_two_names(tmp_path, given, env, says):
    bad(2, "log", "write", tmp_path / "runs", "--kind", "rows", *given, env=env, stdin=ROW_TEXT,
        says=says)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("given, env, mode", [
    ([], {"QUIRE_LOG_MODE": "ignore", "QUIRE_LOG_WRITE_MODE": "ignore"}, "ignore"),
    (["--mode", "ignore", "--write-mode", "ignore"], {}, "ignore"),
    (["--mode", "append", "--mode", "ignore"], {}, "ignore"),
    (["--write-mode", "ignore"], {"QUIRE_LOG_MODE": "append"}, "ignore"),
    (["--mode", "append"], {"QUIRE_LOG_WRITE_MODE": "ignore"}, "append")])
def test_one_value_by_two_names_and_two_places(tmp_path, given, env, mode):
    for _ in range(2):
        good("log", "write", tmp_path / "runs", "--kind", "rows", *given, env=env, stdin=ROW_TEXT)
    rows = good("table", "read", tmp_path / "runs").lines()
    assert len(rows) == (1 if mode == "ignore" else 2)


# --- Where a wrong value stands ------------------------------------------------------------------

WRONG = [("compression", "rar"), ("memory_fraction", "0"), ("min_validation_rate", "101"),
         ("retry_delay_secs", "-1"), ("performance_max_secs", "-1"), ("table_schema", "''"),
         ("partition_columns", "phase,phase"), ("performance_min_success_rate", "1000")]


@pytest.mark.parametrize("name, value", WRONG)
def test_wrong_values_say_where_they_stand(tmp_path, name, value):
    dashed = name.replace("_", "-")
    (tmp_path / "c.yaml").write_text(f"batch_size: 10\n{name}: {value}\n")
    command = ("log", "write", tmp_path / "t")
    bad(2, *command, "--config", tmp_path / "c.yaml", stdin=json.dumps(ROW),
        says=["c.yaml: line 2: ", dashed, value.strip("'")])
    value = value.strip("'")
    if value:
        bad(2, *command, stdin=json.dumps(ROW), env={f"QUIRE_LOG_{name.upper()}": value},
            says=[f"QUIRE_LOG_{name.upper()}: ", dashed, value])
    bad(2, *command, f"--{dashed}={value}", stdin=json.dumps(ROW), says=[f"configure: {dashed}: ", value])


def test_a_switch_with_an_empty_value(tmp_path):
    bad(2, "log", "write", tmp_path / "t", "--fail-fast=", stdin=json.dumps(ROW),
        says="fail-fast: '' is not on or off")


@pytest.mark.parametrize("until, why", [
    ("2026-02-30", "there is no such day"), ("2025-02-29", "there is no such day"),
    ("2026-13-01", "there is no such month"), ("2026-11-29T10", "a time of day has minutes"),
    ("2026-11-29T24:30:00Z", "there is no such time of day"), ("yesterday", "one of these forms"),
    ("2026-11-29" + "0" * 200, "one of these forms")])
def test_times_that_are_none(tmp_path, until, why):
    good("log", "write", tmp_path / "t", "--kind", "rows", stdin=json.dumps(ROW))
    bad(2, "log", "report", tmp_path / "t", "--until", until, says=["--until wants a time", why])


def test_until_has_digits_of_rows(tmp_path):
    """Nine digits of a second, of which six count, as in rows."""
    row = '{"run_id":"r","phase":"gold","step_name":"s","created_at":"2026-11-29T10:00:00.%sZ"}'
    good("log", "write", tmp_path / "t", "--kind", "rows",
         stdin="\n".join(row % digits for digits in ("123456", "123457")))
    for until, rows in (("2026-11-29T10:00:00.123456999Z", 0), ("2026-11-29T10:00:00.123457Z", 1),
                        ("2026-11-29T11:00:00.123458000+01:00", 2)):
        assert good("log", "report", tmp_path / "t", "--until", until,
                    "--json").json()["total_rows"] == rows


def test_blanks_around_names_of_columns(tmp_path):
    good("log", "write", tmp_path / "t", "--kind", "rows", stdin=json.dumps(ROW))
    shown = good("log", "show", tmp_path / "t", "--columns", " run_id,\tphase , `step_name` ", "--json")
    assert list(shown.lines()[0]) == ["run_id", "phase", "step_name"]
    (tmp_path / "a.csv").write_text("` a,b\n1,2\n".replace("`", ""))
    assert good("convert", tmp_path / "a.csv", "-", "--select", "b , ` a`", "--to", "csv").text \
        == "b, a\n2,1\n"
    bad(2, "convert", tmp_path / "a.csv", "-", "--to", "csv", "--select", "b, ",
        says="a column without a name")
