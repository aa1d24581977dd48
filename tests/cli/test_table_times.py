"""history, --at and changes have one notion of a commit's time."""

import datetime
import json
import os

import pytest
from program import bad, good


def commit(table, version):
    return table / "_delta_log" / f"{version:020}.json"


def history(table):
    return {row["version"]: row["time_ms"] for row in good("table", "history", table,
                                                           "--json").lines()}


def version_at(table, time_ms):
    at = datetime.datetime.fromtimestamp(time_ms // 1000, datetime.timezone.utc)
    text = f"{at:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03}Z"
    return good("table", "info", table, "--at", text, "--json").json()["version"]


def change_times(table):
    rows = good("table", "changes", table, "--from-version", "0").lines()
    read = datetime.datetime.fromisoformat
    return {row["_commit_version"]: round(read(row["_commit_timestamp"]).timestamp() * 1000)
            for row in rows}


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.csv").write_text("id\n1\n")
    good("table", "create", tmp_path / "t", "--schema", "id int64", "--property",
         "delta.enableChangeDataFeed=true")
    for _ in range(3):
        good("table", "append", tmp_path / "t", tmp_path / "a.csv")
    return tmp_path / "t"


def check(table, versions):
    times = history(table)
    assert sorted(times) == versions
    for version, time in times.items():
        assert version_at(table, time) == version
    assert change_times(table).items() <= times.items()
    return times


def test_times_of_files(table):
    check(table, [0, 1, 2, 3])
    for version, second in enumerate([1000, 3000, 2000, 4000]):  # the third earlier than the second
        os.utime(commit(table, version), (second, second))
    assert check(table, [0, 1, 2, 3]) == {0: 1000000, 1: 3000000, 2: 3000001, 3: 4000000}
    bad(3, "table", "info", table, "--at", "1970-01-01", says="begins after that time")


def test_times_in_commits(tmp_path, table):
    for version in range(4):
        os.utime(commit(table, version), (1000 + version, 1000 + version))
    good("table", "property", "set", table, "delta.enableInCommitTimestamps=true")
    good("table", "append", table, tmp_path / "a.csv")
    for version in (4, 5):
        os.utime(commit(table, version), (10, 10))
    times = check(table, [0, 1, 2, 3, 4, 5])
    for version in range(6):
        info = json.loads(commit(table, version).read_text().splitlines()[0])["commitInfo"]
        assert times[version] == (1000000 + 1000 * version if version < 4
                                  else info["inCommitTimestamp"])
