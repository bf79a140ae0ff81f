"""What a question asks for, told from the sentence that asks."""

import pytest

from pipeline.core.question_cues import cues_of
from tests.factories.method import question


@pytest.mark.parametrize(
    ("text", "asked", "exception", "avoid"),
    [
        ("He has asthma. Which drug treats it?", "indication", False, False),
        ("Which drug is contraindicated?", "contraindication", False, True),
        ("All of these are findings of asthma EXCEPT which?", None, True, False),
        ("Which gene is mutated?", "disease_protein", False, False),
        ("Which adverse effect is likely?", "drug_effect", False, False),
    ],
)
def test_cues_come_from_the_sentence_that_asks(text, asked, exception, avoid):
    cues = cues_of(question(text))
    assert asked is None or cues.weight(asked) > cues_of(question("It?")).weight(asked)
    assert (cues.exception, cues.avoid) == (exception, avoid)


@pytest.mark.parametrize(
    ("text", "exclusion"),
    [
        ("All of these are found in asthma EXCEPT which?", True),
        ("He denies fever. Which is least likely?", True),
        ("Which finding rules out asthma?", True),
        ("Which disease was excluded by this test?", True),
        ("The absence of which enzyme explains this?", True),
        ("Asthma was ruled out. Which drug is indicated?", False),
        ("Which drug treats this?", False),
    ],
)
def test_absent_findings_count_where_an_exception_or_an_exclusion_is_asked(text, exclusion):
    assert cues_of(question(text)).exclusion is exclusion
