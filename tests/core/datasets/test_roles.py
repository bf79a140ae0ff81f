"""A mapping as roles of columns, and back: the same mapping, or a sentence on what is missing."""

import pytest

from pipeline.core.datasets.mapping.field_mapping import (
    FieldMapping,
    KeyField,
    OptionFields,
    SplitField,
)
from pipeline.core.datasets.mapping.roles import ROLES, mapping_of, roles_by_name, roles_of
from pipeline.core.datasets.registry import ADAPTERS
from pipeline.core.errors import InvalidConfiguration

LETTERED = OptionFields("columns", ("b", "a", "c"))


@pytest.mark.parametrize(
    "mapping",
    [
        FieldMapping("q", (KeyField("k", "letter"),), LETTERED, "ctx", "why", ("id", "set"), "s"),
        FieldMapping("q", (KeyField("k", "number", 1), KeyField("t", "text")), LETTERED),
        FieldMapping("q", (KeyField("k", "number"),), OptionFields("list", ("o",))),
        FieldMapping("q", (KeyField("k", "small letter"),), OptionFields("object", ("o",))),
        FieldMapping("q", (KeyField("k", "letter and text"),), OptionFields("text", ("o",))),
        FieldMapping(
            "q", (KeyField("k", "text"),), OptionFields("text", ("q",)), options_repeated=True
        ),
        FieldMapping("q", (KeyField("k", "text"),), split=SplitField("part", "test")),
        FieldMapping("q", (KeyField("k", "text"),), OptionFields("same", texts=("yes", "no"))),
    ],
)
def test_roles_say_the_mapping(mapping: FieldMapping):
    roles = roles_of(mapping)
    assert set(roles.values()) <= set(ROLES)
    # A form gives the columns in the file's order, whatever they are used for.
    in_file = {column: roles[column] for column in sorted(roles, key=lambda name: name != "id")}
    same = mapping.options.texts if mapping.options else ()
    split_value = mapping.split.value if mapping.split else ""
    assert mapping_of(in_file, same_options=same, split_value=split_value) == mapping


def test_names_suggest_what_is_asked_and_the_options():
    roles = roles_by_name(["nr", "stem", "opt_a", "opt_b", "right"])
    assert roles == {"stem": "question", "opt_a": "option A", "opt_b": "option B"}


@pytest.mark.parametrize("source", ADAPTERS)
def test_every_published_shape_has_roles(source):
    for shape in ADAPTERS[source].shapes:
        assert set(roles_of(shape.mapping).values()) <= set(ROLES)


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ({}, "Choose one column as the question"),
        ({"q": "question", "p": "question"}, "Choose one column as the question"),
        ({"q": "question"}, "Name the column of the question and that of the key"),
        ({"q": "question", "k": "key letter"}, "Without options the key is the text"),
        ({"q": "question", "k": "key text", "a": "option A"}, "a column for each option"),
        (
            {"q": "question", "k": "key text", "a": "option A", "c": "option C"},
            "A, B, C and so on, without a gap",
        ),
        ({"q": "question", "x": "option A", "y": "option A"}, "Two columns are Option A: x and y"),
        (
            {"q": "question", "k": "key text", "o": "options list", "p": "options text"},
            "in one way only",
        ),
        ({"q": "question and options", "k": "key text", "o": "options list"}, "in one way only"),
        ({"q": "question", "k": "key text", "s": "split"}, "which value of the split column"),
        ({"q": "question", "c": "context", "d": "context"}, "Two columns are Context: c and d"),
    ],
)
def test_what_is_missing_or_stands_twice_is_said(roles: dict[str, str], sentence: str):
    with pytest.raises(InvalidConfiguration, match=sentence):
        mapping_of(roles)
