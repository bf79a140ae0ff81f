"""What a batch's filters are worth, counted from its rows and said in plain sentences."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.batches.filters.tables import Evaluation, evaluate
from pipeline.batches.filters.text import evaluation_lines
from pipeline.batches.funnel import funnel_of
from pipeline.core.config import ChecksConfig, preset
from pipeline.core.features import Contrast
from pipeline.models import Batch, Trace
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]
Arm = Trace.Arm


def start(size: int = 8, *, name: str = "b", share: float = 1.0, **checks: Any) -> Batch:
    return lifecycle.start_batch(
        factories.question_set(size, name=f"{name}-questions"),
        knowledge_graph=factories.graph(f"{name}-graph"),
        config=replace(preset("demonstration"), checks=ChecksConfig(**checks)),
        placebo_share=share,
    )


def settle(batch: Batch, arm: str, *, kept: int, of: int) -> None:
    """So many of the arm's traces kept and the rest discarded by the answer filter or failed."""
    for number, row in enumerate(batch.traces.filter(arm=arm).order_by("question_id")):
        passed = number < kept
        result = {"name": "answer", "passed": passed, "score": float(passed)}
        made = {"state": "made", "kept": passed, "features": {"filters": [result]}}
        failed = {"state": "failed", "failure_reason": "no_path", "failure_stage": "search"}
        Trace.objects.filter(pk=row.pk).update(**(made if number < of else failed))


def settled(right: tuple[int, int], wrong: tuple[int, int], size: int = 40) -> Evaluation:
    batch = start(size)
    settle(batch, Arm.KEY, kept=right[0], of=right[1])
    for arm in (Arm.PLACEBO_RANDOM, Arm.PLACEBO_NEAREST):
        settle(batch, arm, kept=wrong[0], of=wrong[1])
    return evaluate([batch])


def said(evaluation: Evaluation, key: str) -> str:
    [section] = [section for section in evaluation.sections if section.key == key]
    return " ".join(section.sentences)


def test_the_arms_are_compared_question_by_question():
    found = settled(right=(30, 36), wrong=(9, 32)).placebo
    assert found.questions == 40
    for kind, trials in (("random", 40), ("nearest", 40), ("together", 80)):
        compared = found.by_kind[kind]
        assert (compared.made.trials, compared.kept.trials) == (trials, trials)
        assert compared.made.wrong.value == pytest.approx(0.8)
        assert compared.kept.right.value == pytest.approx(0.75)
        assert compared.kept_of_made.right.value == pytest.approx(30 / 32)
        assert compared.filters[0].wrong.value == pytest.approx(9 / 32)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ((32, 40), (8, 40), "They tell right from wrong to this extent (difference +"),
        ((31, 40), (31, 40), "does not show that the filters tell right from wrong"),
        ((8, 40), (32, 40), "must not be taken for quality"),
        ((0, 0), (9, 40), "No question has both chains of thought"),
    ],
    ids=range(4),
)
def test_the_finding_follows_the_interval(right, wrong, sentence):
    assert sentence in said(settled(right, wrong), "placebo")


def test_what_is_not_settled_is_not_compared_and_said_so():
    batch = start()
    settle(batch, Arm.KEY, kept=8, of=8)
    settle(batch, Arm.PLACEBO_RANDOM, kept=4, of=8)
    evaluation = evaluate([batch])
    assert evaluation.placebo.by_kind["together"].kept.trials == 8
    assert "one of the two is not settled: 8." in said(evaluation, "placebo")


def test_batches_are_counted_together_and_each_trial_with_its_own():
    first, second = start(name="one"), start(name="two")
    for batch in (first, second):
        for arm in Arm.values:
            settle(batch, arm, kept=4, of=8)
    both = evaluate([first, second]).placebo
    assert both.by_kind["random"].kept.trials == 16
    assert evaluate([first]).placebo.by_kind["random"].kept.trials == 8


def test_a_check_that_looked_at_nothing_is_in_no_share():
    batch = start()
    for arm in Arm.values:
        settle(batch, arm, kept=8, of=8)
    results = [{"name": "contrast", "passed": True, "score": None}]
    batch.traces.update(features={"filters": results})
    assert evaluate([batch]).placebo.by_kind["together"].filters == ()


def test_what_the_reader_knows_is_told_apart_from_what_the_filters_add():
    """A reader that reads nothing keeps the key and discards the rest: no merit of the chain."""
    batch = start(40)
    for arm in Arm.values:
        settle(batch, arm, kept=40 if arm == Arm.KEY else 4, of=40)
    assert "it was not run here" in said(evaluate([batch]), "placebo")
    for arm in Arm.values:
        for row in batch.traces.filter(arm=arm):
            row.features["readings"] = [{"kind": "without_cot", "correct": row.kept}]
            row.save()
    sentences = said(evaluate([batch]), "placebo")
    assert "They tell right from wrong to this extent" in sentences
    assert "the filters add +0.0 percentage points" in sentences
    for row in batch.traces.filter(arm=Arm.KEY).order_by("pk")[:20]:
        row.features["readings"][0]["correct"] = False
        row.save()
    gain = evaluate([batch]).placebo.by_kind["together"].gain
    assert gain.value == pytest.approx(0.5)
    assert gain.low > 0.3


def test_readings_stand_beside_the_reading_of_the_same_traces():
    batch = start(4, share=0)
    outcomes = [(True, False, ""), (True, True, ""), (False, True, ""), (True, False, "refused")]
    rows = batch.traces.order_by("pk")
    for row, (with_cot, alone, failure) in zip(rows, outcomes, strict=True):
        reading = {"kind": "without_cot", "correct": alone, "failure": failure}
        result = {"name": "answer", "passed": with_cot, "score": 1.0}
        features = {"filters": [result], "readings": [reading]}
        Trace.objects.filter(pk=row.pk).update(state="made", kept=True, features=features)
    batch.config["checks"]["without_cot"] = 1
    report = evaluate([batch]).readers
    [line] = report.lines
    assert (report.made, report.with_cot.value) == (4, 0.75)
    assert (line.read, line.failed) == (3, 1)
    assert (line.right.value, line.right_with_cot.value) == pytest.approx((2 / 3, 2 / 3))
    assert "cannot be told from no gain" in said(evaluate([batch]), "readers")


def test_rivals_are_counted_by_outcome_and_reason():
    batch = start(6, share=0)
    outcomes = [
        *("key wins both orders", "key wins both orders", "rival wins both orders"),
        *("the choice changes with the order", None, None),
    ]
    for row, outcome in zip(batch.traces.order_by("pk"), outcomes, strict=True):
        rival = {"outcome": outcome, "failure": "" if outcome else "answer_not_mapped"}
        features = {"rivals": [rival]}
        Trace.objects.filter(pk=row.pk).update(state="made", kept=True, features=features)
    batch.config["checks"]["contrast"] = 1
    report = evaluate([batch]).contrast
    assert (report.rivals, report.compared) == (6, 4)
    assert report.outcomes[Contrast.KEY].value == 0.5
    assert report.missing == (("answer_not_mapped", 2),)
    sentences = said(evaluate([batch]), "contrast")
    assert "against 50.0 % (15.0 to 85.0). A reader who chose at random" in sentences
    assert "With 25.0 % (4.6 to 69.9) of them the choice changed" in sentences


def test_stances_are_counted_by_answer_and_other_answers_are_not():
    batch = start(4, share=0)
    settle(batch, Arm.KEY, kept=2, of=3)
    assert evaluate([batch]).breakdown.answers == ()
    answers = ("Yes", "yes", "no", "maybe")
    for row, text in zip(batch.question_set.questions.order_by("pk"), answers, strict=True):
        row.answer_text = text
        row.save()
    counted = evaluate([batch]).breakdown.answers
    assert [(line.answer, line.settled, line.made, line.kept) for line in counted] == [
        ("yes", 2, 2, 2),
        ("maybe", 1, 0, 0),
        ("no", 1, 1, 0),
    ]
    assert "select by the answer" in said(evaluate([batch]), "kept")


def test_paths_that_end_at_the_explanation_and_unmasked_readings_are_counted_apart():
    batch = start(4, share=0)
    settle(batch, Arm.KEY, kept=2, of=4)
    first, second, third, _ = batch.traces.order_by("pk").values_list("pk", flat=True)
    for pk, features in (
        (first, {"reaches_answer": False}),
        (second, {"reaches_answer": True}),
        (third, {"reaches_answer": False, "unmasked": True}),
    ):
        Trace.objects.filter(pk=pk).update(features=features)
    found = evaluate([batch]).breakdown
    assert (found.ends_at_explanation, found.kept_at_explanation, found.unmasked) == (2, 1, 1)
    assert "The paths of 2 of 4 made traces end only at" in said(evaluate([batch]), "kept")
    assert funnel_of(batch).kept == 2


def test_a_plain_batch_has_nothing_to_show():
    assert evaluate([factories.made_batch(2)]).sections == []


def test_the_demonstration_is_measured_whole_with_every_check():
    """From the worker to the lines that `generate --wait` prints, nothing set by hand."""
    checks: dict[str, Any] = {
        "without_cot": 1,
        "other_cot": 1,
        "permuted_options": 1,
        "contrast": 1,
    }
    batch = start(8, **checks)
    assert lifecycle.run_batch(batch) == 24
    evaluation = evaluate([batch])
    assert [section.key for section in evaluation.sections][-3:] == [
        *("placebo", "readers", "contrast")
    ]
    assert {str(line.kind) for line in evaluation.readers.lines} == {
        *("without_cot", "other_cot", "permuted_options")
    }
    made = batch.traces.of_key().filter(state="made")
    rivals = sum(len(store.trace_record(row).rivals) for row in made)
    assert evaluation.contrast.rivals == rivals > 0
    text = "\n".join(evaluation_lines(evaluation))
    for told in ("Likelihood ratio", "all that reject", "without a chain of thought"):
        assert told in text
    assert max(map(len, text.splitlines())) < 200
