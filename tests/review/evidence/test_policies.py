"""Policies: which items a rule takes, and the first reason it gives for the others."""

from dataclasses import replace

import pytest

from pipeline import store
from pipeline.core.config import BASE_FILTERS
from pipeline.core.features import FILTER_MEANINGS, FilterFeature
from pipeline.models import Event
from review.evidence.items import Evidence, sampled_evidence
from review.evidence.policies import FILTERS, Rules, exclusion, objections, rules_of, save_policy
from review.models import Adjudication, Grade, Item, Policy
from tests import actors, factories
from tests.review.disagreeing import settle
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db

PASSED = tuple(FilterFeature(name, True, 1.0) for name in FILTERS)


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def study(lead, people):
    return factories.study(*people, opened_by=lead, size=1, overlap=2)


def the_evidence(study) -> Evidence:
    (found,) = sampled_evidence(study)
    return found


def left_out(study, rules: Rules = Rules(), filters=PASSED) -> str | None:  # noqa: B008
    found = the_evidence(study)
    return exclusion(rules, replace(found, features=replace(found.features, filters=filters)))


def test_agreeing_grades_above_the_minimum_are_taken(study, people):
    for person in people:
        grade_all(study, person)
    assert left_out(study) is None


@pytest.mark.parametrize("name", FILTERS)
def test_a_required_filter_must_have_passed(study, people, name):
    grade_all(study, people[0])
    filters = tuple(replace(one, passed=one.name != name) for one in PASSED)
    assert left_out(study, Rules(required_filters=FILTERS), filters) == f"filter not passed: {name}"
    others = tuple(other for other in FILTERS if other != name)
    assert left_out(study, Rules(required_filters=others), filters) is None


def test_a_new_policy_requires_the_base_filters_and_no_check(study, people):
    grade_all(study, people[0])
    assert left_out(study, filters=PASSED[: len(BASE_FILTERS)]) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [("statements", "filter not run: statements"), ("contrast", "check not run: contrast")],
)
def test_a_required_filter_that_did_not_run_is_said_apart(study, people, name, reason):
    """A trace made before the filter existed, or not among those that a check ran on."""
    grade_all(study, people[0])
    others = tuple(one for one in PASSED if one.name != name)
    assert left_out(study, Rules(required_filters=(name,)), others) == reason


def test_a_filter_that_only_measured_can_be_required(study, people):
    grade_all(study, people[0])
    filters = (*PASSED[:-1], FilterFeature("contrast", False, 0.5, decides=False))
    rules = Rules(required_filters=("contrast",))
    assert left_out(study, rules, filters) == "filter not passed: contrast"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Rules(minimum_precision=4.0), None),
        (Rules(minimum_precision=4.5), "precision below 4.5"),
        (Rules(minimum_precision=None, minimum_coherence=5.0), None),
        (Rules(minimum_path_precision=5.0), None),
        (Rules(minimum_path_coherence=5.0), "path coherence below 5"),
        (Rules(minimum_graders=2), "too few grades"),
    ],
)
def test_minimums_are_inclusive(study, people, rules, reason):
    grade_all(study, people[0])
    assert left_out(study, rules) == reason


def test_the_median_of_two_may_fall_on_a_half(study, people):
    grade_all(study, people[0], cot_precision=4)
    grade_all(study, people[1], cot_precision=5)
    assert the_evidence(study).consensus.precision == 4.5
    assert left_out(study, Rules(minimum_precision=4.5)) is None


def test_ungraded_items_are_taken_only_where_no_grader_is_asked_for(study):
    assert left_out(study) == "not graded"
    assert left_out(study, factories.UNGRADED) is None
    assert left_out(study, Rules(ungraded="take")) is None


def test_taking_the_ungraded_asks_no_less_of_what_was_graded(study, people):
    rules = Rules(ungraded="take", minimum_graders=2)
    grade_all(study, people[0])
    assert left_out(study, rules) == "too few grades"
    grade_all(study, people[1], cot_precision=3)
    assert left_out(study, rules) == "precision below 4"


def test_everything_that_speaks_against_an_item_is_named(study, people):
    grade_all(study, people[0], cot_precision=2, decision="reject")
    rules = Rules(minimum_graders=2, required_filters=("answer", "none of these"))
    assert list(objections(rules, the_evidence(study))) == [
        "filter not run: none of these",
        "too few grades",
        "not accepted",
        "precision below 4",
    ]


@pytest.mark.parametrize(
    ("barred", "reason"), [(("moderate", "severe"), None), (("mild",), "safety flag")]
)
def test_an_adjudicated_harm_stays_out_by_its_severity(study, people, lead, barred, reason):
    rules = Rules(barred_harms=barred)
    grade_all(study, people[0], safety_flag="mild")
    assert left_out(study, rules) == "safety flag"  # whatever the rule: nobody has adjudicated
    settle(study.items.get(), lead, safety_flag="mild")
    assert left_out(study, rules) == reason


def test_a_policy_saved_before_severities_existed_is_read_as_it_was_meant(lead):
    policy = save_policy("old", rules=Rules(), saved_by=lead)
    plain = {name: policy.rules[name] for name in ("required_filters", "minimum_graders")}
    assert rules_of(Policy(rules=plain)) == Rules()
    old = {"minimum_graders": 0, "only_accepted": False}
    old |= {"minimum_precision": None, "minimum_coherence": None}
    assert rules_of(Policy(rules=old)).takes_ungraded


def test_disagreeing_grades_stay_out_until_they_are_adjudicated(study, people, lead):
    grade_all(study, people[0])
    grade_all(study, people[1], cot_precision=1)
    assert left_out(study) == "grades disagree, not adjudicated"
    settled = Adjudication.objects.create(
        item=study.items.get(),
        adjudicator=lead,
        precision=5,
        coherence=5,
        decision="accept",
        rationale="Read again.",
    )
    settled.grades.set(Grade.objects.all())
    agreed = the_evidence(study).consensus
    assert (agreed.precision, agreed.basis, agreed.ratings) == (5.0, "adjudicated", 2)
    assert left_out(study) is None


def test_what_was_not_accepted_stays_out_where_the_rule_says_so(study, people):
    grade_all(study, people[0], decision="revise")
    assert left_out(study) == "not accepted"
    assert left_out(study, Rules(only_accepted=False)) is None


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ({"answer_key_disputed": True}, "answer key disputed"),
        ({"safety_flag": "mild"}, "safety flag"),
    ],
)
def test_flagged_items_stay_out_whatever_their_grades(study, people, flag, reason):
    grade_all(study, people[0])
    Grade.objects.update(**flag)
    assert left_out(study, Rules(minimum_precision=None, only_accepted=False)) == reason


@pytest.mark.usefixtures("unguarded")
def test_who_could_not_judge_is_no_grader(study, people):
    grade_all(study, people[0])
    Grade.objects.update(
        cot_precision=None, cot_coherence=None, decision="", cannot_judge="context_missing"
    )
    assert left_out(study) == "too few grades"


def test_control_items_are_never_weighed(study):
    item = study.items.get()
    Item.objects.create(study=study, trace=item.trace, kind=Item.Kind.CONTROL, expected={})
    assert the_evidence(study).item == item.pk


def test_a_saved_rule_comes_back_equal_and_is_in_the_audit(lead):
    rules = Rules(required_filters=("leakage",), minimum_path_precision=3.5, minimum_graders=0)
    policy = save_policy("mine", rules=rules, saved_by=lead)
    policy.refresh_from_db()
    assert rules_of(policy) == rules
    event = Event.objects.get(action="policy.saved")
    assert event.payload["rules"] == policy.rules


def test_the_filters_named_here_are_those_a_verdict_has(study):
    verdict = store.made_verdict(study.items.get().trace)
    assert {result.name for result in verdict.filters} >= set(BASE_FILTERS)
    assert {one.name for one in the_evidence(study).features.filters} >= set(BASE_FILTERS)


def test_every_filter_is_explained():
    assert {*FILTERS, "order"} == set(FILTER_MEANINGS)
