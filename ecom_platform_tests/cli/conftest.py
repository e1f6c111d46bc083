"""The command line called as a person calls it, in this process."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from ecom_platform.cli import main
from ecom_platform_tests.conftest import SMALL_WORLD


class Answer(NamedTuple):
    exit_code: int
    out: str
    err: str


Ecom = Callable[..., Answer]


@pytest.fixture
def ecom(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Ecom:
    """`ecom("run", "--users", "10", ECOM_SEED="3")`: a small world in a home of its own unless told otherwise."""

    def call(*arguments: str, **environment: str) -> Answer:
        small = SMALL_WORLD | {"ECOM_HOME": str(tmp_path / "home")}
        # Options set variables of the process: what they set must not outlive the call.
        with patch.dict(os.environ, small | environment), monkeypatch.context() as context:
            context.setattr(sys, "argv", ["ecom", *arguments])
            capfd.readouterr()
            with pytest.raises(SystemExit) as exited:
                main()
        out, err = capfd.readouterr()
        code = exited.value.code
        return Answer(code if isinstance(code, int) else 0 if code is None else 1, out, err)

    return call
