"""Among sentences that doubt, deny and compare options, only the stated answer is read."""

import random

from pipeline.benchmarks.extraction import extract
from tests.benchmarks.extraction.cases import option_lists
from tests.benchmarks.extraction.mixtures import mixture

DRAWS = 800
LEAST_SHARE_READ = 0.95
# Texts of options that are letters, numbers or stances stand in the remarks as something else.
WORDED = (
    "diabetes",
    "nested",
    "hepatitis_course",
    "organisms",
    "clotting",
    "embolism",
    "gout",
    "ten",
)


def draw_mixtures(seed: int, *, stated: bool):
    draw = random.Random(seed)
    lists = option_lists()
    return [mixture(draw, lists[draw.choice(WORDED)], stated=stated) for _ in range(DRAWS)]


def test_the_stated_answer_is_read_and_no_other():
    read = [(mixed, extract(mixed.text, mixed.options)) for mixed in draw_mixtures(1, stated=True)]
    assert not [
        (mixed.text, found) for mixed, found in read if found.letter not in (None, mixed.letter)
    ]
    assert sum(found.letter is not None for _, found in read) / DRAWS >= LEAST_SHARE_READ


def test_without_a_statement_no_letter_is_read():
    assert not [
        (mixed.text, found)
        for mixed in draw_mixtures(2, stated=False)
        if (found := extract(mixed.text, mixed.options)).letter is not None
    ]


def test_where_the_server_cut_the_output_off_no_other_letter_is_read():
    draw = random.Random(3)
    assert not [
        (beginning, found)
        for mixed in draw_mixtures(3, stated=True)
        if (
            found := extract(
                beginning := mixed.text[: draw.randint(1, len(mixed.text))],
                mixed.options,
                cut_off=True,
            )
        ).letter
        not in (None, mixed.letter)
    ]
