"""Near duplicates: re-worded questions are found, other questions of the same kind are not."""

import random

import pytest

from pipeline.core.duplicates.near_duplicates import NEAR, NearDuplicates, similarity, wording_of

VIGNETTE = (
    "A 54-year-old man comes to the emergency department because of crushing chest pain for 2 "
    "hours. He has smoked 30 cigarettes a day for 20 years. His pulse is 104/min and his blood "
    "pressure is 150/90 mm Hg. An ECG shows ST elevation in leads II, III and aVF. Which of the "
    "following coronary arteries is most likely occluded?"
)
OPTIONS = ["Left circumflex", "Right coronary", "Left main", "Left anterior descending"]
OTHER = (
    "A 54-year-old woman comes to the emergency department because of crushing headache for 2 "
    "days. She has taken an oral contraceptive for 8 years. Her temperature is 37.1 C and her "
    "blood pressure is 130/80 mm Hg. MRI shows a filling defect of the superior sagittal sinus. "
    "Which of the following is the most appropriate next step in management?"
)
SHORT = "Which drug is indicated?"
ASKED = [(OTHER, ["Heparin", "Aspirin"]), (VIGNETTE, OPTIONS), (SHORT, ["Salbutamol", "Atenolol"])]


@pytest.fixture
def benchmark() -> NearDuplicates:
    return NearDuplicates([wording_of(*one) for one in ASKED])


@pytest.mark.parametrize(
    "text",
    [
        VIGNETTE,
        VIGNETTE.upper(),
        VIGNETTE.replace(" ", "  \n").replace(",", " ;"),
        VIGNETTE.replace("54", "61").replace("104", "96"),
        VIGNETTE.replace("comes to", "presents to").replace("crushing", "severe"),
        VIGNETTE.replace("a man", "an elderly man").partition("Which")[0] + "Which artery is shut?",
        VIGNETTE.replace("ST", "\uff33\uff34"),
    ],
    ids=["same", "case", "spacing", "numbers", "words", "last sentence", "wide letters"],
)
def test_a_question_in_other_words_is_found(benchmark, text):
    near = benchmark.nearest(wording_of(text, OPTIONS))
    assert (near.position, near.score >= NEAR) == (1, True)


@pytest.mark.parametrize("options", [OPTIONS[::-1], OPTIONS[:3], []])
def test_other_options_hide_nothing(benchmark, options):
    assert benchmark.nearest(wording_of(VIGNETTE, options)).position == 1


def test_a_short_question_is_its_options_too(benchmark):
    assert benchmark.nearest(wording_of(SHORT, ["Atenolol", "Salbutamol"])).position == 2
    assert benchmark.nearest(wording_of(SHORT, ["Colchicine", "Insulin glargine"])) is None


def test_short_questions_with_the_same_options_are_not_the_same():
    options = ["Salbutamol", "Propranolol", "Amlodipine", "Sumatriptan"]
    asthma = wording_of("A child with asthma has wheezing. Which drug is indicated?", options)
    migraine = wording_of("A woman with migraine has photophobia. Which drug fits?", options)
    assert NearDuplicates([asthma]).nearest(migraine) is None


def test_another_question_with_the_same_turns_of_phrase_is_not_found():
    assert NearDuplicates([wording_of(VIGNETTE, OPTIONS)]).nearest(wording_of(OTHER, [])) is None


def test_nothing_is_near_to_nothing():
    assert NearDuplicates([]).nearest(wording_of(VIGNETTE, OPTIONS)) is None
    assert NearDuplicates([wording_of("", [])]).nearest(wording_of(VIGNETTE, OPTIONS)) is None


def test_proposing_pairs_by_word_triples_loses_no_near_duplicate():
    """Beside comparing every pair: words dropped from sentences that share many others."""
    draw = random.Random(3)
    words = VIGNETTE.split()
    asked = [" ".join(draw.sample(words, 40)) for _ in range(60)]
    changed = [" ".join(w for w in text.split() if draw.random() > 0.2) for text in asked]
    wordings = [wording_of(text, []) for text in asked]
    index = NearDuplicates(wordings)
    for text in changed:
        wording = wording_of(text, [])
        best = max(similarity(wording, one) for one in wordings)
        near = index.nearest(wording)
        assert (near.score if near else None) == (best if best >= NEAR else None)
