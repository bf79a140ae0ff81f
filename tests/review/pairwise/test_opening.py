"""Opening a pairwise study: which pairs are drawn, which batches may meet, what is refused."""

from collections import Counter
from typing import Any

import pytest

from pipeline.accounts.roles import Role
from pipeline.batches.lifecycle import run_batch
from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Trace
from review.models import Item, Slot
from review.pairwise.draw import draw_pairs, pairable
from review.pairwise.opening import PairPlan, forecast_pairs, open_pairwise
from tests import actors, factories
from tests.review.pairwise.pairing import batches_on_the_same, pairwise_study, reword

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db) -> list[Batch]:
    return batches_on_the_same(8, count=3)


@pytest.fixture
def three(made) -> list[Batch]:
    return list(Batch.objects.filter(pk__in=[batch.pk for batch in made]).order_by("pk"))


def pairs_of(study) -> list[Item]:
    return list(study.items.select_related("trace__question", "rival_trace__question"))


def test_a_pair_is_two_traces_on_one_question_from_two_batches(three):
    lead, reviewer = actors.lead(), actors.reviewer()
    study = pairwise_study(reviewer, opened_by=lead, batches=three[:2], size=3)
    assert study.is_pairwise
    assert len(pairs_of(study)) == 3
    for item in pairs_of(study):
        assert item.kind == Item.Kind.PAIR
        assert item.trace.question_id == item.rival_trace.question_id
        assert {item.trace.batch_id, item.rival_trace.batch_id} == {three[0].pk, three[1].pk}
        assert item.inclusion_probability == pytest.approx(3 / 8)


def test_every_two_batches_get_as_many_pairs(three):
    study = pairwise_study(actors.reviewer(), opened_by=actors.lead(), batches=three, size=7)
    met = Counter((item.trace.batch_id, item.rival_trace.batch_id) for item in pairs_of(study))
    assert sorted(met.values()) == [2, 2, 3]


def test_the_same_seed_draws_the_same_pairs(three):
    population = pairable(three, include_discarded=True, seed=5)
    again = pairable(list(reversed(three)), include_discarded=True, seed=5)
    drawn = draw_pairs(population, size=6, seed=5)
    assert draw_pairs(again, size=6, seed=5) == drawn
    assert draw_pairs(population, size=6, seed=6) != drawn


def test_twins_are_left_out_and_counted():
    one, other = batches_on_the_same(4, name="own")
    for row in Trace.objects.filter(
        batch__in=[one, other], question__id_in_source__in=("q0", "q2")
    ):
        reword(row, lambda text: text.removesuffix("So it is.").removesuffix("It follows."))
    plan = PairPlan("twins", batches=[one, other], reviewers=[actors.reviewer()], overlap=1)
    forecast = forecast_pairs(plan)
    assert (forecast.twins, forecast.pairs) == (2, 2)
    study = open_pairwise(plan, opened_by=actors.lead())
    assert {item.trace.question.id_in_source for item in pairs_of(study)} == {"q1", "q3"}
    assert sum(study.design["twins"].values()) == 2


def test_discarded_traces_are_compared_only_if_asked_for():
    one, other = batches_on_the_same(4, name="own")
    discarded = Trace.objects.filter(batch=one).first()
    Trace.objects.filter(pk=discarded.pk).update(kept=False)
    Trace.objects.exclude(pk=discarded.pk).update(kept=True)
    plan: dict[str, Any] = {"batches": [one, other], "reviewers": [actors.reviewer()], "overlap": 1}
    assert forecast_pairs(PairPlan("all", **plan)).pairs == 4
    assert forecast_pairs(PairPlan("kept", **plan, include_discarded=False)).pairs == 3


def test_the_same_question_is_found_in_another_set():
    one = factories.made_batch(4, name="one")
    other = factories.made_batch(4, name="other")
    for row in Trace.objects.filter(batch=other):
        reword(row, lambda text: f"{text} Otherwise said.")
    plan = PairPlan("sets", batches=[one, other], reviewers=[actors.reviewer()], overlap=1)
    assert forecast_pairs(plan).pairs == 4
    # Another key is another question.
    asked = one.question_set.questions.first()
    asked.answer_label = "B" if asked.answer_label != "B" else "A"
    asked.save()
    assert forecast_pairs(plan).pairs == 3


def test_several_samples_of_a_question_are_one_pair(three):
    samples = factories.batch(4, name="samples", samples=3)
    run_batch(samples)
    for row in Trace.objects.filter(batch=samples):
        reword(row, lambda text: f"{text} Sampled.")
    plan = PairPlan("few", batches=[three[0], samples], reviewers=[actors.reviewer()], overlap=1)
    assert forecast_pairs(plan).pairs == 4


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (("language_model", "language_model"), "language_model"),
        (("imported", "language_model"), "language_model"),
        (("imported", "imported"), "imported"),
        (("demonstration", "demonstration"), "demonstration"),
    ],
)
def test_imported_chains_may_meet_a_models(three, kinds, kind):
    for batch, is_of in zip(three, kinds, strict=False):
        turn_into(batch, is_of)
    study = pairwise_study(actors.reviewer(), opened_by=actors.lead(), batches=three[:2])
    assert study.reasoner_kind == kind
    assert study.is_demonstration == (kind == "demonstration")


def turn_into(batch, kind):
    imported = {"knowledge_graph": None, "imported_from": {"author": "others"}}
    changes = imported if kind == "imported" else {}
    Batch.objects.filter(pk=batch.pk).update(reasoner_kind=kind, **changes)
    batch.refresh_from_db()


@pytest.mark.parametrize("other", ["language_model", "imported"])
def test_demonstration_traces_meet_nothing_else(three, other):
    assert three[0].reasoner_kind == ReasonerKind.DEMONSTRATION
    turn_into(three[1], other)
    with pytest.raises(Refusal, match="cannot mix demonstration traces"):
        pairwise_study(actors.reviewer(), opened_by=actors.lead(), batches=three[:2])


def test_what_cannot_be_opened_is_refused_with_the_reason(three):
    lead, reviewer = actors.lead(), actors.reviewer()
    elsewhere = factories.made_batch(1, name="elsewhere")
    elsewhere.question_set.questions.update(asked_sha256="0" * 64)
    for plan, reason in (
        ({"batches": three[:1]}, "Choose two batches or more"),
        ({"batches": [three[0], three[0]]}, "Choose two batches or more"),
        ({"batches": [three[0], a_trial()]}, "is a trial of 3 questions"),
        ({"batches": three[:2], "overlap": 2}, "need at least 2 reviewers"),
        ({"batches": three, "size": 30}, "ask for at most 24"),
        ({"batches": [three[0], elsewhere]}, "no question in common"),
        ({"batches": three[:2], "reviewers": [lead_who_reviews()]}, "cannot review"),
    ):
        fields = {"reviewers": [reviewer], "overlap": 1} | plan
        with pytest.raises(Refusal, match=reason):
            open_pairwise(PairPlan("refused", **fields), opened_by=lead)
    assert not Slot.objects.exists()


def a_trial():
    trial = factories.made_batch(1, name="tried")
    Batch.objects.filter(pk=trial.pk).update(is_trial=True)
    return Batch.objects.get(pk=trial.pk)


def lead_who_reviews():
    return actors.person("both", Role.LEAD, Role.REVIEWER).reviewer
