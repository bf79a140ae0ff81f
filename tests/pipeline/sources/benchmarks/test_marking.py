"""Marking a set as a benchmark: audited, by compare-and-set, not undone once models are tested."""

import pytest

from pipeline.core.errors import Conflict, Refusal
from pipeline.models import Evaluation, Event, QuestionSet
from pipeline.sources.benchmarks.marking import BenchmarkMark, mark_benchmark
from pipeline.sources.question_sets import QuestionSetTerms, get_or_create_question_set
from tests import actors, factories

pytestmark = pytest.mark.django_db
PLAIN, TEST = BenchmarkMark(False), BenchmarkMark(True, "test")


def evaluated(row: QuestionSet) -> None:
    Evaluation.objects.create(
        name="run",
        question_set=row,
        items_sha256="0" * 64,
        questions=1,
        model="m",
        imported_from={},
    )


def test_a_mark_is_stated_and_the_audit_says_what_was_and_why():
    row, lead = factories.question_set(1), actors.lead()
    mark_benchmark(row, mark=TEST, shown=PLAIN, reason=" It is the test half. ", by=lead)
    assert BenchmarkMark.of(QuestionSet.objects.get()) == TEST
    event = Event.objects.last()
    assert (event.action, event.actor) == ("question_set.benchmark_changed", lead)
    assert event.payload == {
        "name": "questions",
        "use": "a benchmark",
        "split": "test",
        "earlier_use": "no benchmark",
        "earlier_split": "",
        "reason": "It is the test half.",
    }


def test_a_set_is_unmarked_as_long_as_no_model_was_tested_on_it():
    row = factories.question_set(1, is_benchmark=True, split="test")
    evaluated(row)
    with pytest.raises(Refusal, match="1 evaluation stands on questions"):
        mark_benchmark(row, mark=PLAIN, shown=TEST, reason="A mistake.")
    mark_benchmark(row, mark=BenchmarkMark(True, "dev"), shown=TEST, reason="A mistake.")
    Evaluation.objects.all().delete()
    mark_benchmark(row, mark=PLAIN, shown=BenchmarkMark(True, "dev"), reason="A mistake.")
    assert BenchmarkMark.of(QuestionSet.objects.get()) == PLAIN


def test_of_two_tabs_the_second_looks_again():
    row = factories.question_set(1)
    mark_benchmark(row, mark=TEST, shown=PLAIN, reason="first")
    with pytest.raises(Conflict, match="look at it again"):
        mark_benchmark(row, mark=BenchmarkMark(True, "dev"), shown=PLAIN, reason="second")
    assert BenchmarkMark.of(QuestionSet.objects.get()) == TEST


@pytest.mark.parametrize(
    ("mark", "reason", "says"),
    [
        (TEST, " ", "Say why"),
        (PLAIN, "R.", "Nothing is changed"),
        (BenchmarkMark(False, "test"), "R.", "of a benchmark only"),
    ],
)
def test_what_cannot_be_stated_is_refused_and_changes_nothing(mark, reason, says):
    row = factories.question_set(1)
    with pytest.raises(Refusal, match=says):
        mark_benchmark(row, mark=mark, shown=PLAIN, reason=reason)
    assert BenchmarkMark.of(QuestionSet.objects.get()) == PLAIN
    assert not Event.objects.filter(action="question_set.benchmark_changed").exists()


def test_a_set_is_made_with_its_split_and_found_again_under_no_other():
    terms = QuestionSetTerms("MIT", is_benchmark=True, split="test")
    made = get_or_create_question_set("exam", source="house", terms=terms)
    assert BenchmarkMark.of(made) == TEST
    unstated = QuestionSetTerms("MIT", is_benchmark=True)
    assert get_or_create_question_set("exam", source="house", terms=unstated) == made
    other = QuestionSetTerms("MIT", is_benchmark=True, split="dev")
    with pytest.raises(Refusal, match="states the split 'test'"):
        get_or_create_question_set("exam", source="house", terms=other)


def test_a_split_without_a_benchmark_makes_no_set():
    with pytest.raises(Refusal, match="evaluation questions only"):
        get_or_create_question_set(
            "own", source="house", terms=QuestionSetTerms("MIT", split="test")
        )
    assert not QuestionSet.objects.exists()
