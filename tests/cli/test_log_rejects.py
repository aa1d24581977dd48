"""Rows that log write sets apart: at the end of their file, when the write stands."""

import gzip
import json
import os
import subprocess

import pytest
from log_samples import EXECUTION, ROW
from program import bad, good, names, start

WRONG = {**ROW, "phase": "brass"}


@pytest.fixture
def rejects(tmp_path):
    return tmp_path / "apart" / "rejects.jsonl"


def options(rejects):
    return ["--kind", "rows", "--quality-action", "reject", "--quality-rejects", rejects]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_write_appends(tmp_path, rejects):
    table = tmp_path / "runs"
    for rows, there in [([ROW], 0), ([ROW, WRONG], 1), ([ROW], 1), ([WRONG, ROW, WRONG], 3),
                        ([WRONG], 4)]:
        good("log", "write", table, *options(rejects), stdin=json.dumps(rows))
        assert len(lines(rejects)) == there
    assert [line["row"] for line in lines(rejects)] == [2, 1, 3, 1]
    assert json.loads(lines(rejects)[0]["record"]) == WRONG
    assert names(rejects.parent) == ["rejects.jsonl"]
    assert len(good("table", "read", table).lines()) == 4


def test_inputs_of_one_call(tmp_path, rejects):
    for name in ("a", "b"):
        (tmp_path / name).write_text(json.dumps([{**WRONG, "step_name": name}, ROW]))
    good("log", "write", tmp_path / "runs", tmp_path / "a", tmp_path / "b", *options(rejects))
    assert [line["path"].rsplit("/", 1)[1] for line in lines(rejects)] == ["a", "b"]


def test_a_torn_line_is_cut(tmp_path, rejects):
    rejects.parent.mkdir()
    rejects.write_text('{"path":null}\n{"path":"to')
    good("log", "write", tmp_path / "runs", *options(rejects), stdin=json.dumps([ROW, WRONG]))
    assert [line["path"] for line in lines(rejects)] == [None, "-"]


@pytest.mark.parametrize("end, cut", [
    (b'{"path":"to', True), (b'{"pa', True), (b"{", True), (b'{"other": 1}', False), (b"[1]", None),
    (b"text two", None), (b'{"other": ', None), (b'"x', None), (b" ", None), (b"\xff", None),
    (b"x" * 70_000, None)])
@pytest.mark.parametrize("above", [b"", b"text one\n", b"{}\n" * 50_000])
def test_what_is_not_ours_is_never_cut(tmp_path, rejects, end, cut, above):
    rejects.parent.mkdir()
    rejects.write_bytes(above + end)
    arguments = ("log", "write", tmp_path / "runs", *options(rejects))
    if cut is None:
        bad(1, *arguments, stdin=json.dumps([ROW, WRONG]), says=["behind its last line end",
            "rejects.jsonl"])
        assert rejects.read_bytes() == above + end and not (tmp_path / "runs").exists()
    else:
        good(*arguments, stdin=json.dumps([ROW, WRONG]))
        assert rejects.read_bytes().startswith(above if cut else above + end + b"\n")
        assert json.loads(rejects.read_bytes().splitlines()[-1])["row"] == 2
    assert names(rejects.parent) == ["rejects.jsonl"]


@pytest.mark.parametrize("old", [None, b"", b'{"path":"old"}\n'])
def test_a_write_that_fails_leaves_the_file(tmp_path, rejects, old):
    rejects.parent.mkdir()
    if old is not None:
        rejects.write_bytes(old)
    rules = tmp_path / "rules.json"
    rules.write_text('{"rules":[{"check":"duration_secs < 0","on_fail":"fail"}]}')
    good("table", "create", tmp_path / "other", "--schema", "run_id int64")
    rows, broken = json.dumps([WRONG, ROW]), json.dumps([WRONG, ROW])[:-1]
    for code, table, more, text in [
            (3, "/proc/none", [], rows), (1, tmp_path / "other", [], rows),
            (1, tmp_path / "runs", ["--quality-rules", rules], rows),
            (1, tmp_path / "runs", [], broken),
            (1, tmp_path / "runs", ["--quality-action", "fail"], rows)]:
        bad(code, "log", "write", table, *options(rejects), *more, stdin=text)
        assert (rejects.read_bytes() if rejects.exists() else None) == old
        assert names(rejects.parent) == ([] if old is None else ["rejects.jsonl"])


@pytest.mark.parametrize("kind", ["rows", "step-results"])
@pytest.mark.parametrize("broken", [
    "5", '"a"', "oops, no JSON", '{"phase":"go', '{"phase":"gold"', '{"phase":"gold",', "}", "]",
    '{"phase": tru}', '{"a":"x\\', "nul", '{\n  "phase": "gold",\n  "step', "\x7f"])
def test_what_is_no_json_is_set_apart(tmp_path, rejects, kind, broken):
    rows = [json.dumps({**ROW, "step_name": f"s{number}"}) for number in range(4)]
    text = f"{rows[0]}\n{broken}\n{rows[1]}\n\n{rows[2]}\n{broken}\n{rows[3]}\n{broken}"
    good("log", "write", tmp_path / "runs", *options(rejects), "--kind", kind, stdin=text)
    read = good("table", "read", tmp_path / "runs").lines()
    assert sorted(row["step_name"] for row in read) == ["s0", "s1", "s2", "s3"]
    found = lines(rejects)
    assert [(line["row"], line["record"]) for line in found] == [
        (2, broken), (5, broken), (7, broken)]
    assert all(line["reason"] for line in found)
    bad(1, "log", "write", tmp_path / "other", "--kind", kind, stdin=text, says="row 2")


def test_elements_that_are_no_objects_are_set_apart(tmp_path, rejects):
    text = json.dumps([1, ROW, "x", None, [ROW], ROW]) + json.dumps(ROW)
    good("log", "write", tmp_path / "runs", *options(rejects), stdin=text)
    assert len(good("table", "read", tmp_path / "runs").lines()) == 3
    assert [(line["row"], json.loads(line["record"])) for line in lines(rejects)] == [
        (1, 1), (3, "x"), (4, None), (5, [ROW])]


def test_many_lines_that_are_no_json(tmp_path, rejects):
    good("log", "write", tmp_path / "runs", *options(rejects),
         stdin="{\n" * 5000 + json.dumps(ROW) + "\n" + '{"a":\n' * 5000)
    assert len(good("table", "read", tmp_path / "runs").lines()) == 1
    assert len(lines(rejects)) == 10_000


def test_ignored_rows_are_not_set_apart(tmp_path, rejects):
    table = tmp_path / "runs"
    good("log", "write", table, "--kind", "rows", stdin=json.dumps(ROW))
    good("log", "write", table, *options(rejects), "--write-mode", "ignore",
         stdin=json.dumps([WRONG, ROW]))
    assert lines(rejects) == [] and names(rejects.parent) == ["rejects.jsonl"]


def test_rows_of_an_execution_that_is_not_written(tmp_path, rejects):
    """They are told with it, and come again when it is written."""
    def execution(number, **change):
        steps = [{**EXECUTION["step_results"][0], "step_name": f"{number}", **step}
                 for step in ({"phase": "brass"}, {}, change)]
        return {"context": {"run_id": f"r{number}"}, "step_results": steps}

    rules = tmp_path / "rules.json"
    rules.write_text('{"rules":[{"check":"rows_processed > 5","on_fail":"fail"}]}')
    items = [execution(0), execution(1, rows_processed=1), execution(2)]
    done = bad(1, "log", "write", tmp_path / "runs", "--kind", "execution-result", "--json",
               "--quality-action", "reject", "--quality-rejects", rejects, "--quality-rules", rules,
               stdin=json.dumps(items)).json()
    assert (done["successful_writes"], done["failed_writes"]) == (2, 1)
    apart = [json.loads(line["record"]) for line in lines(rejects)]
    assert [one["step_results"][0]["step_name"] for one in apart] == ["0", "2"]


def test_executions_whose_steps_are_all_set_apart(tmp_path, rejects):
    """They have steps, so no row is made up for them, but for one that failed."""
    def execution(number, phase, **more):
        steps = [{**EXECUTION["step_results"][0], "phase": phase, **more}]
        return {"context": {"run_id": f"r{number}"}, "step_results": steps}

    for wrong in ({"phase": "zzz"}, {"phase": "gold", "rows_processed": -1},
                  {"phase": "gold", "success": 5}):
        table = tmp_path / f"runs {len(wrong)} {wrong['phase']} {'success' in wrong}"
        items = [execution(number, **wrong if number in (3, 7) else {"phase": "gold"})
                 for number in range(10)]
        done = good("log", "write", table, "--kind", "execution-result", "--json",
                    "--quality-action", "reject", "--quality-rejects", rejects,
                    stdin=json.dumps(items)).json()
        rows = good("table", "read", table).lines()
        assert done["rows_written"] == len(rows) == 8
        assert {row["phase"] for row in rows} == {"gold"}
        alone = good("log", "write", table, "--kind", "execution-result", "--json",
                     "--quality-action", "reject", "--quality-rejects", rejects,
                     stdin=json.dumps({**items[3], "success": False})).json()
        assert alone["rows_written"] == 1
        assert [(row["success"], row["run_id"]) for row in good("table", "read", table).lines()
                if row["phase"] == "pipeline"] == [(False, "r3")]


def trace(tmp_path, kind, text, wrong, right, *more):
    """What is set apart is written again when it is mended: the table is then as if it had been
    right at first. Returns the lines of the rejects file."""
    rejects, again = tmp_path / "apart.jsonl", tmp_path / "again.jsonl"
    source = tmp_path / "in.jsonl"
    source.write_text(text)
    good("log", "write", tmp_path / "runs", source, "--kind", kind, "--quality-action", "reject",
         "--quality-rejects", rejects, *more)
    found = lines(rejects)
    assert {line["path"] for line in found} == {str(source)}
    for line in found:
        again.write_text(line["record"].replace(wrong, right))
        good("log", "write", tmp_path / "runs", again, "--kind", kind)
    source.write_text(text.replace(wrong, right))
    good("log", "write", tmp_path / "whole", source, "--kind", kind, *more)
    left, whole = (sorted(({**row, "created_at": None, "metadata": json.loads(row["metadata"])}
                           for row in good("table", "read", tmp_path / name).lines()),
                          key=lambda row: (row["run_id"], row["step_name"]))
                   for name in ("runs", "whole"))
    assert left == whole
    return found


def execution_lines(count, bad_ones):
    return "".join(json.dumps({
        "context": {"run_id": f"r{number}", "execution_id": f"e{number}", "pipeline_id": "p",
                    "mode": "incremental", "started_at": "2026-01-01T00:00:00Z", "team": number},
        "step_results": [
            {"step_name": "a", "phase": "bronze", "rows_processed": 5},
            {"step_name": "b", "rows_processed": 5, "x": [1, {"y": "ü"}],
             "phase": "brass" if number in bad_ones else "gold"}]}) + "\n" for number in range(count))


def test_executions_can_be_traced_and_written_again(tmp_path):
    found = trace(tmp_path, "execution-result", execution_lines(10, (3, 7)), "brass", "gold")
    assert [line["row"] for line in found] == [4, 8]
    assert all("/step_results/1/phase" in line["reason"] for line in found)
    assert [json.loads(line["record"])["context"]["run_id"] for line in found] == ["r3", "r7"]


def test_executions_of_a_given_run_keep_it(tmp_path):
    rejects = tmp_path / "apart.jsonl"
    text = json.dumps([json.loads(line) for line in execution_lines(4, (2,)).splitlines()])
    good("log", "write", tmp_path / "runs", "--kind", "execution-result", "--run-id", "given",
         "--quality-action", "reject", "--quality-rejects", rejects, stdin=text)
    line, = lines(rejects)
    assert (line["row"], line["path"]) == (3, "-") and "/2/step_results/1/phase" in line["reason"]
    assert json.loads(line["record"])["context"]["run_id"] == "given_batch_2"


def test_reports_can_be_traced_and_written_again(tmp_path):
    text = "".join(json.dumps({
        "run": {"run_id": f"r{number}", "execution_id": "e", "mode": "initial", "team": number},
        "bronze": {"a": {"validation": {"valid_rows": 3, "invalid_rows": 1}}},
        "gold": {"b": {"success": 77 if number == 2 else True, "z": 1}}}) + "\n"
        for number in range(4))
    line, = trace(tmp_path, "report", text, "77", "true")
    assert line["row"] == 3 and "/gold/b/success" in line["reason"]


def test_rules_tell_where_rows_came_from(tmp_path):
    """By the record of the input, whatever was left out before it."""
    rules, rejects = tmp_path / "rules.json", tmp_path / "apart.jsonl"
    rules.write_text('{"rules":[{"check":"rows_processed > 5","on_fail":"reject"}]}')
    source = tmp_path / "in.jsonl"
    more = ("--quality-action", "reject", "--quality-rejects", rejects, "--quality-rules", rules,
            "--batch-size", "7")
    low = {4, 5, 12, 29}
    source.write_text("".join(json.dumps({
        **(WRONG if number % 10 == 3 else ROW), "rows_processed": 5 if number in low else 1000})
        + "\n" for number in range(30)))
    good("log", "write", tmp_path / "runs", source, "--kind", "rows", *more)
    found = lines(rejects)
    assert {line["path"] for line in found} == {str(source)}
    assert {line["row"] - 1 for line in found if "rows_processed" in line["reason"]} == low
    assert {line["row"] - 1 for line in found if "brass" in line["reason"]} == {3, 13, 23}
    rejects.unlink()
    source.write_text("".join(json.dumps({"context": {"run_id": f"r{number}"}, "step_results": [
        {"step_name": "a", "phase": "gold", "rows_processed": 9},
        {"step_name": "b", "phase": "gold", "rows_processed": 5 if number in low else 9}]}) + "\n"
        for number in range(30)))
    good("log", "write", tmp_path / "runs", source, "--kind", "execution-result", *more)
    found = [(line["row"] - 1, json.loads(line["record"])["run_id"]) for line in lines(rejects)]
    assert found == [(number, f"r{number}") for number in sorted(low)]


def test_compressed_and_elsewhere(tmp_path):
    table, packed = tmp_path / "runs", tmp_path / "rejects.jsonl.gz"
    for there in (1, 2):
        good("log", "write", table, *options(packed), stdin=json.dumps([ROW, WRONG]))
        assert len(gzip.decompress(packed.read_bytes()).splitlines()) == there
    assert names(tmp_path) == ["rejects.jsonl.gz", "runs"]
    told = good("log", "write", table, *options("-"), stdin=json.dumps([ROW, WRONG]))
    assert told.json()["row"] == 2
    bad(3, "log", "write", table, *options("/dev/full"), stdin=json.dumps([ROW, WRONG]),
        says=["/dev/full", "the write stands"])
    assert len(good("table", "read", table).lines()) == 4


def test_standard_output_that_is_a_file(tmp_path):
    """By any name it is gone on with, whatever the file has."""
    for number, name in enumerate(("-", "/dev/stdout")):
        with open(tmp_path / "out", "wb") as out:
            out.write(b"=== a head\n")
            out.flush()
            writer = start("log", "write", tmp_path / "runs", *options(name), stdout=out,
                           stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
            writer.communicate(json.dumps([ROW, WRONG]).encode())
        assert writer.returncode == 0
        head, line = (tmp_path / "out").read_text().splitlines()
        assert head == "=== a head" and json.loads(line)["row"] == 2
        assert len(good("table", "read", tmp_path / "runs").lines()) == number + 1


def test_places_that_cannot_be(tmp_path):
    table, rows = tmp_path / "runs", tmp_path / "rows.json"
    rows.write_text(json.dumps([ROW, WRONG]))
    (tmp_path / "folder").mkdir()
    for code, place, word in [(3, "/proc/x", "/proc/x"), (2, tmp_path / "folder", "folder"),
                              (2, table / "x", "within the table"), (2, rows, "inputs")]:
        bad(code, "log", "write", table, rows, *options(place), says=word)
        assert not (table / "_delta_log").exists()
    assert names(tmp_path) in (["folder", "rows.json"], ["folder", "rows.json", "runs"])
    rules, context = tmp_path / "rules.json", tmp_path / "context.json"
    rules.write_text('{"rules":[{"check":"duration_secs >= 0"}]}')
    context.write_text('{"run_id":"r"}')
    for name, path in (("--quality-rules", rules), ("--context", context)):
        before = path.read_bytes()
        bad(2, "log", "write", table, rows, *options(path), name, path, says="inputs")
        assert path.read_bytes() == before and not (table / "_delta_log").exists()
    bad(2, "log", "write", tmp_path, rows, *options(tmp_path / "a" / "b" / "x"), "--table-schema",
        "a", "--table-name", "b", says="within the table")


def test_places_that_are_read(tmp_path):
    """The configuration and what standard input is read from, by whatever name."""
    rows, table, link = tmp_path / "rows.json", tmp_path / "runs", tmp_path / "link"
    rows.write_text(json.dumps([ROW, WRONG]))
    for name, text in [("c.conf", "batch_size = 7\n"), ("c.yaml", "batch_size: 7\n")]:
        config = tmp_path / name
        config.write_text(text)
        link.unlink(missing_ok=True)
        link.symlink_to(config)
        for place in (config, link, f"{tmp_path}/./{name}"):
            for given, env in [(["--config", config], {}), ([], {"QUIRE_CONFIG": str(config)})]:
                bad(2, "log", "write", table, rows, *options(place), *given, env=env,
                    says="the rejects file is the configuration file: ")
        config_says = text + f"quality_rejects{text[10:12].rstrip()} {link}\n"
        config.write_text(config_says)
        bad(2, "log", "write", table, rows, "--kind", "rows", "--quality-action", "reject",
            "--config", config, says="the rejects file is the configuration file: ")
        assert config.read_text() == config_says
    before = rows.read_bytes()
    link.unlink()
    link.symlink_to(rows)
    for place in (rows, link):
        for inputs in ([], ["-"]):
            with open(rows, "rb") as opened:
                writer = start("log", "write", table, *inputs, *options(place), stdin=opened,
                               stderr=subprocess.PIPE)
                said = writer.communicate()[1].decode()
            assert writer.returncode == 2
            assert f"the rejects file is the file of standard input: {place}" in said
    assert rows.read_bytes() == before and not table.exists()


def test_what_a_killed_write_left_is_told_of(tmp_path, rejects):
    """And stays as it is: whether its rows are to be kept is not known."""
    rejects.parent.mkdir()
    left = rejects.parent / "rejects.jsonl.pending-0192e0c3-7a00-7000-8000-000000000000"
    left.write_text('{"path":"left"}\n')
    for name in ("rejects.jsonl.pending-x", "rejects.jsonl.pending-", "other.jsonl." + left.name[14:]):
        (rejects.parent / name).write_text("not ours\n")
    before = names(rejects.parent)
    for code, text in [(0, json.dumps([ROW, WRONG])), (0, json.dumps(ROW)), (1, "[")]:
        done = (bad(1, "log", "write", tmp_path / "runs", *options(rejects), stdin=text)
                if code else good("log", "write", tmp_path / "runs", *options(rejects), stdin=text))
        assert done.err.count("log rejects: ") == 1, done.err
        assert f"{left} has the rows that a write of 2024-10-31T" in done.err
        assert f"append the file to {rejects}; then delete it" in done.err
    assert left.read_text() == '{"path":"left"}\n' and len(lines(rejects)) == 1
    assert names(rejects.parent) == sorted([*before, "rejects.jsonl"])
    left.unlink()
    assert "log rejects" not in good("log", "write", tmp_path / "runs", *options(rejects),
                                     stdin=json.dumps([ROW, WRONG])).err


def test_texts_that_are_not_utf8(tmp_path, rejects):
    """Names of files, and what is cut within a character, are no reason to fail."""
    source = os.fsencode(tmp_path / "in") + b"\xff.jsonl"
    with open(source, "w", encoding="utf-8") as file:
        for row in (ROW, {**ROW, "phase": "a" + "\u00e9" * 99}, {**ROW, "phase": "\u00e9" * 99}):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    good("log", "write", tmp_path / "runs", source, *options(rejects))
    found = lines(rejects)
    assert [line["row"] for line in found] == [2, 3]
    assert {line["path"] for line in found} == {str(tmp_path / "in\ufffd.jsonl")}
    assert json.loads(found[0]["record"])["phase"] == "a" + "\u00e9" * 99


def test_many_at_once(tmp_path, rejects):
    """They take turns at the file; each has its rows there."""
    writers = []
    for number in range(6):
        writers.append(start("log", "write", tmp_path / "runs", *options(rejects),
                             stdin=subprocess.PIPE, stderr=subprocess.DEVNULL))
        rows = [ROW, *[{**WRONG, "step_name": f"{number}"}] * 50]
        writers[-1].stdin.write(json.dumps(rows).encode())
        writers[-1].stdin.close()
    assert [writer.wait() for writer in writers] == [0] * 6
    found = [json.loads(line["record"])["step_name"] for line in lines(rejects)]
    assert sorted(found) == sorted(f"{number}" for number in range(6) for _ in range(50))
    assert names(rejects.parent) == ["rejects.jsonl"]
