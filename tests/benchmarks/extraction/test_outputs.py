"""No output is ever given a letter that it does not state; most that state one are read."""

from collections import Counter

import pytest

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES, extract, stage_title
from tests.benchmarks.extraction.cases import cases, lettered, no_answers, option_lists

CASES = cases()
# What the extractor reads of these outputs: lower it only with a reason.
LEAST_SHARE_READ = 0.98
# A word of the option is misspelled, and nothing else says that this is the answer.
KNOWN_UNREAD = {"B. Colchicin"}
CONSTANT_NON_ANSWERS = (
    "I'm sorry, but I can't help with that.",
    "The patient presents with fever, cough and a history of",
    "I cannot determine the answer.",
)


def test_no_letter_is_given_that_an_output_does_not_state():
    read = [(case, extract(case.output, case.options)) for case in CASES]
    assert not [
        (case.output, found)
        for case, found in read
        if found.letter is not None and found.letter != case.says
    ]


def test_what_cannot_be_read_is_in_its_class():
    read = [(case, extract(case.output, case.options)) for case in CASES]
    assert not [
        (case.output, case.says, found)
        for case, found in read
        if case.says in UNREAD_STAGES and found.stage != case.says
    ]


def test_outputs_that_state_an_answer_are_read_but_for_those_that_are_known():
    stating = [case for case in CASES if case.states_an_answer]
    unread = [case for case in stating if extract(case.output, case.options).letter != case.says]
    assert len(stating) > 400
    assert {case.output for case in unread} == KNOWN_UNREAD, Counter(case.style for case in unread)
    assert 1 - len(unread) / len(stating) >= LEAST_SHARE_READ


def test_each_way_of_stating_an_answer_is_a_stage_that_some_output_reaches():
    stages = {extract(case.output, case.options).stage for case in CASES}
    assert stages == {*READ_STAGES, *UNREAD_STAGES}
    assert all(stage_title(stage) for stage in stages)


def test_a_text_without_an_answer_gives_none_whatever_the_options():
    lists = option_lists()
    assert not [
        (text, name, found)
        for text in no_answers()
        for name, options in lists.items()
        if (found := extract(text, options)).letter is not None
    ]


@pytest.mark.parametrize("text", CONSTANT_NON_ANSWERS)
def test_a_constant_non_answer_gives_none_for_any_number_of_options(text):
    """A scorer that always guesses gives these 13 to 30 % on published benchmarks."""
    lists = [lettered([f"Finding {at}" for at in range(size)]) for size in range(2, 23)]
    stances = lettered(["yes", "no", "maybe"])
    assert {extract(text, options).letter for options in (*lists, stances)} == {None}


def test_a_question_without_options_has_no_letter():
    assert extract("The answer is A.", ()).letter is None


def test_what_was_named_last_before_the_limit_may_have_gone_on():
    """As "The answer is C" went on as "Colchicine", "C." as "C. difficile", a line as a list."""
    options = option_lists()["gout"]
    for output in ("C", "The answer is C", "The answer is C.", "A. Allopurinol\n", "\\boxed{C}"):
        assert extract(output, options).letter is not None
        assert extract(output, options, cut_off=True).letter is None
    went_on = "\n\nIt lowers urate in patients who can"
    for output in ("C", "The answer is C.", "C. Febuxostat", "\\boxed{C}"):
        assert extract(output + went_on, options, cut_off=True).letter == "C"


def test_a_beginning_of_an_output_that_the_server_cut_off_gives_no_other_letter():
    plain = ("declared", "lone_letter", "labelled_line", "boxed", "json", "tagged", "thoughts")
    assert not [
        (case.output[:end], found)
        for case in CASES
        if case.style in plain
        for end in range(0, len(case.output), 3)
        if (found := extract(case.output[:end], case.options, cut_off=True)).letter
        not in (None, case.says)
    ]
