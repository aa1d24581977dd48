"""Random histories of Delta tables beside a model of their rows: changes, upkeep, schemas that
grow, rules, clean-ups, and commits of delta-rs in between. After every step the newest version, and
some older one, is what the model had: for Quire, delta-rs and Polars, and of the files for DuckDB.
QUIRE_HISTORY_SEED, _STEPS and _ROUNDS make other and longer ones."""

import os
import random
import time

import delta
import duckdb
import polars
import pyarrow as pa
import pytest
import table_model as tm
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from program import FULL, good
from pyquire import QuireError
from table_model import NEW, Column

SEED = os.environ.get("QUIRE_HISTORY_SEED", "20261130")
STEPS = int(os.environ.get("QUIRE_HISTORY_STEPS", "50" if FULL else "9"))
ROUNDS = int(os.environ.get("QUIRE_HISTORY_ROUNDS", "10" if FULL else "1"))
DAY = 86400
FEATURES = {"vectors": {"delta.enableDeletionVectors": "true"},
            "changes": {"delta.enableChangeDataFeed": "true"},
            "mapping": {"delta.columnMapping.mode": "name"},
            "ids": {"delta.columnMapping.mode": "id"},
            "tracking": {"delta.enableRowTracking": "true"},
            "v2": {"delta.checkpointPolicy": "v2", "delta.feature.v2Checkpoint": "supported"},
            "stamps": {"delta.enableInCommitTimestamps": "true"},
            "compacting": {"delta.autoOptimize.autoCompact": "true"},
            "few": {"delta.dataSkippingNumIndexedCols": "2"}}
# What delta-rs does not write to.
FOREIGN = {"compacting", "few"}
AWKWARD = ["v", "a b", "Größe", "x.y", "a,b", "select", "p=q", "A", "%41", "it's", "_under"]


class History:
    def __init__(self, url, features, identity, generator):
        self.url, self.features, self.generator = url, features, generator
        names = generator.sample(AWKWARD, 7)
        kinds = ["int", "small", "text", "date", "moment", "real", "price", "flag", "bytes", "pair",
                 "list"]
        chosen = generator.sample(kinds, generator.randrange(3, 7))
        if "local" not in chosen and generator.random() < 0.3:
            chosen.append("local")
        self.columns = [Column("id", "int")] + [
            Column(name, kind) for name, kind in zip(names, chosen)]
        self.identity = Column("no", "int", False) if identity else None
        parts = [column for column in self.columns[1:]
                 if column.kind in ("text", "date", "small", "flag", "price", "moment", "local")]
        self.parts = generator.sample(parts, min(len(parts), generator.choice([0, 0, 1, 1, 2])))
        properties = {"delta.checkpointInterval": generator.choice(["2", "3", "10"])}
        for feature in features:
            properties.update(FEATURES[feature])
        every = ([self.identity] if identity else []) + self.columns
        schema = pa.schema([pa.field(c.name, c.type, c.nullable) for c in every])
        self.log = [f"{[(c.name, c.kind) for c in every]} by {[c.name for c in self.parts]}"]
        self.start, self.step_by = generator.choice([(1, 1), (100, -10)])
        delta.create(url, schema, partition_by=[c.name for c in self.parts], properties=properties,
                     identities=[("no", self.start, self.step_by, False)] if identity else [])
        self.rows, self.given = [], set()
        self.versions = {0: ([], self.all_columns())}
        self.told = {0} if "changes" in features else set()  # versions that tell their changes
        self.rule = None

    def all_columns(self):
        return ([self.identity] if self.identity else []) + self.columns

    def names(self):
        return [column.name for column in self.all_columns()]

    # --- Rows -----------------------------------------------------------------------------------

    def fix(self, row):
        """Empty texts of partition columns are null."""
        for column in self.parts:
            if row[column.name] in ("", b""):
                row[column.name] = None
        return row

    def keeps(self, row):
        return self.rule is None or self.rule[1](row) is True

    def come(self, most, wanted=lambda row: True):
        rows = []
        for _ in range(self.generator.randrange(most)):
            row = self.fix({c.name: tm.random_value(c, self.generator) for c in self.columns})
            if self.keeps(row) and wanted(row) is True:
                rows.append(row)
        return rows

    def fresh(self, rows):
        return [{**row, "no": NEW} for row in rows] if self.identity else rows

    def condition(self, columns=None):
        condition = tm.random_condition(columns or self.columns, self.generator)
        self.log.append(f"    where {condition[0]}")
        return condition

    def learn(self, rows):
        """Finds out which values of the identity column new rows got."""
        names = [column.name for column in self.columns]
        known = tm.counted([row for row in rows if row.get("no") is not NEW], ["no", *names])
        found = delta.read(self.url).to_pylist()
        more, settled = [], []
        for row in found:
            frozen = tm.frozen(row, ["no", *names])
            if known[frozen] > 0:
                known[frozen] -= 1
                settled.append(row)
            else:
                more.append(row)
        assert not +known, f"rows are gone: {+known}"
        new = [row for row in rows if row.get("no") is NEW]
        assert tm.counted(more, names) == tm.counted(new, names)
        for row in more:
            assert row["no"] not in self.given, "a value is given twice"
            assert (row["no"] - self.start) % self.step_by == 0
            self.given.add(row["no"])
        return settled + more

    def done(self, version, rows, unchanged=False):
        """Notes what the newest version has; several were made where a step made several."""
        newest = delta.version(self.url)
        assert version == newest, (version, newest)
        last = max(self.versions)
        if newest == last:
            assert unchanged is not False
        if self.identity:
            rows = self.learn(rows)
        for each in range(last + 1, newest + 1):
            self.versions[each] = (rows, self.all_columns())
        if newest > last and "changes" in self.features:
            if delta_properties(self.url).get("delta.enableChangeDataFeed") == "true":
                self.told |= set(range(last + 1, newest + 1))
        if newest == last:
            assert tm.counted(rows, self.names()) == tm.counted(self.rows, self.names())
        self.rows = rows

    # --- Changes --------------------------------------------------------------------------------

    def append(self):
        rows = self.come(12)
        given = self.columns
        if self.generator.random() < 0.3 and self.rule is None:
            given = self.generator.sample(self.columns, self.generator.randrange(
                1, len(self.columns) + 1))
            rows = [{c.name: row[c.name] if c in given else None for c in self.columns}
                    for row in rows]
        result = delta.append(self.url, tm.to_arrow(given, rows))
        self.done(delta.version(self.url), self.rows + self.fresh(rows), unchanged=not rows)
        assert result.rows == len(rows)

    def delete(self):
        where, holds = self.condition()
        vectors = "vectors" in self.features
        kept = [row for row in self.rows if holds(row) is not True]
        result = delta.delete(self.url, where, deletion_vectors=vectors and
                              self.generator.random() < 0.5)
        assert result.rows_deleted == len(self.rows) - len(kept), where
        self.done(result.version, kept, result.unchanged)

    def update(self):
        where, holds = self.condition()
        flat = [c for c in self.columns if c.kind not in tm.NESTED]
        columns = self.generator.sample(flat, min(len(flat), self.generator.randrange(1, 3)))
        sets = {c: tm.random_set(c, self.generator) for c in columns}
        self.log.append(f"    set {[(c.name, text[0]) for c, text in sets.items()]}")
        rows, meant, fits = [], 0, True
        for row in self.rows:
            if holds(row) is True:
                meant += 1
                row = self.fix({**row, **{c.name: value(row) for c, (_, value) in sets.items()}})
                fits = fits and self.keeps(row)
            rows.append(row)
        if not fits:
            with pytest.raises(QuireError):
                delta.update(self.url, {c.name: text for c, (text, _) in sets.items()}, where)
            return
        result = delta.update(self.url, {c.name: text for c, (text, _) in sets.items()}, where)
        assert result.rows_updated == meant
        self.done(result.version, rows, result.unchanged)

    def overwrite(self):
        where, holds = (None, lambda row: True) if self.generator.random() < 0.2 else \
            self.condition()
        rows = self.come(8, holds)
        kept = [row for row in self.rows if holds(row) is not True]
        result = delta.overwrite(self.url, tm.to_arrow(self.columns, rows), where)
        assert (result.rows_inserted, result.rows_deleted) == (len(rows),
                                                               len(self.rows) - len(kept))
        self.done(result.version, kept + self.fresh(rows), result.unchanged)

    def merge(self):
        keys = self.generator.sample([c for c in self.columns if c.kind in tm.ORDERED
                                      and c.kind != "real"], 1)
        if self.generator.random() < 0.4:
            keys = list({self.columns[0], *keys})
        self.log.append(f"    on {[c.name for c in keys]}")
        key_of = lambda row: tuple(row[c.name] for c in keys)  # noqa: E731
        rows, by_key = [], {}
        for row in self.come(10):
            if None in key_of(row) or key_of(row) not in by_key:
                rows.append(row)
                if None not in key_of(row):
                    by_key[key_of(row)] = row
        after, met = [], set()
        for row in self.rows:
            if key_of(row) in by_key:
                met.add(key_of(row))
                after.append({**row, **by_key[key_of(row)]})
            else:
                after.append(row)
        more = [row for row in rows if key_of(row) not in met]
        updated = sum(key_of(row) in met for row in self.rows)
        result = delta.merge(self.url, tm.to_arrow(self.columns, rows), [c.name for c in keys])
        assert (result.rows_inserted, result.rows_updated) == (len(more), updated)
        self.done(result.version, after + self.fresh(more), result.unchanged or not rows)

    def restore(self):
        version = self.generator.choice(sorted(self.versions))
        rows, columns = self.versions[version]
        result = delta.restore(self.url, version)
        self.columns = [column for column in columns if column != self.identity]
        rule = [c for c in delta_properties(self.url) if c.startswith("delta.constraints.")]
        self.rule = self.rule if rule else None
        if rule and self.rule is None:
            self.rule = self.rules[delta_properties(self.url)[rule[0]]]
        self.done(result.version, rows, result.unchanged)

    # --- What a table is ------------------------------------------------------------------------

    def evolve(self):
        taken = {column.name.lower() for column in self.columns} | {"no"}
        name = self.generator.choice([name for name in AWKWARD + ["n1", "n2", "n3", "n4"]
                                      if name.lower() not in taken] or ["none"])
        if name == "none" or self.rule is not None:
            return
        column = Column(name, self.generator.choice(["int", "text", "real", "price", "pair"]))
        self.log.append(f"    adds {column.name}: {column.kind}")
        self.columns = self.columns + [column]
        before = [{**row, name: None} for row in self.rows]
        rows = self.come(6)
        way = self.generator.choice([delta.append, delta.overwrite])
        way(self.url, tm.to_arrow(self.columns, rows), evolve="add")
        self.done(delta.version(self.url),
                  (before if way is delta.append else []) + self.fresh(rows))

    def widen(self):
        column = self.generator.choice([c for c in self.columns if c.kind in ("small", "pair")
                                        and c not in self.parts] or [None])
        if column is None or self.rule is not None:
            return
        wider = Column(column.name, {"small": "int", "pair": "triple"}[column.kind])
        self.log.append(f"    {column.name} is {wider.kind}")
        self.columns = [wider if c == column else c for c in self.columns]
        if wider.kind == "int":
            self.features.add("widened")
        before = self.rows
        if wider.kind == "triple":
            before = [{**row, wider.name: row[wider.name] and {**row[wider.name], "c": None}}
                      for row in before]
        rows = self.come(6)
        way = self.generator.choice([delta.append, delta.overwrite])
        way(self.url, tm.to_arrow(self.columns, rows),
            evolve="add" if wider.kind == "triple" else "widen")
        self.done(delta.version(self.url),
                  (before if way is delta.append else []) + self.fresh(rows))

    def replace_schema(self):
        if self.rule is not None or self.identity:
            return
        kept = [c for c in self.columns if c in self.parts or c.name == "id" or
                self.generator.random() < 0.5]
        names = {c.name.lower() for c in kept}
        more = [Column(name, self.generator.choice(["int", "text", "real", "list"]))
                for name in AWKWARD if name.lower() not in names]
        self.columns = kept + more[:1]
        rows = self.come(8)
        delta.overwrite(self.url, tm.to_arrow(self.columns, rows), overwrite_schema=True)
        self.done(delta.version(self.url), rows)

    def turn_on(self):
        feature = self.generator.choice(["vectors", "changes", "mapping", "tracking", "v2",
                                         "stamps"])
        if feature == "mapping" and "ids" in self.features:
            return
        self.log.append(f"    {feature}")
        if feature in ("vectors", "mapping", "v2", "tracking", "stamps"):
            self.features.add(feature)
        properties = FEATURES[feature]
        self.features.add(feature)
        self.done(delta.property_set(self.url, properties), self.rows, unchanged=True)

    rules = {}  # by their conditions

    def constrain(self):
        if self.rule is not None:
            self.done(delta.constraint_drop(self.url, "rule"), self.rows)
            self.rule = None
            return
        where, holds = self.condition()
        if all(holds(row) is True for row in self.rows):
            version = delta.constraint_add(self.url, "rule", where)
            self.rule = self.rules[where] = (where, holds)
            self.done(version, self.rows)
        else:
            with pytest.raises(QuireError):
                delta.constraint_add(self.url, "rule", where)

    def break_rule(self):
        if self.rule is None:
            return
        rows = [self.fix({c.name: tm.random_value(c, self.generator) for c in self.columns})
                for _ in range(4)]
        if all(self.keeps(row) for row in rows):
            return
        with pytest.raises(QuireError):
            delta.append(self.url, tm.to_arrow(self.columns, rows))

    def set_property(self):
        name, value = self.generator.choice([
            ("delta.dataSkippingNumIndexedCols", "1"), ("delta.dataSkippingNumIndexedCols", "-1"),
            ("delta.targetFileSize", "10kb"), ("delta.checkpointInterval", "4"), ("my.own", "x")])
        version = delta.property_set(self.url, {name: value})
        self.done(version, self.rows, unchanged=True)

    # --- Upkeep ---------------------------------------------------------------------------------

    def optimize(self):
        options = []
        if self.generator.random() < 0.5:
            by = self.generator.sample([c for c in self.columns if c not in self.parts and
                                        c.kind in tm.ORDERED], 1)
            options = [self.generator.choice(["--zorder", "--hilbert"]), by[0].sql]
        if self.parts and self.generator.random() < 0.3:
            options += ["--where", self.condition(self.parts)[0]]
        good("table", "optimize", self.url, "--durability", "none", *options)
        self.done(delta.version(self.url), self.rows, unchanged=True)

    def vacuum(self):
        lite = ["--lite"] if self.generator.random() < 0.3 else []
        good("table", "vacuum", self.url, "--retain", "0s", "--force-retention", "--durability",
             "none", *lite)
        newest = delta.version(self.url)
        rows = self.versions[max(self.versions)]
        # What is older may be unreadable now.
        self.versions = {newest: rows}
        self.told &= {newest}
        self.done(newest, self.rows, unchanged=True)

    def analyze(self):
        good("table", "analyze", self.url, "--durability", "none",
             *(["--all"] if self.generator.random() < 0.5 else []))
        self.done(delta.version(self.url), self.rows, unchanged=True)

    def checkpoint(self):
        good("table", "checkpoint", self.url, "--durability", "none",
             *(["--compact-log"] if self.generator.random() < 0.5 else []))
        self.done(delta.version(self.url), self.rows, unchanged=True)

    def clean_log(self):
        """As if all but the last versions were made long ago."""
        log = os.path.join(self.url, "_delta_log")
        newest = delta.version(self.url)
        old = newest - self.generator.randrange(4)
        for name in os.listdir(log):
            path = os.path.join(log, name)
            if os.path.isfile(path) and name[:20].isdigit() and int(name[:20]) <= old:
                then = time.time() - 60 * DAY + int(name[:20])
                os.utime(path, (then, then))
        good("table", "checkpoint", self.url, "--durability", "none")
        names = os.listdir(log)
        first = min(int(name[:20]) for name in names if ".checkpoint." in name)
        if f"{0:020}.json" not in names:
            assert first <= max(old, newest)
            self.versions = {version: what for version, what in self.versions.items()
                             if version >= first}
            self.told = {version for version in self.told if version > first}
        self.done(newest, self.rows, unchanged=True)

    # --- Others ---------------------------------------------------------------------------------

    def foreign(self):
        if self.identity or self.features - FOREIGN or self.rule:
            return
        if any(c.kind == "local" for c in self.columns):
            return
        if any(c.kind == "price" for c in self.parts):  # -0.01 is 0.-1 to it
            return
        way = self.generator.randrange(4)
        table = DeltaTable(self.url)
        self.log.append(f"    way {way}")
        if way == 0:
            rows = self.come(6)
            if not rows:
                return
            write_deltalake(self.url, tm.to_arrow(self.columns, rows), mode="append")
            self.done(delta.version(self.url), self.rows + rows)
        elif way == 1:
            at = self.generator.randrange(40)
            table.delete(f"id < {at}")
            rows = [row for row in self.rows if row["id"] is None or row["id"] >= at]
            self.done(delta.version(self.url), rows, unchanged=True)
        elif way == 2:
            table.optimize.compact()
            self.done(delta.version(self.url), self.rows, unchanged=True)
        else:
            table.create_checkpoint()

    # --- Judging --------------------------------------------------------------------------------

    def check(self):
        wanted, names = tm.counted(self.rows, self.names()), self.names()
        assert tm.counted(delta.read(self.url).to_pylist(), names) == wanted
        self.check_others(None, wanted, self.all_columns())
        where, holds = self.condition(self.all_columns())
        read = delta.read(self.url, where=where).to_pylist()
        missed = tm.counted([row for row in self.rows if holds(row) is True], names) - \
            tm.counted(read, names)
        assert not missed, f"passed over by {where}: {missed}"
        version = self.generator.choice(sorted(self.versions))
        rows, columns = self.versions[version]
        names = [column.name for column in columns]
        assert tm.counted(delta.read(self.url, version).to_pylist(), names) == \
            tm.counted(rows, names), version
        self.check_others(version, tm.counted(rows, names), columns)

        self.check_changes()

    def check_changes(self):
        told = sorted(version for version in self.told if version - 1 in self.versions)
        if not told:
            return
        version = self.generator.choice([told[-1], self.generator.choice(told)])
        rows, columns = self.versions[version]
        before, before_columns = self.versions[version - 1]
        names = [column.name for column in columns]
        kinds = {column.name: column.kind for column in before_columns}
        if any(not tm.reads(kinds.get(column.name, column.kind), column.kind)
               for column in columns):
            with pytest.raises(QuireError, match="cannot be told in the columns"):
                delta.changes(self.url, version, version)
            return
        wanted = tm.counted(rows, names)
        before = tm.counted([tm.as_columns(row, columns) for row in before], names)
        gone, come = [], []
        for row in delta.changes(self.url, version, version).to_pylist():
            assert row["_commit_version"] == version
            (gone if row["_change_type"] in ("delete", "update_preimage") else come).append(row)
        gone, come = tm.counted(gone, names), tm.counted(come, names)
        assert not gone - before, f"version {version} has gone what was not there"
        assert before - gone + come == wanted, f"changes of version {version}"

    def check_others(self, version, wanted, columns):
        names = [column.name for column in columns]
        if "widened" in self.features:  # which delta-rs does not read
            return
        table = DeltaTable(self.url, version=version)
        read = QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all()
        assert tm.counted(pa.table(read).to_pylist(), names) == wanted, "delta-rs"
        if not self.parts and not self.features & {"vectors", "mapping", "ids"}:
            self.check_files(table.file_uris(), wanted, columns)
        # Polars knows no folders with %XX in their names, and few features.
        if not self.features & {"vectors", "mapping", "ids", "v2"} and \
                not {c.name for c in self.parts} & {"it's", "p=q", "%41"}:
            read = polars.read_delta(self.url, version=version).to_arrow()
            assert tm.counted(read.to_pylist(), names) == wanted, "polars"

    def check_files(self, uris, wanted, columns):
        if not uris:
            assert not wanted
            return
        files = duckdb.sql(f"SELECT * FROM read_parquet({uris}, union_by_name = true)")
        rows = [tm.as_columns(row, columns) for row in files.to_arrow_table().to_pylist()]
        assert tm.counted(rows, [column.name for column in columns]) == wanted, "DuckDB"

    def fsck(self):
        good("table", "fsck", self.url)

    def step(self):
        change = self.generator.choice([
            self.append, self.append, self.append, self.delete, self.update, self.overwrite,
            self.merge, self.merge, self.restore, self.evolve, self.constrain, self.break_rule,
            self.set_property, self.turn_on, self.widen, self.replace_schema, self.optimize,
            self.optimize, self.vacuum, self.analyze, self.checkpoint, self.clean_log, self.foreign,
            self.fsck])
        self.log.append(f"{max(self.versions)}: {change.__name__}")
        change()
        self.check()


def delta_properties(url):
    return good("table", "info", url, "--json").json()["properties"]


CASES = [([], False), (["vectors"], False), (["changes"], False), (["mapping"], False),
         (["ids", "tracking"], False), (["tracking", "vectors", "changes"], False),
         (["v2", "stamps"], False), (["few", "compacting"], False), ([], True),
         (["mapping", "vectors", "tracking", "v2"], True), (["changes", "stamps"], True)]


@pytest.mark.parametrize("round_number", range(ROUNDS))
@pytest.mark.parametrize("features,identity", CASES)
def test_histories(tmp_path, features, identity, round_number):
    seed = f"{SEED} {features} {identity} {round_number}"
    history = History(str(tmp_path / "t"), set(features), identity, random.Random(seed))
    try:
        for _ in range(STEPS):
            history.step()
        good("table", "fsck", history.url)
    except BaseException:
        print(seed, *history.log, sep="\n")
        raise
