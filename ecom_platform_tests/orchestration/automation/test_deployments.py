"""The files under deploy/ against what will read them: Dagster's own configuration types, and the settings."""

from __future__ import annotations

# Dagster's integrations and its configuration types carry no annotations.
# mypy: disable-error-code="no-untyped-call"
import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import yaml
from dagster import Shape
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema
from dagster_celery_k8s import CeleryK8sRunLauncher
from dagster_gcp.gcs import GCSComputeLogManager
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import UserDefinedDagsterK8sConfig
from dagster_postgres.utils import pg_config

from ecom_platform.settings import VARIABLES

DEPLOY = Path(__file__).parents[3] / "deploy"


def loaded(path: str) -> Any:
    return yaml.safe_load((DEPLOY / path).read_text())


def test_the_units_start_what_exists_over_one_environment() -> None:
    for unit, program in (("ecom-webserver", "ecom-webserver"), ("ecom-daemon", "dagster-daemon run")):
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
    known = Shape({name: field for name, field in schema.items() if name in plain})
    result = validate_config(known, plain)
    assert result.success, result.errors


def test_the_celery_launcher_is_valid_for_its_integration() -> None:
    config = loaded("celery/dagster.yaml")["run_launcher"]["config"]
    result = validate_config(CeleryK8sRunLauncher.config_type(), config)
    assert result.success, result.errors


def test_the_celery_storage_is_valid_for_its_integration() -> None:
    config = loaded("celery/dagster.yaml")["storage"]["postgres"]
    result = validate_config(Shape(pg_config()), config)
    assert result.success, result.errors


def test_the_pods_of_runs_are_valid_for_kubernetes() -> None:
    launcher = loaded("kubernetes/values.yaml")["runLauncher"]
    assert launcher["type"] == K8sRunLauncher.__name__
    values = launcher["config"]["k8sRunLauncher"]
    # The chart writes the launcher's configuration with the same words in snake case.
    assert set(values) == {"runK8sConfig"}
    pods = {"container_config": values["runK8sConfig"]["containerConfig"]}
    needed = {"dagster_home": "/opt/dagster", "instance_config_map": "dagster-instance", "service_account_name": "dagster"}
    result = validate_config(K8sRunLauncher.config_type(), {**needed, "run_k8s_config": pods})
    assert result.success, result.errors
    assert UserDefinedDagsterK8sConfig.from_dict(pods).container_config["resources"]["limits"] == {"memory": "2Gi"}


def test_the_compute_logs_are_valid_for_their_integration() -> None:
    config = loaded("celery/dagster.yaml")["compute_logs"]["config"]
    assert config == loaded("kubernetes/values.yaml")["computeLogManager"]["config"]["gcsComputeLogManager"]
    result = validate_config(GCSComputeLogManager.config_type(), config)
    assert result.success, result.errors


def test_a_wrong_word_in_them_is_found() -> None:
    config = {**loaded("celery/dagster.yaml")["run_launcher"]["config"], "broken": 1}
    assert not validate_config(CeleryK8sRunLauncher.config_type(), config).success
