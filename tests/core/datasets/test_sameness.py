"""The same question is the same whatever its case, spacing and invisible characters."""

import pytest

from pipeline.core.datasets.sameness import asked_sha256, keys_differ, same_text

FOUR = {"Insulin", "Glucagon", "Cortisol", "Thyroxine"}
FIVE = FOUR | {"Aldosterone"}


def test_case_spacing_and_what_cannot_be_seen_do_not_matter():
    asked = asked_sha256("Which hormone is lacking?", "")
    assert asked_sha256(" which  hormone\nis lack\u00ading?\u200b", "") == asked
    assert asked_sha256("Which hormone is in excess?", "") != asked


def test_the_context_is_part_of_what_is_asked():
    assert asked_sha256("Is it so?", "One abstract.") != asked_sha256("Is it so?", "Another.")


@pytest.mark.parametrize("pair", [("Genotype AA", "Genotype Aa"), ("10²", "102")])
def test_options_that_mean_something_else_stay_different(pair):
    assert same_text(pair[0]) != same_text(pair[1])


@pytest.mark.parametrize(
    ("key", "options", "other", "others", "differ"),
    [
        ("Insulin", FOUR, "Insulin", FOUR, False),
        ("Insulin", FOUR, "Glucagon", FOUR, True),
        ("Insulin", FOUR, "Glucagon", FIVE, True),
        ("Insulin", FOUR, "Aldosterone", FIVE, False),  # not to be chosen among the four
        ("An insulin", (), "Glucagon", FOUR, False),  # in words that no option has
        ("Insulin", (), "Glucagon", FOUR, True),
        ("four", (), "five", (), True),
    ],
)
def test_keys_differ_only_where_both_could_have_been_chosen(key, options, other, others, differ):
    assert keys_differ(key, options, other, others) == differ
