"""Mistakes around log write and export: each is refused, says where it stands, or is told."""

import json

import deltalake
import pyarrow as pa
import pytest
from program import bad, good, run

ROW = '{"run_id":"r","phase":"gold","step_name":"s"}'


def log(place, *options, stdin=ROW, **more):
    return good("log", "write", place, "--kind", "rows", *options, stdin=stdin, **more)


def versions(table):
    return len(list((table / "_delta_log").glob("*.json")))


# --- The configuration ---------------------------------------------------------------------------

@pytest.mark.parametrize("name, text", [
    ("c.yaml", "write_mode: append\nWRITE_MODE: overwrite\n"),
    ("c.yaml", "write_mode: append\nMODE: overwrite\n"),
    ("c.json", '{"write_mode": "append",\n"Write-Mode": "overwrite"}'),
    ("c.conf", "write_mode = append\nWrite-Mode = overwrite\n"),
    ("c.conf", "mode = append\nWRITE_MODE = overwrite\n"),
])
def test_a_name_in_two_cases(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    log(tmp_path / "t")
    bad(2, "log", "write", tmp_path / "t", "--kind", "rows", "--config", tmp_path / name, stdin=ROW,
        says=["it is there twice", "line 1 and in line 2"])
    assert versions(tmp_path / "t") == 1


def test_columns_differ_by_case(tmp_path):
    """Behind the option's own name the case counts: these are two columns."""
    (tmp_path / "c.yaml").write_text("set:\n  types.Id: int64\n  types.id: string\n")
    done = run("head", "-", "--config", tmp_path / "c.yaml", stdin="id\n1\n")
    assert "it is there twice" not in done.err


@pytest.mark.parametrize("name, value, says", [
    ("partition_columns", "[phase, nosuch]", ["'nosuch' is no column of a run log", "run_id, ",
                                              "created_at"]),
    ("quality_action", "reject", ["'reject' needs quality-rejects", "warn"]),
    ("table_name_pattern", '"{nosuch}"', ["table-name-pattern: '{nosuch}'", "no such field",
                                          "{pipeline_id}"]),
    ("table_suffix_pattern", '"{schema"', ["table-suffix-pattern: '{schema'", "without its '}'"]),
    ("batch_size", "[5]", ["batch_size: it is a list"]),
])
def test_where_a_wrong_value_stands(tmp_path, name, value, says):
    config, write = tmp_path / "c.yaml", ["log", "write", tmp_path / "t", "--kind", "rows"]
    config.write_text(f"threads: 1\n{name}: {value}\n")
    bad(2, *write, "--config", config, stdin=ROW, says=[str(config), "line 2: ", *says])
    bad(2, *write, stdin=ROW, env={"QUIRE_CONFIG": str(config)}, says=[str(config), "line 2: "])
    if name == "batch_size":
        return
    env = {f"QUIRE_LOG_{name.upper()}": value.strip('"').replace("[", "").replace("]", "")}
    bad(2, *write, stdin=ROW, env=env, says=[*env, *says])
    # An argument goes before the file, and is where the error stands then.
    option = "--" + name.replace("_", "-")
    done = bad(2, *write, "--config", config, option, "{x}" if "pattern" in name else value,
               stdin=ROW)
    assert "pattern" in name or name == "partition_columns" or "line 2" not in done.err
    assert not (tmp_path / "t").exists()


def test_what_the_table_is_partitioned_by(tmp_path):
    log(tmp_path / "t", "--partition-columns", "phase")
    (tmp_path / "c.conf").write_text("partition_columns = run_id\n")
    bad(2, "log", "write", tmp_path / "t", "--kind", "rows", "--config", tmp_path / "c.conf",
        stdin=ROW, says=["c.conf", "line 1: ", "is not what the table is partitioned by: 'phase'"])


@pytest.mark.parametrize("value", ["1.0000001", "-1", "1.5"])
def test_a_share_is_told_as_it_is(tmp_path, value):
    bad(2, "log", "write", tmp_path / "t", "--kind", "rows", "--memory-fraction", value, stdin=ROW,
        says=f"'{value}' is not a share")


# --- Inputs --------------------------------------------------------------------------------------

def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def inputs(tmp_path):
    (tmp_path / "a.json").write_text(ROW)
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.zst").write_bytes(b"\x28\xb5\x2f\xfd\x04")
    return ["a.json", "nofile.json", "a.json", "folder", "cut.zst", "a.json"]


def test_inputs_that_cannot_be_read(tmp_path):
    names = inputs(tmp_path)
    done = bad(1, "log", "write", "t", "--kind", "rows", "--json", *names, cwd=tmp_path,
               says=["nofile.json", "folder", "cut.zst"])
    told = objects(done.out)
    assert [one["success"] for one in told] == [True, False, True, False, False, True]
    assert "No such file" in told[1]["reason"] and told[1]["rows_written"] == 0
    assert told[5]["metrics"]["total_writes"] == 6 and told[5]["metrics"]["failed_writes"] == 3
    assert versions(tmp_path / "t") == 3


def test_inputs_that_cannot_be_read_keep_out_others_at_once(tmp_path):
    names = inputs(tmp_path)
    bad(1, "log", "write", "t", "--kind", "rows", "--fail-fast", *names, cwd=tmp_path,
        says=["nofile.json", "folder", "cut.zst", "nothing was written"])
    assert not (tmp_path / "t").exists()


def test_one_input_that_cannot_be_read(tmp_path):
    done = bad(3, "log", "write", "t", "--kind", "rows", "--json", "nofile.json", cwd=tmp_path)
    one, = objects(done.out)
    assert not one["success"] and one["code"] and "No such file" in one["reason"]


def test_the_table_that_was_forgotten(tmp_path):
    bad(2, "log", "write", "--kind", "rows", "-", cwd=tmp_path, stdin=ROW,
        says=["standard input", "quire log write TABLE"])
    assert not list(tmp_path.iterdir())


def test_failures_are_in_order(tmp_path):
    """Those of a table after those that could not be read."""
    step = {"step_name": "s", "phase": "gold"}
    runs = [{"context": {"run_id": f"r{i}"}, "step_results": [step]} for i in range(6)]
    runs[3]["step_results"][0] = {**step, "duration_secs": -1}
    runs[4]["context"]["run_id"] = "r1"
    text = "\n".join(map(json.dumps, runs)) + "\n{\n"
    done = bad(1, "log", "write", tmp_path / "t", "--kind", "execution-result", "--json",
               "--write-mode", "merge", stdin=text)
    assert [one["index"] for one in json.loads(done.out)["failures"]] == [3, 4, 6]


# --- Rows ----------------------------------------------------------------------------------------

def test_rows_without_a_time(tmp_path):
    """Of a table that is not to get created_at, a row that has none of its times is in no report."""
    table = tmp_path / "old"
    deltalake.write_deltalake(table, pa.table({
        "run_id": ["a"], "phase": ["gold"], "step_name": ["s"], "duration_secs": [1.0],
        "end_time": pa.array([1], pa.timestamp("us", "UTC"))}))
    lenient = ["--schema-validation-mode", "lenient", "--no-enable-schema-evolution"]
    write = ["log", "write", table, "--kind", "rows", *lenient]
    bad(1, *write, stdin=ROW, says=["row 1", "no report would count it", "end_time",
                                    "enable-schema-evolution"])
    bad(1, *write, stdin=ROW[:-1] + ',"start_time":"2026-01-01T00:00:00Z"}', says="row 1")
    assert versions(table) == 1
    timed = ROW[:-1] + ',"end_time":"2026-01-01T00:00:00Z"}'
    rejects = tmp_path / "rejects"
    good(*write, "--quality-action", "reject", "--quality-rejects", rejects, stdin=ROW + timed)
    assert json.loads(rejects.read_text())["row"] == 1
    assert good("log", "report", table, "--days", "0", "--json").json()["total_rows"] == 2
    log(table, "--schema-validation-mode", "lenient")
    assert good("log", "report", table, "--days", "0", "--json").json()["total_rows"] == 3


def test_files_of_each_partition(tmp_path):
    rows = "".join(ROW.replace("gold", ("gold", "silver")[i % 2]) for i in range(20))
    log(tmp_path / "t", "--partition-count", "5", "--partition-columns", "phase", stdin=rows)
    assert [len(list((tmp_path / "t" / f"phase={one}").glob("*.parquet")))
            for one in ("gold", "silver")] == [5, 5]
    log(tmp_path / "flat", "--partition-count", "5", stdin=rows)
    assert len(list((tmp_path / "flat").glob("*.parquet"))) == 5


@pytest.mark.parametrize("size, fits", [(255 - len("error_message="), True),
                                        (256 - len("error_message="), False)])
def test_a_value_that_no_folder_is_called_by(tmp_path, size, fits):
    rows = ROW + ROW[:-1] + f',"error_message":"{"x" * size}"}}'
    write = ["log", "write", tmp_path / "t", "--kind", "rows", "--partition-columns",
             "error_message"]
    if fits:
        good(*write, stdin=rows)
        return
    bad(1, *write, stdin=rows, says=["row 2", "error_message", "too long to partition"])
    assert not (tmp_path / "t" / "_delta_log").exists()


# --- Exports -------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["x.arrow", "x.tsv", "x.xlsx", "x.txt", "a.b/x.avro", "x.gz"])
def test_endings_that_exports_have_not(tmp_path, name):
    log(tmp_path / "t")
    (tmp_path / "a.b").mkdir()
    bad(2, "log", "export", "t", "--path", name, cwd=tmp_path,
        says=[name, "json, jsonl, csv, parquet or ion", "--format json"])
    assert not (tmp_path / name).exists()
    good("log", "export", "t", "--path", name, "--format", "json", cwd=tmp_path)
    good("log", "export", "t", "--path", "a.b/plain", cwd=tmp_path)
    assert json.loads((tmp_path / "a.b" / "plain").read_text())


@pytest.mark.parametrize("name, text", [
    ("c.yaml", "batch_size: 5\nfail_fast: yes\n"), ("c.json", '{"batch_size": 5, "fail_fast": true}'),
    ("c.conf", "batch_size = 5\nfail_fast = yes\n"),
])
def test_a_mark_of_the_byte_order(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8-sig")
    told = good("log", "options", "--config", tmp_path / name, "--json").json()
    assert (told["batch_size"], told["fail_fast"]) == (5, True)


# --- Tables --------------------------------------------------------------------------------------

def test_an_empty_name(tmp_path):
    """As of a variable that is not set: with the names of table and schema it would be "/s/n"."""
    for command in ("write", "report"):
        bad(2, "log", command, "", "--table-schema", "s", "--table-name", "n", stdin="",
            says=["name 1 of 1 is empty", "TABLE"])
    bad(2, "cat", "a.csv", "", cwd=tmp_path, says="name 2 of 2 is empty")


@pytest.mark.parametrize("text", ["garbage\n", '{"commitInfo":\n', '{"add":{"path":7}}\n'])
def test_a_log_that_is_damaged(tmp_path, text):
    """That is no fault of the rows, and is not told as one."""
    table = tmp_path / "t"
    log(table)
    (table / "_delta_log" / "00000000000000000001.json").write_text(text)
    for options in ([], ["--batch"]):
        told = bad(1, "log", "write", table, "--kind", "execution-result", "--json", *options,
                   stdin=json.dumps({"context": {"run_id": "r"}, "step_results": [json.loads(ROW)]}),
                   says="00000000000000000001.json").json()
        assert told["code"] == "CORRUPT"
        assert {one["code"] for one in told.get("failures", [])} <= {"CORRUPT"}
    bad(1, "log", "report", table, says="00000000000000000001.json")


@pytest.mark.parametrize("place", ["a/b", "a//b", "./a/./b", "a/b/", "a/b/."])
def test_a_name_however_it_is_written(tmp_path, place):
    log("a/b", cwd=tmp_path)
    assert good("log", "report", place, "--json", cwd=tmp_path).json()["table_fqn"] == "a.b"


def test_a_step_of_two_phases_is_one_key(tmp_path):
    bad(1, "log", "write", tmp_path / "t", "--run-id", "X", "--write-mode", "merge",
        stdin='{"gold":{"a":{}},"silver":{"a":{}}}',
        says="rows 1 and 2 have the same key (run_id=X, step_name=a)")
