"""A benchmark that is loaded after a release: which of its questions a model may have learnt."""

import pytest

from pipeline import store
from pipeline.models import QuestionSet
from review.evidence.policies import save_policy
from review.models import Release
from review.releases.contamination import in_releases
from review.releases.contamination.in_releases import release_contamination
from review.releases.lifecycle import withdraw_release
from tests import actors, factories
from tests.factories import make_release
from tests.review.releases.contamination.test_left_out import asked, benchmark

pytestmark = pytest.mark.django_db
OTHER = "Which nerve supplies the deltoid muscle, and from which cord does it come?"


@pytest.fixture
def release() -> Release:
    lead = actors.lead()
    study = factories.study(actors.reviewer("ann"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def released(release: Release) -> set[str]:
    return set(release.lines.values_list("trace__question__id_in_source", flat=True))


def found(exam: QuestionSet) -> dict[str, dict[str, tuple[str, str]]]:
    """By release and the benchmark's id: how, and the id of the released question."""
    return {
        row.name: {
            match.benchmark_question: (match.by, match.question.rpartition("/")[2])
            for match in matches.values()
        }
        for row, matches in release_contamination(exam).items()
    }


def test_each_question_is_found_as_what_it_is(release):
    assert {"q0", "q2", "q3"} <= released(release)
    near = factories.ASKED[3][0].replace("patient", "person")
    exam = benchmark(
        factories.question(0, text=OTHER),
        asked(2),
        factories.question(3, id_in_source="b3", text=near),
        factories.question(77, id_in_source="b9", text=f"{OTHER} Explain."),
        source="house",
    )
    assert found(exam) == {
        "first": {"q0": ("id", "q0"), "b2": ("exact", "q2"), "b3": ("near", "q3")}
    }
    (matches,) = release_contamination(exam).values()
    assert set(matches) == set(
        exam.questions.exclude(id_in_source="b9").values_list("pk", flat=True)
    )
    assert {match.score == 100 for match in matches.values() if match.by == "near"} == {False}


def test_of_several_the_most_alike_is_named(release):
    exam = benchmark(factories.question(0, id_in_source="q3"), source="house")
    assert found(exam) == {"first": {"q3": ("id", "q3")}}


def test_an_id_of_another_source_or_a_place_in_a_file_says_nothing(release):
    assert found(benchmark(factories.question(0, text=OTHER), source="medmcqa")) == {"first": {}}
    QuestionSet.objects.update(source="medqa")
    numbered = benchmark(factories.question(0, text=OTHER), source="medqa", name="places")
    assert found(numbered) == {"first": {}}


def test_what_was_left_out_when_a_release_was_made_is_not_in_it():
    lead = actors.lead()
    study = factories.study(actors.reviewer("ann"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    exam = benchmark(asked(2))
    make_release("first", study=study, policy=policy, made_by=lead)
    assert found(exam) == {"first": {}}


def test_repeats_in_the_benchmark_are_all_marked_and_withdrawn_releases_count(release):
    withdraw_release(release, reason="A mistake.", by=actors.lead("other"))
    turned = asked(2, id_in_source="again", options=factories.question(2).options)
    assert found(benchmark(asked(2), turned)) == {
        "first": {"b2": ("exact", "q2"), "again": ("exact", "q2")}
    }


def test_without_a_frozen_release_there_is_nothing_to_say():
    assert release_contamination(benchmark(asked(2))) == {}


def test_what_was_found_is_kept_until_the_benchmark_changes(release, monkeypatch):
    exam, looked_up = benchmark(asked(2)), list[str]()
    look_up = in_releases._Found.look_up

    def counted(self, row):
        looked_up.append(row.id_in_source)
        look_up(self, row)

    monkeypatch.setattr(in_releases._Found, "look_up", counted)
    first = release_contamination(exam)
    times = len(looked_up)
    assert times == len(released(release))
    assert release_contamination(exam) == first
    assert len(looked_up) == times
    store.question_row(exam, asked(0)).save()
    assert set(found(exam)["first"]) == {"b2", "b0"}
    assert len(looked_up) == 2 * times
