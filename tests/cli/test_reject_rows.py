"""The number of what is set apart: rows that break rules and records that do not fit are counted
together, in each file from 1."""

import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from amazon.ion import simpleion
from program import good, run

RULES = "rules:\n- check: v < 90\n  on_fail: reject\nmin_validation_rate: 0\nmax_invalid_rows_percent: 100\n"


def write(path, rng, records):
    """Records whose number is told by their id; gives what becomes of each."""
    expected = {"unread": [], "broken": []}
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, records + 1):
            kind = rng.choice(["fine"] * 5 + ["unread", "broken"])
            value = {"fine": 1, "unread": '"x"', "broken": 99}[kind]
            if path.suffix == ".csv":
                file.write(("id,v\n" if number == 1 else "") + f"{number},{value}\n")
            elif path.suffix == ".jsonl":
                file.write(f'{{"id":{number},"v":{value}}}\n')
            else:
                file.write(f"{{id:{number},v:{value}}}\n")
            if kind in expected:
                expected[kind].append(number)
    return expected


def check(tmp_path, files, *more):
    (tmp_path / "r.yaml").write_text(RULES)
    good("validate", *files, "--rules", tmp_path / "r.yaml", "--schema", "id int64, v int64",
         "--rejects", tmp_path / "out.jsonl", *more)
    return [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "ion"])
@pytest.mark.parametrize("records", [7, 400, 30_000])
def test_rows_of_a_file(tmp_path, kind, records):
    expected = write(tmp_path / f"a.{kind}", random.Random(records), records)
    found = check(tmp_path, [tmp_path / f"a.{kind}"], "--memory", "1MB")
    broken = [row for row in found if row["reason"].startswith("rule")]
    assert [row["row"] for row in broken] == expected["broken"]
    assert all(json.loads(row["record"])["id"] == row["row"] for row in broken)
    assert [row["row"] for row in found
            if not row["reason"].startswith("rule")] == expected["unread"]


def test_rows_of_several_files(tmp_path):
    rng = random.Random(3)
    files = [tmp_path / name for name in ("a.csv", "b.jsonl", "c.csv", "a.csv")]
    expected = {path: write(path, rng, 50) for path in files[:3]}
    pq.write_table(pa.table({"id": [1, 2, 3], "v": [1, 99, 2]}), tmp_path / "p.parquet")
    found = check(tmp_path, [*files, tmp_path / "p.parquet"])
    for kind, is_rule in (("broken", True), ("unread", False)):
        told = [(row["path"], row["row"]) for row in found
                if row["reason"].startswith("rule") == is_rule]
        wanted = [(str(path), number) for path in files for number in expected[path][kind]]
        assert told == wanted + ([(str(tmp_path / "p.parquet"), 2)] if is_rule else [])
    filtered = check(tmp_path, files[:1], "--where", "id > 5")
    assert {row["row"] for row in filtered if row["reason"].startswith("rule")} == {None}


def test_the_limit_that_decides(tmp_path):
    (tmp_path / "a.csv").write_text("v\n1\n99\n99\n")
    (tmp_path / "r.yaml").write_text(RULES.replace(": 0\n", ": 20\n").replace(": 100\n", ": 30\n"))
    done = run("validate", tmp_path / "a.csv", "--rules", tmp_path / "r.yaml", "--rejects",
               tmp_path / "x")
    assert done.code == 1 and "(33.33 %, wanted are 70): not passed" in done.text + done.err


@pytest.mark.parametrize("odd", ["5", '"x"', "null.struct", "(1 {a:2})", "[1, 2]", "[]",
                                 "[[{a:9}]]", "{a: 1, a: 2}"])
@pytest.mark.parametrize("binary", [False, True])
def test_an_odd_first_record_of_ion(tmp_path, odd, binary):
    """It is rejected as later ones are, even where it may be taken for a list of the records."""
    place = tmp_path / "a.ion"
    text = f"$ion_1_0 {odd} {{a: 1}} {odd} {{a: 2}} {odd}"
    place.write_text(text)
    if binary:
        place.write_bytes(simpleion.dumps(simpleion.loads(text, single_value=False), binary=True,
                                          sequence_as_stream=True))
    good("convert", place, tmp_path / "b.jsonl", "--rejects", tmp_path / "r.jsonl")
    assert [json.loads(line) for line in (tmp_path / "b.jsonl").read_text().splitlines()] == [
        {"a": 1}, {"a": 2}]
    found = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [row["row"] for row in found] == [1, 3, 5]


def test_odd_items_of_a_list_of_ion(tmp_path):
    (tmp_path / "a.ion").write_text("[5, {a: 1}, [6], {a: 2}]")
    good("convert", tmp_path / "a.ion", tmp_path / "b.jsonl", "--rejects", tmp_path / "r.jsonl")
    assert (tmp_path / "b.jsonl").read_text() == '{"a":1}\n{"a":2}\n'
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 2
