"""Every version of a Delta table, as Quire and others read it."""

import json
import pathlib

import delta
import polars
import pyarrow.parquet as pq
from deltalake import DeltaTable
from tables import plain


def rows_of(table):
    """Rows of a pyarrow table, in no order."""
    names = sorted(table.column_names)
    return sorted(repr(plain([row[name] for name in names])) for row in table.to_pylist())


def by_deltalake(url, version=None):
    return rows_of(DeltaTable(str(url), version=version).to_pyarrow_table())


def by_polars(url, version=None):
    return rows_of(polars.read_delta(str(url), version=version).to_arrow())


def by_kernel(url, version=None):
    """The files that delta-rs finds, without what it refuses by name alone."""
    uris = DeltaTable(str(url), version=version).file_uris()
    return sorted(row for uri in uris for row in rows_of(pq.read_table(uri)))


def history(url, judges=(by_deltalake, by_polars), first=0):
    """The rows of each version from the first on, of which all readers say the same."""
    versions = {}
    for version in range(first, delta.version(url) + 1):
        rows = versions[version] = rows_of(delta.read(url, version))
        for judge in judges:
            assert judge(url, version) == rows, (judge.__name__, version)
    return versions


def lines(url, version):
    """The actions of a commit."""
    path = pathlib.Path(url) / "_delta_log" / f"{version:020}.json"
    return [json.loads(line) for line in path.read_text().splitlines()]


def actions(url, version, kind):
    return [line[kind] for line in lines(url, version) if kind in line]


def files(url):
    """The data files of the newest version: {path: add action}."""
    live = {}
    for version in range(delta.version(url) + 1):
        for line in lines(url, version):
            if "remove" in line:
                del live[line["remove"]["path"]]
            if "add" in line:
                live[line["add"]["path"]] = line["add"]
    return live
