"""A model's thoughts told from its answer, whatever marks it puts around them."""

import pytest

from pipeline.core.llm.reading.thoughts import KNOWN, without_thoughts

GOOD = '{"a": 1}'
DRAFT = 'Let me see. A draft: {"draft": 0}.'


@pytest.mark.parametrize(("opening", "closing"), KNOWN)
def test_thoughts_between_marks_are_no_part_of_the_answer(opening, closing):
    for text in (
        f"{opening}{DRAFT}{closing}{GOOD}",
        f"\n{opening}\n{DRAFT}\n{closing}\n\n{GOOD}",
        f"{DRAFT}{closing}\n{GOOD}",
    ):
        assert without_thoughts(text) == (GOOD, DRAFT)
    assert without_thoughts(f"{opening}{closing}{GOOD}") == (GOOD, "")
    assert without_thoughts(f"{opening}{DRAFT}") == ("", DRAFT)


@pytest.mark.parametrize(
    "text",
    [
        f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{GOOD}<|return|>",
        f"<|channel|>analysis<|message|>{DRAFT}<|channel|>final <|constrain|>json<|message|>{GOOD}",
        f"analysis{DRAFT}assistantfinal{GOOD}",
    ],
)
def test_channels_are_told_apart_with_their_marks_or_without(text):
    answer, thought = without_thoughts(text)
    assert answer == GOOD
    assert DRAFT in thought


def test_a_channel_that_never_comes_to_its_end_is_no_answer():
    assert without_thoughts(f"<|channel|>analysis<|message|>{DRAFT}")[0] == ""


@pytest.mark.parametrize("text", [GOOD, '{"a": "</think>"}', "[1, 2]", f"```json\n{GOOD}\n```"])
def test_json_holds_no_thoughts(text):
    assert without_thoughts(text) == (text, "")


def test_json_within_a_thought_that_the_template_opened_is_a_draft():
    assert without_thoughts(f'{{"draft": 0}} No.</think>{GOOD}') == (GOOD, '{"draft": 0} No.')


def test_marks_that_a_thought_names_do_not_end_it():
    text = f"<think>I close by </think> later.</think>{GOOD}"
    assert without_thoughts(text) == (GOOD, "I close by </think> later.")


def test_marks_that_a_lead_states_are_known_too():
    assert without_thoughts(f"<mull>{DRAFT}</mull>{GOOD}", [("<mull>", "</mull>")])[0] == GOOD


@pytest.mark.parametrize("wrapped", [f"{GOOD}<|im_end|>", f"<answer>{GOOD}</answer>"])
def test_marks_around_an_answer_are_no_part_of_it(wrapped):
    assert without_thoughts(wrapped)[0] == GOOD
