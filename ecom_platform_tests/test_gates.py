"""The gates themselves: what CI must not let through."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parents[1]

SKIPPING = """
import pytest
import yaml

@pytest.mark.skip(reason="no such machine")
def test_that_is_marked(): ...

def test_that_gives_up():
    pytest.skip("nothing here")

@pytest.fixture
def missing():
    pytest.skip("no such service")

def test_whose_fixture_gives_up(missing): ...
"""


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed, 2 errors"), ("", "3 skipped")])
def test_a_test_that_skips_fails_in_ci_alone(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "ecom_platform_tests.conftest", "-c", os.devnull, str(tmp_path)]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(CHECKOUT)}
    answer = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert outcome in answer.stdout.splitlines()[-1], answer.stdout


def test_the_locks_agree_and_name_no_address() -> None:
    pins = {}
    for name in ("requirements.lock", "requirements-deploy.lock", "requirements-dev.lock"):
        text = (CHECKOUT / name).read_text()
        assert "://" not in text
        pins[name] = set(re.findall(r"^([a-z0-9-]+==\S+)", text, re.MULTILINE))
    assert pins["requirements.lock"] < pins["requirements-deploy.lock"] < pins["requirements-dev.lock"]


def test_running_installs_nothing_of_development_and_deployment() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    extras = {re.split(r"[^A-Za-z0-9-]", each)[0] for names in project["optional-dependencies"].values() for each in names}
    runtime = set(re.findall(r"^([a-z0-9-]+)==", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE))
    assert not extras & runtime
    assert not {"celery", "kubernetes", "playwright", "mypy", "pytest"} & runtime


def test_a_missing_python_for_the_emulator_fails() -> None:
    command = ["make", "--dry-run", "test-bigquery", "PYTHON_3_13="]
    planned = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert "Python 3.13" in planned
    assert "exit 1" in planned


def test_the_hosted_workflow_calls_make_on_every_supported_python() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    job = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["test"]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    called = [step["run"].split() for step in job["steps"] if step.get("run", "").startswith("make ")]
    gate = (CHECKOUT / ".ci" / "run").read_text()
    assert [command[1] for command in called] == re.findall(r"^make (\S+)$", gate, re.MULTILINE)


def test_the_hooks_before_a_commit_are_tools_of_the_environment() -> None:
    (local,) = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())["repos"]
    tools = {hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in local["hooks"]}
    assert local["repo"] == "local"
    assert all((Path(sys.executable).parent / tool).exists() for tool in tools)
