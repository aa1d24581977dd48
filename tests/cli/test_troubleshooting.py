"""docs/guides/troubleshooting.md and tuning.md: their examples are run as they stand, their messages
are those of the program, and what they name is there."""

import json
import re

import guide
import pytest
from program import ROOT, good

PAGE = guide.text("troubleshooting.md")
PAGES = [PAGE, guide.text("tuning.md"), guide.text("from-sparkforge.md")]


@pytest.mark.parametrize("page", ["troubleshooting.md", "tuning.md"])
def test_examples(tmp_path, monkeypatch, page):
    assert guide.run_page(page, tmp_path, monkeypatch) == {"console"}


@pytest.mark.parametrize("given, files", [
    (["--partition-count", "4"], 4), (["--partition-columns", "phase"], 3),
    (["--partition-columns", "pipeline_id"], 12),
    (["--partition-columns", "phase,pipeline_id"], 36)])
def test_files_that_the_tuning_page_counts(tmp_path, given, files):
    phases = ("bronze", "silver", "gold")
    rows = [{"phase": phases[i % 3], "pipeline_id": f"p{i // 3 % 12}", "step_name": "s"}
            for i in range(72)]
    log = tmp_path / "log"
    good("log", "write", log, "--kind", "rows", *given, stdin=json.dumps(rows))
    assert good("log", "info", log, "--json").json()["files"] == files


def test_commits_that_the_tuning_page_counts(tmp_path):
    runs = "".join(json.dumps({"context": {"run_id": f"r{i}"}, "step_results": [
        {"phase": "gold", "step_name": "s"}]}) + "\n" for i in range(100))
    for size, commits in ((10, 10), (100, 1)):
        told = good("log", "write", tmp_path / f"b{size}", "--kind", "execution-result", "--json",
                    "--no-enable-optimization", "--batch-size", str(size), stdin=runs).json()
        assert told["commits"] == commits
    good("log", "write", tmp_path / "small", "--kind", "execution-result", "--batch-size", "2",
         stdin=runs)
    assert good("log", "info", tmp_path / "small", "--json").json()["files"] < 10


def messages():
    """The first cell of each row of three, where it is a message."""
    return re.findall(r"^\| `([^`|]+)`[^|]*\|[^|]*\|[^|]*\|$", PAGE, re.M)


def test_messages_are_those_of_the_program():
    """Each is printed in an example, or its fixed parts stand in the sources."""
    sources = "".join(path.read_text() for path in (ROOT / "src").rglob("*.c"))
    sources = re.sub(r'"\s*\n\s*"', "", sources)
    printed = "".join(block for _, block in guide.blocks(PAGE))
    assert len(messages()) > 20
    for message in messages():
        parts = [part.strip() for part in re.split("…|, and |: ", message) if part.strip()]
        assert message in printed or all(part in sources for part in parts), message


def test_links():
    """Between the pages, and to headings of theirs."""
    for page in PAGES:
        for name, heading in re.findall(r"\]\(([\w./-]*)(?:#([\w_,-]+))?\)", page):
            text = (ROOT / "docs/guides" / name).read_text() if name else page
            titles = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
                      for title in re.findall(r"^#+ (.*)", text, re.M)}
            assert not heading or heading in titles, heading


@pytest.mark.parametrize("page", [PAGE, guide.text("tuning.md")])
def test_options_are_known(page):
    groups = {"log": ("write show report trends check anomalies export optimize maintain history "
                      "info metrics").split(),
              "table": ("append create merge optimize vacuum fsck checkpoint analyze update read "
                        "overwrite").split()}
    asked = [(group, name) for group, names in groups.items() for name in names]
    known = {"--compresion"}
    for command in asked + [("convert",), ("cat",), ("clean",), ("validate",)]:
        known |= set(re.findall(r"--[a-z-]+[a-z]", good(*command, "--help").text))
    known |= {"--no-" + name for name in re.findall(r"--\[no-\]([a-z-]+)", "".join(
        good(*command, "--help").text for command in asked))}
    known |= {"--" + name.removeprefix("--no-") for name in known if name.startswith("--no-")}
    assert set(re.findall(r"(?<![\w-])--[a-z-]+[a-z]", page)) <= known


def test_properties_are_known(tmp_path):
    names = {name for page in PAGES for name in re.findall(r"delta\.[\w.]*\w", page)}
    values = {"delta.autoOptimize.autoCompact": "true", "delta.appendOnly": "true",
              "delta.autoOptimize.optimizeWrite": "true", "delta.parquet.compression.codec": "zstd",
              "delta.targetFileSize": "1MB", "delta.checkpointInterval": "10",
              "delta.dataSkippingStatsColumns": "id", "delta.dataSkippingNumIndexedCols": "8",
              "delta.logRetentionDuration": "interval 30 days",
              "delta.deletedFileRetentionDuration": "interval 7 days"}
    assert names == set(values)
    options = [word for name in sorted(names) for word in ("--property", f"{name}={values[name]}")]
    good("table", "create", tmp_path / "t", "--schema", "id int64", *options)
