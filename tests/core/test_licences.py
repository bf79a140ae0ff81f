"""Known licences, and what the parts of a row allow together."""

import pytest

from pipeline.core.errors import Refusal
from pipeline.core.licences import (
    Part,
    known_licence,
    licence_of_whole,
    may_publish,
    objection,
    permits_publication,
    together,
    written,
)


def parts(question="MIT", graph="CC0-1.0", output="Apache-2.0", **leave):
    return [
        Part("questions", question, leave.get("questions", True)),
        Part("graph", graph, leave.get("graph", True)),
        Part("model's output", output, leave.get("output", True)),
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0", "CC-BY-NC-SA-4.0"),
        ("CC BY-NC-ND 3.0 Unported", "CC-BY-NC-ND-3.0"),
        ("cc0", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("Public Domain", "public domain"),
        ("apache license 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("MIT License", "MIT"),
        ("The MIT licence", "MIT"),
        ("ODbL v1.0", "ODbL-1.0"),
        ("odc-by", "ODC-By-1.0"),
        ("llama3.1", "Llama 3.1 Community License"),
        ("Meta Llama 3 Community License Agreement", "Llama 3 Community License"),
        ("gemma", "Gemma Terms of Use"),
    ],
)
def test_licences_are_known_however_they_are_written(text, known):
    assert written(text) == known
    assert known_licence(known).id == known


@pytest.mark.parametrize(
    "text",
    ["", "CC BY", "not MIT", "MIT or Apache-2.0", "MIT-0", "by permission of N. N.", "llama31b"],
)
def test_what_is_not_in_the_table_is_not_guessed(text):
    assert known_licence(text) is None
    assert not permits_publication(text)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "each part under its own licence: attribution"),
        ({"question": "CC0", "output": "public domain"}, "each part under its own licence"),
        ({"graph": "CC-BY-SA-4.0"}, "CC-BY-SA-4.0 for the whole: attribution, share alike"),
        ({"question": "CC-BY-SA-3.0", "graph": "CC BY-SA 4.0"}, "CC-BY-SA-4.0 for the whole"),
        ({"question": "CC-BY-NC-4.0"}, "attribution, no commercial use"),
        (
            {"question": "CC-BY-NC-4.0", "graph": "CC-BY-NC-SA-4.0"},
            "CC-BY-NC-SA-4.0 for the whole: attribution, no commercial use, share alike",
        ),
        ({"output": "llama3.1"}, "has a name that begins with Llama"),
        ({"graph": "by permission of N. N."}, "graph: read the text of “by permission of N. N.”"),
    ],
)
def test_what_the_parts_allow_together(given, says):
    assert objection(parts(**given)) == ""
    assert says in together(parts(**given))


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ({}, "MIT AND CC0-1.0 AND Apache-2.0"),
        (dict.fromkeys(("question", "graph", "output"), "MIT"), "MIT"),
        ({"graph": "cc by-nc-sa 4.0"}, "CC-BY-NC-SA-4.0"),
        ({"graph": "CC-BY-NC-4.0"}, "MIT AND CC-BY-NC-4.0 AND Apache-2.0"),
        ({"question": "CC-BY-SA-3.0", "graph": "CC-BY-SA-4.0"}, "CC-BY-SA-4.0"),
        (
            {"question": "by permission of N. N.", "graph": "ODbL", "output": "Llama 3.1"},
            "ODbL-1.0 AND by permission of N. N. AND Llama 3.1 Community License",
        ),
    ],
)
def test_the_licence_of_the_whole_drops_no_condition_of_a_part(given, whole):
    assert licence_of_whole(parts(**given)) == whole


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"graph": ""}, "licence of the graph not stated"),
        ({"question": "Unknown"}, "licence of the questions not stated"),
        ({"output": " other "}, "licence of the model's output not stated"),
        ({"graph": "CC-BY-ND-4.0"}, "licence of the graph permits no adapted form"),
        ({"graph": "in house", "graph_leave": False}, "licence of the graph not cleared"),
        ({"question_leave": False}, "licence of the questions not cleared for publication"),
        (
            {"question": "CC-BY-SA-4.0", "graph": "ODbL-1.0"},
            "licences of the questions and the graph exclude each other",
        ),
        (
            {"question": "CC-BY-SA-4.0", "graph": "CC-BY-NC-SA-4.0"},
            "licences of the questions and the graph exclude each other",
        ),
        (
            {"question": "CC-BY-NC-4.0", "graph": "CC-BY-SA-4.0"},
            "licences of the graph and the questions exclude each other",
        ),
    ],
)
def test_what_may_not_be_published_says_which_part_and_what_to_do(given, reason):
    leave = {
        "graph": given.pop("graph_leave", True),
        "questions": given.pop("question_leave", True),
    }
    licences = {"question": "MIT", "graph": "CC0-1.0", "output": "MIT"} | given
    row = parts(*licences.values())
    row = [Part(part.name, part.licence, leave.get(part.name, True)) for part in row]
    assert reason in objection(row)
    with pytest.raises(Refusal, match=r"Not for publication.*set_terms"):
        together(row)


def test_a_known_licence_gives_leave_by_itself_and_no_leave_can_be_given_against_it():
    assert may_publish("cc by 4.0", False)
    assert not may_publish("in house", False)
    assert may_publish("in house", True)
    for text in ("CC-BY-ND-4.0", "", "unknown"):
        assert not may_publish(text, False)
        with pytest.raises(Refusal):
            may_publish(text, True)
