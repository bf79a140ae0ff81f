"""An output is scored only on the very question it answers, under the letters that were shown."""

from dataclasses import replace

import pytest

from tests.benchmarks.outputs.made_up import QUESTIONS, collected, opened, question

FIRST = {
    "question": "Which drug slows the heart?",
    "options": ["Propranolol", "Salbutamol", "Iron"],
    "answer_idx": "A",
    "output": "Answer: A",
}


def told(*rows, questions=QUESTIONS):
    return [reason for _, reason in collected(opened([*rows]), questions)[0].counts.told]


def place(row, questions=QUESTIONS):
    (((identifier, _), (match, _)),) = collected(opened([row]), questions)[1].items()
    return identifier, match


def test_the_words_decide_whatever_their_case_and_spacing_and_an_id_alone_where_there_are_none():
    assert place(FIRST | {"question": "which  drug\nslows the HEART?", "id": "99"})[0] == "q-1"
    assert place({"id": "q-2", "output": "B"})[0] == "q-2"


def test_context_may_stand_before_or_after_or_be_left_out():
    context, asked = "BACKGROUND: It may.", "Does it help?"
    for said in (asked, f"{context}\n{asked}", f"{asked} {context}"):
        assert place({"question": said, "output": "C"})[0] == "q-3"


def test_an_id_with_a_prompt_that_holds_the_question_is_enough():
    row = {"id": "q-3", "question": "Read this. It may. Does it help? Say so.", "output": "C"}
    assert place(row)[0] == "q-3"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "Which herb?", "output": ""}, "Its question is not in made-up."),
        ({"id": "q-9", "output": ""}, "made-up has no question 'q-9'."),
        (
            {"id": "q-2", "question": "Which herb?", "output": ""},
            "The question of this id in made-up has other words.",
        ),
        (
            FIRST | {"options": ["Propranolol", "Salbutamol", "Zinc"]},
            "Its options are other than those of the question.",
        ),
        (
            FIRST | {"options": ["Propranolol", "Iron"]},
            "Its options are other than those of the question (2 there, 3 here).",
        ),
        (
            FIRST | {"answer_idx": "B"},
            "Its key is 'B'; the answer key of the question is A ('Propranolol').",
        ),
        (
            FIRST | {"answer_idx": None, "answer": "Iron"},
            "Its key is 'Iron'; the answer key of the question is A ('Propranolol').",
        ),
    ],
)
def test_what_contradicts_us_is_told_and_not_scored(row, reason):
    assert told(row) == [reason]


def test_a_line_that_names_nothing_is_told():
    assert told({"id": None, "output": "A", "question": None}, FIRST) == [
        "The line names neither an id nor the words of the question."
    ]


@pytest.mark.parametrize("key", ["B", "(b)", "B.", "B. Propranolol", "propranolol"])
def test_a_key_is_read_under_the_letters_of_the_row(key):
    row = FIRST | {"options": ["Iron", "Propranolol", "Salbutamol"], "answer_idx": key}
    match = place(row)[1]
    assert (match.shown, match.key_compared) == (("C", "A", "B"), True)


def test_a_key_that_is_a_letter_or_an_option_s_words_may_mean_either():
    blood = (question("b", "Which blood group?", ("O", "A", "B"), "B"),)
    row = {"id": "b", "output": "", "answer": "A"}
    assert place(row, blood)[1].key_compared
    assert told(row | {"answer": "C"}, questions=blood)


def test_a_key_that_cannot_be_read_is_counted_as_not_compared():
    collecting, _ = collected(opened([FIRST | {"answer_idx": 0, "answer": "see the notes"}]))
    assert (collecting.counts.matched, collecting.counts.key_unknown) == (1, 1)


def test_genotypes_that_differ_by_case_keep_their_letters():
    row = {"id": "q-2", "options": ["aa", "AA", "Aa"], "answer": "C", "output": "C"}
    assert place(row)[1].shown == ("C", "A", "B")
    assert told(row | {"answer": "A"})


def test_without_stated_options_the_source_s_order_is_assumed_and_counted():
    collecting, found = collected(opened([{"id": "q-1", "output": "A"}]))
    match = found["q-1", 0][0]
    assert (match.shown, match.order_stated) == (("A", "B", "C"), False)
    assert collecting.counts.order_assumed == 1


PROMPT = "Example. A. Propranolol B. Iron C. Salbutamol. Now: Which drug slows the heart?\n"


@pytest.mark.parametrize(
    "listing",
    [
        "A. Iron\nB. Propranolol\nC. Salbutamol",
        "(A) Iron (B) Propranolol (C) Salbutamol",
        "A) Iron\n\nB)  Propranolol\n\nC) Salbutamol\n\nThink. Vitamin A. Iron it.",
        "a. Iron\nb. Propranolol\nc. Salbutamol",
        "[A] Iron [B] Propranolol [C] Salbutamol",
        "A - Iron\nB - Propranolol\nC - Salbutamol",
        "**A.** Iron\n**B.** Propranolol\n**C)** Salbutamol",
    ],
)
def test_the_prompt_says_how_options_were_shown_and_its_last_list_counts(listing):
    row = FIRST | {"option_str": "", "input_str": PROMPT + listing}
    assert place(row)[1].shown == ("C", "A", "B")


def test_the_longest_option_that_stands_there_is_the_one():
    prompt = "Which is lacking? A. Iron and zinc\nB. Iron\nC. Copper\nD. Zinc"
    row = {"id": "q-4", "question": "Which is lacking?", "output": "C"}
    assert place(row | {"input_str": prompt})[1].shown == ("B", "A", "D", "C")


def test_a_prompt_that_letters_some_options_otherwise_is_not_read():
    row = FIRST | {"input_str": "Which drug slows the heart? A. Iron B. Propranolol"}
    assert told(row) == ["Its prompt letters some options otherwise, and does not list them all."]
    assert not told(row | {"input_str": "Which drug slows the heart? B. Salbutamol"})


def test_questions_that_read_alike_are_told_apart_by_options_key_or_id():
    twin = replace(QUESTIONS[0], id_in_source="q-1b")
    other_key = replace(QUESTIONS[0], id_in_source="q-1c", answer_label="C", answer_text="Iron")
    other_options = question("q-1d", QUESTIONS[0].text, ("Zinc", "Iron"), "A")
    both = (QUESTIONS[0], other_key, other_options)
    assert place(FIRST, both)[0] == "q-1"
    assert place(FIRST | {"answer_idx": "C"}, both)[0] == "q-1c"
    assert place(FIRST | {"options": ["Zinc", "Iron"]}, both)[0] == "q-1d"
    unsaid = {name: value for name, value in FIRST.items() if name != "answer_idx"}
    assert told(unsaid, questions=both) == [
        "Several questions of the benchmark read like this: name the id."
    ]
    assert place(unsaid | {"id": "q-1c"}, both)[0] == "q-1c"
    assert place(FIRST | {"id": "q-1b"}, (QUESTIONS[0], twin))[0] == "q-1b"


def test_a_question_that_the_benchmark_repeats_takes_an_output_for_each_time():
    twin = replace(QUESTIONS[0], id_in_source="q-1b")
    collecting, found = collected(opened([FIRST, FIRST, FIRST]), (QUESTIONS[0], twin))
    assert sorted(found) == [("q-1", 0), ("q-1b", 0)]
    assert collecting.counts.told == [(3, "The output for this question already stands on line 2.")]


def test_a_second_output_is_a_sample_only_where_the_file_says_so():
    rows = [{"id": "q-1", "output": "A"}, {"id": "q-1", "output": "B"}]
    assert told(*rows) == ["The output for this question already stands on line 1."]
    numbered = [row | {"sample": n} for n, row in enumerate(rows)]
    assert not told(*numbered)
    assert told(*numbered, numbered[1]) == [
        "The output for this question and sample 1 already stands on line 2."
    ]
    assert "More than 16 samples" in told({"id": "q-1", "output": "", "sample": 16})[0]


def test_a_question_without_options_cannot_be_scored():
    free = (replace(QUESTIONS[0], options=(), answer_label=None),)
    assert "without options" in told({"id": "q-1", "output": "A"}, questions=free)[0]
