"""What a tried policy takes is what a release by it holds, whatever the rules."""

import itertools
from typing import Any

import pytest

from pipeline.core.config import BASE_FILTERS
from review.evidence.policies import Rules, save_policy
from review.exports.figures import figures_of
from review.models import Study
from review.releases import manifest
from review.releases.selection.choices import CannotRelease
from review.reports.facts import read_facts
from review.reports.policy.simulation import losses_by_reason, simulate
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row, settle

pytestmark = pytest.mark.django_db
RULES = [
    Rules(
        required_filters=filters,
        minimum_precision=precision,
        minimum_coherence=None,
        minimum_path_precision=path,
        minimum_graders=graders,
        only_accepted=accepted,
        barred_harms=harms,
        ungraded=ungraded,  # type: ignore[arg-type]  # a literal, product() makes it a string
    )
    for filters, (precision, path), graders, accepted, harms, ungraded in itertools.product(
        (BASE_FILTERS, ()),
        ((None, None), (4.0, None), (None, 3.0)),
        (1, 2),
        (True, False),
        (("severe",), ("mild", "moderate", "severe")),
        ("leave_out", "take"),
    )
]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def study(lead) -> Study:
    """Items of every kind: agreeing, disagreeing, settled with harm, disputed, ungraded."""
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=12, overlap=2)
    first, second, third, fourth, fifth, sixth, *_ = study.items.order_by("pk")
    for person in (ann, ben):
        grade_row(first, person)
        grade_row(second, person, cot_precision=3)
        grade_row(third, person, decision="reject", cot_precision=2, cot_coherence=2)
    grade_row(fourth, ann, safety_flag="mild")
    settle(fourth, lead, safety_flag="mild")
    grade_row(fifth, ann)
    grade_row(fifth, ben, decision="reject", cot_precision=1)
    grade_row(sixth, ann, answer_key_disputed=True)
    return study


@pytest.fixture
def figures_once(monkeypatch):
    """The study's figures, which nothing here looks at, are worked out for the first release."""
    found: list[list[dict[str, Any]]] = []

    def once(*given: Any, **named: Any) -> list[dict[str, Any]]:
        if not found:
            found.append(figures_of(*given, **named))
        return found[0]

    monkeypatch.setattr(manifest, "figures_of", once)


@pytest.mark.usefixtures("figures_once")
def test_items_and_reasons_are_those_of_a_release(study, lead):
    facts, taking = read_facts(study), 0
    for number, rules in enumerate(RULES):
        simulation = simulate(rules, facts, facts.learned_score)
        first = {loss.reason: loss.first for loss in losses_by_reason(simulation) if loss.first}
        policy = save_policy(f"policy {number}", rules=rules, saved_by=lead)
        try:
            release = make_release(f"r{number}", study=study, policy=policy, made_by=lead)
        except CannotRelease:
            assert not simulation.taken.any(), rules
            continue
        taking += 1
        released = set(release.lines.filter(left_out="").values_list("item", flat=True))
        taken = {
            item.item for item, takes in zip(facts.items, simulation.taken, strict=True) if takes
        }
        assert taken == released, rules
        assert first == release.manifest["left_out"], rules
        assert simulation.taken_ungraded.sum() == release.manifest["rows_nobody_graded"], rules
    assert taking > len(RULES) / 2
