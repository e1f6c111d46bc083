"""The files under deploy/ against what will read them: Dagster's own configuration types, and the settings."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema

from ecom_platform.settings import VARIABLES

DEPLOY = Path(__file__).parents[2] / "deploy"


def loaded(path: str) -> Any:
    return yaml.safe_load((DEPLOY / path).read_text())


def test_the_units_start_what_exists_over_one_environment() -> None:
    for unit, program in (("ecom-webserver", "dagster-webserver"), ("ecom-daemon", "dagster-daemon run")):
        parser = ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read(DEPLOY / "systemd" / f"{unit}.service")
        assert program in parser["Service"]["ExecStart"]
        assert parser["Service"]["EnvironmentFile"] == "/etc/ecom-platform/environment"
        assert parser["Service"]["Restart"] == "always"


def test_every_variable_they_set_is_a_setting() -> None:
    known = {variable.name for variable in VARIABLES}
    for path in (path for path in DEPLOY.rglob("*") if path.is_file() and path.name != "README.md"):
        assert set(re.findall(r"\bECOM_[A-Z_]*[A-Z]", path.read_text())) <= known, path


def test_the_celery_instance_is_valid_for_dagster() -> None:
    config = loaded("celery/dagster.yaml")
    plain = {name: value for name, value in config.items() if name not in ("storage", "run_launcher", "compute_logs")}
    schema = dagster_instance_config_schema()
    from dagster import Shape

    known = Shape({name: field for name, field in schema.items() if name in plain})
    result = validate_config(known, plain)
    assert result.success, result.errors


def test_the_celery_launcher_is_valid_for_its_integration() -> None:
    celery = pytest.importorskip("dagster_celery_k8s", reason="dagster-celery-k8s is installed where it is used")
    config = loaded("celery/dagster.yaml")["run_launcher"]["config"]
    result = validate_config(celery.CeleryK8sRunLauncher.config_type(), config)
    assert result.success, result.errors


def test_the_pods_resources_are_valid_for_kubernetes() -> None:
    k8s = pytest.importorskip("dagster_k8s", reason="dagster-k8s is installed where it is used")
    from dagster_k8s.job import UserDefinedDagsterK8sConfig

    launcher = loaded("kubernetes/values.yaml")["runLauncher"]
    assert launcher["type"] == k8s.K8sRunLauncher.__name__
    found = UserDefinedDagsterK8sConfig.from_dict(
        {"container_config": launcher["config"]["k8sRunLauncher"]["runK8sConfig"]["containerConfig"]}
    )
    assert found.container_config["resources"]["limits"] == {"memory": "2Gi"}
