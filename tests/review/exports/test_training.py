"""Training rows: labels end where the panel's knowledge ends, pairs differ in the CoT alone."""

from dataclasses import replace

import pytest

from pipeline.core.records import Preferred
from pipeline.core.release_format import ReleasedCorrection, parse_line
from review.exports.training.preference import contrast_pairs, correction_pairs, sample_pairs
from review.exports.training.sft import chat_rows, sft_rows
from review.exports.training.stepwise import prm_rows, stepwise_rows
from tests.factories.release import (
    CONSENSUS,
    GRADE,
    MODEL_TRACE,
    OTHER_WORDS,
    REJECTED,
    RIVAL,
    line,
)

ANSWER = "\n\n## Final Answer\n\nDrüg one"


def parsed(trace=MODEL_TRACE, **changes):
    return parse_line(line(trace, **changes))


def labelled(*labels):
    return parsed(consensus=CONSENSUS.model_copy(update={"step_labels": labels}))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("correct", "correct"), (True, True)),
        (("correct", "incorrect"), (True, False)),
        (("incorrect", "correct"), (False,)),
        (("correct", "unsupported"), (True,)),
        (("correct", "cannot_judge"), (True,)),
        (("correct", "disagreed"), (True,)),
    ],
)
def test_a_row_ends_at_the_first_error_and_before_what_nobody_knows(labels, expected):
    (row,) = stepwise_rows(labelled(*labels))
    assert row.labels == expected
    assert row.completions == ("It must not be given.", "No other is.")[: len(expected)]


@pytest.mark.parametrize(
    ("preferred", "decision", "pairs"),
    [
        (("key", "key"), "accept", 1),
        (("key", "neither"), "accept", 0),
        (("key", "rival"), "accept", 0),
        (("key", "key"), "revise", 0),
        (("key", "key"), "reject", 0),
        (("key", "key"), None, 1),
    ],
)
def test_a_rival_is_rejected_only_by_a_cot_that_won_both_orders(preferred, decision, pairs):
    comparisons = tuple(
        replace(one, preferred=Preferred(said))
        for one, said in zip(RIVAL.comparisons, preferred, strict=True)
    )
    trace = replace(MODEL_TRACE, rivals=(replace(RIVAL, comparisons=comparisons),))
    agreed = decision and CONSENSUS.model_copy(update={"decision": decision})
    found = list(contrast_pairs(parsed(trace, consensus=agreed or None)))
    assert [pair.basis for pair in found] == ["second_reader"] * pairs


def test_each_labelled_step_is_a_turn_answered_with_plus_or_minus():
    first, second = prm_rows(labelled("correct", "incorrect"))
    assert [turn.content for turn in first.prompt] == [
        f"{next(stepwise_rows(labelled('correct', 'correct'))).prompt}\n\nIt must not be given."
    ]
    assert [turn.role for turn in second.prompt] == ["user", "assistant", "user"]
    assert [turn.content for turn in second.prompt[1:]] == ["+", "No other is."]
    assert [row.completion[0].content for row in (first, second)] == ["+", "-"]
    assert [row.step for row in (first, second)] == [1, 2]


@pytest.mark.parametrize("labels", [("unsupported", "correct"), ("disagreed", "incorrect"), ()])
def test_without_a_first_label_there_is_no_row(labels):
    assert not list(stepwise_rows(labelled(*labels)))


def test_what_is_not_settled_gives_no_labels():
    assert not list(stepwise_rows(parsed(consensus=None)))


def test_a_conversation_asks_and_answers_in_the_published_headings():
    (row,), (chat,) = sft_rows(parsed()), chat_rows(parsed())
    (question,), (answered,) = row.prompt, row.completion
    assert chat.messages == (question, answered)
    assert (question.role, answered.role) == ("user", "assistant")
    assert question.content.endswith("\n\nAnswer Choices:\nA. Drüg one\nB. Drug two")
    assert answered.content.startswith("## Thinking\n\nStep 1: It must not be given.")
    assert answered.content.endswith(ANSWER)


def test_an_accepted_cot_stands_against_a_rejected_one_of_the_same_prompt():
    better, worse = parsed(), parsed(OTHER_WORDS, trace_id="t-2", consensus=REJECTED)
    (pair,) = sample_pairs([better], [better, worse])
    assert (pair.chosen_trace, pair.rejected_trace) == ("t-1", "t-2")
    assert pair.origin == "samples"
    assert pair.prompt[0].content == next(sft_rows(better)).prompt[0].content


@pytest.mark.parametrize(
    "changes",
    [
        {"licence": "MIT"},
        {"consensus": None},
        {"consensus": CONSENSUS},
        {"consensus": CONSENSUS.model_copy(update={"decision": "revise"})},
        {"grades": (GRADE.model_copy(update={"rubric_version": "2"}),)},
    ],
    ids=["licence", "unsettled", "accepted", "revise", "rubric"],
)
def test_what_was_not_rejected_or_made_otherwise_makes_no_pair(changes):
    worse = parsed(OTHER_WORDS, **({"trace_id": "t-2", "consensus": REJECTED} | changes))
    assert not list(sample_pairs([parsed()], [worse]))


def test_another_configuration_makes_no_pair():
    other = parsed(OTHER_WORDS, trace_id="t-2", consensus=REJECTED).model_copy(
        update={"config_fingerprint": "e" * 64}
    )
    assert not list(sample_pairs([parsed()], [other]))


def test_the_same_words_are_no_pair_whatever_was_said_of_them():
    assert not list(sample_pairs([parsed()], [parsed(trace_id="t-2", consensus=REJECTED)]))


def test_an_approved_correction_stands_against_its_cot():
    correction = ReleasedCorrection(steps=("It may be given.", "No other is."), conclusion="So B.")
    (pair,) = correction_pairs(parsed(correction=correction, consensus=REJECTED))
    assert pair.chosen[0].content == (
        "## Thinking\n\nStep 1: It may be given.\nStep 2: No other is.\nConclusion: So B." + ANSWER
    )
    assert "It must not be given." in pair.rejected[0].content
    assert pair.origin == "correction"


def test_a_correction_that_changes_nothing_makes_no_pair():
    same = ReleasedCorrection(steps=("It must not be given.", "No other is."), conclusion="So A.")
    assert not list(correction_pairs(parsed(correction=same)))
    assert not list(correction_pairs(parsed()))
