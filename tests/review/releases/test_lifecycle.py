"""Policies and releases: who goes in, why others stay out, frozen to the byte."""

import hashlib
import uuid

import pytest

from pipeline.core.release_format import parse_line
from pipeline.models import QuestionSet, Trace
from review.evidence.policies import Rules, save_policy
from review.grading.submit import GradeSubmission, PathSubmission, graded_paths, submit_grade
from review.models import Grade, ReleasedTrace
from review.queue.claim import next_slot
from review.releases.lifecycle import lines_of, withdraw_release
from review.releases.selection.choices import CannotRelease
from tests import actors, factories
from tests.factories import make_release

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann):
    return factories.study(ann, opened_by=lead)


def grade_all(study, reviewer, *, precision=5, decision="accept", comment="") -> None:
    while (slot := next_slot(study, reviewer=reviewer)) is not None:
        paths = {path: PathSubmission(4, 3) for path in graded_paths(slot.item)}
        submit_grade(
            slot,
            reviewer=reviewer,
            fence=slot.fence,
            key=uuid.uuid4(),
            entry=GradeSubmission(precision, 4, decision, paths, comment),
        )


def release(study, lead, rules=None, name="first"):
    policy = save_policy(f"policy of {name}", rules=rules or Rules(), saved_by=lead)
    return make_release(name, study=study, policy=policy, made_by=lead)


def test_a_release_holds_graded_traces_with_pseudonyms_and_no_names(study, lead, ann):
    grade_all(study, ann, comment="Seen by Ann Example")
    made = release(study, lead)
    content = b"".join(lines_of(made)).decode()
    lines = [parse_line(line) for line in content.splitlines(keepends=True)]
    assert len(lines) == made.row_count > 0
    assert {grade.rater for line in lines for grade in line.grades} == {ann.pseudonym}
    assert "ann" not in content.lower().replace("annot", "")
    assert all(line.reasoner_kind == "demonstration" for line in lines)
    assert all(line.paths and line.grades[0].path_grades for line in lines)


def test_the_checksum_is_that_of_the_bytes(study, lead, ann):
    grade_all(study, ann)
    made = release(study, lead)
    assert hashlib.sha256(b"".join(lines_of(made))).hexdigest() == made.sha256
    assert made.manifest["sha256"] == made.sha256


@pytest.mark.usefixtures("unguarded")
def test_a_grade_changed_later_changes_no_byte(study, lead, ann):
    grade_all(study, ann)
    made = release(study, lead)
    before = b"".join(lines_of(made))
    Grade.objects.update(cot_precision=1, decision="reject")
    assert b"".join(lines_of(made)) == before
    with pytest.raises(CannotRelease, match="not accepted"):
        release(study, lead, name="second")


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Rules(minimum_precision=5.0), "precision below 5"),
        (Rules(minimum_path_coherence=4.0), "path coherence below 4"),
        (Rules(minimum_graders=2), "too few grades"),
    ],
)
def test_what_the_rules_do_not_take_stays_out_with_its_reason(study, lead, ann, rules, reason):
    grade_all(study, ann, precision=4)
    with pytest.raises(CannotRelease, match=reason):
        release(study, lead, rules)
    assert not ReleasedTrace.objects.exists()


def test_ungraded_traces_enter_only_where_the_policy_says_so(study, lead):
    with pytest.raises(CannotRelease, match="not graded"):
        release(study, lead)
    made = release(study, lead, factories.UNGRADED, name="ungraded")
    assert all(not parse_line(line.decode()).grades for line in lines_of(made))


def test_discarded_traces_stay_out_while_their_filter_is_required(study, lead, ann):
    grade_all(study, ann)
    kept = study.items.filter(trace__kept=True).count()
    assert release(study, lead).row_count == kept


@pytest.mark.parametrize(
    ("terms", "reason"),
    [({"may_be_released": False}, "licence"), ({"is_benchmark": True}, "benchmark")],
)
def test_licence_and_benchmark_rows_are_refused(study, lead, ann, terms, reason):
    QuestionSet.objects.update(**terms)
    grade_all(study, ann)
    with pytest.raises(CannotRelease, match=reason):
        release(study, lead)


@pytest.mark.usefixtures("unguarded")
def test_disputed_and_flagged_items_stay_out(study, lead, ann):
    grade_all(study, ann)
    first, second = study.items.filter(trace__kept=True).order_by("pk")[:2]
    first.grades.update(answer_key_disputed=True)
    second.grades.update(safety_flag="mild")
    made = release(study, lead)
    assert made.manifest["left_out"]["answer key disputed"] == 1
    assert made.manifest["left_out"]["safety flag"] == 1


def test_a_name_is_taken_once_and_a_withdrawn_release_says_why(study, lead, ann):
    grade_all(study, ann)
    made = release(study, lead)
    with pytest.raises(CannotRelease, match="exists"):
        make_release("first", study=study, policy=made.policy, made_by=lead)
    withdraw_release(made, reason="wrong policy", by=lead)
    assert (made.state, made.withdrawn_reason) == ("withdrawn", "wrong policy")


def test_a_trace_without_a_current_verdict_never_slips_in(study, lead):
    Trace.objects.update(record="")
    with pytest.raises(CannotRelease, match=r"could not be made: .* no record"):
        release(study, lead, factories.UNGRADED)
    assert not ReleasedTrace.objects.exists()
