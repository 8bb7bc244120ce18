"""Chromium without a window, driven by its own protocol over a pipe: no driver is installed for it."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the only pages are ours, on loopback
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_BLOCK = 1 << 16
_LONGEST = 20  # seconds for a file to come


def executable() -> str | None:
    """Return Chromium, where there is one."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@dataclass
class Browser:
    """One page, and the pipe to it."""

    out: int
    into: int
    session: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)
    heard: bytes = b""

    def ask(self, method: str, **given: object) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": given}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while (answer := self._hear()).get("id") != number:
            pass
        assert "error" not in answer, answer
        found: dict[str, Any] = answer["result"]
        return found

    def await_(self, event: str) -> None:
        """Wait for an event."""
        while self._hear().get("method") != event:
            pass

    def go(self, address: str) -> None:
        """Open an address and wait until all of it is there."""
        self.ask("Page.navigate", url=address)
        self.await_("Page.loadEventFired")

    def run(self, script: str) -> Any:  # noqa: ANN401 - what the script says
        """Return what a script says in the page; it stands outside of the page's own policy."""
        result = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def click(self, selector: str) -> None:
        """Click, and wait for the page that follows."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self.await_("Page.loadEventFired")

    def take(self, selector: str, folder: Path) -> bytes:
        """Click on what gives a file, and return the file once it is there."""
        folder.mkdir()
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            files = list(folder.iterdir())
            whole = [path for path in files if path.stat().st_size]  # Chromium makes the name first, empty
            if whole == files and whole and whole[0].suffix != ".crdownload":
                return whole[0].read_bytes()
            time.sleep(0.02)
        msg = "No file came."
        raise AssertionError(msg)

    def size(self, width: int, height: int, scale: float = 1) -> None:
        """Give the page a size."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 500,
        )

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Show the page as on paper, or in the dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", media=kind, features=features)

    def picture(self, path: Path) -> None:
        """Write a picture of the whole page."""
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self.heard:
            block = os.read(self.into, _BLOCK)
            assert block, "Chromium has gone"
            self.heard += block
        first, _, self.heard = self.heard.partition(b"\0")
        found: dict[str, Any] = json.loads(first)
        return found


@contextmanager
def running(program: str, folder: Path) -> Iterator[Browser]:
    """Run Chromium with a profile of its own in a folder; it reads on 3 and writes on 4."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    command = ["bash", "-c", f'exec "$@" 3<&{their_in} 4>&{their_out}', "bash", program, *_FLAGS]
    process = subprocess.Popen(
        [*command, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(their_in, their_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(their_in)
    os.close(their_out)
    try:
        yield _first_page(Browser(our_out, our_in))
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        os.close(our_out)
        os.close(our_in)


def _first_page(browser: Browser) -> Browser:
    target = next(one for one in browser.ask("Target.getTargets")["targetInfos"] if one["type"] == "page")
    browser.session = browser.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
    browser.ask("Page.enable")
    return browser
