"""What of a batch may be published, by the terms of its parts as they are stated now."""

import pytest

from pipeline.models import Batch, Endpoint, KnowledgeGraph, QuestionSet
from pipeline.sources.publication import PublicationTerms, publication_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch():
    return factories.model_batch(1)


def of(batch):
    return publication_of(Batch.objects.get(pk=batch.pk))


def test_a_demonstration_is_this_programs_own():
    publication = of(factories.batch(1))
    assert (publication.refusal, publication.output) == ("", "Apache-2.0")
    assert publication.together == "each part under its own licence: attribution"


def test_a_row_is_under_the_licence_that_its_graph_demands(batch):
    KnowledgeGraph.objects.update(licence="CC-BY-NC-SA-4.0")
    assert of(batch).whole == "CC-BY-NC-SA-4.0"
    QuestionSet.objects.update(licence="")
    assert of(batch).whole == "not for publication"


def test_every_part_is_stated_apart(batch):
    Endpoint.objects.filter(name="reader").update(output_licence="MIT")
    publication = of(batch)
    assert (publication.question, publication.graph) == ("Apache-2.0", "CC0-1.0")
    assert publication.output == "Apache-2.0 (second reader: MIT)"
    assert publication.refusal == ""


@pytest.mark.parametrize(
    ("rows", "change", "reason"),
    [
        (KnowledgeGraph, {"licence": ""}, "licence of the graph not stated"),
        (KnowledgeGraph, {"may_be_released": False}, "licence of the graph not cleared for"),
        (QuestionSet, {"licence": "unknown"}, "licence of the questions not stated"),
        (QuestionSet, {"is_benchmark": True}, "benchmark question"),
        (Endpoint, {"output_licence": ""}, "licence of the model's output not stated"),
        (Endpoint, {"model": "another"}, "licence of the model's output not stated"),
    ],
)
def test_a_part_that_is_not_stated_keeps_the_trace_in(batch, rows, change, reason):
    rows.objects.update(**change)
    publication = of(batch)
    assert publication.refusal.startswith(reason)
    assert publication.together.startswith(f"not for publication: {reason}")


def test_the_second_readers_words_leave_too(batch):
    Endpoint.objects.filter(name="reader").update(output_licence="")
    assert of(batch).refusal == "licence of the second reader's output not stated"


def test_terms_are_read_once_for_all_traces_of_a_batch(batch, django_assert_num_queries):
    traces = list(batch.traces.select_related("question__question_set")) * 3
    terms = PublicationTerms()
    with django_assert_num_queries(1):
        assert [terms.refusal(trace) for trace in traces] == ["", "", ""]
