"""Base and fine-tuned model are compared where they were asked alike, and nowhere else."""

import pytest

from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.models import Endpoint, Evaluation, LLMCall, QuestionSet
from review.finetuned.side_by_side import SideBySide, side_by_side
from review.models import FineTunedModel, ReleasedTrace
from tests.pipeline.evaluations import scripted
from tests.review.finetuned import trained

pytestmark = pytest.mark.django_db


def shown() -> SideBySide:
    return side_by_side(FineTunedModel.objects.get())


def reasons() -> dict[str, str]:
    return {one.evaluation.name: one.why for one in shown().unpaired}


def test_the_difference_is_the_fine_tuned_less_the_base(world):
    (one,) = shown().benchmarks
    found = one.comparison
    assert (one.tuned.headline.value, one.base.headline.value) == (1.0, 0.5)
    assert (found.difference.value, found.only_first, found.only_second) == (0.5, 2, 0)
    assert (found.p, found.p_holm, found.tests) == (0.5, 0.5, 1)
    assert found.difference.low < 0.5 < found.difference.high
    assert (one.seen.questions, one.seen.of) == (0, 4)


def test_holm_is_over_all_benchmarks_that_are_shown(world, monkeypatch):
    more = scripted.benchmark("more", [(f"{text} Now.", key) for text, key in scripted.CASES])
    for endpoint, letters in ((world.tuned, "ABCD"), (world.base, "BBCD")):
        trained.evaluated(monkeypatch, endpoint, letters, question_set=more)
    both = [one.comparison for one in shown().benchmarks]
    assert [(pair.p, pair.p_holm, pair.tests) for pair in both] == [(0.5, 1.0, 2), (1.0, 1.0, 2)]


@pytest.mark.parametrize(
    ("choices", "differs"),
    [
        ({"prompt": "strict"}, "prompt (strict v1 here, free v1 there)"),
        ({"temperature": 0.5}, "temperature (0.5 here, 0 there)"),
        ({"max_output_tokens": 64}, "output tokens (64 here, 2048 there)"),
        ({"temperature": 0.5, "samples": 2}, "samples (2 here, 1 there)"),
        ({"orders": 2}, "orders (2 here, 1 there)"),
        ({"limit": 3}, "the base was not asked these questions"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else None,
)
def test_only_equal_conditions_are_paired_and_what_differs_is_said(
    world, monkeypatch, choices, differs
):
    trained.evaluated(monkeypatch, world.tuned, "ABCD", question_set=world.drugs, **choices)
    assert len(shown().benchmarks) == 1
    ((_, why),) = reasons().items()
    assert differs in why


def test_another_extractor_is_another_condition(world):
    world.of_base.answers.update(extractor="earlier")
    assert shown().benchmarks == ()
    now = EXTRACTOR_VERSION
    assert f"extractor ({now} here, earlier there)" in reasons()[world.of_tuned.name]
    assert f"extractor (earlier here, {now} there)" in reasons()[world.of_base.name]


def test_what_is_sent_beside_the_question_is_a_condition(world):
    LLMCall.objects.filter(evaluation=world.of_tuned).update(parameters={"reasoning": "low"})
    assert (
        'what was sent beside ({"reasoning": "low"} here, nothing there)'
        in (reasons()[world.of_tuned.name])
    )


def test_the_first_that_finished_counts_whatever_a_later_one_says(world, monkeypatch):
    again = trained.evaluated(
        monkeypatch, world.base, "DDDD", question_set=world.drugs, replay=False
    )
    (one,) = shown().benchmarks
    assert one.pair.base == world.of_base
    assert reasons() == {
        again.name: f"asked again under the same conditions: {world.of_base} was started first"
    }


def test_what_is_not_finished_or_asked_another_model_does_not_count(world):
    Evaluation.objects.filter(pk=world.of_tuned.pk).update(state="paused")
    Evaluation.objects.filter(pk=world.of_base.pk).update(model="base-0")
    assert shown().benchmarks == ()
    assert reasons()[world.of_tuned.name] == "it is paused"
    assert (
        "it asked base-0 at http://127.0.0.1:8082/v1, which is not"
        in (reasons()[world.of_base.name])
    )


def test_an_endpoint_that_was_changed_keeps_what_it_was_asked_before(world, monkeypatch):
    Endpoint.objects.filter(pk=world.tuned.pk).update(model="tuned-2")
    changed = Endpoint.objects.get(pk=world.tuned.pk)
    trained.evaluated(monkeypatch, changed, "DDDD", question_set=world.drugs)
    (one,) = shown().benchmarks
    assert one.tuned.headline.value == 1.0
    assert "it asked tuned-2" in next(iter(reasons().values()))


def test_nothing_is_compared_before_anyone_stated_the_endpoints(world):
    FineTunedModel.objects.update(endpoint=None, base_endpoint=None, stated={}, stated_at=None)
    assert shown() == SideBySide((), ())


def test_questions_that_stand_in_the_release_are_told_and_left_out_beside(world, monkeypatch):
    question = ReleasedTrace.objects.first().trace.question
    asked = scripted.benchmark("seen", [*scripted.CASES, (question.text, "D")])
    row = asked.questions.get(text=question.text)
    row.options, row.answer_text = question.options, question.answer_text
    row.answer_label = question.answer_label
    row.save()
    letters = {"tuned": "ABCD", "base": "ABAA"}
    for endpoint in (world.tuned, world.base):
        trained.evaluated(
            monkeypatch,
            endpoint,
            letters[endpoint.name] + question.answer_label,
            question_set=QuestionSet.objects.get(name="seen"),
        )
    one = next(one for one in shown().benchmarks if one.pair.tuned.question_set.name == "seen")
    assert (one.seen.questions, one.seen.of) == (1, 5)
    assert one.comparison.difference.value == pytest.approx(0.4)
    assert one.seen.without.value == pytest.approx(0.5)
