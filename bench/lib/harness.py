"""Runs the same task with several engines, in turn, and compares them.

Each engine lives in a process of its own, which loads the data once in the form
that is native to it and then performs tasks on request. The engines take turns,
so that whatever disturbs the machine disturbs all of them; what is compared is
the median over rounds of the ratio within a round. Memory is what the process
holds in anonymous pages at its peak during a task, less what it held before: the
data itself and the page cache are not counted. It is sampled in rounds of its
own, which are not timed.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time


def anonymous_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


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
    """A worker process that speaks JSON lines: {"do": name, ...} → {"seconds", ...}."""

    def __init__(self, script, name, *arguments):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, script, "--engine", name, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} died")
        return json.loads(line)

    def run(self, task, **arguments):
        print(json.dumps({"do": task, **arguments}), file=self.process.stdin, flush=True)
        return self.answer()

    def run_watched(self, task, **arguments):
        """As run, with the peak of anonymous memory beyond the start, in bytes."""
        before = peak = anonymous_bytes(self.process.pid)
        done = threading.Event()

        def watch():
            nonlocal peak
            while not done.wait(0.002):
                peak = max(peak, anonymous_bytes(self.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            answer = self.run(task, **arguments)
        finally:
            done.set()
            watcher.join()
        return {**answer, "memory": peak - before}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve(tasks):
    """The worker's side: tasks is {name: function(**arguments) → dict of facts}."""
    print(json.dumps({"ready": True}), flush=True)
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


def compare(engines, task, rounds, **arguments):
    """Runs a task in turn; gives a row of figures for each engine by name."""
    seconds = {engine.name: [] for engine in engines}
    rows = {}
    for engine in engines:  # also warms caches
        rows[engine.name] = engine.run_watched(task, **arguments)
    for _ in range(rounds):
        for engine in engines:
            if "failed" not in rows[engine.name]:
                seconds[engine.name].append(engine.run(task, **arguments)["seconds"])
    first = engines[0].name
    for name, row in rows.items():
        if "failed" in row:
            continue
        row["seconds"] = statistics.median(seconds[name])
        row["ratio"] = statistics.median(
            theirs / ours for theirs, ours in zip(seconds[name], seconds[first]))
    return rows


def table(title, rows):
    """A Markdown table; ratio is their time over that of the first engine."""
    lines = [f"### {title}", "",
             "| engine | seconds | time / quire | size MB | peak memory MB |",
             "|---|---:|---:|---:|---:|"]
    for name, row in rows.items():
        if "failed" in row:
            lines.append(f"| {name} | — | — | — | {row['failed']} |")
            continue
        size = f"{row['bytes'] / 1e6:.1f}" if row.get("bytes") else ""
        lines.append(f"| {name} | {row['seconds']:.3f} | {row['ratio']:.2f} | {size} "
                     f"| {row['memory'] / 1e6:.0f} |")
    return "\n".join(lines) + "\n"


def conditions():
    """What the figures depend on, in one paragraph."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "unknown")
    kernel = os.uname().release
    return f"{os.cpu_count()} cores ({cpu}), Linux {kernel}, Python {sys.version.split()[0]}"
