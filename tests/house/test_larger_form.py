"""docker-compose.yml keeps its promises: shared data, closed database, secrets required."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

OURS = {"web", "worker"}


@pytest.fixture(scope="module")
def services(root: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (root / "docker-compose.yml").read_text(encoding="utf-8")
    )["services"]
    return found


def test_all_parts_are_there_and_wait_for_each_other(services):
    assert OURS | {"postgres", "redis", "prepare"} == set(services)
    for name in OURS:
        assert services[name]["depends_on"]["prepare"] == {
            "condition": "service_completed_successfully"
        }


def test_only_the_web_can_be_reached_and_only_from_this_machine(services):
    assert [name for name in services if "ports" in services[name]] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])


def test_secrets_have_no_default(root: Path):
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    for secret in ("MEDREASON_SECRET_KEY", "POSTGRES_PASSWORD"):
        uses = [line for line in text.splitlines() if "${" + secret in line]
        assert uses
        assert all("${" + secret + ":?" in line for line in uses)


def test_the_product_shares_one_data_volume(services):
    assert {tuple(services[name]["volumes"]) for name in OURS} == {("data:/data",)}


def test_what_waits_long_says_whether_it_is_well(services):
    assert all("healthcheck" in services[name] for name in ("web", "postgres", "redis"))


def test_the_compose_client_accepts_it(root: Path):
    if not shutil.which("docker"):
        pytest.skip("docker is not installed")
    if subprocess.run(
        ["docker", "compose", "version"], capture_output=True, check=False
    ).returncode:
        pytest.skip("docker has no compose subcommand here")
    config = ["docker", "compose", "config", "--quiet"]
    secrets = {"MEDREASON_SECRET_KEY": "x" * 50, "POSTGRES_PASSWORD": "x"}
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    assert subprocess.run(config, cwd=root, env=path | secrets, check=False).returncode == 0
    assert subprocess.run(config, cwd=root, env=path, check=False).returncode != 0


def test_the_image_installs_no_embedding_libraries(root: Path):
    installed = (root / "requirements" / "base.txt").read_text(encoding="utf-8").splitlines()
    names = {line.partition("==")[0].strip().lower() for line in installed}
    assert "numpy" in names
    assert names.isdisjoint({"torch", "sentence-transformers", "transformers"})
    assert "requirements/base.txt" in (root / "Dockerfile").read_text(encoding="utf-8")
