"""What a vignette asserts of a finding: present, absent, a relative's or past."""

import pytest

from pipeline.core.linking.assertion import asserted_spans, assertion_at

# The finding in question stands between asterisks.
ABSENT = """
    He denies *fever*.
    He denies fever, chills, or *cough*.
    She does not endorse *nausea*.
    She did not report *chest pain* on the way.
    There is no history of *asthma*.
    He has no family history of *colon cancer*.
    Urine culture was negative for *infection*.
    The lungs are clear without *wheezing*.
    A normal result rules out *pulmonary embolism*.
    *Pulmonary embolism* was ruled out by imaging.
    On examination *jaundice* is absent.
    A *rash* was not seen.
    He has never had *seizures*.
    There is no evidence of *metastasis*.
    She has not had fever or *tenesmus*.
    He does not smoke or drink *alcohol*.
"""
FAMILY = """
    His mother has *asthma*.
    Her family history is notable for *breast cancer* in an aunt.
    He has a family history of *hypertension*, gout, and stroke.
    He has a family history of hypertension, gout, and *stroke*.
    Her maternal uncle died of *melanoma* at 40.
    His father, who has *diabetes*, smokes.
    Two sisters suffer from *migraine*.
    His brother was diagnosed with *hemophilia*.
    His mother has a history of *Graves disease*.
"""
PAST = """
    A man with a history of *hypertension* comes in.
    Past medical history is significant for *gout* and obesity.
    He is status post *appendectomy*.
    She was previously treated for *syphilis*.
    His *headache* has since resolved.
    Medical history is otherwise notable for *gout*.
    After two prior episodes of *pancreatitis* he stopped drinking.
"""
PRESENT = """
    A 30-year-old man has *fever*.
    She has a 3-day history of *fever*.
    He reports a two-week history of *cough*.
    He denies cough but has *fever*.
    She denies cough. *Fever* began today.
    No cough was heard, however *fever* was measured.
    His mother has asthma, and he has *eczema*.
    A girl is brought by her mother because of *fever*.
    His mother has been giving him *ibuprofen*.
    A woman with no cardiac disease presents with *chest pain*.
    His mother has noticed a *rash* on his face.
    Her parents have not seen any change in the *rash*.
    A 28-year-old mother has *mastitis*.
    A man with a history of gout presents with *fever*.
    There was no difference between *asthma* and bronchitis.
    We found no significant association with *diabetes*.
    There is no evidence that *statins* harm.
    The test tells the presence or absence of *varices*.
    Women with and without *depression* were asked.
"""
CASES = [
    pytest.param(line.strip(), assertion, id=f"{assertion}{number}")
    for assertion, lines in (
        *(("absent", ABSENT), ("family", FAMILY)),
        *(("past", PAST), ("present", PRESENT)),
    )
    for number, line in enumerate(lines.strip().splitlines())
]


@pytest.mark.parametrize(("marked", "assertion"), CASES)
def test_a_finding_is_asserted_as_the_sentence_says(marked, assertion):
    before, finding, after = marked.split("*")
    spans = asserted_spans(before + finding + after)
    assert assertion_at(len(before), spans).value == assertion
