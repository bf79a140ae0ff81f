"""From where keys count is shown by the file or stated, never guessed."""

import io
import json
from collections.abc import Sequence

import pytest

from pipeline.core.datasets.base import LoadedQuestion, read_questions
from pipeline.core.datasets.checking import checked_adapter
from pipeline.core.datasets.conventions import named_letter
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.errors import SourceFileError

VITAMINS = {"opa": "Vitamin C", "opb": "Vitamin A", "opc": "Vitamin D", "opd": "Vitamin K"}


def medmcqa(cops: Sequence[object], explanations: Sequence[str] = ()) -> bytes:
    """A file with these keys, and these explanations to the first of its questions."""
    rows = [
        {"id": f"q{n}", "question": f"Question {n}?", **VITAMINS, "cop": cop}
        | ({"exp": explanations[n]} if n < len(explanations) else {})
        for n, cop in enumerate(cops)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def keys(content: bytes, counts_from=None, source: str = "medmcqa") -> str:
    """The letters of the file's keys, as its first pass settles how they count."""
    file = io.BytesIO(content)
    adapter = checked_adapter(file, "a.jsonl", get_adapter(source), counts_from=counts_from)
    outcomes = list(read_questions(file, "a.jsonl", adapter))
    return "".join(o.question.answer_label or "" for o in outcomes if isinstance(o, LoadedQuestion))


def refusal(content: bytes, counts_from=None) -> str:
    with pytest.raises(SourceFileError) as caught:
        keys(content, counts_from)
    return str(caught.value)


def test_a_row_of_0_shows_that_a_file_counts_from_0():
    assert keys(medmcqa([1, 0, 3])) == "BAD"
    assert keys(medmcqa([1, 0, 3]), counts_from=0) == "BAD"


@pytest.mark.parametrize("cops", [[1], [1, 2, 3], [3, 3], [1, -1, 2]])
def test_an_open_file_is_refused_with_both_readings_and_read_as_stated(cops):
    told = refusal(medmcqa(cops))
    assert "counted from 0 its key is" in told
    assert "counted from 1 its key is" in told
    assert "--key-counts-from 0 or 1" in told
    labelled = [cop for cop in cops if cop > 0]
    assert keys(medmcqa(cops), counts_from=0) == "".join("ABCD"[cop] for cop in labelled)
    assert keys(medmcqa(cops), counts_from=1) == "".join("ABCD"[cop - 1] for cop in labelled)


def test_a_file_that_shows_that_it_counts_from_1_still_has_to_be_stated():
    told = refusal(medmcqa([1, 4]))
    assert "counts from 1, as line 2 shows" in told
    assert keys(medmcqa([1, 4]), counts_from=1) == "AD"


def test_a_file_that_counts_both_ways_is_refused_whatever_is_stated():
    for stated in (None, 0, 1):
        assert "only from 0 on line 1 and only from 1 on line 3" in refusal(
            medmcqa([0, 2, 4]), stated
        )


@pytest.mark.parametrize(("cops", "stated"), [([0, 1], 1), ([1, 4], 0)])
def test_what_is_stated_must_not_contradict_the_rows(cops, stated):
    assert f"stated to count from {stated}" in refusal(medmcqa(cops), stated)


EXPLAINED = ("Ans. is 'a' i.e., Vitamin C", "Answer: B", "(c) is correct", "See the textbook.")


def test_explanations_are_shown_as_evidence_and_check_what_is_stated():
    content = medmcqa([1, 2, 3, 2], EXPLAINED)
    told = refusal(content)
    assert "Of 3 explanations that name a letter, 0 name the key counted from 0 and 3" in told
    assert "contradicts the explanations" in refusal(content, 0)
    assert keys(content, counts_from=1) == "ABCB"


def test_a_row_of_0_does_not_stand_against_all_explanations():
    content = medmcqa([1, 2, 3, 0], EXPLAINED)
    assert "0 name the key counted from 0" in refusal(content)


def test_some_explanations_may_be_wrong():
    assert keys(medmcqa([0, 1, 2, 3], ("Ans. is 'a'", "Ans: b i.e., so", "Ans. (a)"))) == "ABCD"


@pytest.mark.parametrize(
    ("explanation", "letter"),
    [
        ("Ans. is 'a' i.e., Vitamin C", "A"),
        ("Ans: a i.e., Vitamin C", "A"),
        ("Answer: B", "B"),
        ("Answer is (d) Vitamin K. Others are not.", "D"),
        ("Ans. C. Vitamin D", "C"),
        ("Ans-b", "B"),
        ("The correct option is C.", "C"),
        ("Here (c) is correct, since (a) is a provitamin.", "C"),
        ("Option B is the right one.", "B"),
        ("Ans. is a benign tumour", None),
        ("Answer: A drug that lowers lipids", None),
        ("Ans. is 'a'. Elsewhere the answer is 'b'.", None),
        ("Answers vary: a, b and c are all seen.", None),
        ("Vitamin C is needed for collagen.", None),
        ("", None),
    ],
)
def test_the_letter_that_an_explanation_names(explanation, letter):
    assert named_letter(explanation) == letter


def test_a_count_is_not_stated_where_keys_are_letters():
    row = {"question": "?", "options": dict(zip("ABCD", VITAMINS.values(), strict=True))}
    content = json.dumps(row | {"answer_idx": "A", "answer": "Vitamin C"}).encode()
    file = io.BytesIO(content)
    with pytest.raises(SourceFileError, match="no numbers"):
        checked_adapter(file, "a.jsonl", get_adapter("medqa"), counts_from=0)
