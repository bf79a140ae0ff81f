"""`manage.py check_linking`: the share of mentions linked, its target, and what says little."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.batches import lifecycle
from pipeline.models import Question, Trace
from tests import factories

pytestmark = pytest.mark.django_db


def run(**options: object) -> list[str]:
    out = StringIO()
    call_command("check_linking", stdout=out, **options)
    return out.getvalue().splitlines()


def asked(answer: str = "", count: int = 4) -> None:
    """A graph and a set over it; the first question's answer in these words."""
    factories.graph("reported")
    factories.question_set(count, name="asked")
    if answer:
        first = Question.objects.order_by("pk").first()
        Question.objects.filter(pk=first.pk).update(answer_text=answer)


def test_it_counts_by_side_and_stage_and_says_that_the_target_is_met():
    asked()
    lines = run(questions="asked", graph="reported", sample=2, seed=3)
    counts = {line[:48].strip(): line[48:].split() for line in lines[1:9]}
    assert lines[0].startswith("asked on reported v1: 4 questions. The rules name")
    assert counts["exact name"] == ["6", "4", "0"]
    assert counts["none"] == ["0", "0", "0"]
    assert counts["linked"] == ["100.0", "%", "100.0", "%", "none"]
    assert "Target: 90 % of mentions linked. Met: 10 of 10, 100.0 %." in lines[9]
    assert "By side: question met, answer met, explanation no mentions." in lines[9]
    assert len([line for line in lines if " -> " in line]) == 2


def test_a_share_below_the_target_names_the_commonest_mentions_without_a_node():
    asked("Seven and a half mg", count=1)
    lines = run(questions="asked", graph="reported")
    assert "Not met:" in lines[9]
    assert "answer not met" in lines[9]
    assert lines[10] == "Commonest mentions without a node: 'seven and a half mg' (1)."


def test_only_the_first_questions_are_asked():
    asked()
    assert "1 question." in run(questions="asked", graph="reported", limit=1)[0]


def test_a_batch_is_counted_by_its_own_traces_towards_the_key():
    batch = factories.made_batch(3)
    told = run(batch=batch.pk)
    assert "3 traces, 0 of them ended before linking. The rules name" in told[0]
    assert "Met:" in told[9]
    placebo = batch.traces.order_by("pk").first()
    Trace.objects.filter(pk=placebo.pk).update(arm=Trace.Arm.PLACEBO_RANDOM)
    assert "2 traces" in run(batch=batch.pk)[0]
    type(batch).objects.update(reasoner_kind="language_model")
    assert "The rules" not in run(batch=batch.pk)[0]


def test_traces_that_ended_before_linking_are_counted_apart():
    batch = factories.batch(2)
    first = batch.traces.order_by("pk").first()
    Question.objects.filter(pk=first.question_id).update(text="Which one is it?")
    lifecycle.run_batch(batch, seconds=None)
    assert "2 traces, 1 of them ended before linking." in run(batch=batch.pk)[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Name --questions and --graph, or else --batch"),
        ({"questions": "asked"}, "Name --questions and --graph"),
        ({"questions": "asked", "graph": "reported", "batch": 1}, "or else --batch"),
        ({"questions": "asked", "graph": "none"}, "no knowledge graph named none"),
        ({"questions": "none", "graph": "reported"}, "no question set named none"),
        ({"batch": 0}, "There is no batch 0"),
        ({"questions": "asked", "graph": "reported", "similarity": "someone/letters"}, "embed"),
        (
            {"questions": "asked", "graph": "reported", "similarity": "endpoint:server"},
            "name it with --batch",
        ),
        ({"questions": "asked", "graph": "reported", "configuration": "no"}, "no configuration"),
    ],
)
def test_what_is_missing_is_told(options, message):
    asked(count=1)
    with pytest.raises(CommandError, match=message):
        run(**options)
