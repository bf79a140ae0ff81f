"""Leakage: speaking of a given answer or of given paths; clinical talk is none."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.leakage import check_leakage
from pipeline.core.records import CoT, Step
from tests.core.filtering.test_filters import given


def check(text):
    return check_leakage(replace(given(), cot=CoT((Step(1, "Fine."),), text)))


@pytest.mark.parametrize(
    "text",
    [
        "This agrees with the provided answer.",
        "The given correct answer is C.",
        "The answer key says metformin.",
        "The answer provided is metformin.",
        "We were told the correct answer.",
        "I was given the answer.",
        "Since we know the correct answer, fever matters.",
        "According to the answer, it is gout.",
        "To match the given answer to the question we look at urate.",
        "The provided reasoning paths link gout to urate.",
        "The knowledge graph paths show this.",
        "As path 2 shows, urate rises.",
        "The paths provided lead to gout.",
        "This matches the ground-truth answer.",
    ],
)
def test_speaking_of_given_material_leaks(text):
    result = check(text)
    assert not result.passed
    assert "“" in result.explanation


@pytest.mark.parametrize(
    "text",
    [
        "The best answer is metformin.",
        "The correct answer is therefore B, metformin.",
        "The given answer to steroids was poor.",
        "The expected answer to a fluid challenge is a rise in pressure.",
        "The patient was given the drug and answered well.",
        "The pain follows the path of the nerve.",
        "Current takes an accessory path provided by the bundle of Kent.",
        "The pathway provided energy.",
        "Given the answers to the screening questions, depression is likely.",
        "The reference range is exceeded.",
        "According to the solution of the equation, clearance is 5 mL/min.",
        "A given path of infection is contact.",
    ],
)
def test_clinical_talk_does_not(text):
    assert check(text).passed, text
