"""log write: what one call is, over several tables, inputs and executions: how it is parted into
commits, what is written of it where some cannot be, and what its result tells."""

import json
import re

import deltalake
import pyarrow as pa
import pytest
from log_samples import EXECUTION, REPORT, ROW
from program import bad, good, run

NAMED = ["--table-schema", "ops", "--table-name", "runs",
         "--table-name-pattern", "{schema}.{pipeline_id}"]


def execution(run_id, pipeline="p", step="load", **said):
    return {"context": {"run_id": run_id, "pipeline_id": pipeline},
            "step_results": [{"step_name": step, "phase": "gold", "duration_secs": 1, **said}]}


def write(place, items, *options, code=0, kind="execution-result", **more):
    text = items if isinstance(items, str) else "".join(json.dumps(one) + "\n" for one in items)
    done = run("log", "write", place, "--kind", kind, "--json", *options, stdin=text, **more)
    assert done.code == code, done.err
    return done.json() if done.out else None


def told(place, items, *options, code=0, kind="execution-result"):
    done = run("log", "write", place, "--kind", kind, *options,
               stdin="".join(json.dumps(one) + "\n" for one in items))
    assert done.code == code, done.err
    return done.err


def runs(table):
    return sorted(row["run_id"] for row in good("table", "read", table).lines())


def versions(table):
    return len(list((table / "_delta_log").glob("*.json")))


# --- Several tables ----------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["append", "overwrite", "ignore", "merge"])
def test_a_table_gets_all_of_its_runs_in_one_commit(tmp_path, mode):
    items = [execution(f"r{i}", f"p{i % 3}") for i in range(30)]
    done = write(tmp_path, items, *NAMED, "--write-mode", mode)
    assert done["commits"] == 3 and done["rows_written"] == done["successful_writes"] == 30
    for number in range(3):
        table = tmp_path / "ops" / f"p{number}"
        assert runs(table) == sorted(f"r{i}" for i in range(30) if i % 3 == number)
        assert versions(table) == 1
        assert done["tables"][number] == {
            "table_fqn": f"ops.p{number}", "table": str(table), "version": 0, "rows_written": 10,
            "commits": 1}
    assert len(done["tables"]) == 3 and done["table_fqn"] == "ops.p2"
    lines = told(tmp_path, items[:5], *NAMED).splitlines()
    assert lines == ["ops.p0: version 1, 2 rows", "ops.p1: version 1, 2 rows",
                     "ops.p2: version 1, 1 row"]


def test_modes_of_runs_are_tables_too(tmp_path):
    reports = [{**REPORT, "run": {"mode": mode}} for mode in ("initial", "incremental", "initial")]
    done = write(tmp_path, reports, "--table-schema", "ops", "--table-name", "runs",
                 "--table-suffix-pattern", "_{run_mode}", "--write-mode", "overwrite",
                 kind="report")
    assert [(one["table_fqn"], one["rows_written"]) for one in done["tables"]] == [
        ("ops.runs_initial", 4), ("ops.runs_incremental", 2)]


def test_batch_size_is_that_of_a_table(tmp_path):
    items = [execution(f"r{i}", f"p{i % 2}") for i in range(10)]
    done = write(tmp_path, items, *NAMED, "--batch-size", "2")
    assert [one["commits"] for one in done["tables"]] == [3, 3] and done["commits"] == 6


def test_what_is_bad_in_one_table_is_parted_there(tmp_path):
    write(tmp_path, [execution("r", "p1")], *NAMED)
    good("table", "constraint", "add", tmp_path / "ops" / "p1", "short", "duration_secs < 100")
    items = [execution(f"r{i}", f"p{i % 2}", duration_secs=101 if i == 3 else 1) for i in range(8)]
    done = write(tmp_path, items, *NAMED, code=1)
    assert [one["index"] for one in done["failures"]] == [3]
    assert [one["rows_written"] for one in done["tables"]] == [4, 3]


def test_one_table_is_listed_as_well(tmp_path):
    done = write(tmp_path / "t", [ROW], kind="rows")
    assert done["tables"] == [{"table_fqn": done["table_fqn"], "table": done["table"],
                               "version": 0, "rows_written": 1, "commits": 1}]
    assert write(tmp_path / "t", "", kind="rows")["tables"][0]["commits"] == 0


# --- --fail-fast -------------------------------------------------------------------------------

def constrained(tmp_path):
    for name in ("p1", "p2"):
        write(tmp_path, [execution("r", name, duration_secs=50)], *NAMED)
    good("table", "constraint", "add", tmp_path / "ops" / "p2", "long", "duration_secs > 5")


@pytest.mark.parametrize("mode", ["append", "overwrite", "merge"])
def test_fail_fast_looks_at_all_tables_first(tmp_path, mode):
    constrained(tmp_path)
    items = [execution("a", "p1", duration_secs=9), execution("b", "p2", duration_secs=9),
             execution("c", "p2"), execution("d", "p1")]
    done = write(tmp_path, items, *NAMED, "--fail-fast", "--write-mode", mode, code=1)
    failure, = done["failures"]
    assert failure["index"] == 2 and "duration_secs > 5" in failure["reason"]
    assert (done["successful_writes"], done["failed_writes"], done["rows_written"]) == (0, 1, 0)
    assert failure["path"].endswith("/ops/p2") and done["reason"] == failure["reason"]
    for name in ("p1", "p2"):
        assert runs(tmp_path / "ops" / name) == ["r"]
    assert not list((tmp_path / "ops").glob("*/**/*.tmp*"))
    assert len(list((tmp_path / "ops").glob("*/*.parquet"))) == 2
    assert write(tmp_path, items[:2], *NAMED, "--fail-fast", "--write-mode", mode)["success"]


def test_fail_fast_looks_at_schemas_first(tmp_path):
    write(tmp_path, [execution("r", "p1")], *NAMED)
    deltalake.write_deltalake(tmp_path / "ops" / "p2", pa.table({
        "run_id": [5], "phase": ["gold"], "step_name": ["s"], "duration_secs": [1.0],
        "created_at": pa.array([0], pa.timestamp("us", "UTC"))}))
    done = write(tmp_path, [execution("a", "p1"), execution("b", "p2")], *NAMED, "--fail-fast",
                 code=1)
    assert [one["index"] for one in done["failures"]] == [1] and "run_id" in done["reason"]
    assert runs(tmp_path / "ops" / "p1") == ["r"]


def test_fail_fast_names_the_execution(tmp_path):
    table = tmp_path / "t"
    write(table, [ROW], kind="rows")
    good("table", "constraint", "add", table, "short", "duration_secs < 100")
    items = [execution(f"r{i}", duration_secs=500 if i == 5 else 1) for i in range(8)]
    for options in ([], ["--batch-size", "2"], ["--write-mode", "merge"]):
        done = write(table, items, "--fail-fast", *options, code=1)
        failure, = done["failures"]
        assert failure["index"] == 5 and failure["run_id"].endswith("_batch_5")
        assert done["failed_writes"] == 1 and done["total_executions"] == 8
        assert done["quality_results"]["invalid_rows"] == 1
    assert runs(table) == ["test-run"]
    done = write(table, [execution("x"), execution("y"), execution("x")], "--fail-fast",
                 "--write-mode", "merge", code=1)
    assert [one["index"] for one in done["failures"]] == [2] and "same key" in done["reason"]
    assert runs(table) == ["test-run"]


def test_fail_fast_tells_which_tables_stand(tmp_path):
    """What cannot be known before: a table whose folder takes no files."""
    for name in ("p1", "p2", "p3"):
        write(tmp_path, [execution("r", name)], *NAMED)
    (tmp_path / "ops" / "p2").rename(tmp_path / "p2")
    (tmp_path / "ops" / "p2").write_text("")
    items = [execution(f"r{i}", f"p{i % 3 + 1}") for i in range(6)]
    done = run("log", "write", tmp_path, "--kind", "execution-result", "--json", *NAMED,
               "--fail-fast", stdin="".join(map(json.dumps, items)))
    result = done.json()
    assert done.code == 3 and not result["success"]
    assert [one["commits"] for one in result["tables"]] == [1, 0, 0]
    assert "1 of 3 tables have their rows (ops.p1), ops.p2 has none" in done.err
    assert (result["successful_writes"], result["failed_writes"]) == (2, 4)
    assert sorted(one["index"] for one in result["failures"]) == [1, 2, 4, 5]
    assert runs(tmp_path / "ops" / "p1") == ["r", "r0", "r3"]
    assert runs(tmp_path / "ops" / "p3") == ["r"]


# --- Executions --------------------------------------------------------------------------------

def test_rows_of_a_run_are_one_execution(tmp_path):
    rows = [{"run_id": f"run-{i % 3}", "phase": "gold", "step_name": f"s{i}"} for i in range(9)]
    write(tmp_path / "t", rows + [{"phase": "gold", "step_name": "z"}] * 2, kind="rows")
    ids = {}
    for row in good("table", "read", tmp_path / "t").lines():
        ids.setdefault(row["run_id"], set()).add(row["execution_id"])
    assert len(ids) == 4 and all(len(one) == 1 for one in ids.values())
    every = {one for of_run in ids.values() for one in of_run}
    assert len(every) == 4
    form = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(form.fullmatch(one) for one in every)
    assert good("log", "report", tmp_path / "t", "--json").json()["total_executions"] == 4
    write(tmp_path / "t2", rows, "--execution-id", "e", kind="rows")
    assert {row["execution_id"] for row in good("table", "read", tmp_path / "t2").lines()} == {"e"}


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("kind, item", [("execution-result", EXECUTION), ("report", REPORT)])
def test_a_batch_of_any_size(tmp_path, count, kind, item):
    table = tmp_path / "t"
    done = write(table, [item] * count, "--batch", "--run-id", "night", kind=kind)
    assert done["total_executions"] == done["successful_writes"] == count
    assert done["failed_writes"] == 0 and done["failures"] == [] and "duration_secs" not in done
    assert done["batch_duration_secs"] >= 0 and done["success"]
    if count:
        assert set(runs(table)) == {f"night_batch_{i}" for i in range(count)}


def test_a_batch_of_one_that_fails(tmp_path):
    done = write(tmp_path / "t", [execution("r", phase="brass")], "--batch", code=1)
    assert (done["total_executions"], done["failed_writes"]) == (1, 1) and "code" not in done
    assert "brass" in done["failures"][0]["reason"]
    assert "total_executions" not in write(tmp_path / "t", [EXECUTION], "--batch-size", "7")
    bad(2, "log", "write", tmp_path / "t", "--kind", "rows", "--batch", stdin=json.dumps(ROW),
        says=["batch", "rows"])


def test_executions_of_one_key_are_not_merged(tmp_path):
    """As rows of one call: which of them is to stay cannot be told; the others are written."""
    table = tmp_path / "t"
    items = [execution("r"), execution("q"), execution("r"), execution("r", step="other")]
    for options in ([], ["--batch-size", "1"]):
        done = write(table, items, "--write-mode", "merge", *options, code=1)
        failure, = done["failures"]
        assert failure["index"] == 2 and "same key" in failure["reason"]
        assert done["rows_written"] == 3 and runs(table) == ["q", "r", "r"]
    twice = {"context": {"run_id": "x"}, "step_results": [
        {"step_name": "a", "phase": "silver"}, {"step_name": "a", "phase": "gold"}]}
    done = write(table, [twice, execution("x", step="a")], "--write-mode", "merge", code=1)
    assert [one["index"] for one in done["failures"]] == [0] and done["rows_written"] == 1


def test_a_merge_tells_what_it_replaced(tmp_path):
    table = tmp_path / "t"
    row = {"run_id": "r", "step_name": "users"}
    rows = [{**row, "phase": "silver"}, {**row, "phase": "gold"}]
    assert "rows_replaced" not in write(table, rows, kind="rows")
    done = run("log", "write", table, "--kind", "rows", "--write-mode", "merge", "--json",
               stdin=json.dumps([{**row, "phase": "bronze"}, {**row, "phase": "gold",
                                                              "step_name": "new"}]))
    result = done.json()
    assert (result["rows_inserted"], result["rows_replaced"], result["rows_removed"]) == (1, 1, 1)
    assert result["rows_of_other_phases"] == 2
    assert "log merge: table=" in done.err and "removed=1 of_other_phases=2" in done.err
    line = told(table, [{**row, "phase": "bronze"}], "--write-mode", "merge", kind="rows")
    assert "replaced 1 row, inserted 0" in line and "log merge" not in line


@pytest.mark.parametrize("made", [[], ["--partition-columns", "phase"]])
def test_a_merge_tells_of_another_phase(tmp_path, made):
    """Also where the table has one row of the key, whichever way it is parted."""
    table = tmp_path / "t"
    old = [{"run_id": "r", "step_name": f"s{i}", "phase": "silver"} for i in range(9)]
    new = [{**row, "phase": "gold" if i in (2, 5) else "silver"} for i, row in enumerate(old)]
    write(table, old, *made, kind="rows")
    done = run("log", "write", table, "--kind", "rows", "--write-mode", "merge",
               stdin=json.dumps(new))
    assert "log merge: table=" in done.err
    assert "inserted=0 replaced=9 removed=0 of_other_phases=2" in done.err
    assert "replaced 9 rows, 2 of them of another phase, inserted 0" in done.err
    result = write(table, new, "--write-mode", "merge", kind="rows")
    assert (result["rows_replaced"], result["rows_of_other_phases"]) == (9, 0)


# --- Verdicts ----------------------------------------------------------------------------------

def rules(tmp_path, action="fail"):
    path = tmp_path / "rules.yaml"
    path.write_text(f'rules: [{{check: "duration_secs > 5", on_fail: {action}}}]\n')
    return ["--quality-rules", path]


def verdict(result):
    results = result["quality_results"]
    return tuple(results[name] for name in ("total_rows", "valid_rows", "invalid_rows"))


@pytest.mark.parametrize("size", ["1", "2", "1000"])
def test_each_row_counts_once(tmp_path, size):
    items = [execution(f"r{i}", duration_secs=1 if i == 1 else 9) for i in range(4)]
    done = write(tmp_path / "t", items, *rules(tmp_path), "--batch-size", size, code=1)
    assert verdict(done) == (4, 3, 1) and done["quality_results"]["validation_rate"] == 75
    issue, = done["quality_results"]["quality_issues"]
    assert issue["rows"] == 1 and len(issue["examples"]) == 1
    # All rows of an execution that is refused are invalid; of one that is none, it is one.
    steps = [{"step_name": f"s{i}", "phase": "gold", "duration_secs": 1 if i == 1 else 9}
             for i in range(5)]
    items = [execution("a", duration_secs=9), {"context": {}, "step_results": steps},
             {"context": {}, "step_results": [*steps[:3], {"step_name": "x", "phase": "brass"}]},
             execution("b", duration_secs=9)]
    done = write(tmp_path / "t2", items, *rules(tmp_path), "--batch-size", size, code=1)
    assert verdict(done) == (8, 2, 6)
    assert done["quality_results"]["quality_issues"][0]["rows"] == 1


def test_what_the_table_refuses_is_invalid(tmp_path):
    table = tmp_path / "t"
    write(table, [ROW], kind="rows")
    good("table", "constraint", "add", table, "short", "duration_secs < 100")
    items = [execution(f"r{i}", duration_secs=500 if i == 2 else 1) for i in range(4)]
    for options in ([], ["--batch-size", "1"]):
        done = write(table, items, *options, code=1)
        assert verdict(done) == (4, 3, 1) and not done["quality_results"]["quality_passed"]
        assert done["successful_writes"] == 3


def test_a_call_that_a_rule_refuses_tells_its_issues(tmp_path):
    for item, kind in ((execution("r"), "execution-result"), ({**ROW, "duration_secs": 1}, "rows")):
        done = write(tmp_path / "t", [item], *rules(tmp_path), kind=kind, code=1)
        assert verdict(done) == (1, 0, 1) and not done["quality_results"]["quality_passed"]
        issue, = done["quality_results"]["quality_issues"]
        assert (issue["rows"], issue["on_fail"]) == (1, "fail")
    assert not (tmp_path / "t").exists()
    assert write(tmp_path / "t", [{"phase": "brass"}], kind="rows",
                 code=1)["quality_results"] is None


def test_rejects_are_numbered_behind_a_refused_execution(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text('rules: [{check: "duration_secs > 5", on_fail: fail},'
                    ' {check: "rows_processed < 5", on_fail: reject}]\n')
    items = [execution("a", duration_secs=1), execution("b", duration_secs=9, rows_processed=7),
             execution("c", duration_secs=9)]
    write(tmp_path / "t", items, "--quality-rules", path, "--quality-rejects", tmp_path / "bad",
          code=1)
    reject, = map(json.loads, (tmp_path / "bad").read_text().splitlines())
    assert reject["row"] == 2 and runs(tmp_path / "t") == ["c"]


# --- Several inputs ----------------------------------------------------------------------------

def inputs(tmp_path):
    made = []
    for number, row in enumerate([{}, {"duration_secs": -1}, {}, {"phase": "brass"}, {}]):
        made.append(tmp_path / f"{number}.jsonl")
        made[-1].write_text(json.dumps({**ROW, "run_id": f"r{number}", **row}))
    return made


def test_inputs_behind_a_bad_one_are_written(tmp_path):
    done = bad(1, "log", "write", tmp_path / "t", *inputs(tmp_path), "--kind", "rows",
               says=["1.jsonl", "negative", "3.jsonl", "brass"])
    assert done.err.count("negative") == 1 and runs(tmp_path / "t") == ["r0", "r2", "r4"]
    done = run("log", "write", tmp_path / "t", *inputs(tmp_path), "--kind", "rows", "--json")
    results = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert [one["success"] for one in results] == [True, False, True, False, True]


def test_no_input_is_written_with_fail_fast(tmp_path):
    done = bad(1, "log", "write", tmp_path / "t", *inputs(tmp_path), "--kind", "rows",
               "--fail-fast", says=["1.jsonl", "3.jsonl", "nothing was written"])
    assert not (tmp_path / "t").exists() and "0.jsonl" not in done.err
    names = inputs(tmp_path)
    bad(2, "log", "write", tmp_path / "t", names[0], "-", "--kind", "rows", "--fail-fast",
        stdin=json.dumps(ROW), says="once")
    good("log", "write", tmp_path / "t", names[0], names[2], "--kind", "rows", "--fail-fast")
    assert runs(tmp_path / "t") == ["r0", "r2"]
    good("table", "constraint", "add", tmp_path / "t", "short", "duration_secs < 100")
    names[4].write_text(json.dumps({**ROW, "duration_secs": 101}))
    bad(1, "log", "write", tmp_path / "t", names[0], names[4], "--kind", "rows", "--fail-fast",
        says=["4.jsonl", "duration_secs < 100"])
    assert runs(tmp_path / "t") == ["r0", "r2"]


def test_inputs_that_a_table_cannot_take_are_named(tmp_path):
    names = inputs(tmp_path)
    bad(3, "log", "write", "/proc/none", names[0], names[2], "--kind", "rows",
        says=["/proc/none", "not written", "2.jsonl"])


# --- What is told ------------------------------------------------------------------------------

def test_an_ignored_table_is_told(tmp_path):
    first = write(tmp_path / "t", [ROW], "--write-mode", "ignore", kind="rows")
    assert "ignored" not in first and "ignored" not in first["tables"][0]
    done = write(tmp_path / "t", [ROW], "--write-mode", "ignore", kind="rows")
    assert done["ignored"] is True and done["tables"][0]["ignored"] is True
    assert done["success"] and done["rows_written"] == 0 and done["version"] == 0


@pytest.mark.parametrize("text, kind", [("", "rows"), ("[]", "report"), ("{}", "report"),
                                        (" \n", "execution-result")])
def test_an_empty_input_is_told(tmp_path, text, kind):
    done = good("log", "write", tmp_path / "t", "--kind", kind, stdin=text)
    assert "log empty: input=- rows=0" in done.err
    assert "log empty" not in good("log", "write", tmp_path / "t", "--kind", "rows",
                                   stdin=json.dumps(ROW)).err


@pytest.mark.parametrize("blocks, start, end", [
    ({"transform": {"start_at": "T10"}, "validation": {"start_at": "T11", "end_at": "T12"}},
     "11", "12"),
    ({"transform": {"start_at": "T10"}, "validation": {"end_at": "T12"},
      "write": {"start_at": "T13", "end_at": "T14"}}, "13", "14"),
    ({"transform": {"start_at": "T10"}, "write": {"end_at": "T14"}}, "10", None),
    ({"transform": {"start_at": "T10", "end_at": "T11"},
      "validation": {"start_at": "T12", "end_at": "T13"}}, "10", "11")])
def test_times_are_of_a_block_that_has_both(tmp_path, blocks, start, end):
    text = json.dumps({"gold": {"s": blocks}}).replace('"T', '"2024-01-01T')
    text = re.sub('(T[0-9]{2})"', '\\1:00:00Z"', text)
    write(tmp_path / "t", text, kind="report")
    row, = good("table", "read", tmp_path / "t").lines()
    assert row["start_time"][11:13] == start and (row["end_time"] or "")[11:13] == (end or "")
    assert row["duration_secs"] == (3600 if end else 0)
    if start != "10":
        assert json.loads(row["metadata"])["transform"]["start_at"][11:13] == "10"


def test_files_that_are_asked_for_stay(tmp_path):
    table = tmp_path / "t"
    rows = [{**ROW, "step_name": str(i)} for i in range(60)]
    write(table, rows, "--partition-count", "60", kind="rows")
    assert len(deltalake.DeltaTable(table).file_uris()) == 60
    write(table, rows, "--partition-count", "60", "--write-mode", "merge", kind="rows")
    assert versions(table) == 2
    write(table, [ROW], kind="rows")
    assert len(deltalake.DeltaTable(table).file_uris()) == 1
