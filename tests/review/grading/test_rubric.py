"""The rubric: a released version never changes, and every scale point has its own anchor."""

import hashlib
import json
from dataclasses import asdict

import pytest

from review.grading.rubric import CURRENT, RUBRICS, Rubric, Scale

# A grade is pinned to its rubric version. To change a word, write a new version and add it.
RELEASED = {
    "1": "302b4e2a440602df981cd51204ae0e48c08b450dcaed622766d0387dc75e16ef",
    "2": "1ea366e6db4801bfbae1f81e2f345412c8ebe1c53c8e52d20ee89b21b81b7d92",
}


def fingerprint(rubric: Rubric) -> str:
    canonical = json.dumps(asdict(rubric), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def scales(rubric: Rubric) -> list[Scale]:
    return [value for value in vars(rubric).values() if isinstance(value, Scale)]


def test_no_released_version_has_changed_or_gone():
    assert {version: fingerprint(rubric) for version, rubric in RUBRICS.items()} == RELEASED


def test_the_current_rubric_is_the_newest_released_one():
    assert CURRENT is RUBRICS[max(RELEASED, key=int)]


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS.keys())
def test_every_scale_asks_a_question_and_has_five_distinct_anchors(rubric):
    assert len(scales(rubric)) == 4
    for scale in scales(rubric):
        assert scale.asks.endswith("?")
        assert len(scale.anchors) == len(set(scale.anchors)) == 5
        assert all(anchor == anchor.strip() != "" for anchor in scale.anchors)


@pytest.mark.parametrize("version", RUBRICS)
def test_a_rubric_stands_under_its_own_version(version):
    assert RUBRICS[version].version == version
