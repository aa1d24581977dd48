"""A browser without a window: opens pages and tells what became of them.

Chromium is spoken to by the Chrome DevTools Protocol over a pair of pipes
(--remote-debugging-pipe), one JSON object after another, each ended by a zero.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium")
# How long an answer may take before the browser is taken for dead.
ANSWER_LIMIT = 120


class Browser:
    """One process, for as many pages as there are; a context manager."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="quire-browser-",
                                                  ignore_cleanup_errors=True)
        to_read, self.out = os.pipe()
        self.into, to_write = os.pipe()

        def take_pipes():
            # High numbers first, so that neither is written over by the other.
            read, write = os.dup(to_read), os.dup(to_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}",
             "about:blank"],
            pass_fds=(3, 4), preexec_fn=take_pipes, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number = 0
        self.kept = b""
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        # Its helpers are in its process group, and write to the folder until they end.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        self.folder.cleanup()

    def message(self):
        limit = time.monotonic() + ANSWER_LIMIT
        while b"\0" not in self.kept:
            ready, _, _ = select.select([self.into], [], [], max(limit - time.monotonic(), 0))
            part = os.read(self.into, 1 << 20) if ready else b""
            if not part:
                raise RuntimeError("the browser does not answer")
            self.kept += part
        text, self.kept = self.kept.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        """One command and its result; what happens meanwhile is kept in events."""
        self.number += 1
        asked = {"id": self.number, "method": method, "params": parameters}
        if hasattr(self, "session"):
            asked["sessionId"] = self.session
        os.write(self.out, json.dumps(asked).encode() + b"\0")
        while True:
            told = self.message()
            if told.get("id") == self.number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told["result"]
            self.events.append(told)

    def open(self, url, width=1280, height=900, dark=False, zoom=1):
        """Opens a page in a window of that size, and waits until it is loaded."""
        self.events = []
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=zoom, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-color-scheme",
                             "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def value(self, expression):
        """What an expression of JavaScript's is in the page, by way of JSON. The page's own
        policy does not concern it."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"])
        return told["result"].get("value")

    def complaints(self):
        """What the page had the console say, and exceptions."""
        return [event["params"] for event in self.events
                if event["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled",
                                       "Runtime.exceptionThrown")]

    def requests(self):
        """The addresses that were asked for since the page was opened."""
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def picture(self, path, whole=True):
        told = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(told["data"]))
