"""The how-to's of CONTRIBUTING.md, applied to a copy of the package as a reader would apply them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import ecom_platform

ROOT = Path(ecom_platform.__file__).parent.parent
GUIDE = ROOT / "CONTRIBUTING.md"

_BLOCK = re.compile(r"^ *`(?P<file>[\w/.]+)`\n(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```$", re.M | re.S)


@dataclass(frozen=True)
class Step:
    """A file of a how-to: its whole text, or (`diff`) the lines that change in it."""

    file: str
    diff: bool
    text: str


def titles() -> list[str]:
    """The titles of the guide's sections, in order."""
    return re.findall(r"^## (.*)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


def section(title: str, guide: Path = GUIDE) -> str:
    """The text of a section, up to the next."""
    return guide.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def steps(title: str, guide: Path = GUIDE) -> list[Step]:
    """Every file of a section, in order."""
    return [
        Step(found["file"], found["language"] == "diff", textwrap.dedent(_unindented(found["text"], len(found["indent"]))))
        for found in _BLOCK.finditer(section(title, guide))
    ]


def _unindented(text: str, width: int) -> str:
    return "".join(line[width:] if line.strip() else line.lstrip(" ") for line in text.splitlines(keepends=True))


class Copy:
    """A copy of the package and its SQL that may be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("ecom_platform", "sql"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)

    def apply(self, title: str, guide: Path = GUIDE) -> set[str]:
        """Applies every step of a how-to. Returns the files it changed or added."""
        for step in steps(title, guide):
            self._apply(step)
        return {step.file for step in steps(title, guide)}

    def _apply(self, step: Step) -> None:
        path = self.folder / step.file
        if not step.diff:
            assert not path.exists(), path
            path.write_text(step.text, encoding="utf-8")
            return
        for old, new in hunks(step.text):
            self.replace(step.file, old, new)

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces lines that occur once, whatever their common indentation."""
        path = self.folder / file
        lines, wanted = path.read_text(encoding="utf-8").splitlines(), old.splitlines()
        found = [
            at
            for at in range(len(lines) - len(wanted) + 1)
            if [line.strip() for line in lines[at : at + len(wanted)]] == [line.strip() for line in wanted]
        ]
        assert len(found) == 1, f"{file} has {len(found)} times: {old}"
        at = found[0]
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at : at + len(wanted)] = textwrap.indent(textwrap.dedent(new), margin).splitlines()
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Python with the copy in the package's place; the tests' helpers can be imported, too."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("ECOM_")}
        path = {"PYTHONPATH": os.pathsep.join((str(self.folder), str(ROOT)))}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**known, **path, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )


def hunks(diff: str) -> list[tuple[str, str]]:
    """Lines and what replaces them: a hunk each, between lines of `@@`."""
    pairs = []
    for hunk in diff.split("@@\n"):
        lines = [(line[:1] or " ", line[1:]) for line in hunk.splitlines()]
        old = [text for mark, text in lines if mark in " -"]
        pairs.append(("\n".join(old), "\n".join(text for mark, text in lines if mark in " +")))
    return pairs
