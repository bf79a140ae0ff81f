"""A release of whole batches: all that the policy keeps, graded or not, and why others stay out."""

import pytest

from pipeline.batches.lifecycle import run_batch
from pipeline.core.release_format import TraceLine, parse_line
from pipeline.models import Batch, Trace
from review.evidence.key_disputes import dispute_of, rule_on_key
from review.evidence.policies import Rules
from review.models import Item, KeyRuling, Release, Study
from review.releases.lifecycle import lines_of
from review.releases.selection.choices import CannotRelease
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.releases.whole_batches import KEPT, release_of

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(8)


@pytest.fixture
def study(batch, lead, ann) -> Study:
    """Half of the batch, drawn without strata."""
    plan = StudyPlan("pilot", [batch], [ann], overlap=1, size=4, strata=(), seed=3)
    return open_study(plan, opened_by=lead)


def lines(release: Release) -> list[TraceLine]:
    return [parse_line(line.decode()) for line in lines_of(release)]


def left_out(release: Release) -> dict[str, int]:
    reasons: dict[str, int] = release.manifest["left_out"]
    return reasons


def kept(batch: Batch) -> set[str]:
    return {str(key) for key in batch.traces.filter(kept=True).values_list("key", flat=True)}


def test_every_kept_trace_goes_in_graded_or_not(batch, study, lead, ann):
    for item in study.items.all():
        grade_row(item, ann)
    release = release_of(batch, studies=[study], made_by=lead)
    assert {line.trace_id for line in lines(release)} == kept(batch)
    graded = {line.trace_id for line in lines(release) if line.is_graded}
    sampled = {str(item.trace.key) for item in study.items.select_related("trace")}
    assert graded == kept(batch) & sampled
    assert release.manifest["rows_graded"] == len(graded)
    assert release.manifest["rows_nobody_graded"] == len(kept(batch)) - len(graded) > 0


def test_a_batch_alone_is_released_and_says_that_nobody_graded_it(batch, lead):
    release = release_of(batch, made_by=lead)
    assert {line.trace_id for line in lines(release)} == kept(batch)
    assert all(line.place is None for line in lines(release))
    assert "No clinician graded these." in release.texts["README.md"]
    assert "No clinician graded these." in release.manifest["notice"]
    assert release.chain == "house"


def test_what_clinicians_rejected_stays_out_and_is_frozen_for_training(batch, study, lead, ann):
    rejected = study.items.filter(trace__kept=True).first()
    for item in study.items.all():
        grade_row(item, ann, decision="reject" if item == rejected else "accept")
    release = release_of(batch, studies=[study], made_by=lead)
    assert left_out(release)["not accepted"] == 1
    assert str(rejected.trace.key) not in {line.trace_id for line in lines(release)}
    judged = release.lines.get(trace=rejected.trace)
    assert (judged.left_out, judged.item) == ("not accepted", rejected)


def test_only_current_made_traces_towards_the_key_count(batch, lead):
    first, second, third, *_ = batch.traces.filter(kept=True).order_by("pk")
    batch.traces.filter(pk=first.pk).update(is_current=False)
    batch.traces.filter(pk=second.pk).update(arm=Trace.Arm.PLACEBO_RANDOM)
    batch.traces.filter(pk=third.pk).update(
        state=Trace.State.FAILED, kept=None, failure_reason="no_path"
    )
    gone = {str(row.key) for row in (first, second, third)}
    assert {line.trace_id for line in lines(release_of(batch, made_by=lead))} == kept(batch) - gone


@pytest.mark.usefixtures("unguarded")
def test_a_disputed_key_keeps_the_questions_other_traces_out(lead, ann):
    batch = factories.batch(4, samples=2)
    run_batch(batch)
    plan = StudyPlan("pilot", [batch], [ann], overlap=1, size=2, strata=(), seed=3)
    study = open_study(plan, opened_by=lead)
    item = study.items.filter(trace__kept=True).first()
    grade_row(item, ann, answer_key_disputed=True)
    release = release_of(batch, studies=[study], made_by=lead)
    assert item.trace.question_id not in release.lines.values_list("trace__question", flat=True)
    KeyRuling.objects.create(
        question=item.trace.question,
        ruling="wrong",
        reason="see the guideline",
        ruled_by=lead,
        ruled_at=item.grades.get().submitted_at,
    )
    again = release_of(batch, studies=[study], made_by=lead, name="again")
    assert left_out(again)["answer key wrong"] >= 1


def test_a_trace_made_with_a_key_that_was_corrected_stays_out_without_a_study(
    batch, study, lead, ann
):
    item = study.items.filter(trace__kept=True).first()
    grade_row(item, ann, answer_key_disputed=True)
    question = item.trace.question
    right = next(label for label, _ in question.options if label != question.answer_label)
    seen = dispute_of(question).seen
    rule_on_key(question, ruling="wrong", reason="Looked up.", right=right, seen=seen, by=lead)
    release = release_of(batch, made_by=lead)
    assert left_out(release)[f"answer key wrong, {right} is right"] == 1
    assert {line.trace_id for line in lines(release)} == kept(batch) - {str(item.trace.key)}


@pytest.mark.usefixtures("unguarded")
def test_a_harm_found_in_another_study_keeps_the_trace_out(batch, study, lead, ann):
    other = open_study(StudyPlan("other", [batch], [ann], overlap=1, seed=4), opened_by=lead)
    trace = batch.traces.filter(kept=True).exclude(items__study=study).first()
    grade_row(Item.objects.get(study=other, trace=trace), ann, safety_flag="mild")
    release = release_of(batch, studies=[study], made_by=lead)
    assert left_out(release)["safety flag"] == 1
    assert str(trace.key) not in {line.trace_id for line in lines(release)}


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("released", [False, True], ids=["of_another_batch", "also_released"])
def test_a_harm_found_in_a_twin_keeps_the_same_words_out(released, batch, study, lead, ann):
    others = factories.made_batch(8, name="others")
    of_others = open_study(StudyPlan("other", [others], [ann], overlap=1, seed=4), opened_by=lead)
    item = study.items.filter(trace__kept=True).first()
    asked = item.trace.question.asked_sha256
    twin = Item.objects.get(study=of_others, trace__question__asked_sha256=asked)
    grade_row(item, ann)
    grade_row(twin, ann, safety_flag="severe")
    batches, studies = ([batch, others], [study, of_others]) if released else ([batch], [study])
    release = release_of(*batches, studies=studies, made_by=lead)
    rows = release.lines.filter(left_out="")
    assert asked not in rows.values_list("trace__question__asked_sha256", flat=True)
    assert left_out(release)["safety flag"] >= 1


@pytest.mark.usefixtures("unguarded")
def test_an_estimate_says_that_it_is_preliminary_while_graded_items_wait(batch, study, lead, ann):
    first, *others = study.items.order_by("pk")
    for item in others:
        grade_row(item, ann)
    settled = release_of(batch, studies=[study], made_by=lead).manifest["quality"]
    grade_row(first, ann, safety_flag="mild")
    waits = release_of(batch, studies=[study], made_by=lead, name="waits").manifest
    for quality in (waits["quality"], waits["studies"][0]["quality"]):
        note = quality["sample"]["note"]
        assert note.startswith("Preliminary: 1 of 4 graded items awaits adjudication in pilot")
    assert "reliminary" not in settled["sample"]["note"]


def test_twins_are_left_out_and_the_graded_one_stays(lead, ann):
    batch = factories.batch(3, samples=2)
    run_batch(batch)
    study = open_study(StudyPlan("pilot", [batch], [ann], overlap=1, seed=3), opened_by=lead)
    item = study.items.filter(trace__kept=True).first()
    second = batch.traces.get(question=item.trace.question, sample_index=1)
    Item.objects.filter(pk=item.pk).update(trace=second)
    grade_row(Item.objects.get(pk=item.pk), ann)
    release = release_of(batch, studies=[study], made_by=lead)
    rows = [(line.question_id, line.sample_index) for line in lines(release)]
    assert len({question for question, _ in rows}) == len(rows)
    assert (str(second.question), 1) in rows
    twins = release.manifest["twins"]
    assert twins["set_aside"] == twins["traces"] - twins["groups"] == 3
    assert twins["left_out"] == left_out(release).get("twin of another trace", 0) <= 3


def test_a_policy_for_graded_traces_alone_takes_no_others(batch, study, lead, ann):
    item = study.items.filter(trace__kept=True).first()
    grade_row(item, ann)
    release = release_of(batch, studies=[study], rules=Rules(), made_by=lead)
    assert [line.trace_id for line in lines(release)] == [str(item.trace.key)]


def test_the_weights_of_a_stratum_sum_to_its_released_rows(lead, ann):
    batch = factories.made_batch(16)
    plan = StudyPlan("pilot", [batch], [ann], overlap=1, size=10, seed=3)
    study = open_study(plan, opened_by=lead)
    for item in study.items.all():
        grade_row(item, ann)
    release = release_of(batch, studies=[study], made_by=lead)
    weights = [line.place.weight for line in lines(release) if line.place]
    assert sum(weights) == pytest.approx(release.row_count)
    assert len(weights) == release.manifest["rows_graded"]


def test_each_line_has_its_cluster_and_split(batch, lead):
    release = release_of(batch, made_by=lead, shares={"train": 0.5, "validation": 0.5, "test": 0})
    by_cluster: dict[str, set[str]] = {}
    for line in lines(release):
        by_cluster.setdefault(line.cluster, set()).add(line.split or "")
    assert all(len(splits) == 1 for splits in by_cluster.values())
    assert set().union(*by_cluster.values()) == {"train", "validation"}
    assert sum(release.manifest["rows_by_split"].values()) == release.row_count


def test_the_same_seed_gives_the_same_lines(batch, lead):
    one, other = (release_of(batch, made_by=lead, name=name, seed=5) for name in ("a", "b"))
    assert one.sha256 == other.sha256


@pytest.mark.parametrize("refused", ["nothing", "trial", "unrelated", "twice", "mixed"])
def test_what_does_not_go_together_is_refused_with_the_reason(refused, batch, study, lead, ann):
    batches: list[Batch]
    studies: list[Study]
    if refused == "nothing":
        batches, studies, why = [], [], "Choose at least one batch"
    elif refused == "trial":
        Batch.objects.update(is_trial=True)
        batches, studies, why = [Batch.objects.get()], [], "batch: a trial"
    elif refused == "unrelated":
        batches, studies, why = [factories.made_batch(2, name="other")], [study], "sampled none"
    elif refused == "twice":
        other = open_study(StudyPlan("more", [batch], [ann], overlap=1), opened_by=lead)
        batches, studies, why = [batch], [study, other], "sampled batch: choose one"
    else:
        Batch.objects.filter(pk=factories.made_batch(2, name="other").pk).update(
            reasoner_kind="language_model"
        )
        batches, studies, why = list(Batch.objects.all()), [], "cannot mix demonstration"
    with pytest.raises(CannotRelease, match=why):
        release_of(*batches, studies=studies, made_by=lead)
    assert not Release.objects.exists()


def test_batches_and_studies_that_were_chosen_stand_in_the_manifest(batch, study, lead, ann):
    for item in study.items.all():
        grade_row(item, ann)
    manifest = release_of(batch, studies=[study], made_by=lead, seed=5).manifest
    assert [one["name"] for one in manifest["batches"]] == ["batch"]
    assert (manifest["batches"][0]["made"], manifest["batches"][0]["rows"]) == (8, manifest["rows"])
    pilot = manifest["studies"][0]
    assert (pilot["items"], pilot["graded"], pilot["batches"]) == (4, 4, ["batch"])
    assert pilot["graded_rows"] == manifest["rows_graded"]
    assert [head["chain"] for head in manifest["audits"]] == [study.event_chain, "house"]
    assert manifest["splits"]["seed"] == 5
    assert manifest["considered"] == manifest["rows"] + sum(manifest["left_out"].values())
    assert KEPT.ungraded == "take"


def test_figures_of_a_study_of_more_batches_than_the_release_say_so(batch, lead, ann):
    other = factories.made_batch(4, name="other", first=16)
    plan = StudyPlan("wide", [batch, other], [ann], overlap=1, seed=3)
    study = open_study(plan, opened_by=lead)
    for item in study.items.all():
        grade_row(item, ann)
    of_one, of_both = (
        {one["title"]: one["note"] for one in release.manifest["figures"]}
        for release in (
            release_of(batch, studies=[study], made_by=lead, name="one"),
            release_of(batch, other, studies=[study], made_by=lead, name="both"),
        )
    )
    more = "Also of traces that this release does not hold: other."
    assert more in of_one["Traces graded in the study"]
    assert more in of_one["Share acceptable of all traces made"]
    assert more not in of_one["Share acceptable of the released rows"]
    assert not any(more in note for note in of_both.values())
