"""Answers in a form that programs ask for: fields of JSON, answer tags, boxes of LaTeX."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.benchmarks.extraction.named.offered import Offered
from pipeline.benchmarks.extraction.named.place import Place, place
from pipeline.benchmarks.extraction.named.targets import OTHER, OUTSIDE, SEVERAL, Target, read_alone
from pipeline.benchmarks.extraction.stated.claims import Claim, settle
from pipeline.benchmarks.extraction.stated.declarations import declared
from pipeline.benchmarks.extraction.stated.standing import stands
from pipeline.benchmarks.extraction.written.canonical import canonical

_KEYS: Final = frozenset(
    (
        *("answer", "final_answer", "finalanswer", "answer_idx", "answer_index", "answer_letter"),
        *("answer_choice", "answerchoice", "correct_answer", "correct_option", "final_choice"),
        *("choice", "selected_option", "selected_answer", "prediction"),
        *("answer_text", "final_decision", "correct_choice", "answer_option", "selection"),
        *("response", "output", "result", "final"),
    )
)
_DEEPEST: Final = 6
_FENCED: Final = re.compile(r"\A```[a-zA-Z]{0,10}\s|```\Z")
_FIELD: Final = re.compile(
    r"[\"'](?P<key>[A-Za-z_ -]{2,24})[\"']\s{0,4}:\s{0,4}(?:\"(?P<double>[^\"\n]{0,400})\"|"
    r"'(?P<single>[^'\n]{0,400})'|(?P<bare>\([A-Z]\)|[A-Z]\b))"
)
_TAG: Final = re.compile(r"<(?P<name>(?:final_?)?answer|choice|option|final)>", re.IGNORECASE)
_TAG_LIKE: Final = re.compile(r"\[(?P<name>answer)\]|<\|(?P<other>answer)\|>", re.IGNORECASE)
_BOX: Final = re.compile(r"\\f?box(?:ed)?\s?\{")
_LONGEST_BOX: Final = 300
_LONGEST_TAG: Final = 1000
_DOUBLE_BRACKETS: Final = re.compile(r"\[\[\s?([^\[\]\n]{1,200}?)\s?\]\]")


def json_value(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that a whole text is, fenced or not; None where it is something else."""
    inner = _FENCED.sub("", text.strip()).strip()
    if inner[:1] + inner[-1:] not in ("{}", "[]"):
        return None
    try:
        value = json.loads(inner, object_pairs_hook=_all_values)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _all_values(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that is given twice keeps both values: nobody knows which is meant."""
    kept: dict[str, Any] = {}
    for key, value in pairs:
        kept[key] = [kept[key], value] if key in kept and kept[key] != value else value
    return kept


def of_json(value: dict[str, Any] | list[Any], offered: Offered) -> Iterator[Claim]:
    """What the answer fields of an object, or of the objects of a list, name."""
    for at, answer in enumerate(_answers(value, _DEEPEST)):
        yield Claim(at, "json", _of_value(answer, offered), firm=True)


def _answers(value: Any, deepest: int) -> Iterator[Any]:
    if isinstance(value, list) and deepest:
        for inner in value:
            yield from _answers(inner, deepest - 1)
    if not isinstance(value, dict) or not deepest or _said_wrong(value):
        return
    for key, inner in value.items():
        if _key(key) not in _KEYS or isinstance(inner, dict):
            yield from _answers(inner, deepest - 1)
        elif isinstance(inner, str) or not _key(key).endswith(("idx", "index")):
            yield inner  # a number under "index" counts options, and from 0 or 1 is unknown


def _said_wrong(value: dict[str, Any]) -> bool:
    """An object that judges a choice: {"choice": "A", "correct": false}."""
    return any("correct" in _key(key) and inner is False for key, inner in value.items())


def _key(written: str) -> str:
    return written.strip().casefold().replace(" ", "_").replace("-", "_")


def _of_value(value: Any, offered: Offered) -> Target:
    if isinstance(value, list):
        if len(value) == 1:
            return _of_value(value[0], offered)
        return Target(None, 0, SEVERAL if value else OTHER)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Target(None, 0, OTHER)
    return inside(canonical(str(value)), offered)


def inside(content: str, offered: Offered) -> Target:
    """What a text names that is given as the answer: a naming, or a sentence that declares one."""
    target = read_alone(content, offered)
    if target.kind != OTHER:
        return target
    said = settle(list(declared(place(content, offered))), content)
    if said is None:
        return target
    kind = {"several_answers": SEVERAL, "none_of_the_options": OUTSIDE}.get(said.stage, "")
    return Target(said.letter, len(content), kind)


def marked(spot: Place) -> Iterator[Claim]:
    """Answers in boxes and between answer tags, and in fields of JSON that is part of a text."""
    yield from _fields(spot)
    for match in _BOX.finditer(spot.text):
        content = _to_brace(spot.text[match.end() : match.end() + _LONGEST_BOX])
        yield from _marked(spot, match.end(), content, "boxed")
    for match in _DOUBLE_BRACKETS.finditer(spot.text):
        yield from _marked(spot, match.start(1), match.group(1), "boxed")
    for tag in (_TAG, _TAG_LIKE):
        for match in tag.finditer(spot.text):
            content = _to_closing(spot.text[match.end() : match.end() + _LONGEST_TAG])
            yield from _marked(spot, match.end(), content, "tagged")


def _fields(spot: Place) -> Iterator[Claim]:
    for match in _FIELD.finditer(spot.text):
        if _key(match.group("key")) in _KEYS:
            value = match.group("double") or match.group("single") or match.group("bare") or ""
            target = inside(value, spot.offered)
            stated = stands(spot.text, match.start(), match.start(), match.end())
            if target.kind != OTHER and stated:
                yield Claim(match.start(), "json", target)


def _marked(spot: Place, at: int, content: str, stage: str) -> Iterator[Claim]:
    if content.strip() and stands(spot.text, at, at, at + len(content)):
        yield Claim(at, stage, inside(content, spot.offered), firm=True)


def _to_brace(text: str) -> str:
    text = text.partition("\\box")[0]
    depth = 1
    for at, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return text[:at]
    return text


def _to_closing(text: str) -> str:
    closing = re.search(r"<|\[/", text)
    return text[: closing.start()] if closing else text
