"""log write: the models member by member: values of other kinds, encodings, and what contradicts
itself; each refusal names the row, the field and its place."""

import json

import pytest
from log_samples import EXECUTION, REPORT, ROW
from program import bad, good

STEP = {"phase": "gold", "step_name": "s"}
KINDS = {"rows": STEP, "step-results": STEP, "execution-result": {"step_results": [STEP]},
         "report": {"gold": {"s": {}}}}


@pytest.fixture
def table(tmp_path):
    return tmp_path / "log"


def rows_of(table):
    return good("table", "read", table).lines()


def write(table, value, kind="rows", *options):
    text = value if isinstance(value, (str, bytes)) else json.dumps(value)
    good("log", "write", table, "--kind", kind, *options, stdin=text)
    return rows_of(table)


def refuse(table, value, kind, *words, options=()):
    text = value if isinstance(value, (str, bytes)) else json.dumps(value)
    bad(1, "log", "write", table, "--kind", kind, *options, stdin=text, says=words)
    assert not table.exists()


# --- Kinds of values ---------------------------------------------------------------------------

TEXTS = ["run_id", "execution_id", "pipeline_id", "schema", "phase", "step_name", "step_type",
         "table_fqn", "write_mode", "error_message", "run_mode"]
TIMES = ["run_started_at", "run_ended_at", "start_time", "end_time", "created_at"]
NUMBERS = ["duration_secs", "validation_rate", "memory_usage_mb", "cpu_usage_percent"]
COUNTS = ["input_rows", "output_rows", "rows_written", "rows_processed", "table_total_rows",
          "valid_rows", "invalid_rows"]
WRONG = ([(name, value) for name in TEXTS for value in ("5", "true", "[]", "{}", '"\\u0000"')]
         + [(name, value) for name in TIMES for value in ("5", "false", "[]", '""', '"x"')]
         + [(name, value) for name in NUMBERS for value in ('"5"', "true", "-1", "1e400", "{}")]
         + [(name, value) for name in COUNTS
            for value in ('"5"', "-1", "1.5", "1e400", "9223372036854775808", "[1]")]
         + [("success", value) for value in ("1", '"true"', "[]")])


def test_values_of_another_kind(table, tmp_path):
    """All in one file, where each is set apart with its row, its field and its pointer."""
    lines = [json.dumps(STEP)[:-1] + f',"{name}":{value}}}' if name not in STEP else
             json.dumps({**STEP, name: 0}).replace(": 0", ": " + value) for name, value in WRONG]
    good("log", "write", table, "--kind", "rows", "--quality-action", "reject",
         "--quality-rejects", tmp_path / "rejects.jsonl", stdin="\n".join(lines))
    found = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [row["row"] for row in found] == list(range(1, len(WRONG) + 1))
    for at, (row, (name, value)) in enumerate(zip(found, WRONG)):
        assert row["column"] == name and row["reason"].startswith(f"/{at}/{name}: "), row


@pytest.mark.parametrize("kind", KINDS)
def test_nulls_are_as_good_as_nothing(table, kind):
    members = {name: None for name in TEXTS + TIMES + NUMBERS + COUNTS + ["success", "metadata"]}
    value = {"rows": {**members, **STEP}, "step-results": {**members, **STEP},
             "execution-result": {"context": None, "metrics": None, "success": None,
                                  "step_results": [{**members, **STEP}]},
             "report": {"run": None, "bronze": None, "gold": {"s": {
                 **{block: None for block in ("transform", "write", "validation")},
                 **{name: None for name in members if name not in ("phase", "step_name")}}}}}[kind]
    row, = write(table, value, kind)
    assert (row["phase"], row["step_name"], row["success"]) == ("gold", "s", True)
    assert row["rows_processed"] == row["valid_rows"] == row["duration_secs"] == 0
    assert row["start_time"] is None and row["pipeline_id"] == "unknown"


def test_whole_numbers_in_any_form(table):
    numbers = ["1.0", "1e18", "9007199254740993.0", "922337203685477580.7e1", "50e-1", "-0"]
    text = "".join(json.dumps(STEP)[:-1] + f',"rows_processed":{one}}}' for one in numbers)
    assert [row["rows_processed"] for row in write(table, text)] == [
        1, 10**18, 2**53 + 1, 2**63 - 1, 5, 0]


# --- Texts -------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_forms_of_json(table, kind):
    text = json.dumps(KINDS[kind])
    lines = text.replace("{", "{\r\n").replace(",", ",\r\n") + "\r\n"
    assert len(write(table, b"\xef\xbb\xbf" + text.encode(), kind)) == 1
    assert len(write(table, lines, kind)) == 2
    assert len(write(table, text + text + "[" + text + "]\n" + text, kind)) == 6
    assert len(write(table, b"\xef\xbb\xbf", kind)) == 6


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_json(table, kind):
    text = json.dumps(KINDS[kind])
    for encoding in ("utf-16", "utf-16-be", "utf-32-le"):
        refuse(table, text.encode(encoding), kind, "row 1", "UTF-8")
    refuse(table, text.encode()[:-1] + b',"x":"\xff"}', kind, "row 1", "not UTF-8")
    for broken in ("{'a':1}", "{a:1}", text[:-1] + ",}", '{"a":1 "b":2}', '{"a":01}', '{"a":"\t"}'):
        refuse(table, broken, kind, "row 1", "byte", "not JSON")
    refuse(table, '{"x":-Infinity}', kind, "row 1", "Infinity are no values")
    refuse(table, text[:-1] + ',"x":' + "[" * 300 + "]" * 300 + "}", kind, "row 1", "200 deep")


def test_what_is_nested_deeply_is_one_of_a_batch(table):
    lines = [json.dumps(EXECUTION), '{"x":' * 300 + "1" + "}" * 300, json.dumps(EXECUTION)]
    told = bad(1, "log", "write", table, "--kind", "execution-result", stdin="\n".join(lines),
               says=["number 2", "200 deep"])
    assert "4 rows" in told.err


@pytest.mark.parametrize("kind, value, words", [
    ("report", EXECUTION, ["/step_results", "kind execution-result"]),
    ("report", {"foo": 1}, ["/foo", "run, bronze, silver or gold"]),
    ("report", ROW, ["/step_name", "kind rows"]),
    ("execution-result", REPORT, ["/bronze", "kind report"]),
    ("execution-result", {"run": {}}, ["/run", "kind report"]),
    ("execution-result", {"foo": 1}, ["/foo", "context, step_results"]),
    ("execution-result", {}, ["row 1", "empty object"]),
    ("rows", REPORT, ["/0/phase", "missing"]),
    ("step-results", EXECUTION, ["/0/phase", "missing"])])
def test_other_kinds_of_input(table, kind, value, words):
    refuse(table, value, kind, *words)


# --- Names -------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind, text, place", [
    ("rows", '{"phase":"gold","step_name":"s","a":1,"a":2}', "/0/a"),
    ("rows", '{"phase":"gold","step_name":"s","a":{"b":[{"c":1,"c":2}]}}', "/0/a/b/0/c"),
    ("rows", '{"phase":"gold","step_name":"s","metadata":{"c":1,"c":2}}', "/0/metadata/c"),
    ("rows", r'{"phase":"gold","step_name":"s","metadata":"{\"c\":1,\"c\":2}"}', "/0/metadata/c"),
    ("rows", '{"phase":"gold","phase":null,"step_name":"s"}', "/0/phase"),
    ("execution-result", '{"context":{},"context":{},"step_results":[]}', "/context"),
    ("execution-result", '{"step_results":[],"step_results":[]}', "/step_results"),
    ("report", '{"bronze":{"a":{},"b":{},"a":null}}', "/bronze/a"),
    ("report", '{"bronze":{"a/b":{},"a/b":{}}}', "/bronze/a~1b"),
    ("report", '[{"bronze":{"a":{},"a":{}}}]', "/0/bronze/a"),
    ("report", '{"gold":{},"bronze":{},"gold":{}}', "/gold"),
    ("report", '{"run":{},"run":{}}', "/run"),
    ("report", '{"bronze":{"a":{"write":{},"write":{}}}}', "/bronze/a/write"),
    ("report", '{"bronze":{"a":{}},"x":1,"x":1}', "/x")])
def test_what_is_there_twice(table, kind, text, place):
    refuse(table, text, kind, "row 1", place + ": it is there twice")


def test_a_step_that_is_there_twice_among_many(table):
    steps = {f"step {number}": {} for number in range(30_000)}
    text = json.dumps({"gold": steps, "silver": steps})
    assert good("log", "write", table, "--json", stdin=text).json()["rows_written"] == 60_000
    bad(1, "log", "write", table, stdin=text.replace('"step 29999"', '"step 7"'),
        says=["/silver/step 7: it is there twice"])


def test_metadata(table):
    """What no field is for is kept, and no name is there twice."""
    given = [({"a": 1}, None), ({"a": 1, "b": 2}, {"c": 3}), ({"a": 1}, {"a": 2, "c": 3}),
             ({"a": 1}, '{"c": 3}'), ({"a": 1}, "note"), ({}, "note"), ({}, '{"a": [1]}'), ({}, ""),
             ({}, [1]), ({"a": 1}, [1]), ({}, {"phase": 5})]
    kept = [{"a": 1}, {"a": 1, "b": 2, "c": 3}, {"a": 1, "metadata": {"a": 2, "c": 3}},
            {"a": 1, "c": 3}, {"a": 1, "metadata": "note"}, "note", {"a": [1]}, None, [1],
            {"a": 1, "metadata": [1]}, {"phase": 5}]
    rows = write(table, [{**STEP, **beside, "metadata": one} for beside, one in given])
    assert [row["metadata"] and json.loads(row["metadata"]) for row in rows] == kept
    # What is exported can be written again.
    again = [{**STEP, "metadata": row["metadata"]} for row in rows]
    assert [row["metadata"] for row in write(table, again)[len(kept):]] == [
        row["metadata"] for row in rows]


def test_metadata_beside_a_run(table):
    context = json.dumps({"run_id": "r", "cluster": 1})
    steps = [STEP, {**STEP, "run": 5}, {**STEP, "metadata": {"a": 1}}, {**STEP, "metadata": "x"}]
    run = {"run": {"cluster": 1}}
    assert [json.loads(row["metadata"]) for row in write(table, steps, "step-results", "--context",
                                                         context)] == [
        run, {**run, "metadata": {"run": 5}}, {**run, "a": 1}, {**run, "metadata": "x"}]
    execution = {"context": {"a": 1, "b": 2}, "a": 3, "metrics": {"total_steps": 1},
                 "metadata": {"metrics": 4}, "step_results": [STEP]}
    row = write(table.parent / "other", execution, "execution-result")[0]
    assert json.loads(row["metadata"]) == {"run": {
        "context": {"a": 1, "b": 2}, "metrics": {"total_steps": 1}, "a": 3,
        "metadata": {"metrics": 4}}}
    report = {"run": {"a": 1}, "a": 2, "gold": {"s": {"metadata": {"write": 1}, "write": {"b": 2}}}}
    row = write(table.parent / "third", report, "report")[0]
    assert json.loads(row["metadata"]) == {"run": {"run": {"a": 1}, "a": 2}, "write": {"b": 2},
                                           "metadata": {"write": 1}}


# --- Contradictions ----------------------------------------------------------------------------

@pytest.mark.parametrize("step, place", [
    ({"validation": {"valid_rows": 95, "invalid_rows": 5, "validation_rate": 10}},
     "/gold/s0/validation/validation_rate: 10 is not the rate of 95 valid rows of 100, which is 95"),
    ({"validation_rate": 10, "validation": {"valid_rows": 95, "invalid_rows": 5}},
     "/gold/s0/validation_rate: 10 is not the rate of 95 valid rows of 100, which is 95")])
def test_rates_of_other_counts_are_kept_and_told_of(table, step, place):
    report = {"gold": {"s0": step, "good": {"validation": {"valid_rows": 1}}, "s1": step}}
    done = good("log", "write", table, stdin=json.dumps(report))
    assert done.err.startswith(f'quire: warning: log rates: number=1 rows=2 first="{place}"\n')
    told = [(row["valid_rows"], row["invalid_rows"], row["validation_rate"])
            for row in rows_of(table)]
    assert told == [(95, 5, 10), (1, 0, 100), (95, 5, 10)]


@pytest.mark.parametrize("step, words", [
    ({"rows_processed": 5, "validation": {"valid_rows": 6}}, ["/gold/s/validation/valid_rows"]),
    ({"rows_processed": 5, "validation": {"valid_rows": 3, "invalid_rows": 3}},
     ["/gold/s/rows_processed"]),
    ({"phase": "silver"}, ["/gold/s/phase", "silver"]),
    ({"step_name": "t"}, ["/gold/s/step_name"])])
def test_steps_that_contradict_themselves(table, step, words):
    refuse(table, {"gold": {"s": step}}, "report", "row 1", *words)


def test_rates_of_reports_may_be_rounded(table):
    """As SparkForge's are, to one or two digits."""
    steps = {str(at): {"validation": {"valid_rows": 2, "invalid_rows": 1, "validation_rate": rate}}
             for at, rate in enumerate([67, 66.7, 66.67, 66.66, 66.666666666666671])}
    rows = write(table, {"gold": steps}, "report")
    assert [row["validation_rate"] for row in rows] == [67, 66.7, 66.67, 66.66, 66.66666666666667]
    assert {(row["valid_rows"], row["invalid_rows"]) for row in rows} == {(2, 1)}


def test_counts_may_be_made_from_a_rate(table):
    """Rounded or cut off, as rows are that were completed here, or by SparkForge."""
    rows = [{**STEP, "rows_processed": 3, "valid_rows": valid, "invalid_rows": 3 - valid,
             "validation_rate": 50} for valid in (1, 2)]
    assert [row["valid_rows"] for row in write(table, rows)] == [1, 2]


def test_a_part_and_a_rate(table):
    parts = [{"valid_rows": 3, "validation_rate": 50}, {"invalid_rows": 3, "validation_rate": 50},
             {"valid_rows": 950, "validation_rate": 95, "input_rows": 1001},
             {"valid_rows": 950, "validation_rate": 95, "input_rows": 2000},
             {"valid_rows": 0, "validation_rate": 0, "input_rows": 7},
             {"invalid_rows": 1, "validation_rate": 66.67}, {"valid_rows": 0, "validation_rate": 9}]
    assert [(row["rows_processed"], row["valid_rows"], row["invalid_rows"])
            for row in write(table, [{**STEP, **part} for part in parts])] == [
        (6, 3, 3), (6, 3, 3), (1001, 950, 51), (1000, 950, 50), (7, 0, 7), (3, 2, 1), (0, 0, 0)]


METRICS_STEPS = [
    {**STEP, "success": True, "duration_secs": 1.25, "rows_processed": 10, "rows_written": 5,
     "validation_rate": 90.0},
    {**STEP, "step_name": "t", "success": False, "start_time": "2026-01-01T00:00:00Z",
     "end_time": "2026-01-01T00:00:02Z", "valid_rows": 6, "invalid_rows": 0, "rows_written": 3}]


@pytest.mark.parametrize("metrics, told", [
    ({"total_steps": 2, "successful_steps": 1, "failed_steps": 1}, []),
    ({"total_steps": 4, "successful_steps": 1, "failed_steps": 1, "skipped_steps": 2}, []),
    ({"total_steps": 2, "successful_steps": 1, "failed_steps": 1, "skipped_steps": 2}, []),
    ({"total_steps": 1}, ["total_steps told=1 results=2"]),
    ({"total_steps": 9}, ["total_steps told=9 results=2"]),
    ({"total_steps": 4, "successful_steps": 2, "failed_steps": 1, "skipped_steps": 0},
     ["total_steps told=4 results=2", "successful_steps told=2 results=1"]),
    ({"total_steps": 3, "successful_steps": 1, "failed_steps": 1, "skipped_steps": 2},
     ["skipped_steps told=2 results=1"]),
    ({"total_steps": 2, "successful_steps": 2, "failed_steps": 2},
     ["successful_steps told=2 results=1", "failed_steps told=2 results=1"]),
    ({"successful_steps": 0, "failed_steps": 0},
     ["successful_steps told=0 results=1", "failed_steps told=0 results=1"]),
    ({"total_duration_secs": 3.25, "total_rows_processed": 16, "total_rows_written": 8,
      "avg_validation_rate": 95}, []),
    ({"total_duration_secs": 3.3, "avg_validation_rate": 93.8}, []),   # rounded, of all rows
    ({"total_duration_secs": 60}, []),                                 # that of the run
    ({"total_duration_secs": 3.5}, ["total_duration_secs told=3.5 results=3.25"]),
    ({"total_duration_secs": 5}, ["total_duration_secs told=5 results=3.25"]),
    ({"total_rows_processed": 17}, ["total_rows_processed told=17 results=16"]),
    ({"total_rows_written": 0}, ["total_rows_written told=0 results=8"]),
    ({"avg_validation_rate": 90.5}, ["avg_validation_rate told=90.5 results=95"])])
def test_metrics(table, metrics, told):
    """What contradicts the steps is told by its name, what it says, and what they say; and kept."""
    given = {"context": {"duration_secs": 60}, "step_results": METRICS_STEPS, "metrics": metrics}
    done = good("log", "write", table, "--kind", "execution-result", stdin=json.dumps(given))
    warnings = [line for line in done.err.splitlines() if "log metrics: " in line]
    assert warnings == [f"quire: warning: log metrics: number=1 name={one}" for one in told]
    assert all(json.loads(row["metadata"])["run"]["metrics"] == metrics for row in rows_of(table))


def test_metrics_that_only_some_steps_can_tell_of(table):
    steps = [{**STEP, "rows_processed": 5}, {**STEP, "step_name": "t"}]
    for metrics, told in (({"total_rows_processed": 9, "total_rows_written": 9,
                            "total_duration_secs": 9, "avg_validation_rate": 9,
                            "successful_steps": 2}, 0),
                          ({"total_rows_processed": 4}, 1)):
        done = good("log", "write", table, "--kind", "execution-result",
                    stdin=json.dumps({"step_results": steps, "metrics": metrics}))
        assert done.err.count("log metrics: ") == told, done.err


def test_metrics_without_steps(table):
    metrics = {"total_steps": 1, "successful_steps": 2, "failed_steps": 1}
    done = good("log", "write", table, "--kind", "execution-result",
                stdin=json.dumps({"metrics": metrics}))
    assert "log metrics: number=1 name=total_steps told=1 results=3" in done.err


# --- What has no column ------------------------------------------------------------------------

BEGIN, LATER = "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:07.000000Z"


@pytest.mark.parametrize("context, kept", [
    ({"duration_secs": 2.5}, {"duration_secs": 2.5}),
    ({"mode": "initial", "run_mode": "initial", "start_time": BEGIN, "started_at": BEGIN}, None),
    ({"mode": "initial", "start_time": BEGIN, "end_time": LATER}, None),
    ({"mode": "initial", "run_mode": "incremental", "start_time": BEGIN, "started_at": LATER,
      "end_time": LATER, "ended_at": "2026-01-01T00:00:08Z"},
     {"mode": "initial", "start_time": BEGIN, "end_time": LATER}),
    ({"duration_secs": 2.5, "metadata": {"duration_secs": "two"}},
     {"duration_secs": 2.5, "metadata": {"duration_secs": "two"}})])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_context_says_without_a_column(table, kind, context, kept):
    """Of each kind, in the input and beside it."""
    value = KINDS[kind]
    if kind == "report":
        value = {"run": context, **value}
    elif kind == "execution-result":
        value = {"context": context, **value}
    beside = [] if value is not KINDS[kind] else ["--context", json.dumps(context)]
    done = good("log", "write", table, "--kind", kind, *beside, stdin=json.dumps(value))
    row, = rows_of(table)
    assert (row["metadata"] and json.loads(row["metadata"])) == (kept and {"run": kept})
    for own in ("run_mode", "started_at", "ended_at"):
        column = {"started_at": "run_started_at", "ended_at": "run_ended_at"}.get(own, own)
        assert own not in context or row[column][:19] == context[own][:19]
    twice = sum(own in context and context[own] != context[other] for own, other in
                [("run_mode", "mode"), ("started_at", "start_time"), ("ended_at", "end_time")])
    name = "run" if kind == "report" else "context"
    assert (f'log twice: number=1 values={twice} first="/{name}/run_mode: \\"incremental\\", and '
            f'/{name}/mode is \\"initial\\""' in done.err) == (twice > 0), done.err


def test_what_an_execution_says_beside_a_context(table):
    given = {"context": {"duration_secs": 1}, "success": True, "duration_secs": 7,
             "step_results": [STEP]}
    row, = write(table, given, "execution-result")
    assert json.loads(row["metadata"]) == {"run": {
        "context": {"duration_secs": 1.0}, "success": True, "duration_secs": 7}}


TIMED = {"start_at": BEGIN, "end_at": LATER}


@pytest.mark.parametrize("step, kept, told", [
    ({"transform": TIMED, "write": {"mode": "append"}}, None, None),
    ({"transform": TIMED, "write": TIMED, "validation": {"start_at": LATER, "valid_rows": 1}},
     {"validation": {"start_at": LATER}}, None),
    ({"transform": {**TIMED, "input_rows": 5}, "input_rows": 5}, None, None),
    ({"transform": {"input_rows": 5}, "input_rows": 6}, {"transform": {"input_rows": 5}},
     'input_rows: 6, and /gold/s/transform/input_rows is 5"'),
    ({"write": {"mode": "append", "by": "x"}, "write_mode": "merge"},
     {"write": {"by": "x", "mode": "append"}},
     r'write_mode: \"merge\", and /gold/s/write/mode is \"append\""'),
    ({"validation": {"validation_rate": 50}, "validation_rate": 60, "start_time": LATER,
      "write": {"start_at": BEGIN}, "metadata": {"validation": {"validation_rate": 7}, "a": 1}},
     {"validation": {"validation_rate": 50.0}, "write": {"start_at": BEGIN},
      "metadata": {"validation": {"validation_rate": 7}, "a": 1}},
     'validation_rate: 60.0, and /gold/s/validation/validation_rate is 50.0"'),
    ({"write": {"rows_written": 4}, "rows_written": 3, "metadata": "note"},
     {"write": {"rows_written": 4}, "metadata": "note"},
     'rows_written: 3, and /gold/s/write/rows_written is 4"')])
def test_what_a_step_of_a_report_says_twice(table, step, kept, told):
    """The step's own value is the row's; the block's is kept, and told of by its place."""
    done = good("log", "write", table, stdin=json.dumps({"gold": {"s": step}}))
    row, = rows_of(table)
    assert (row["metadata"] and json.loads(row["metadata"])) == kept
    told = told and told.replace(r'\\"', r'\"')
    assert (f'first="/gold/s/{told}' in done.err) if told else "log twice" not in done.err, done.err
    for name in ("input_rows", "write_mode", "validation_rate", "rows_written"):
        assert name not in step or row[name] == step[name]


# --- Options -----------------------------------------------------------------------------------

@pytest.mark.parametrize("context, words", [
    ("[]", ["context", "an object is wanted", "a list"]), ('{"mode":"x"}', ["context", "/mode"]),
    ("{", ["context", "not JSON"])])
def test_contexts_that_cannot_be(table, context, words):
    """A context is an option, so that what is wrong in it is as with every option."""
    file = table.parent / "context.json"
    file.write_text(context)
    for given in (context, file):
        bad(2, "log", "write", table, "--kind", "step-results", "--context", given,
            stdin=json.dumps(STEP), says=words)
    assert not table.exists()


def test_a_context_that_is_no_file(table):
    for context in ("null", "none.json", ""):
        bad(2, "log", "write", table, "--context", context, says=["context", f"'{context}'"])


@pytest.mark.parametrize("name, text, lines", [
    ("c.yaml", "batch_size: 10\nthreads: 1\nbatch-size: 20\n", (1, 3)),
    ("c.json", '{"batch_size": 10,\n"batch_size": null}', (1, 2)),
    ("c.conf", "# x\nbatch_size = 10\n\nbatch-size = 20\n", (2, 4)),
    ("c.yaml", "mode: merge\nwrite_mode: append\n", (1, 2)),
    ("c.json", '{"write_mode": "merge",\n"mode": "merge"}', (1, 2)),
    ("c.conf", "write-mode = merge\nthreads = 1\nmode = append\n", (1, 3))])
def test_a_name_that_is_twice_in_a_file(table, tmp_path, name, text, lines):
    (tmp_path / name).write_text(text)
    bad(2, "log", "write", table, "--config", tmp_path / name,
        says=["twice", f"in line {lines[0]} and in line {lines[1]}"])


def test_a_verdict_that_is_not_to_be_logged(table, tmp_path):
    (tmp_path / "rules.yaml").write_text("rules:\n- check: rows_processed > 5\n")
    given = ("log", "write", table, "--kind", "rows", "--quality-rules", tmp_path / "rules.yaml")
    assert "log quality: passed=false" in good(*given, stdin=json.dumps(STEP)).err
    assert "quality" not in good(*given, "--no-log-data-quality-results",
                                 stdin=json.dumps(STEP)).err
    bad(1, *given, "--no-log-data-quality-results", "--quality-action", "fail",
        stdin=json.dumps(STEP), says="rows_processed > 5")
    # A rule that warns, and a verdict that is bad.
    (tmp_path / "rules.yaml").write_text("rules:\n- check: rows_processed > 5\n  on_fail: warn\n")
    bad(1, *given, "--no-log-data-quality-results", "--quality-action", "fail",
        stdin=json.dumps(STEP), says="of 1 row 0.00 % are valid")
    # What the rules do is done all the same.
    (tmp_path / "rules.yaml").write_text("rules:\n- check: rows_processed > 5\n  on_fail: fail\n")
    bad(1, *given, "--no-log-data-quality-results", stdin=json.dumps(STEP),
        says="rows_processed > 5")


CONTEXT = {"run_id": "r", "execution_id": "e", "pipeline_id": "p", "schema": "cs",
           "mode": "incremental", "started_at": "2026-01-01T00:00:00Z",
           "ended_at": "2026-01-01T00:01:00Z", "extra": [1]}


@pytest.mark.parametrize("kind, value", [
    ("report", {"bronze": {"a": {}}}), ("report", {"run": {}, "bronze": {"a": {}}}),
    ("execution-result", {"step_results": [{"phase": "bronze", "step_name": "a"}]}),
    ("step-results", {"phase": "bronze", "step_name": "a"}),
    ("rows", {"phase": "bronze", "step_name": "a"})])
def test_all_of_a_context_is_taken(tmp_path, kind, value):
    """Of each kind, what the input does not say itself."""
    good("log", "write", tmp_path / "runs", "--kind", kind, "--context", json.dumps(CONTEXT),
         stdin=json.dumps(value))
    row, = good("table", "read", tmp_path / "runs").lines()
    assert [row[name] for name in ("run_id", "execution_id", "pipeline_id", "schema", "run_mode",
                                   "run_started_at", "run_ended_at")] == [
        "r", "e", "p", "cs", "incremental", "2026-01-01T00:00:00.000000Z",
        "2026-01-01T00:01:00.000000Z"]
    assert json.loads(row["metadata"]) == {"run": {"extra": [1]}}


def test_what_a_run_says_goes_before_a_context(tmp_path):
    for kind, value in [
            ("report", {"run": {"mode": "initial", "started_at": "2026-02-02T00:00:00Z", "own": 2},
                        "bronze": {"a": {}}}),
            ("rows", {"phase": "gold", "step_name": "s", "run_mode": "initial",
                      "run_started_at": "2026-02-02T00:00:00Z"})]:
        good("log", "write", tmp_path / kind, "--kind", kind, "--context", json.dumps(CONTEXT),
             stdin=json.dumps(value))
        row, = good("table", "read", tmp_path / kind).lines()
        assert (row["run_mode"], row["run_started_at"], row["run_ended_at"]) == (
            "initial", "2026-02-02T00:00:00.000000Z", None)
