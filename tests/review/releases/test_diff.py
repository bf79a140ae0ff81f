"""The next release of a study says what differs from the one before."""

import pytest

from pipeline.core.release_format import as_format
from review.evidence.policies import Rules, save_policy
from review.models import ReleasedTrace
from review.releases.lifecycle import lines_of
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann):
    study = factories.study(ann, opened_by=lead)
    grade_all(study, ann)
    return study


def release(study, lead, name, rules=None):
    policy = save_policy(f"policy of {name}", rules=rules or Rules(), saved_by=lead)
    return make_release(name, study=study, policy=policy, made_by=lead)


def test_the_first_release_differs_from_nothing(study, lead):
    assert release(study, lead, "first").manifest["difference"] is None


@pytest.mark.usefixtures("unguarded")
def test_lines_of_an_earlier_format_are_compared_by_what_both_say(study, lead):
    first = release(study, lead, "first")
    for row in first.lines.all():
        ReleasedTrace.objects.filter(pk=row.pk).update(line=as_format(2, row.line))
    told = release(study, lead, "second").manifest["difference"]
    assert (told["same"], told["changed"]) == (first.row_count, 0)


def test_one_changed_grade_leaves_the_release_and_is_told_by_the_next(study, lead, ann):
    first = release(study, lead, "first")
    before = b"".join(lines_of(first))
    item = first.lines.first().item
    grade_row(item, ann, revision=2, cot_precision=5)
    second = release(study, lead, "second")
    assert b"".join(lines_of(first)) == before
    told = second.manifest["difference"]
    assert (told["since"], told["since_sha256"]) == ("first", first.sha256)
    assert (told["added"], told["removed"], told["changed"]) == (0, 0, 1)
    assert told["same"] == first.row_count - 1
    (change,) = told["traces"]
    assert change["trace"] == str(item.trace.key)
    assert "precision 4.0 → 5.0" in change["what"]
    assert told["policy"]["rules"] == {}


def test_traces_that_came_and_went_and_the_rule_that_changed(study, lead, ann):
    first = release(study, lead, "first")
    gone = first.lines.first().item
    grade_row(gone, ann, revision=2, decision="reject")
    second = release(study, lead, "second", Rules(minimum_coherence=None))
    told = second.manifest["difference"]
    assert [(row["trace"], row["change"]) for row in told["traces"]] == [
        (str(gone.trace.key), "removed")
    ]
    assert told["policy"]["rules"] == {"minimum_coherence": [4.0, None]}
    grade_row(gone, ann, revision=3)
    third = release(study, lead, "third")
    assert [row["change"] for row in third.manifest["difference"]["traces"]] == ["added"]
    assert third.manifest["difference"]["since"] == "second"


def test_another_studys_release_is_not_the_one_before(study, lead, ann):
    release(study, lead, "first")
    other = factories.study(ann, opened_by=lead, name="other")
    grade_all(other, ann)
    assert release(other, lead, "others").manifest["difference"] is None


def test_what_was_judged_and_not_taken_is_no_row_of_either(study, lead, ann):
    first = release(study, lead, "first")
    assert first.manifest["judged_not_taken"] == first.lines.exclude(left_out="").count()
    counted = release(study, lead, "second").manifest["difference"]
    assert counted["same"] == first.row_count
