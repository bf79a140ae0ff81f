"""What every test may use: the service marker, and an environment for the product as a process."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.data_folder import remove_data_folder

pytest_plugins = [
    "tests.requires",
    "tests.databases",
    "tests.peers.llama_cpp",
    "tests.peers.smollm2",
    "tests.tampering",
    "tests.ringing",
]

# How long an example takes says how much else the machine does.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
ROOT = Path(__file__).resolve().parent.parent
MAX_ID_LENGTH = 80
# A process under test gets the product's own settings and nothing of this suite's services.
TEST_ONLY = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CELERY_BROKER_URL", "PYTEST_ADDOPTS")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Marks that follow from what a test asks for; and the order in which processes take tests.

    Groups go out first, the largest before the others (xdist's own rule), then each test by
    itself: the long ones before the short ones, so that all processes end together.
    """
    for item in items:
        _mark(item)
    yield
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported and collected stays, and is not searched for garbage again and again.

    With rounds at longer intervals this is a seventh of the CPU of tests that ask for pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _mark(item: pytest.Item) -> None:
    """What follows from the fixtures and marks of a test.

    The product as processes has databases of its own, never this run's. Locks between
    transactions and triggers are each database's own. What takes seconds to make, a module's
    world, the libraries around torch or a real language model, is made in one process.
    """
    fixtures = getattr(item, "fixturenames", ())
    if "module_db" in fixtures:
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    needs = {service for mark in item.iter_markers("requires") for service in mark.args}
    if needs & {"embeddings", "train"}:
        item.add_marker(pytest.mark.xdist_group("torch"))
    elif "smollm2" in needs:
        item.add_marker(pytest.mark.xdist_group("smollm2"))
    database = item.get_closest_marker("django_db")
    if "product_environment" in fixtures:
        item.add_marker(pytest.mark.processes)
        item.add_marker(pytest.mark.long)
    if "unguarded" in fixtures or (database and database.kwargs.get("transaction")):
        item.add_marker(pytest.mark.database_dialect)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes and long texts are named by their argument and number: an id is short and stable."""
    return argname if isinstance(val, bytes) or len(str(val)) > MAX_ID_LENGTH else None


def pytest_unconfigure() -> None:
    remove_data_folder()


@pytest.fixture(autouse=True, scope="session")
def _nothing_outlives_a_power_cut() -> Iterator[None]:
    """Small files are not waited for until the disk has them, which takes longer than the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture
def product_environment(tmp_path: Path) -> dict[str, str]:
    """Environment variables for `manage.py` as a child process on an empty data folder.

    Its name holds what a URL, a shell or a path list would take for a sign of its own.
    """
    kept = {name: value for name, value in os.environ.items() if name not in TEST_ONLY}
    return kept | {"MEDREASON_DATA_DIR": str(tmp_path / "data #1? 50%25: étude")}
