"""Marks: names that look alike and mean different things, whatever their ratio."""

import pytest

from pipeline.core.kg.names import normalise
from pipeline.core.similarity.name_marks import marks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type 1 diabetes mellitus", "type 2 diabetes mellitus"),
        ("factor V deficiency", "factor VII deficiency"),
        ("hepatitis A", "hepatitis B"),
        ("BRCA1", "BRCA2"),
        ("left ventricular hypertrophy", "right ventricular hypertrophy"),
        ("upper limb weakness", "lower limb weakness"),
        ("ventral horn", "dorsal horn"),
        ("hyponatremia", "hypernatremia"),
        ("tachycardia", "bradycardia"),
        ("Hodgkin lymphoma", "non-Hodgkin lymphoma"),
        ("migraine with aura", "migraine without aura"),
        ("acute pancreatitis", "chronic pancreatitis"),
        ("chronic kidney disease", "kidney disease"),
        ("\u03b1-thalassemia", "beta-thalassemia"),
        ("HER2+ breast carcinoma", "HER2- breast carcinoma"),
        ("open angle glaucoma", "closed angle glaucoma"),
    ],
)
def test_names_that_differ_in_a_number_label_side_or_polarity_differ(one, other):
    assert marks(normalise(one)) != marks(normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type II diabetes mellitus", "Type 2 diabetes mellitus"),
        ("Crohn's disease", "Crohn disease"),
        ("leukaemia", "leukemia"),
        ("β-thalassemia", "beta thalassemia"),
        ("6th pharyngeal arch", "pharyngeal arch 6"),
    ],
)
def test_ways_of_writing_one_name_agree(one, other):
    assert marks(normalise(one)) == marks(normalise(other))


def test_marks_are_the_same_in_any_order_and_counted():
    assert marks("left and right lung") == marks("right and left lung")
    assert marks("type 2 2") != marks("type 2")
    assert marks("asthma") == ()
