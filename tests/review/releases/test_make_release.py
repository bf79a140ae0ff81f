"""`manage.py make_release`: previewed, made here or by a worker, refused in clear words."""

import io

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import Batch, Trace
from review.evidence.policies import save_policy
from review.models import Policy, Release, Study
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.releases.whole_batches import KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(8, name="my first batch")


@pytest.fixture
def study(batch, lead) -> Study:
    ann = actors.reviewer("ann")
    study = open_study(StudyPlan("a pilot", [batch], [ann], overlap=1, size=4), opened_by=lead)
    for item in study.items.all():
        grade_row(item, ann)
    return study


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("make_release", *arguments, stdout=out)
    return out.getvalue()


def test_a_batch_alone_is_released_by_a_policy_that_is_named(batch, lead):
    said = run("first", "--batch", "my first batch", "--wait")
    release = Release.objects.get()
    assert (release.state, release.created_by) == ("frozen", lead)
    assert "No policy named: 'Kept by the filters, accepted where graded' is used." in said
    assert "No clinician graded these." in said
    assert f"{release.row_count} rows, sha256 {release.sha256}" in said
    assert f"Seed of the splits: {release.split_seed}." in said
    run("second", "--batch", str(batch.pk), "--wait")
    assert Policy.objects.count() == 1


def test_a_batch_that_is_not_finished_is_told(batch):
    assert "is not finished" not in run("first", "--batch", "my first batch", "--preview")
    Trace.objects.filter(pk=batch.traces.first().pk).update(state="pending", kept=None)
    said = run("first", "--batch", "my first batch", "--preview")
    assert "my first batch is not finished: 1 traces are not made." in said


def test_a_preview_makes_nothing_and_needs_no_account(batch):
    said = run("first", "--batch", "my first batch", "--preview")
    assert "traces would be released." in said
    assert "Left out, filter not passed: answer: 2" in said
    assert "MB as JSON Lines" in said
    assert not Release.objects.exists()
    assert not Policy.objects.exists()


def test_everything_can_be_chosen(batch, study, lead):
    save_policy("my policy", rules=KEPT, saved_by=lead)
    chosen = ("--study", "a pilot", "--policy", "my policy", "--split", "60,20,20", "--seed", "4")
    run("first", "--batch", "my first batch", *chosen, "--comments", "--wait")
    release = Release.objects.get()
    assert [one.name for one in release.studies.all()] == ["a pilot"]
    assert release.split_shares == {"train": 0.6, "validation": 0.2, "test": 0.2}
    assert (release.split_seed, release.with_comments) == (4, True)
    assert release.manifest["rows_graded"] > 0


def test_without_waiting_a_worker_is_asked(batch, lead, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung:
        assert "is being made by a worker" in run("first", "--batch", "my first batch")
    assert len(rung) == 1
    assert Release.objects.get().state == "making"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["two words", "--batch", "my first batch"], "cannot be a release's name"),
        (["new", "--batch", "my first batch"], "choose another"),
        (["first"], "Choose at least one batch"),
        (["first", "--batch", "yours"], "no batch named 'yours'. There are: 'my first batch'"),
        (["first", "--batch", "99"], "no batch named '99'"),
        (["first", "--study", "none"], "no study named 'none'. There are: none"),
        (["first", "--batch", "my first batch", "--policy", "x"], "no policy named 'x'"),
        (["first", "--batch", "my first batch", "--split", "1,2"], "add up to 100"),
        (["first", "--batch", "my first batch", "--seed", "-1"], "A seed lies between"),
        (["first", "--batch", "my first batch", "--by", "me"], "no lead named 'me'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_made_is_refused_in_words(batch, lead, arguments, why):
    with pytest.raises(CommandError, match=why):
        run(*arguments, "--wait")
    assert not Release.objects.exists()


def test_without_any_lead_the_command_says_how_to_make_one(batch):
    with pytest.raises(CommandError, match=r"no lead yet: manage.py add_account NAME --role lead"):
        run("first", "--batch", "my first batch")


def test_batches_of_one_name_are_told_apart_by_their_numbers(batch, lead):
    other = factories.made_batch(2, name="other")
    Batch.objects.filter(pk=other.pk).update(name=batch.name)
    with pytest.raises(CommandError, match=rf"give a number \({batch.pk}, {other.pk}\)"):
        run("first", "--batch", batch.name)


def test_a_release_that_fails_says_why(batch, lead):
    Batch.objects.get().question_set.__class__.objects.update(is_benchmark=True)
    with pytest.raises(CommandError, match=r"Nothing was frozen\. The policy leaves nothing"):
        run("first", "--batch", batch.name, "--wait")
