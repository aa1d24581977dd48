"""Where a table may be made, and what vacuuming one leaves alone."""

import json
import os
import shutil
import time

import pytest
from program import bad, good, run, start

ROW = json.dumps({"run_id": "a", "phase": "gold", "step_name": "s", "pipeline_id": "p"})


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("id,part\n1,x\n2,y\n")
    return tmp_path


def log(place, *options, code=0, says=()):
    command = ("log", "write", place, "--kind", "rows", *options)
    return good(*command, stdin=ROW) if code == 0 else bad(code, *command, stdin=ROW, says=says)


def files(place):
    return sorted(path for path in place.rglob("*") if path.is_file())


def age(place):
    month_ago = time.time() - 30 * 86400
    for path in files(place):
        os.utime(path, (month_ago, month_ago))


# --- Vacuuming ---------------------------------------------------------------------------------

def nested(here):
    """A table with tables, plain files and files of its own below it, all of a month ago."""
    shutil.rmtree(here / "ware", ignore_errors=True)
    log("analytics-runs")
    log("ware", "--partition-columns", "phase")
    for inner in ("analytics/runs", "phase=gold/own", "AAA", "_hidden"):
        shutil.copytree("analytics-runs", here / "ware" / inner)
        for name in ("0.parquet", "zz.parquet"):  # either side of _delta_log
            shutil.copy("a.csv", here / "ware" / inner / name)
    (here / "ware" / "docs").mkdir()
    for name in ("docs/plan.csv", "notes.txt", "phase=gold/left.parquet"):
        shutil.copy("a.csv", here / "ware" / name)
    age(here)
    return here / "ware"


@pytest.mark.parametrize("lite", [[], ["--lite"]])
def test_vacuum_leaves_inner_tables(here, lite):
    ware = nested(here)
    before = files(ware)
    dry = good("table", "vacuum", "ware", "--dry-run", "--json", *lite).json()
    assert files(ware) == before
    done = good("table", "vacuum", "ware", "--json", *lite).json()
    gone = {str(path.relative_to(ware)) for path in set(before) - set(files(ware))}
    own = {"docs/plan.csv", "notes.txt", "phase=gold/left.parquet"}
    assert gone == (set() if lite else own) == {file["path"] for file in dry["deleted"]}
    assert done["inner_tables"] == dry["inner_tables"] == (0 if lite else 3)
    for inner in ("analytics/runs", "phase=gold/own", "AAA"):
        assert len(good("log", "show", ware / inner, "--json").lines()) == 1
    assert "3 folders passed over" in good("table", "vacuum", "ware").err


def test_lite_leaves_what_the_log_removed_in_inner_tables(here):
    log("t", "--partition-columns", "phase")
    log("t", "--write-mode", "overwrite")
    file = next(path for path in (here / "t" / "phase=gold").iterdir()
                if path.name not in (here / "t/_delta_log/00000000000000000001.json").read_text()
                .partition('"add"')[2].partition('"stats"')[0])
    log("other")
    shutil.copytree("other/_delta_log", here / "t" / "phase=gold" / "_delta_log")
    age(here)
    command = ("table", "vacuum", "t", "--lite", "--retain", "0", "--force-retention", "--json")
    assert good(*command).json()["files"] == 0 and file.exists()
    shutil.rmtree(here / "t" / "phase=gold" / "_delta_log")
    assert good(*command).json()["files"] == 1 and not file.exists()


def test_maintain_and_optimize_tell_of_inner_tables(here):
    ware = nested(here)
    done = good("log", "maintain", ware, "--json").json()
    assert (done["vacuumed_files"], done["inner_tables"]) == (3, 3)
    done = good("log", "optimize", ware, "--vacuum", "--json").json()
    assert (done["vacuumed_files"], done["inner_tables"]) == (0, 3)
    assert "analytics" not in good("table", "fsck", ware, "--json").text
    good("log", "report", ware / "analytics" / "runs")


# --- Within another table ----------------------------------------------------------------------

def test_run_log_within_a_table(here):
    log("runs", "--partition-columns", "phase")
    (here / "link").symlink_to(here / "runs" / "phase=gold")
    before = files(here / "runs")
    for place in ("runs/march", "runs/a/b/c", "runs/phase=gold", "runs/phase=silver", "runs/_delta_log",
                  "runs/_delta_log/x", "link/x", "link", "x/../runs/y", f"file://{here}/runs/z"):
        log(place, code=2, says=["lies within the table", str(here / "runs")])
    log("runs", "--table-schema", "s", "--table-name", "n", code=2, says="lies within the table")
    assert files(here / "runs") == before
    assert not (here / "x").exists() and not (here / "runs" / "a").exists()
    os.chdir(here / "runs")
    log("below", code=2, says="lies within the table")
    log(".")
    log("../beside")


def test_tables_within_a_table(here):
    good("table", "append", "t", "a.csv", "--create")
    (here / "t" / "below").mkdir()
    shutil.copy("a.csv", "t/below/b.csv")
    before = files(here / "t")
    says = "lies within the table"
    bad(2, "table", "create", "t/below", "--schema", "id int64", says=says)
    bad(2, "table", "append", "t/below", "a.csv", "--create", says=says)
    bad(2, "table", "overwrite", "t/below", "a.csv", "--create", says=says)
    bad(2, "convert", "a.csv", "t/other/p.parquet", says=says)
    good("convert", "a.csv", "p.parquet")
    (here / "t" / "other").mkdir()
    shutil.copy("p.parquet", "t/other/p.parquet")
    bad(2, "table", "convert", "t/other", says=says)
    shutil.rmtree("t/other")
    assert files(here / "t") == before
    good("table", "create", "t-2", "--schema", "id int64")


def test_what_is_below_already_goes_on(here):
    log("up")
    log("other")
    shutil.copytree("other", "up/inner")
    log("up/inner")
    assert len(good("log", "show", "up/inner", "--json").lines()) == 2


def test_logs_that_are_none(here):
    """An empty _delta_log above is left by what was killed, and no table."""
    (here / "up" / "_delta_log").mkdir(parents=True)
    log("up/runs")


# --- Above others ------------------------------------------------------------------------------

def test_run_log_in_a_folder_that_is_not_empty(here):
    log("ware", "--table-schema", "analytics", "--table-name", "runs")
    before = files(here)
    for mode in ("append", "overwrite", "merge", "ignore"):
        log("ware", "--write-mode", mode, code=2,
            says=["the table analytics/runs/ is in it", "table-schema and table-name"])
    assert files(here) == before
    log("ware/analytics", code=2, says="the table runs/ is in it")
    log("ware", "--table-schema", "analytics", "--table-name", "other")
    (here / "files" / "sub").mkdir(parents=True)
    (here / "files" / "sub" / "notes.txt").write_text("x")
    log("files", code=2, says=["sub/notes.txt is there", "new folder"])
    log("files", "--table-schema", "a", "--table-name", "b")


def test_hidden_files_and_empty_folders_are_nothing(here):
    place = here / "logs"
    for name in (".DS_Store", "_SUCCESS", ".trash/old.csv", "_notes/n.txt", "sub/.keep", "sub/_x/y"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text("x")
    (place / "empty" / "deeper").mkdir(parents=True)
    shutil.copytree(place, here / "hidden" / "_delta")
    log("logs")
    assert good("log", "info", "logs", "--json").json()["row_count"] == 1
    (here / "hidden" / "_delta" / "z").write_text("x")
    log("hidden/_delta", code=2, says="z is there")


def test_data_files_of_a_first_write_that_was_killed(here):
    """Those of other writers are told by who wrote them, which their footers say."""
    log("logs", "--partition-columns", "phase")
    shutil.rmtree("logs/_delta_log")
    log("logs", "--partition-columns", "phase")
    log("flat")
    shutil.rmtree("flat/_delta_log")
    log("flat")
    import pyarrow as pa
    import pyarrow.parquet as pq
    (here / "spark" / "phase=gold").mkdir(parents=True)
    name = "part-00000-5f1b2f0e-3d1c-4a5b-9c59-2a6e1fd4c0a7.c000.snappy.parquet"
    pq.write_table(pa.table({"a": [1]}), here / "spark" / "phase=gold" / name)
    log("spark", code=2, says=name)
    (here / "bad").mkdir()
    (here / "bad" / name).write_text("PAR1")
    log("bad", code=2, says=name)


def test_first_writes_at_once(here):
    (here / "a.jsonl").write_text(ROW)
    writers = [start("log", "write", "runs", "--kind", "rows", "--partition-columns", "phase",
                     "a.jsonl") for _ in range(6)]
    assert [writer.wait() for writer in writers] == [0] * 6
    assert good("log", "info", "runs", "--json").json()["row_count"] == 6


def test_several_inputs_and_patterns(here):
    """The second input finds the table of the first; a place that is refused is no table's."""
    (here / "a.jsonl").write_text(ROW)
    good("log", "write", "many", "--kind", "rows", "a.jsonl", "a.jsonl")
    log("wh", "--table-schema", "s", "--table-name", "n", "--table-name-pattern", "{schema}.{pipeline_id}")
    log("wh", "--table-schema", "s", "--table-name", "n", "--table-name-pattern", "{schema}.q")
    log("wh/s", "--table-schema", "p", "--table-name", "n", code=2, says="lies within the table")
    assert run("log", "write", "wh/s/p/x", "--kind", "rows", stdin=ROW).code == 2
