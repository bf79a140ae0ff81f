"""What a model names is found where the texts have it; what is not there is counted as dropped."""

import pytest

from pipeline.core.reasoners.language_model.answers import (
    Entities,
    ExplainedEntities,
    FirstEntities,
)
from pipeline.core.reasoners.language_model.mention_spans import (
    NAMED_AGAIN,
    NOT_IN_TEXT,
    TOO_LONG,
    extraction_of,
)
from pipeline.core.records import Assertion, DroppedMention, Mention, NodeType, Side
from tests.factories.method import question

DISEASE = NodeType.DISEASE


def said(*asked, answer=(), explanation=None, **others):
    def terms(texts):
        return [{"text": text, "type": "disease"} for text in texts]

    plain = {"answer": terms(answer), "question": terms(asked)}
    plain |= {"absent": [], "family": [], "past": [], "names": []} | others
    if explanation is None:
        return Entities.model_validate(plain, strict=False)
    plain["explanation"] = terms(explanation)
    return ExplainedEntities.model_validate(plain, strict=False)


def in_question(text, entities):
    extraction = extraction_of(entities, question(text, options=(), key=None))
    assert all(text[one.start : one.end] == one.text for one in extraction.mentions)
    return extraction


@pytest.mark.parametrize(
    ("text", "named", "found"),
    [
        ("had hyper\u00adten\u00adsion.", "hypertension", "hyper\u00adten\u00adsion"),
        ("Crohn’s\u00a0disease", "crohn's disease", "Crohn’s\u00a0disease"),
        ("لديه \u202bحمى\u202c عالية", "حمى", "حمى"),
        ("plain fever", "fe\u200bver", "fever"),
        ("feverish", "fever", None),
        ("which  drug", "Which drug", "which  drug"),
    ],
)
def test_a_span_points_into_the_text_as_written(text: str, named: str, found: str | None):
    mentions = in_question(text, said(named)).mentions
    assert [mention.text for mention in mentions] == ([found] if found else [])


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("cough", NOT_IN_TEXT),
        ("", NOT_IN_TEXT),
        ("sthma", NOT_IN_TEXT),
        (".*", NOT_IN_TEXT),
        ("asthma and gout who comes in today with fever", TOO_LONG),
    ],
)
def test_what_is_no_term_of_the_text_is_dropped_with_the_reason(named: str, reason: str):
    text = "A man with asthma and gout who comes in today with fever."
    extraction = in_question(text, said(named, "gout"))
    assert extraction.dropped == (DroppedMention(named, Side.QUESTION, reason),)
    assert [mention.text for mention in extraction.mentions] == ["gout"]


def test_each_place_is_taken_once():
    extraction = in_question("Gout, and again gout.", said("gout", "gout", "gout"))
    assert [mention.start for mention in extraction.mentions] == [0, 16]
    assert extraction.dropped == (DroppedMention("gout", Side.QUESTION, NAMED_AGAIN),)


def test_what_a_text_denies_or_says_of_relatives_is_marked():
    text = "He denies chest pain. His mother had gout, he himself rubella. He has a cough."
    entities = said(
        "chest pain", "gout", "cough", absent=["Chest pain"], family=["gout"], past=["rubella"]
    )
    found = {one.text: (one.assertion, one.type) for one in in_question(text, entities).mentions}
    assert found == {
        "chest pain": (Assertion.ABSENT, DISEASE),
        "gout": (Assertion.FAMILY, DISEASE),
        "cough": (Assertion.PRESENT, DISEASE),
        "rubella": (Assertion.PAST, None),
    }


def test_what_the_question_denies_its_answer_may_name():
    asked = question("No fever. What comes next?", options=(), key=None, answer_text="Fever")
    mentions = extraction_of(said("fever", answer=["fever"], absent=["fever"]), asked).mentions
    assert [one.assertion for one in mentions] == [Assertion.ABSENT, Assertion.PRESENT]


@pytest.mark.parametrize(
    ("named", "pair"),
    [
        ("SOB", {"text": "SOB", "name": "shortness of breath"}),
        ("shortness of breath", {"text": "SOB", "name": "shortness of breath"}),
        ("shortness of breath", {"text": "shortness of breath", "name": "SOB"}),
    ],
)
def test_an_abbreviation_is_kept_with_what_it_stands_for(named: str, pair: dict[str, str]):
    (mention,) = in_question("A man with SOB.", said(named, names=[pair])).mentions
    assert (mention.text, mention.normal_form) == ("SOB", "shortness of breath")


def test_a_name_that_only_repeats_the_term_is_none():
    (mention,) = in_question(
        "Gout.", said("gout", names=[{"text": "gout", "name": "Gout"}])
    ).mentions
    assert mention.normal_form == ""


EXPLAINED = question(
    "Asthma: which drug?", ("Salbutamol", "Urea"), long_answer="It relaxes the bronchi in asthma."
)


def test_the_explanation_has_a_side_of_its_own():
    extraction = extraction_of(
        said("asthma", answer=["Salbutamol"], explanation=["bronchi"]), EXPLAINED
    )
    assert [(one.text, one.side) for one in extraction.mentions] == [
        ("Asthma", Side.QUESTION),
        ("Salbutamol", Side.ANSWER),
        ("bronchi", Side.EXPLANATION),
    ]


@pytest.mark.parametrize("kind", [ExplainedEntities, FirstEntities])
def test_what_is_listed_for_the_answer_and_stands_in_its_explanation_is_the_explanations(kind):
    plain = said(answer=["Salbutamol", "bronchi", "liver"], explanation=[]).model_dump()
    entities = kind.model_validate({name: plain[name] for name in kind.model_fields}, strict=False)
    extraction = extraction_of(entities, EXPLAINED)
    assert [(one.text, one.side) for one in extraction.mentions] == [
        ("Salbutamol", Side.ANSWER),
        ("bronchi", Side.EXPLANATION),
    ]
    assert extraction.dropped == (DroppedMention("liver", Side.EXPLANATION, NOT_IN_TEXT),)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Lithium carbonate.", "Lithium carbonate"),
        ("Yes", None),
        ("no.", None),
        ("", None),
        ("It closes the channel that lets calcium out of the store", None),
    ],
)
def test_a_short_answer_in_which_nothing_was_named_is_a_mention_itself(
    answer: str, found: str | None
):
    asked = question(options=(), key=None, answer_text=answer)
    mentions = extraction_of(said(answer=["lithium"]), asked).mentions
    if found == "Lithium carbonate":
        assert [one.text for one in mentions] == ["Lithium"]
        mentions = extraction_of(said(answer=["potassium"]), asked).mentions
    whole = [Mention(found, Side.ANSWER, 0, len(found))] if found else []
    assert list(mentions) == whole
