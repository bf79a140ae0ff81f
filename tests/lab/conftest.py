"""One server, one graph and twelve questions for the whole lab."""

from collections.abc import Iterator

import pytest

from pipeline import store
from pipeline.models import QuestionSet
from tests import factories
from tests.lab.behaviour import QUESTIONS
from tests.lab.replies import ODD_QUESTION
from tests.lab.server import LabServer, lab_server
from tests.lab.trial import Laboratory

DISTINCT = 2


@pytest.fixture(scope="session")
def server() -> Iterator[LabServer]:
    with lab_server() as listening:
        yield listening


@pytest.fixture(scope="module")
def world(module_db):
    return twelve_questions(), factories.graph()


def twelve_questions() -> QuestionSet:
    """Eleven that ask one of three things, and an odd one.

    The ledger sends equal calls once, so a batch takes a third of the time of twelve apart.
    """
    row = QuestionSet.objects.create(name="twelve", source="house", licence="Apache-2.0")
    asked = [
        factories.question(at % DISTINCT, id_in_source=f"q{at}", specialty=f"ward {at}")
        for at in range(QUESTIONS)
    ]
    odd = f"{factories.ASKED[DISTINCT][0]} {ODD_QUESTION}"
    history = " ".join(f"In year {year} nothing new was found." for year in range(360))
    asked[7] = factories.question(DISTINCT, id_in_source="odd", text=odd, context=history)
    for question in asked:
        store.question_row(row, question).save()
    return row


@pytest.fixture(scope="module")
def known():
    """What endpoint tests find while the server works, by what a lead has stated."""
    return {}


@pytest.fixture
def crowded_laboratory(server, transactional_db, monkeypatch):
    """The same for traces made in threads, which see rows only when they are committed."""
    return Laboratory(server, twelve_questions(), factories.graph(), monkeypatch, {})


@pytest.fixture
def laboratory(server, world, monkeypatch, known):
    questions, graph = world
    return Laboratory(server, questions, graph, monkeypatch, known)
