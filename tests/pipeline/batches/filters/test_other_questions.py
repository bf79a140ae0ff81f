"""Other questions of a batch: of as many options, the same for every arm, never the question."""

import pytest

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.batches.filters.other_questions import OtherQuestions
from pipeline.batches.tools import open_tools
from pipeline.core.config import MethodConfig, preset
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.placebo import towards
from pipeline.models import Batch
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def batch() -> Batch:
    """Twelve questions with four options, two with none; one more is not in the batch."""
    questions = factories.question_set(12)
    for number in (20, 21):
        free = factories.question(number, options=(), answer_label=None)
        store.question_row(questions, free).save()
    store.question_row(questions, factories.question(30)).save()
    return lifecycle.start_batch(
        questions,
        knowledge_graph=factories.graph(),
        config=preset("demonstration"),
        limit=14,
        placebo_share=0.5,
    )


def others(batch: Batch, number: int) -> list[str]:
    asked = OtherQuestions(batch, MethodConfig.from_json(batch.config))
    return [question.id_in_source for question in asked(factories.question(number))]


def test_up_to_eight_others_with_as_many_options_each_once(batch):
    for number in range(12):
        found = others(batch, number)
        assert len(set(found)) == len(found) == 8
        assert f"q{number}" not in found
        assert not {"q20", "q21", "q30"} & set(found)


def test_a_question_without_options_has_the_other_one_without(batch):
    asked = OtherQuestions(batch, MethodConfig.from_json(batch.config))
    free = factories.question(20, options=(), answer_label=None)
    assert [question.id_in_source for question in asked(free)] == ["q21"]


def test_they_are_the_same_whichever_arm_asks_and_differ_by_question(batch):
    asked = OtherQuestions(batch, MethodConfig.from_json(batch.config))
    question = factories.question(3)
    assert list(asked(towards(question, "B"))) == list(asked(question))
    assert len({tuple(others(batch, number)) for number in range(12)}) == 12


def test_the_same_question_under_another_id_is_no_other(batch):
    batch.question_set.questions.filter(id_in_source="q5").update(
        asked_sha256=batch.question_set.questions.get(id_in_source="q4").asked_sha256
    )
    assert "q5" not in others(batch, 4)


def test_the_traces_of_a_batch_are_made_with_them(batch):
    tools = open_tools(batch).for_trace(batch.traces.first(), calls=None)
    assert len(list(tools.other_questions(factories.question(0)))) == 8


def test_a_batch_begun_with_another_method_is_not_continued(batch):
    """What a configuration says now must be what it said when the batch began."""
    row = Batch.objects.get(pk=batch.pk)
    del row.config["checks"]
    row.config["model"]["prompts"] = [[name, "v1"] for name, _ in row.config["model"]["prompts"]]
    row.config_fingerprint = "5216f6194ee190798600b3be88d4a3d07010bd102f64720024b88b1790b1d0e2"
    row.save()
    with pytest.raises(InvalidConfiguration, match="earlier version of the method"):
        open_tools(row)
    assert lifecycle.run_batch(row) == 0
    row.refresh_from_db()
    assert (row.state, "start a new batch" in row.pause_reason) == (Batch.State.PAUSED, True)
