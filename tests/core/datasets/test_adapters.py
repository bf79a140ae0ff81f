"""Each source's published shape becomes the question it states, or a reason."""

from typing import Any

import pytest

from pipeline.core.datasets.fields import ForeignShape, InvalidRecord
from pipeline.core.datasets.registry import ADAPTERS, UnknownSource, get_adapter
from pipeline.core.records import Option, Question

LETTERED: dict[str, Any] = {
    "question": "Which vitamin prevents scurvy?",
    "options": {"A": "Vitamin A", "B": "Vitamin C", "C": "Vitamin D", "D": "Vitamin K"},
    "answer_idx": "B",
    "answer": "Vitamin C",
}
HOUSE = {**LETTERED, "id": "nutrition-1", "specialty": "Nutrition", "context": "A sailor."}
MEDMCQA = {
    "id": "e9ad821a",
    "question": "Which vitamin prevents scurvy?",
    "opa": "Vitamin A",
    "opb": "Vitamin C",
    "opc": "Vitamin D",
    "opd": "Vitamin K",
    "cop": 1,
    "exp": "Ascorbic acid is needed for collagen.",
    "subject_name": "Medicine",
    "topic_name": None,
    "choice_type": "single",
}
PUBMEDQA: dict[str, Any] = {
    "pubid": 12345,
    "question": "Does lemon juice prevent scurvy?",
    "context": {
        "contexts": ["Sailors fell ill.", "Half got lemons."],
        "labels": ["AIM", "METHODS"],
    },
    "long_answer": "Lemon juice prevented scurvy.",
    "final_decision": "yes",
}
OPTIONS = tuple(Option(label, text) for label, text in LETTERED["options"].items())


def parsed(source: str, record: dict[str, Any], **changes: Any) -> Question:
    return get_adapter(source).counting_from(0).parse({**record, **changes}, 7)


def reason(source: str, record: dict[str, Any], **changes: Any) -> str:
    with pytest.raises(InvalidRecord) as caught:
        parsed(source, record, **changes)
    return str(caught.value)


@pytest.mark.parametrize("source", ["medqa", "medbullets"])
def test_lettered_sources_take_their_position_as_id(source):
    assert parsed(source, LETTERED) == Question(
        source, "7", LETTERED["question"], OPTIONS, "B", "Vitamin C"
    )


def test_house_questions_bring_id_specialty_and_context():
    question = parsed("house", HOUSE)
    assert (question.id_in_source, question.specialty) == ("nutrition-1", "Nutrition")
    assert question.context == "A sailor."
    assert parsed("house", HOUSE, id=12).id_in_source == "12"


def test_options_are_read_by_letter_whatever_their_order():
    turned = dict(reversed(LETTERED["options"].items()))
    assert parsed("medqa", LETTERED, options=turned).options == OPTIONS


def test_a_null_option_is_one_the_question_does_not_have():
    assert (
        parsed("medbullets", LETTERED, options={**LETTERED["options"], "E": None}).options
        == OPTIONS
    )


def test_medbullets_columns_with_four_or_five_options():
    record = (
        {f"op{o.label.lower()}": o.text for o in OPTIONS} | LETTERED | {"explanation": "Collagen."}
    )
    del record["options"]
    four = parsed("medbullets", record)
    assert (four.options, four.long_answer) == (OPTIONS, "Collagen.")
    assert parsed("medbullets", record, ope="").options == OPTIONS
    assert parsed("medbullets", record, ope="Zinc").options[4] == Option("E", "Zinc")


def test_medmcqa_counts_its_answer_key_from_nought():
    question = parsed("medmcqa", MEDMCQA)
    assert (question.answer_label, question.answer_text) == ("B", "Vitamin C")
    assert (question.specialty, question.id_in_source) == ("Medicine", "e9ad821a")
    assert question.long_answer == "Ascorbic acid is needed for collagen."
    assert parsed("medmcqa", MEDMCQA, cop=0).answer_text == "Vitamin A"
    assert parsed("medmcqa", MEDMCQA, cop=3).answer_text == "Vitamin K"


@pytest.mark.parametrize("cop", [-1, None])
def test_medmcqa_without_answer_key(cop):
    assert "no answer key" in reason("medmcqa", MEDMCQA, cop=cop)


@pytest.mark.parametrize("cop", [1.0, "1", "1.0", " 1 "])
def test_a_whole_number_is_the_same_however_a_file_writes_it(cop):
    assert parsed("medmcqa", MEDMCQA, cop=cop).answer_label == "B"


@pytest.mark.parametrize("cop", [True, 1.5, "b", 5, -2, [1]])
def test_medmcqa_refuses_an_answer_key_it_cannot_be_sure_of(cop):
    assert "cop" in reason("medmcqa", MEDMCQA, cop=cop)


def test_a_number_is_no_key_before_it_is_known_from_where_it_counts():
    with pytest.raises(ForeignShape, match="from 0 or from 1"):
        get_adapter("medmcqa").parse(MEDMCQA, 0)
    assert get_adapter("medmcqa").counting_from(1).parse(MEDMCQA, 0).answer_label == "A"


def test_pubmedqa_labelled_has_three_options_and_its_abstract():
    question = parsed("pubmedqa", PUBMEDQA)
    assert [(o.label, o.text) for o in question.options] == [
        ("A", "yes"),
        ("B", "no"),
        ("C", "maybe"),
    ]
    assert (question.answer_label, question.answer_text) == ("A", "yes")
    assert question.context == "AIM: Sailors fell ill.\n\nMETHODS: Half got lemons."
    assert (question.long_answer, question.id_in_source) == (PUBMEDQA["long_answer"], "12345")
    assert parsed("pubmedqa", PUBMEDQA, final_decision="maybe").answer_label == "C"


@pytest.mark.parametrize("decision", [None, ""])
def test_pubmedqa_unlabelled_is_free_text(decision):
    question = parsed("pubmedqa", PUBMEDQA, final_decision=decision)
    assert (question.options, question.answer_label) == ((), None)
    assert question.answer_text == question.long_answer == PUBMEDQA["long_answer"]


def test_pubmedqa_in_the_authors_own_capitals():
    original = {
        "pubid": "12345",
        "QUESTION": PUBMEDQA["question"],
        "CONTEXTS": PUBMEDQA["context"]["contexts"],
        "LABELS": PUBMEDQA["context"]["labels"],
        "LONG_ANSWER": PUBMEDQA["long_answer"],
        "final_decision": "yes",
    }
    assert parsed("pubmedqa", original) == parsed("pubmedqa", PUBMEDQA)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"final_decision": "Yes"}, "yes, no or maybe"),
        ({"final_decision": None, "long_answer": ""}, "long_answer is empty"),
        ({"context": "text"}, "context"),
        ({"context": {"contexts": []}}, "contexts is empty"),
        ({"context": {"contexts": ["a"], "labels": ["X", "Y"]}}, "1 contexts have 2 labels"),
        ({"pubid": True}, "pubid is not text"),
    ],
)
def test_pubmedqa_reasons(changes, part):
    assert part in reason("pubmedqa", PUBMEDQA, **changes)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"question": "  "}, "question is empty"),
        ({"question": 5}, "question is not text"),
        ({"question": "a\x00b"}, "U+0000"),
        ({"question": "a\u202eb\u202c"}, "U+202E"),
        ({"question": "a\u202bb"}, "a text direction that it does not end"),
        ({"question": "\u200b\ufeff"}, "question is empty"),
        ({"question": "a\ud800b"}, "U+D800"),
        ({"answer_idx": "E"}, "not among the options"),
        ({"answer_idx": "b"}, "not among the options"),
        ({"answer_idx": None}, "answer_idx is missing"),
        ({"answer_idx": 2}, "answer_idx is not text"),
        ({"answer": "Vitamin K"}, "differs from the text of option B"),
        ({"options": {}}, "has 0 options"),
        ({"options": {"A": "Vitamin C"}}, "has 1 options"),
        ({"options": ["Vitamin C", "Vitamin D"]}, "not an object"),
        ({"options": {"A": "x", "C": "y"}}, "not lettered"),
        ({"options": {"A": "x", "B": " "}}, "option B is empty"),
        ({"options": {"A": "x", "B": True}}, "option B is not text"),
        ({"options": {"A": "x", "B": "y", "C": "x "}}, "A and C have the same text"),
        ({"options": {"A": "1–2", "B": "y", "C": "1-\u200b2"}}, "A and C have the same text"),
        ({"id": ""}, "id is empty"),
        ({"id": "i" * 121}, "longer than 120"),
        ({"specialty": "s" * 81}, "longer than 80"),
        ({"context": ["x"]}, "context is not text"),
    ],
)
def test_house_reasons(changes, part):
    assert part in reason("house", HOUSE, **changes)


@pytest.mark.parametrize("missing", ["id", "question", "options", "answer_idx", "answer"])
def test_a_missing_field_is_named(missing):
    record = {name: value for name, value in HOUSE.items() if name != missing}
    assert f"Field {missing} is missing" in reason("house", record)


def test_characters_that_cannot_be_seen_are_kept_and_do_not_count():
    text = "Does \u202bvita\u00admin C\u202c help?"
    options = HOUSE["options"] | {"B": "Vita\u00admin\u00a0C"}
    question = parsed("house", HOUSE, question=text, options=options)
    assert (question.text, question.answer_label) == (text, "B")
    assert question.answer_text == question.options[1].text == "Vita\u00admin\u00a0C"


def test_options_that_differ_by_case_alone_are_different():
    options = {"A": "Genotype Aa", "B": "Genotype AA"}
    assert len(parsed("house", HOUSE, options=options, answer="Genotype AA").options) == 2


def test_medqa_needs_four_or_five_options():
    assert "expected are 4 to 5" in reason("medqa", LETTERED, options={"A": "x", "B": "Vitamin C"})


def test_a_reason_shows_hostile_values_harmlessly():
    said = reason("house", HOUSE, answer_idx="é" * 5000)
    assert said.isascii()
    assert len(said) < 120


def test_the_registry_names_what_it_has():
    assert {"house", "medqa", "medmcqa", "pubmedqa", "medbullets"} <= set(ADAPTERS)
    assert all(adapter.name == name and adapter.title for name, adapter in ADAPTERS.items())
    with pytest.raises(UnknownSource, match=r"'medqb'.*house, medqa, medmcqa"):
        get_adapter("medqb")
