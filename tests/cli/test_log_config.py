"""The configuration of run logs: what a file, the environment and arguments give counts for all
commands that it is about, and for no other."""

import json
import re

import pyarrow.parquet as pq
import pytest
from program import bad, good, run

ROW = {"run_id": "r", "phase": "gold", "step_name": "s", "rows_processed": 10, "duration_secs": 5,
       "validation_rate": 96}
RULES = "rules:\n- check: duration_secs >= 1\n"


def give(tmp_path, how, options):
    """(arguments, environment) that give options."""
    if how == "file":
        path = tmp_path / "given.yaml"
        path.write_text("".join(f"{name}: {value}\n" for name, value in options.items()))
        return ["--config", path], {}
    if how == "environment":
        return [], {f"QUIRE_LOG_{name.upper()}": str(value) for name, value in options.items()}
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()], {}


@pytest.fixture
def runs(tmp_path):
    rows = [{**ROW, "step_name": f"s{i}"} for i in range(9)]
    rows.append({**ROW, "step_name": "quick", "duration_secs": 0.1})
    good("log", "write", tmp_path / "runs", "--kind", "rows", "--log-level", "error",
         stdin=json.dumps(rows))
    return tmp_path / "runs"


@pytest.fixture(params=["file", "environment", "arguments"])
def how(request):
    return request.param


def test_what_is_configured_judges_a_log(runs, tmp_path, how):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)

    def told(command, code=0, **options):
        given, env = give(tmp_path, how, options)
        done = run("log", command, runs, "--json", *given, env=env)
        assert done.code == code, done.err
        return json.loads(done.out)

    assert {told(one)["anomaly_count"] for one in ("anomalies", "report", "summary")} == {0}
    for one in ("anomalies", "report", "summary"):
        assert told(one, min_validation_rate=98)["anomaly_count"] == 10
        broken = told(one, quality_rules=rules)["anomalies"]
        assert [(row["type"], row["step_name"]) for row in broken] == [("rule", "quick")]
    stats = told("check", **({} if how == "arguments" else {"batch_size": 7}))["stats"]
    assert (stats["min_validation_rate"], stats["max_invalid_rows_percent"]) == (95, 5)
    loose = {"min_validation_rate": 80, "max_invalid_rows_percent": 20}
    stats = told("check", **loose)["stats"]
    assert (stats["min_validation_rate"], stats["max_invalid_rows_percent"]) == (80, 20)
    none = {"min_validation_rate": 0, "max_invalid_rows_percent": 0}
    stats = told("check", **none)["stats"]
    assert (stats["min_validation_rate"], stats["max_invalid_rows_percent"]) == (0, 0)
    verdict = told("check", 1, quality_rules=rules)
    assert (verdict["quality_passed"], verdict["invalid_rows"]) == (False, 1)
    assert told("check", quality_rules=rules, **loose)["quality_passed"]
    # Limits of the file, where the options are at their defaults.
    rules.write_text(RULES + "min_validation_rate: 85\n")
    assert told("check", quality_rules=rules)["stats"]["min_validation_rate"] == 85
    told("check", 1, quality_rules=rules, min_validation_rate=99)


def test_rules_of_the_command_go_first(runs, tmp_path):
    own, other = tmp_path / "own.yaml", tmp_path / "other.yaml"
    own.write_text("rules:\n- check: true\n")
    other.write_text(RULES)
    for command, code in (("check", 1), ("anomalies", 0)):
        given = ["log", command, runs, "--json", "--quality-rules", other]
        assert "duration_secs >= 1" in run(*given).text and run(*given).code == code
        assert "duration_secs >= 1" not in good(*given, "--rules", own).text
    bad(3, "log", "report", runs, env={"QUIRE_LOG_QUALITY_RULES": str(tmp_path / "none.yaml")},
        says="none.yaml")


def test_a_write_and_a_check_have_one_verdict(runs, tmp_path, how):
    """Of the same rows, by the same configuration."""
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    rows = json.dumps(good("table", "read", runs).lines())
    for options in ({}, {"min_validation_rate": 98}, {"quality_rules": rules},
                    {"quality_rules": rules, "min_validation_rate": 80},
                    {"quality_rules": rules, "min_validation_rate": 90,
                     "max_invalid_rows_percent": 10}):
        given, env = give(tmp_path, how, options)
        write = json.loads(run("log", "write", "mem://w", "--kind", "rows", "--json", *given,
                               env=env, stdin=rows).out)["quality_results"]
        check = json.loads(run("log", "check", runs, "--json", *given, env=env).out)
        assert {name: check[name] for name in write} == write


def test_no_rate_is_too_low_for_a_write(how, tmp_path):
    given, env = give(tmp_path, how, {"min_validation_rate": 0, "enable_anomaly_detection": "true"})
    told = good("log", "write", "mem://w", "--kind", "rows", "--json", *given, env=env,
                stdin=json.dumps({**ROW, "validation_rate": 1})).json()
    assert told["anomaly_results"]["anomaly_count"] == 0


# --- What happens to rows that break rules -------------------------------------------------------

def test_the_action_is_that_of_rules_that_say_none(tmp_path, how):
    rules, rejects, table = (tmp_path / name for name in ("rules.yaml", "bad.jsonl", "runs"))
    rules.write_text("rules:\n- check: rows_processed > 100\n- check: duration_secs < 100\n"
                     "  on_fail: warn\n")
    rows = [{**ROW, "step_name": "few"}, {**ROW, "step_name": "slow", "rows_processed": 101,
                                          "duration_secs": 500}]
    options = {"quality_rules": rules, "quality_action": "reject", "quality_rejects": rejects}
    given, env = give(tmp_path, how, options)
    told = good("log", "write", table, "--kind", "rows", "--json", *given, env=env,
                stdin=json.dumps(rows)).json()
    assert told["rows_written"] == 1
    assert {one["rule"]: one["on_fail"] for one in told["quality_results"]["quality_issues"]} == {
        "rows_processed > 100": "reject", "duration_secs < 100": "warn"}
    assert [row["step_name"] for row in good("table", "read", table).lines()] == ["slow"]
    [apart] = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert "rows_processed > 100" in apart["reason"] and '"step_name":"few"' in apart["record"]
    given, env = give(tmp_path, how, {"quality_rules": rules, "quality_action": "fail",
                                      "min_validation_rate": 0, "max_invalid_rows_percent": 100})
    bad(1, "log", "write", table, "--kind", "rows", *given, env=env, stdin=json.dumps(rows[:1]),
        says='rule "rows_processed > 100"')
    good("log", "write", table, "--kind", "rows", *given, env=env, stdin=json.dumps(rows[1:]))
    given, env = give(tmp_path, how, {"quality_rules": rules, "quality_action": "warn"})
    good("log", "write", table, "--kind", "rows", *given, env=env, stdin=json.dumps(rows[:1]))
    assert len(good("table", "read", table).lines()) == 3


# --- What all options are ------------------------------------------------------------------------

def test_options_as_they_are(tmp_path, how):
    plain = good("log", "options", "--json").json()
    help_text = good("help", "log", "write").text
    for name, value in plain.items():
        shown = re.search(rf"^    --(\[no-\])?{name.replace('_', '-')}( .*)?\n((        .*\n)+)",
                          help_text, re.M)
        default = re.search(r"\(default\s+([^)]*)\)", shown.group(3))
        words = {True: "on", False: "off"}
        if value is None:
            assert default is None, name
        elif isinstance(value, (bool, str)):
            assert default.group(1) == words.get(value, value), name
        else:
            assert float(default.group(1)) == value, name
    given, env = give(tmp_path, how, {"batch_size": 7, "compression": "zstd", "mode": "merge",
                                      "fail_fast": "on", "retry_delay_secs": 0.25})
    told = good("log", "options", "--json", *given, env=env).json()
    assert told == {**plain, "batch_size": 7, "compression": "zstd", "write_mode": "merge",
                    "fail_fast": True, "retry_delay_secs": 0.25}
    assert "\nbatch_size: 7\n" in good("log", "options", *given, env=env).text
    (tmp_path / "all.json").write_text(json.dumps(told))
    assert good("log", "options", "--json", "--config", tmp_path / "all.json").json() == told


# --- Names that two kinds of options have ----------------------------------------------------------

def sections(command):
    """The names of a command's options, by section of its help."""
    found, title = {}, None
    for line in good("help", *command).text.splitlines():
        if line in ("Options", "Input", "Output", "Run log", "Common options"):
            title = line
        elif title and (name := re.match(r"    --(?:\[no-\])?([\w-]+)", line)):
            found.setdefault(title, set()).add(name.group(1))
    return found


def test_one_name_alone_has_two_meanings():
    log, file = sections(["log", "write"]), sections(["convert"])
    assert len(log["Run log"]) > 30 and {"from", "where"} <= file["Input"]
    shared = file["Input"] | file["Output"] | file["Common options"]
    assert log["Run log"] & shared == {"compression"}
    assert not file["Input"] & file["Output"] and not file["Input"] & file["Common options"]


CSV = "a,b\n1,2\n"


@pytest.mark.parametrize("name, text", [
    ("c.yaml", "compression: zstd\n"), ("c.yaml", "log:\n  compression: zstd\n"),
    ("c.json", '{"log": {"compression": "zstd"}}'), ("c.conf", "compression = zstd\n"),
    ("c.conf", "log.compression = zstd\n")])
def test_compression_of_run_logs_is_of_them_alone(tmp_path, name, text):
    config, source = tmp_path / name, tmp_path / "a.csv"
    config.write_text(text)
    source.write_text(CSV)
    env = {"QUIRE_CONFIG": str(config)}
    assert good("cat", source, "--to", "csv", env=env).text == CSV
    good("convert", source, tmp_path / "b.csv", env=env)
    assert (tmp_path / "b.csv").read_text() == CSV
    assert good("sql", "SELECT * FROM t", "--table", f"t={source}", "--to", "csv",
                env=env).text == CSV
    good("log", "write", tmp_path / "runs", "--kind", "rows", env=env, stdin=json.dumps(ROW))
    [file] = (tmp_path / "runs").glob("*.parquet")
    assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"
    assert good("log", "options", "--json", env=env).json()["compression"] == "zstd"


@pytest.mark.parametrize("name, text", [
    ("c.yaml", "compression: snappy\noutput:\n  compression: gzip\n  to: csv\n"),
    ("c.conf", "output.compression = gzip\ncompression = snappy\noutput.to = csv\n")])
def test_compression_of_output(tmp_path, name, text):
    config, source = tmp_path / name, tmp_path / "a.csv"
    config.write_text(text)
    source.write_text(CSV)
    assert good("cat", source, "--config", config).out[:2] == b"\x1f\x8b"
    assert good("log", "options", "--config", config, "--json").json()["compression"] == "snappy"


@pytest.mark.parametrize("text, says", [
    ("log:\n  batch_sizes: 1\n", ['no option "batch_sizes" of the section log', "batch-size"]),
    ("log:\n  threads: 1\n", 'no option "threads" of the section log'),
    ("output:\n  batch_size: 1\n", 'no option "batch_size" of the section output'),
    ("logs:\n  batch_size: 1\n", 'no option "logs.batch_size"'),
    ("batch_size: 1\nlog:\n  batch_size: 2\n", "it is there twice"),
    ("log:\n  mode: merge\nwrite_mode: append\n", "it is there twice"),
    ("to: csv\noutput:\n  to: csv\n", "it is there twice")])
def test_wrong_sections(tmp_path, text, says):
    (tmp_path / "c.yaml").write_text(text)
    bad(2, "log", "options", "--config", tmp_path / "c.yaml", says=says)


# --- Variables that are none ------------------------------------------------------------------------

@pytest.mark.parametrize("name, near", [
    ("QUIRE_LOG_BATCHSIZE", "did you mean QUIRE_LOG_BATCH_SIZE?"), ("QUIRE_LOG_MEMORY", ""),
    ("QUIRE_LOG_ENABLE_DATA_QUALITY_CHECKS", ""), ("QUIRE_LOG_" + "X" * 300, "")])
def test_variables_that_are_none(tmp_path, name, near):
    for command in (["write", "--kind", "rows"], ["show"], ["options"]):
        place = [] if command == ["options"] else [tmp_path / "runs"]
        bad(2, "log", *command, *place, env={name: "1"}, stdin=json.dumps(ROW),
            says=[name[:100] + ": run logs have no such option", near])
    assert not (tmp_path / "runs").exists()
    good("formats", env={name: "1"})
    good("log", "options", env={name: "", "QUIRE_LOG_LEVEL": "info", "QUIRE_LOG_MODE": "merge"})


def test_names_that_are_configured_elsewhere(runs):
    bad(3, "log", "show", runs, env={"QUIRE_LOG_TABLE_SCHEMA": "x", "QUIRE_LOG_TABLE_NAME": "y"},
        says=["runs/x/y: it is no Delta table", "runs is what it is below, by table-schema"])
    assert "below" not in bad(3, "log", "show", runs / "none").err
