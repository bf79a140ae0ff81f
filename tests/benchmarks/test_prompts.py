"""What a model is asked: as releases teach it, every option under the letter it is shown at."""

from dataclasses import replace

import pytest

from pipeline.benchmarks.prompts import (
    LATEST_VERSIONS,
    PROMPTS,
    evaluation_messages,
    evaluation_prompt,
)
from pipeline.core.prompts import PromptError
from pipeline.core.records import Option, Question
from pipeline.core.release_format import parse_line
from review.exports.training.conversation import prompt_messages
from tests.factories.release import TRACE, line

PLAIN = Question(
    source="medqa",
    id_in_source="7",
    text="Which drug?\nChoose {{ one }}.",
    options=(Option("A", "Propranolol"), Option("B", "None of <these> & those\nat all")),
    answer_label="A",
    answer_text="Propranolol",
)
STANCE = replace(
    PLAIN,
    text="Does it help?",
    context="BACKGROUND: It may.\n\nRESULTS: It did.",
    options=tuple(map(Option, "ABC", ("yes", "no", "maybe"))),
    answer_text="yes",
)


def asked(question, shown, prompt="free"):
    (message,) = evaluation_messages(prompt, "v1", question, shown)
    assert message.role == "user"
    return message.content


@pytest.mark.parametrize("question", [PLAIN, STANCE], ids=["options", "context and stances"])
def test_a_free_prompt_is_the_one_that_training_rows_hold(question):
    row = parse_line(line(replace(TRACE, question=question)))
    (taught,) = prompt_messages(row)
    (message,) = evaluation_messages("free", "v1", question, [o.label for o in question.options])
    assert (message.role, message.content) == (taught.role, taught.content)


def test_options_are_lettered_by_the_place_they_are_shown_at():
    assert asked(STANCE, ("C", "A", "B")) == (
        "BACKGROUND: It may.\n\nRESULTS: It did.\n\nDoes it help?\n\n"
        "Answer Choices:\nA. maybe\nB. yes\nC. no"
    )
    own = replace(PLAIN, options=(Option("1", "one"), Option("yes", "two")))
    assert asked(own, ("yes", "1")).endswith("Answer Choices:\nA. two\nB. one")


def test_a_strict_prompt_is_the_free_one_and_how_to_end():
    free, strict = (asked(PLAIN, "BA", prompt) for prompt in PROMPTS)
    assert strict.startswith(f"{free}\n\n")
    added = strict.removeprefix(free)
    assert '"Answer: "' in added
    assert not any(f" {letter}" in added for letter in "BCDEFG")


@pytest.mark.parametrize("shown", ["A", "ABC", "AA", ""])
def test_other_labels_than_the_questions_are_refused(shown):
    with pytest.raises(ValueError, match="7 has options"):
        evaluation_messages("free", "v1", PLAIN, shown)


def test_a_question_without_options_is_not_asked():
    with pytest.raises(ValueError, match="has options"):
        evaluation_messages("free", "v1", replace(PLAIN, options=()), ())


def test_prompts_are_locked_and_others_are_none():
    for prompt in PROMPTS:
        assert evaluation_prompt(prompt, LATEST_VERSIONS[prompt]).sha256
    with pytest.raises(PromptError):
        evaluation_messages("loose", "v1", PLAIN, "AB")
