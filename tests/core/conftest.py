"""The small graph of the method's tests, built once."""

import pytest

from pipeline.core.kg.index import GraphIndex
from tests.factories.kg import open_kg
from tests.factories.method import EDGES, NODES


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> GraphIndex:
    return open_kg(tmp_path_factory.mktemp("method") / "kg", NODES, EDGES)
