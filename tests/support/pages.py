"""Pages of the documentation: their fenced blocks, and a walk that does what a page says, in order.

How a page is written, so that it can be done:

    ```python title="x.py"    a file to save under this name; so with toml, and any other language
    ```python                 run in one namespace for each page
    ```sh                     run line by line; a line that ends in `# exits with 1` must do so
    ```text                   what the block before it prints; `...` stands for anything
    ```toml                   read, and resolved as a scenario where it is a whole one
    ```r, matlab, julia       for other programs; tests/docs/test_reading_runs.py runs what it can
    ```                       a picture, or the output of something that takes too long here
"""

import os
import re
import shlex
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from io import StringIO
from pathlib import Path

from neuroplast import discovery, registry
from neuroplast.cli import main
from neuroplast.errors import DataError

ROOT = Path(__file__).parents[2]
LANGUAGES = ("python", "sh", "text", "toml", "r", "matlab", "julia", "")

NOT_RUN = {
    "make demo": "prepares an environment and takes minutes; test_setup_env.py and test_scenarios.py have its parts",
    "make test": "is what runs this",
    "python -m venv .venv": "belongs to the next line",
    ".venv/bin/pip install -c constraints.txt .": "downloads PyTorch; test_wheel.py installs without it",
}
"""Commands that are not run here, each with the reason."""

PLANNED = (
    "neuroplast run quickstart ",
    "neuroplast --plugin eager_instar.py run quickstart ",
    "neuroplast run softhebb_cifar10 ",
    "neuroplast run softhebb_mnist ",
)
"""How commands begin that take minutes to hours: they are resolved and planned (--dry-run), and not run."""

NO_DATA = "not found; looked "
"""What a plan says of a scenario that is sound where its images are not on this machine: nothing downloads them."""

DYNAMICS = "docs/dynamics/"
"""Where scenarios are run only in plan: tests/dynamics runs them, and holds what they show."""

_FENCE = re.compile(r'^```(\w*)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    where: str
    language: str
    title: str
    text: str


def page_names():
    """The README, and every page of the documentation."""
    pages = sorted((ROOT / "docs").rglob("*.md"))
    return ["README.md", *(p.relative_to(ROOT).as_posix() for p in pages)]


def read(page):
    """The text of a page, named from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page):
    """All fenced blocks of a page; AssertionError for a fence that would be passed over."""
    text = read(page)
    found = [
        Block(f"{page}:{text.count(chr(10), 0, m.start()) + 1}", *m.groups())
        for m in _FENCE.finditer(text)
    ]
    assert text.count("```") == 2 * len(found), f"{page}: a fence that is not understood"
    for block in found:
        assert block.language in LANGUAGES, f"{block.where}: who runs {block.language}?"
    return found


def commands(block):
    """The commands of a block, without their comments: (command, the code it exits with)."""
    for line in block.text.splitlines():
        command, _, comment = line.partition(" # ")
        if command.strip() and not command.startswith("#"):
            code = re.search(r"exits with (\d+)", comment)
            yield command.strip(), int(code[1]) if code else 0


def _is_planned(block, command):
    long = block.where.startswith(DYNAMICS) and command.startswith("neuroplast run ")
    return long or command.startswith(PLANNED)


@dataclass
class Walk:
    """Does what a page says, from an empty folder on.

    binaries: a folder of commands that come first. done: commands that were run.
    """

    folder: Path
    binaries: Path
    done: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.here = self.folder

    def follow(self, page):
        """Do all of a page, and hold what it prints against what it says."""
        names, printed = {"__name__": page}, None
        for block in blocks(page):
            if block.title:
                file = self.here / block.title
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, encoding="utf-8")
            elif block.language == "sh":
                printed = self.outputs[block.where] = self._commands(block)
            elif block.language == "python":
                printed = self.outputs[block.where] = self._python(block, names)
            elif block.language == "text":
                self._compare(block, printed)
        return names

    def _python(self, block, names):
        printed = StringIO()
        with chdir(self.here), redirect_stdout(printed):
            exec(compile(block.text, block.where, "exec"), names)
        return printed.getvalue()

    def _commands(self, block):
        """What all commands of a block print; None where one of them is not run."""
        printed, whole = "", True
        for command, code in commands(block):
            planned = _is_planned(block, command)
            if command in NOT_RUN or planned:
                whole = False
            if planned:
                self._plan(block, command)
            elif command.startswith("cd "):
                self.here = self.here / command.removeprefix("cd ")
            elif command not in NOT_RUN:
                printed += self._run(block, command, code)
        return printed if whole else None

    def _plan(self, block, command):
        """Resolve and plan what would take too long, in this process."""
        registry.use(None)
        told = StringIO()
        try:
            with chdir(self.here), redirect_stdout(told), redirect_stderr(told):
                code = main([*shlex.split(command)[1:], "--dry-run"])
        finally:
            discovery.choose()
            registry.use(None)
        planned = code == 0 or (code == DataError.exit_code and NO_DATA in told.getvalue())
        assert planned, f"{block.where}: {command} --dry-run\n{told.getvalue()}"
        self.done.append(command)

    def _run(self, block, command, code):
        answer = self._call(command)
        assert answer.returncode == code, (
            f"{block.where}: {command}\nexited with {answer.returncode}\n{answer.stdout}"
        )
        self.done.append(command)
        return answer.stdout

    def _call(self, command):
        """Run a command as a shell would, its errors among what it prints."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        path = f"{self.binaries}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            shell=True,
            cwd=self.here,
            env={**kept, "PATH": path, "OMP_NUM_THREADS": "1", "PIP_NO_INDEX": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )

    def _compare(self, block, printed):
        if printed is None:
            return
        same = OutputChecker().check_output(block.text, printed, ELLIPSIS | NORMALIZE_WHITESPACE)
        assert same, f"{block.where}: the page says\n{block.text}\nand this was printed\n{printed}"
