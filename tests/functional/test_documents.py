"""README.md, docs/tutorial.md and docs/api.md: run their commands and compare the output.

In a ``console`` block, lines after ``$`` are commands and the others their output. A ``python``
block is a program that prints what its comments say. An ``ini`` block changes the settings of the
server that later commands talk to.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import sample
from typing import NamedTuple

import pexpect
import pytest
from pyramid.paster import get_app

from classroom import DEFAULT_SETTINGS

from ..support import commands
from ..support.application import engine_of
from ..support.paths import BIN, ROOT
from ..support.pserve import copy_ini
from ..support.sockets import free_port
from ..support.waiting import TIMEOUT
from ..support.waitress import serving

SETTINGS = (ROOT / "docs" / "settings.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()

# A reader would copy entity tags and tokens from the responses.
COPIED = re.compile(r'"[0-9a-f]{32}"|eyJ[\w-]+\.[\w-]+\.[\w-]+')
# Differs from run to run.
VOLATILE = re.compile(
    r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
    # Times whose fraction is zero are shorter.
    r"|(?<=Content-Length: )\d+"
    rf"|{COPIED.pattern}"
    r"|(?<=X-Ratelimit-Reset: )\d+"
    r"|(?<=X-Request-Id: )\w+"
    r"|(?<=Retry-After: )\d+"
    r"|(?<=;t=)\d+"
    r"|(?<=Generating )\S+"
    r"|(?<=Database: )\S+"
)


class Step(NamedTuple):
    """A command and its output, or a change of settings."""

    kind: str
    text: str
    output: str = ""


def steps_of(document: str) -> Iterator[Step]:
    for kind, block in re.findall(r"^```(console|ini|python)\n(.*?)^```$", document, re.M | re.S):
        if kind == "ini":
            yield Step(kind, block)
        elif kind == "python":
            printed = "\n".join(re.findall(r"^# (.*)$", block, re.M))
            yield Step("console", f"python <<'END'\n{block}END", printed)
        else:
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M):
                yield Step(kind, command, output.strip())


class Conversation:
    """A reader who types the commands, on a port with as many digits as that of the document."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port(*sample(range(6543, 10_000), 100))
        self.known: dict[str, str] = {}
        self.ini = copy_ini("development.ini", folder, self.port)
        options = ["--print=hb", "--pretty=format", "--ignore-stdin"]
        config = {"default_options": options, "disable_update_warnings": True}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / ".curlrc").write_text("silent")  # on a terminal curl shows no progress either

    def set(self, lines: str) -> None:
        text = self.ini.read_text()
        for key in re.findall(r"^(\S+) =", lines, re.M):
            text = re.sub(rf"^{re.escape(key)} = .*\n", "", text, flags=re.M)
        self.ini.write_text(text.replace("[pshell]", f"{lines}\n[pshell]"))

    @contextmanager
    def server(self) -> Iterator[None]:
        """Serve the application of the ini file."""
        app = get_app(str(self.ini))
        try:
            with serving(app, listen=f"127.0.0.1:{self.port}"):
                yield
        finally:
            engine_of(app).dispose()

    def run(self, command: str) -> str:
        """Return the output of a command, which runs in this process if it needs no other."""
        command = command.replace("localhost:6543", f"localhost:{self.port}")
        for written, seen in self.known.items():
            command = command.replace(written, seen)
        if command.startswith("classroom adduser "):
            return self._type_passwords(command)
        if command.startswith("http "):
            return commands.http(self.folder, *shlex.split(command)[1:]).strip()
        if command.startswith("classroom "):
            ran = commands.run(self.ini, *shlex.split(command)[1:])
            assert ran.exit_code == 0
            return ran.output.strip()
        return self._run_in_shell(command)

    def _run_in_shell(self, command: str) -> str:
        shell = ["bash", "-c", command]
        output = subprocess.check_output(
            shell, stderr=subprocess.STDOUT, env=self._environ, cwd=self.folder, text=True
        )
        return output.strip()

    @property
    def _environ(self) -> dict[str, str]:
        path = f"{BIN}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "CURL_HOME": str(self.folder)}

    def _type_passwords(self, command: str) -> str:
        child = pexpect.spawn(
            command,
            env=self._environ,
            cwd=str(self.folder),
            encoding="utf-8",
            timeout=TIMEOUT,
        )
        for _ in range(2):
            child.expect("(Password|Confirm): ")
            child.sendline("correct-horse")
        child.expect(pexpect.EOF)
        return f"Password: \nConfirm: \n{child.before.strip()}"

    def learn(self, written: str, seen: str) -> None:
        pairs = zip(COPIED.findall(written), COPIED.findall(seen), strict=False)
        self.known |= dict(pairs)

    def comparable(self, text: str) -> str:
        text = text.replace(f"localhost:{self.port}", "localhost:6543").replace("\r", "")
        return VOLATILE.sub("...", text)


@pytest.mark.usefixtures("endless_windows")
@pytest.mark.parametrize(
    ("document", "fewest_steps"), [("README.md", 5), ("docs/tutorial.md", 20), ("docs/api.md", 20)]
)
def test_commands_in_documents_print_the_documented_output(
    tmp_path: Path, document: str, fewest_steps: int
) -> None:
    reader = Conversation(tmp_path)
    steps = list(steps_of((ROOT / document).read_text()))
    assert len(steps) >= fewest_steps
    while steps:
        if steps[0].kind == "ini":
            reader.set(steps.pop(0).text)
        with reader.server():
            while steps and steps[0].kind == "console":
                _, command, output = steps.pop(0)
                seen = reader.run(command)
                reader.learn(output, seen)
                assert reader.comparable(seen) == reader.comparable(output), command


def test_documented_settings_and_defaults_match_the_code() -> None:
    rows = re.findall(r"^\| `(classroom\.[\w.]+)` \| (\S+) \|", SETTINGS, re.M)
    defaults = {key: f"`{value}`" if value else "none" for key, value in DEFAULT_SETTINGS.items()}
    assert dict(rows) == defaults


def test_make_help_lists_every_target() -> None:
    make = shutil.which("make")
    assert make
    shown = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    [phony] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    assert set(re.findall(r"^make ([\w-]+)", shown.stdout, re.M)) == set(phony.split())
