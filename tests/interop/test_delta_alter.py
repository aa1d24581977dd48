"""Properties and constraints of tables that are there: the protocol that they bring, what is
refused, and that delta-rs reads and writes the tables afterwards."""

import json

import delta
import delta_meta as meta
import deltalake
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from program import bad, good
from pyquire import QuireError


def refused(name, call, *args, **options):
    with pytest.raises(QuireError) as caught:
        call(*args, **options)
    assert caught.value.name == name, str(caught.value)
    return caught.value


def judged(url):
    """The rows as delta-rs has them, by its query engine, which knows column mapping."""
    query = deltalake.QueryBuilder().register("t", DeltaTable(url)).execute("SELECT * FROM t")
    return pa.table(query)


DATA = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})


@pytest.fixture
def url(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, DATA.schema)
    delta.append(url, DATA)
    return url


def protocol_of(url):
    action = meta.last(url, "protocol")
    return (action["minReaderVersion"], action["minWriterVersion"],
            sorted(action.get("readerFeatures", [])), sorted(action.get("writerFeatures", [])))


IMPLIED = ["appendOnly", "invariants"]


@pytest.mark.parametrize("name, value, expected", [
    ("delta.appendOnly", "true", (1, 2, [], [])),
    ("delta.enableChangeDataFeed", "true", (1, 4, [], [])),
    ("delta.enableChangeDataFeed", "false", (1, 2, [], [])),
    ("delta.enableDeletionVectors", "true",
     (3, 7, ["deletionVectors"], IMPLIED[:1] + ["deletionVectors", "invariants"])),
    ("delta.columnMapping.mode", "name", (2, 5, [], [])),
    ("delta.checkpointPolicy", "v2", (3, 7, ["v2Checkpoint"], IMPLIED + ["v2Checkpoint"])),
    ("delta.enableInCommitTimestamps", "true",
     (1, 7, [], ["appendOnly", "inCommitTimestamp", "invariants"])),
    ("delta.enableTypeWidening", "true", (3, 7, ["typeWidening"],
                                          ["appendOnly", "invariants", "typeWidening"])),
    ("delta.enableRowTracking", "true",
     (1, 7, [], ["appendOnly", "domainMetadata", "invariants", "rowTracking"])),
    ("delta.feature.vacuumProtocolCheck", "supported",
     (3, 7, ["vacuumProtocolCheck"], ["appendOnly", "invariants", "vacuumProtocolCheck"])),
    ("delta.logRetentionDuration", "interval 2 weeks", (1, 2, [], [])),
    ("x.y", "anything", (1, 2, [], [])),
])
def test_the_protocol_that_a_property_brings(url, name, value, expected):
    assert delta.property_set(url, {name: value}) == 2
    assert protocol_of(url) == expected
    kept = meta.last(url, "metaData")["configuration"]
    assert kept.get(name) == (None if "feature" in name else value)
    assert delta.append(url, DATA).version == 3
    assert delta.read(url).num_rows == 6
    assert sorted(delta.read(url)["id"].to_pylist()) == [1, 1, 2, 2, 3, 3]
    if expected[0] < 3 or name == "delta.enableDeletionVectors":
        assert judged(url).num_rows == 6
    # What is set already is no change.
    if "feature" not in name:
        assert delta.property_set(url, {name: value}) == 3


def test_versions_become_features(url):
    delta.property_set(url, {"delta.columnMapping.mode": "name", "delta.enableChangeDataFeed": "true"})
    assert protocol_of(url) == (2, 5, [], [])
    delta.property_set(url, {"delta.enableDeletionVectors": "true"})
    assert protocol_of(url) == (
        3, 7, ["columnMapping", "deletionVectors"],
        sorted(["appendOnly", "invariants", "checkConstraints", "changeDataFeed",
                "generatedColumns", "columnMapping", "deletionVectors"]))


def test_new_tables_name_what_they_ask_for(tmp_path):
    url = str(tmp_path / "new")
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False), ("at", pa.timestamp("us"))])
    delta.create(url, schema, properties={"delta.enableDeletionVectors": "true",
                                          "delta.appendOnly": "true"})
    assert protocol_of(url) == (3, 7, ["deletionVectors", "timestampNtz"],
                                ["appendOnly", "deletionVectors", "invariants", "timestampNtz"])
    plain = str(tmp_path / "plain")
    delta.create(plain, schema.remove(1), properties={"delta.enableChangeDataFeed": "true"})
    assert protocol_of(plain) == (1, 4, [], [])


@pytest.mark.parametrize("name, value, says", [
    ("delta.appendonly", "true", "did you mean delta.appendOnly"),
    ("delta.appendOnly", "yes", "true or false"),
    ("delta.checkpointInterval", "0", "from 1"),
    ("delta.dataSkippingNumIndexedCols", "-2", "from -1"),
    ("delta.logRetentionDuration", "5 fortnights", "interval 7 days"),
    ("delta.checkpointPolicy", "v3", "classic|v2"),
    ("delta.columnMapping.mode", "id", '"none" to "id"'),
    ("delta.columnMapping.maxColumnId", "9", "kept by writers"),
    ("delta.constraints.x", "id > 0", "table constraint"),
    ("delta.feature.noSuch", "supported", "noSuch"),
    ("delta.feature.clustering", "yes", "takes supported"),
])
def test_refused_properties(url, name, value, says):
    with pytest.raises(QuireError, match=says.replace("|", r"\|")):
        delta.property_set(url, {name: value})
    with pytest.raises(QuireError, match=says.replace("|", r"\|")):
        delta.create(url + "2", DATA.schema, properties={
            name: "idd" if "mode" in name else value}) if "mode" not in name else \
            delta.property_set(url, {name: value})
    assert delta.version(url) == 1


def test_unset(url):
    delta.property_set(url, {"delta.appendOnly": "true", "x.y": "1"})
    assert delta.property_unset(url, "x.y", "delta.appendOnly") == 3
    assert meta.last(url, "metaData")["configuration"] == {}
    refused("USAGE", delta.property_unset, url, "x.y")
    delta.property_set(url, {"delta.columnMapping.mode": "name"})
    refused("USAGE", delta.property_unset, url, "delta.columnMapping.mode")
    refused("USAGE", delta.property_unset, url, "delta.columnMapping.maxColumnId")


def test_constraints(url):
    error = refused("INPUT", delta.constraint_add, url, "Low", "id < 3 AND name IS NOT NULL")
    assert "1 of 3 rows" in error.cause and "id = 3, name = null" in error.cause
    assert delta.version(url) == 1
    assert delta.constraint_add(url, "Low", "id < 4") == 2
    assert protocol_of(url) == (1, 3, [], [])
    refused("EXISTS", delta.constraint_add, url, "LOW", "id < 5")
    refused("USAGE", delta.constraint_add, url, "other", "id <")
    refused("USAGE", delta.constraint_add, url, "other", "id + 1")
    refused("USAGE", delta.constraint_add, url, "other", "nothing > 1")
    refused("USAGE", delta.constraint_add, url, "", "id < 5")
    with pytest.raises(Exception, match="failed validation"):
        write_deltalake(url, pa.table({"id": [4], "name": ["x"]}), mode="append")
    refused("INPUT", delta.append, url, pa.table({"id": [4]}))
    write_deltalake(url, pa.table({"id": [0], "name": ["x"]}), mode="append")
    assert delta.constraint_drop(url, "loW") == 4
    refused("NOT_FOUND", delta.constraint_drop, url, "low")
    delta.append(url, pa.table({"id": [4]}))
    assert sorted(delta.read(url)["id"].to_pylist()) == [0, 1, 2, 3, 4]
    history = DeltaTable(url).history()
    assert history[1]["operation"] == "DROP CONSTRAINT" and history[3]["operation"] == "ADD CONSTRAINT"


def test_a_constraint_of_delta_rs_is_dropped(url):
    DeltaTable(url).alter.add_constraint({"Mixed": "id > 0"})
    delta.constraint_drop(url, "mixed")
    assert not any("onstraints" in key for key in meta.last(url, "metaData")["configuration"])


def test_a_constraint_on_writer_7(url):
    delta.property_set(url, {"delta.enableDeletionVectors": "true"})
    delta.constraint_add(url, "c", "id > 0")
    assert "checkConstraints" in protocol_of(url)[3]


def test_rows_of_others_while_a_constraint_is_added(url):
    """An append between looking and committing is a conflict: its rows were not looked at."""
    import threading
    stop = threading.Event()
    added = []

    def append():
        while not stop.is_set():
            try:
                added.append(delta.append(url, DATA).version)
            except QuireError as error:
                # A constraint came in between, that the rows were not checked by.
                assert error.name == "CONFLICT"

    writer = threading.Thread(target=append)
    writer.start()
    try:
        for number in range(5):
            try:
                delta.constraint_add(url, f"c{number}", "id > 0")
            except QuireError as error:
                assert error.name == "CONFLICT"
    finally:
        stop.set()
        writer.join()
    assert delta.read(url).num_rows == 3 * (1 + len(added))


# --- Column mapping ---------------------------------------------------------------------------

NESTED = pa.table({
    "id": pa.array([1, 2], pa.int64()), "part": ["x", "y"],
    "a b,c": pa.array([{"in ner": 5, "l": [{"d": 1}]}, None],
                      pa.struct([("in ner", pa.int32()),
                                 ("l", pa.list_(pa.struct([("d", pa.int64())])))])),
    "m": pa.array([[("k", {"v": 1.5})], []], pa.map_(pa.string(), pa.struct([("v", pa.float64())])))})


def fields_of(schema):
    for field in schema["fields"]:
        yield field
        kinds = [field["type"]]
        while kinds:
            kind = kinds.pop()
            if isinstance(kind, dict):
                if kind["type"] == "struct":
                    yield from fields_of(kind)
                kinds += [kind[k] for k in ("elementType", "keyType", "valueType") if k in kind]


def mapped(url):
    """Physical name and id by logical name."""
    schema = json.loads(meta.last(url, "metaData")["schemaString"])
    return {field["name"]: (field["metadata"]["delta.columnMapping.physicalName"],
                            field["metadata"]["delta.columnMapping.id"])
            for field in fields_of(schema)}


@pytest.mark.parametrize("mode", ["name", "id"])
def test_tables_made_with_mapping(tmp_path, mode):
    url = str(tmp_path / "mapped")
    delta.create(url, NESTED.schema, partition_by=["part"],
                 properties={"delta.columnMapping.mode": mode})
    names = mapped(url)
    ids = sorted(number for _, number in names.values())
    assert ids == list(range(1, 9)) and all(name.startswith("col-") for name, _ in names.values())
    assert meta.last(url, "metaData")["configuration"]["delta.columnMapping.maxColumnId"] == "8"
    assert meta.last(url, "metaData")["partitionColumns"] == ["part"]
    delta.append(url, NESTED)
    for add in (line["add"] for line in meta.actions(url, 1) if "add" in line):
        assert list(add["partitionValues"]) == [names["part"][0]]
        stats = json.loads(add["stats"])
        assert names["id"][0] in stats["minValues"] and "id" not in stats["minValues"]
    schema = good("meta", next((tmp_path / "mapped").rglob("*.parquet")), "--json").json()
    assert f'"field_id":{names["id"][1]}' in json.dumps(schema, separators=(",", ":"))
    got = delta.read(url).sort_by("id")
    assert got.to_pylist() == NESTED.to_pylist()
    assert sorted((row["id"], row["part"]) for row in judged(url).to_pylist()) == [
        (1, "x"), (2, "y")]
    assert good("table", "read", url, "--where", "part = 'x'", "--select", "id").lines() == [{"id": 1}]


def test_mapping_by_id_reads_by_ids(tmp_path):
    """A file whose columns are called otherwise is read by its ids."""
    import os
    import pyarrow.parquet as pq
    url = str(tmp_path / "ids")
    schema = pa.schema([("a", pa.int64()), ("s", pa.struct([("b", pa.string())]))])
    delta.create(url, schema, properties={"delta.columnMapping.mode": "id"})
    names = mapped(url)

    def tagged(field, name):
        return field.with_metadata({"PARQUET:field_id": str(names[name][1])})
    inner = tagged(pa.field("other b", pa.string()), "b")
    other = pa.schema([tagged(pa.field("x", pa.struct([inner])), "s"),
                       tagged(pa.field("y", pa.int64()), "a"),
                       pa.field(names["a"][0], pa.int64())])
    table = pa.table([pa.array([{"other b": "q"}, None], other.field(0).type), pa.array([7, 8]),
                      pa.array([0, 0])], schema=other)
    pq.write_table(table, os.path.join(url, "by-hand.parquet"))
    meta.commit(url, {"add": {"path": "by-hand.parquet", "partitionValues": {}, "dataChange": True,
                              "size": os.path.getsize(os.path.join(url, "by-hand.parquet")),
                              "modificationTime": 1}})
    delta.append(url, pa.table({"a": [9], "s": pa.array([{"b": "z"}], schema.field("s").type)}))
    assert delta.read(url).sort_by("a").to_pylist() == [
        {"a": 7, "s": {"b": "q"}}, {"a": 8, "s": None}, {"a": 9, "s": {"b": "z"}}]


def test_files_of_before_mapping(url):
    delta.property_set(url, {"delta.columnMapping.mode": "name"})
    assert mapped(url) == {"id": ("id", 1), "name": ("name", 2)}
    delta.append(url, DATA)
    assert delta.read(url).num_rows == 6 and judged(url).num_rows == 6
    refused("USAGE", delta.property_set, url, {"delta.columnMapping.mode": "none"})


# --- Statistics -------------------------------------------------------------------------------

WIDE = pa.table({**{f"c{i}": [i] for i in range(40)}, "a.b": [7],
                 "s": [{"x": 1, "y": {"z": 2}}], "t": [{"x": 3}]})


def stats_of(url):
    [add] = [line["add"] for line in meta.actions(url, meta.newest(url)) if "add" in line]
    return json.loads(add["stats"])["minValues"]


@pytest.mark.parametrize("mode", ["none", "name"])
def test_columns_that_statistics_are_kept_of(tmp_path, mode):
    url = str(tmp_path / "wide")
    delta.create(url, WIDE.schema, properties={"delta.columnMapping.mode": mode})
    physical = {name: name for name in WIDE.column_names + ["x", "y", "z"]} if mode == "none" else {
        name: there for name, (there, _) in mapped(url).items()}
    delta.append(url, WIDE)
    assert set(stats_of(url)) == {physical[f"c{i}"] for i in range(32)}
    for unknown in ("nothing", "c39, S.nothing"):
        with pytest.raises(QuireError, match="nothing"):
            delta.property_set(url, {"delta.dataSkippingStatsColumns": unknown})
    delta.property_set(url, {"delta.dataSkippingStatsColumns": "c39, `a.b` ,s.y"})
    delta.append(url, WIDE)
    if mode == "none":
        assert stats_of(url) == {"c39": 39, "a.b": 7, "s": {"y": {"z": 2}}, "t": {}}
    assert {physical["c39"], physical["a.b"]} <= set(stats_of(url))
    assert list(stats_of(url)[physical["s"]]) == [physical["y"]]


def test_columns_that_a_table_is_clustered_by(tmp_path):
    url = str(tmp_path / "wide")
    delta.create(url, WIDE.schema, properties={"delta.feature.clustering": "supported"})
    assert "domainMetadata" in meta.last(url, "protocol")["writerFeatures"]
    columns = json.dumps({"clusteringColumns": [["c35"], ["s", "x"]], "domainName": "delta.clustering"})
    meta.commit(url, {"domainMetadata": {"domain": "delta.clustering", "configuration": columns,
                                         "removed": False}})
    delta.append(url, WIDE)
    got = stats_of(url)
    assert got["c35"] == 35 and got["s"]["x"] == 1 and "c36" not in got and "c31" in got
    for _ in range(10):
        delta.append(url, WIDE)
    # In the checkpoint too.
    import glob
    import pyarrow.parquet as pq
    [checkpoint] = glob.glob(url + "/_delta_log/*.checkpoint.parquet")
    domains = [d for d in pq.read_table(checkpoint)["domainMetadata"].to_pylist() if d is not None]
    assert [d["configuration"] for d in domains] == [columns]


# --- In-commit timestamps and row tracking ---------------------------------------------------

def stamps(url):
    found = []
    for version in range(meta.newest(url) + 1):
        first = meta.actions(url, version)[0]
        found.append(first["commitInfo"].get("inCommitTimestamp"))
    return found


def test_in_commit_timestamps(url, tmp_path):
    delta.property_set(url, {"delta.enableInCommitTimestamps": "true"})
    for _ in range(3):
        delta.append(url, DATA)
    given = stamps(url)
    assert given[:2] == [None, None] and all(a < b for a, b in zip(given[2:], given[3:]))
    kept = meta.last(url, "metaData")["configuration"]
    assert kept["delta.inCommitTimestampEnablementVersion"] == "2"
    assert kept["delta.inCommitTimestampEnablementTimestamp"] == str(given[2])
    # A clock that is behind: the time of the version before counts.
    ahead = given[-1] + 10**9
    meta.commit(url, {"commitInfo": {"inCommitTimestamp": ahead, "operation": "WRITE"}})
    delta.append(url, DATA)
    assert stamps(url)[-1] == ahead + 1
    delta.property_set(url, {"delta.enableInCommitTimestamps": "false"})
    assert stamps(url)[-1] is None
    assert not any("Enablement" in key for key in meta.last(url, "metaData")["configuration"])
    new = str(tmp_path / "new")
    delta.create(new, DATA.schema, properties={"delta.enableInCommitTimestamps": "true"})
    delta.append(new, DATA)
    assert None not in stamps(new)
    assert not any("Enablement" in key for key in meta.last(new, "metaData")["configuration"])


def row_ids(url, version):
    return [(line["add"]["baseRowId"], line["add"]["defaultRowCommitVersion"],
             json.loads(line["add"]["stats"])["numRecords"])
            for line in meta.actions(url, version) if "add" in line]


def high_water(url):
    domain = meta.last(url, "domainMetadata")
    return json.loads(domain["configuration"])["rowIdHighWaterMark"]


def test_row_tracking(tmp_path):
    url = str(tmp_path / "tracked")
    delta.create(url, NESTED.schema, partition_by=["part"],
                 properties={"delta.enableRowTracking": "true"})
    delta.append(url, NESTED)
    delta.append(url, NESTED)
    assert sorted(row_ids(url, 1)) == [(0, 1, 1), (1, 1, 1)]
    assert sorted(row_ids(url, 2)) == [(2, 2, 1), (3, 2, 1)] and high_water(url) == 3
    assert meta.actions(url, 2)[0]["commitInfo"]["tags"] == {"delta.rowTracking.preserved": "true"}
    kept = meta.last(url, "metaData")["configuration"]
    assert kept["delta.rowTracking.materializedRowIdColumnName"].startswith("_row-id-col-")
    assert delta.read(url).num_rows == 4
    empty = NESTED.slice(0, 0)
    delta.append(url, empty)
    assert high_water(url) == 3


def test_row_tracking_of_rows_that_are_there(url):
    delta.append(url, DATA)
    delta.property_set(url, {"delta.enableRowTracking": "true"})
    assert sorted(row_ids(url, 3)) == [(0, 3, 3), (3, 3, 3)] and high_water(url) == 5
    assert all(not line["add"]["dataChange"] for line in meta.actions(url, 3) if "add" in line)
    delta.append(url, DATA)
    assert row_ids(url, 4) == [(6, 4, 3)]
    assert delta.read(url).num_rows == 9 and DeltaTable(url).to_pyarrow_table().num_rows == 9
    delta.property_set(url, {"delta.enableRowTracking": "false", "delta.rowTrackingSuspended": "true"})
    delta.append(url, DATA)
    assert all("baseRowId" not in line["add"] for line in meta.actions(url, 6) if "add" in line)


def test_row_ids_of_many_writers(tmp_path):
    """Each attempt counts anew from what others gave."""
    from concurrent.futures import ThreadPoolExecutor
    url = str(tmp_path / "many")
    delta.create(url, DATA.schema, properties={"delta.enableRowTracking": "true",
                                               "delta.enableInCommitTimestamps": "true"})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: delta.append(url, DATA), range(20)))
    bases = sorted(base for version in range(1, 21) for base, at, _ in row_ids(url, version)
                   if at == version)
    assert bases == list(range(0, 60, 3)) and high_water(url) == 59
    given = stamps(url)
    assert all(a < b for a, b in zip(given, given[1:]))


# --- The program ------------------------------------------------------------------------------

def test_commands(url):
    assert good("table", "property", "set", url, "delta.appendOnly=true", "x=a=b", "--json").json() \
        == {"table": url, "version": 2}
    assert good("table", "info", url, "--json").json()["properties"] == {
        "delta.appendOnly": "true", "x": "a=b"}
    good("table", "property", "unset", url, "x")
    assert good("table", "constraint", "add", url, "c", "id > 0", "--json").json()["version"] == 4
    bad(1, "table", "constraint", "add", url, "d", "id > 1", says="1 of 3 rows")
    bad(4, "table", "constraint", "add", url, "C", "id > 1", says="already")
    good("table", "constraint", "drop", url, "c")
    bad(3, "table", "constraint", "drop", url, "c", says="no constraint")
    bad(2, "table", "constraint", "drop", url, "c", "d", says="the form is")
    bad(2, "table", "constraint", "change", url, "c", says="the form is")
    bad(2, "table", "property", "set", url, "novalue", says="NAME=VALUE")
    bad(2, "table", "property", "put", url, "a=b", says="the form is")
    bad(3, "table", "property", "set", url + "x", "a=b", says="no Delta table")
