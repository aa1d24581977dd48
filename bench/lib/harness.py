"""Runs the same task with several engines, in turn, and compares them.

Each engine lives in a process of its own, which loads the data once in the form
that is native to it and then performs tasks on request. The engines take turns,
so that whatever disturbs the machine disturbs all of them; what is compared is
the median over rounds of the ratio within a round. Memory is what the process
holds in anonymous pages at its peak during a task, less what it held before: the
data itself and the page cache are not counted. It is sampled in rounds of its
own, which are not timed.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time


def some_of(allowed):
    """The type of an argument: names of these with commas between them, as a list in their order."""
    def parse_list(text):
        names = text.split(",")
        for name in names:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(allowed)}")
        return [name for name in allowed if name in names]
    return parse_list


def anonymous_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid):
    """What all threads of a process have computed, those that ended included."""
    return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3), as Linux encodes it


def peak_until_exit(process):
    """The most that a process held resident, in bytes. (What wait4 says starts at the
    size of the parent that forked it.)"""
    peak = 0
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]) * 1024)
        time.sleep(0.001)
    return peak


class Engine:
    """A worker process that speaks JSON lines: {"do": name, ...} → {"seconds", ...}.

    One that has another process compute says its "pid" in its first answer: that one is measured
    then, and what it held before counts too, since it gives nothing back."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        ready = self.answer()
        self.pid = ready.get("pid", self.process.pid)
        self.helped = "pid" in ready

    def request(self, task, arguments):
        return json.dumps({"do": task, **arguments})

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} died")
        return json.loads(line)

    def run(self, task, **arguments):
        before = cpu_seconds(self.pid)
        print(self.request(task, arguments), file=self.process.stdin, flush=True)
        answer = self.answer()
        return {**answer, "cpu": cpu_seconds(self.pid) - before}

    def run_watched(self, task, **arguments):
        """As run, with the peak of anonymous memory beyond the start, in bytes."""
        before = peak = anonymous_bytes(self.pid)
        done = threading.Event()

        def watch():
            nonlocal peak
            while not done.wait(0.002):
                peak = max(peak, anonymous_bytes(self.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            answer = self.run(task, **arguments)
        finally:
            done.set()
            watcher.join()
        return {**answer, "memory": peak if self.helped else peak - before}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class WordEngine(Engine):
    """A program that takes requests as words with tabs between them, for one that is
    not to parse JSON: the task, then the arguments in their order."""

    def request(self, task, arguments):
        return "\t".join([task, *map(str, arguments.values())])


def serve(tasks, pid=None):
    """The worker's side: tasks is {name: function(**arguments) → dict of facts}."""
    print(json.dumps({"ready": True} | ({} if pid is None else {"pid": pid})), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        task = tasks[request.pop("do")]
        started = time.perf_counter()
        try:
            facts = task(**request) or {}
            facts.setdefault("seconds", time.perf_counter() - started)
        except Exception as failure:  # an engine that cannot is a fact, not a crash
            facts = {"failed": str(failure).splitlines()[0][:100]}
        print(json.dumps(facts), flush=True)


REFERENCE = "quire"  # whose time the others' is divided by


def compare(engines, task, rounds, after=None, **arguments):
    """Runs a task in turn; gives a row of figures for each engine by name.

    after(engine, answer), when given, follows each run untimed and may add to the answer
    or, by raising, refuse it."""
    def once(run, engine):
        answer = run(task, **arguments)
        if after is not None and "failed" not in answer:
            try:
                after(engine, answer)
            except ValueError as refusal:
                return {"failed": str(refusal)}
        return answer

    runs = {engine.name: [] for engine in engines}
    rows = {}
    for engine in engines:  # also warms caches
        rows[engine.name] = once(engine.run_watched, engine)
    for _ in range(rounds):
        for engine in engines:
            if "failed" not in rows[engine.name]:
                answer = once(engine.run, engine)
                if "failed" in answer:
                    rows[engine.name] = answer
                else:
                    runs[engine.name].append(answer)
    return figures(rows, runs)


def compare_commands(commands, source, target, rounds):
    """Whole processes in turn, start-up included; memory is all that the process held.

    commands is {name: function(source, target) → command}."""
    rows, runs = {}, {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if "failed" in rows.get(name, {}):
                continue
            answer, peak, complaint = run_command(command(source, target), watch=turn == 0)
            if complaint:
                rows[name] = {"failed": complaint}
                continue
            if turn == 0:
                rows[name] = {"bytes": os.path.getsize(target), "memory": peak}
            else:
                runs[name].append(answer)
            os.unlink(target)
    return figures(rows, runs)


def run_command(command, watch=True):
    """One process: its seconds and CPU, with watch its peak, and why it failed, if it did."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
    peak = peak_until_exit(process) if watch else 0
    complaint = process.communicate()[1]
    elapsed, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    failed = (complaint.splitlines() or ["failed"])[-1][:100] if process.returncode != 0 else None
    return {"seconds": elapsed, "cpu": cpu}, peak, failed


def command_figures(command):
    """CPU seconds of a command, its peak in bytes and what it printed; ends where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(command, stdout=printed, stderr=complaint,
                                   env={**os.environ, "POLARS_MAX_THREADS": str(os.cpu_count())})
        peak = peak_until_exit(process)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        printed.seek(0)
        complaint.seek(0)
        if process.returncode != 0:
            sys.exit(f"{command[0]}: {complaint.read().decode()}")
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return seconds, peak, printed.read()


def figures(rows, runs):
    """Adds the medians, and the least time of all; no ratio where the reference did not run."""
    def of(name, figure):
        return [run[figure] for run in runs[name]]

    for name, row in rows.items():
        if "failed" in row:
            continue
        row["seconds"] = statistics.median(of(name, "seconds"))
        row["least_seconds"] = min(of(name, "seconds"))
        row["cpu"] = statistics.median(of(name, "cpu"))
        if runs.get(REFERENCE) and "failed" not in rows[REFERENCE]:
            row["ratio"] = statistics.median(
                theirs / ours
                for theirs, ours in zip(of(name, "seconds"), of(REFERENCE, "seconds")))
    return rows


def table(title, rows, heads=("engine",)):
    """A Markdown table, with files where a row counts them. The key of a row is the text of its first cells, a tuple when
    there are several heads."""
    counted = any("files" in row for row in rows.values())
    lines = [f"### {title}", "",
             f"| {' | '.join(heads)} | seconds | time / quire | CPU s "
             f"{'| files ' if counted else ''}| size MB | peak memory MB |",
             f"|{'---|' * len(heads)}---:|---:|---:|{'---:|' if counted else ''}---:|---:|"]
    for key, row in rows.items():
        name = " | ".join(key) if isinstance(key, tuple) else key
        if "failed" in row:
            lines.append(f"| {name} | — | — | — {'| — ' if counted else ''}| — "
                         f"| {row['failed']} |")
            continue
        files = f"| {row.get('files', '')} " if counted else ""
        size = f"{row['bytes'] / 1e6:.1f}" if row.get("bytes") else ""
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else "—"
        lines.append(f"| {name} | {row['seconds']:.3f} | {ratio} | {row['cpu']:.3f} "
                     f"{files}| {size} | {row['memory'] / 1e6:.0f} |")
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def folder(given):
    """Where files go: a folder that is kept, or one in memory that is not."""
    if given:
        path = pathlib.Path(given)
        path.mkdir(parents=True, exist_ok=True)
        yield path
        return
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = pathlib.Path(tempfile.mkdtemp(prefix="quire-bench-", dir=memory))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def conditions():
    """What the figures depend on, in one paragraph."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "unknown")
    kernel = os.uname().release
    busy = os.getloadavg()[2]
    return (f"{os.cpu_count()} cores ({cpu}), load average {busy:.1f} at the end, Linux {kernel}, "
            f"Python {sys.version.split()[0]}")
