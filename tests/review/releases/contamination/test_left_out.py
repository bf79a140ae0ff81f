"""Contamination: what a loaded benchmark asks too stays out of a release, and is named."""

import pytest

from pipeline import store
from pipeline.models import QuestionSet
from review.evidence.policies import save_policy
from review.models import ReleasedTrace
from review.releases.contamination.benchmarks import CONTAMINATED, Benchmarks
from review.releases.selection.choices import CannotRelease
from tests import actors, factories
from tests.factories import make_release

pytestmark = pytest.mark.django_db


def benchmark(*questions, source: str = "medmcqa", name: str = "exam") -> QuestionSet:
    row = QuestionSet.objects.create(name=name, source=source, licence="MIT", is_benchmark=True)
    for question in questions:
        store.question_row(row, question).save()
    return row


def asked(number: int, **changes):
    """The n-th question under an id of its own, with its options turned round."""
    turned = {"id_in_source": f"b{number}", "options": factories.question(number).options[::-1]}
    return factories.question(number, **(turned | changes))


@pytest.fixture
def study():
    return factories.study(actors.reviewer("ann"), opened_by=actors.lead())


def released(study):
    lead = actors.lead("other")
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def test_a_question_of_a_benchmark_is_left_out_and_named(study):
    kept = study.items.filter(trace__kept=True).count()
    benchmark(asked(2, text=factories.ASKED[2][0].replace("woman", "Lady").upper()))
    made = released(study)
    assert made.manifest["left_out"][CONTAMINATED] == 1
    found = made.manifest["contamination"]
    assert (found["found"], found["benchmarks"], found["threshold"]) == (1, {"exam": 1}, 75.0)
    (match,) = found["matches"]
    assert match["question"].endswith("/q2")
    assert (match["benchmark"], match["benchmark_question"], match["by"]) == ("exam", "b2", "text")
    assert 75 <= match["score"] < 100
    assert made.row_count == kept - 1
    assert not ReleasedTrace.objects.filter(item__trace__question__id_in_source="q2").exists()


def test_the_same_id_in_the_same_source_is_the_same_question(study):
    other = "Which nerve supplies the deltoid muscle, and from which cord does it come?"
    benchmark(factories.question(2, text=other), source="house")
    assert [match["by"] for match in released(study).manifest["contamination"]["matches"]] == ["id"]


def test_an_id_that_is_a_place_in_a_file_says_nothing():
    row = QuestionSet.objects.create(name="train", source="medqa", licence="MIT")
    store.question_row(row, factories.question(0, id_in_source="0")).save()
    benchmark(factories.question(1, id_in_source="0"), source="medqa")
    assert Benchmarks().match(row.questions.get()) is None


def test_an_id_of_another_source_says_nothing(study):
    other = "Which nerve supplies the deltoid muscle, and from which cord does it come?"
    benchmark(factories.question(2, text=other), source="medmcqa")
    assert released(study).manifest["contamination"]["found"] == 0


def test_where_everything_is_contaminated_nothing_is_released(study):
    benchmark(*(asked(number) for number in range(4)))
    with pytest.raises(CannotRelease, match=CONTAMINATED):
        released(study)


def test_without_a_benchmark_the_release_says_that_nothing_was_checked(study):
    assert released(study).manifest["contamination"]["benchmarks"] == {}
