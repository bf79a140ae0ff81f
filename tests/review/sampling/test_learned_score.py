"""The learned score of a study: when there is none, what it says, what it is used for."""

from dataclasses import replace

import pytest

from pipeline.models import Trace
from review.queue.claim import next_slot
from review.reports.assisted import shares_acceptable
from review.reports.facts import read_facts
from review.sampling import population
from review.sampling.learned_score import learn
from review.sampling.population import PopulationChanged, population_of
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.study_facts import REJECTED, SOUND, make_facts, make_item
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(ann):
    """40 of 60 traces are drawn; only what the answer filter passed is accepted."""
    plan = StudyPlan("study", [factories.made_batch(60)], [ann], overlap=1, size=40, strata=())
    study = open_study(replace(plan, seed=3), opened_by=actors.lead())
    while (slot := next_slot(study, reviewer=ann)) is not None:
        submit(slot, ann, decision="accept" if slot.item.trace.kept else "reject")
    return study


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([make_item(number, SOUND) for number in range(29)], "needs at least 30 graded items"),
        ([make_item(number, SOUND) for number in range(30)], "both acceptable and unacceptable"),
        (
            [
                make_item(number, SOUND if number % 2 else REJECTED, question=1)
                for number in range(30)
            ],
            "graded items of two questions",
        ),
    ],
    ids=["too few", "all alike", "one question"],
)
def test_it_says_why_there_is_none(items, reason):
    learned = learn(make_facts(items, {"house, kept": 100}).study, items)
    assert not learned
    assert reason in learned.reason


def test_it_scores_every_trace_of_the_population_and_tells_good_from_bad(study):
    learned = read_facts(study).learned_score
    kept = population_of(study).passing(("answer", "format", "leakage", "grounding"))
    assert (learned.graded, len(learned.scores)) == (40, 60)
    assert learned.scores[kept].min() > learned.scores[~kept].max()
    assert set(learned.by_item) == set(study.items.values_list("pk", flat=True))
    assert learned.means["all"] == pytest.approx(learned.scores.mean())


def test_it_narrows_the_estimate_and_stands_beside_the_plain_one(study):
    plain, assisted = shares_acceptable(read_facts(study))
    truth = Trace.objects.filter(kept=True).count() / 60
    assert assisted.half_width < plain.half_width
    assert assisted.value == pytest.approx(truth, abs=0.03)


def test_the_population_is_what_the_sample_was_drawn_from(study):
    found = population_of(study)
    assert sum(found.sizes(found.passing(())).values()) == 60
    assert found.traces.tolist() == sorted(Trace.objects.values_list("pk", flat=True))


def test_without_that_population_there_is_no_score(study):
    undrawn = Trace.objects.exclude(items__study=study).first()
    Trace.objects.filter(pk=undrawn.pk).update(is_current=False)
    with pytest.raises(PopulationChanged):
        population_of(study)
    assert "no longer hold" in read_facts(study).learned_score.reason


def test_more_made_later_changes_nothing(study):
    before = population_of(study)
    batch = study.batches.get()
    first = batch.traces.order_by("pk").first()
    Trace.objects.create(
        batch=batch,
        question=first.question,
        sample_index=1,
        state="made",
        kept=True,
        features=first.features,
        settled_at=study.created_at.replace(year=study.created_at.year + 1),
    )
    population._read.cache_clear()
    assert population_of(study).traces.tolist() == before.traces.tolist()
