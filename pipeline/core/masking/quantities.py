"""Options that are numbers, doses or durations: masked as the answer or with the option's unit.

Ages, doses and counts of the case stay. A number that is an option's and stands bare where it may
be either is left and flagged.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.core.masking.answer_position import stands_as_answer
from pipeline.core.masking.vocabulary import STEP_END

_UP_TO_TWENTY = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_VALUES = {word: str(at) for at, word in enumerate(_UP_TO_TWENTY.split())} | {
    word: str(10 * at) for at, word in enumerate(_TENS.split(), start=2)
}
_UNITS = {
    "%": "% percent per\u00a0cent percentage",
    "mg": "mg milligram",
    "g": "g gram gm",
    "kg": "kg kilogram",
    "mcg": "mcg \u00b5g \u03bcg ug microgram",
    "ml": "ml milliliter millilitre cc",
    "l": "l liter litre",
    "unit": "unit iu",
    "mmol/l": "mmol/l",
    "mg/dl": "mg/dl",
    "g/dl": "g/dl",
    "mmol": "mmol millimole",
    "meq": "meq meq/l",
    "mmhg": "mmhg",
    "mm": "mm millimeter millimetre",
    "cm": "cm centimeter centimetre",
    "second": "second sec",
    "minute": "minute min",
    "hour": "hour hr h",
    "day": "day",
    "week": "week wk",
    "month": "month",
    "year": "year yr",
    "breath": "breath",
    "beat": "beat bpm",
    "fold": "fold",
}
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names.split(" ")}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_SPELT = "|".join(sorted(_VALUES, key=len, reverse=True))
_NUMBER = rf"(?:\d+(?:,\d{{3}})+(?:\.\d+)?|\d*\.\d+|\d+|\b(?:{_SPELT})\b)"
_JOINS = r"\s*(?:-|to|/|:|in|out\s+of)\s*"
_QUANTITY = re.compile(
    rf"(?P<value>{_NUMBER}(?:{_JOINS}{_NUMBER})?)"
    rf"(?:[\s-]*(?P<unit>mm\s?hg|per\s+cent|(?:{_UNIT})s?(?![\w/])|%))?",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?:about|approximately|at\s+least|less\s+than|more\s+than|up\s+to|[<>\u2264\u2265~])?\s*"
    rf"{_QUANTITY.pattern}(?P<rest>\s+(?:per|a|an|daily|/)\b.*)?",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"(?:\w|\w[-.,/]|[-.,/:])$")
_GOES_ON = re.compile(r"[.,/:-]?\d|\s?[\u00b0\u2103\u2109]|[a-z\u03b1-\u03c9]", re.IGNORECASE)
_NAMES = re.compile(
    r"\b(?:types?|stages?|grades?|class(?:es)?|factors?|groups?|steps?|figures?|tables?|phases?|"
    r"levels?|chromosomes?|trisomy|interleukin|no\.?|ph|apgar|ages?|aged)\s+$",
    re.IGNORECASE,
)
_AGE = re.compile(r"[\s-]*(?:(?:year|yr|month|week|day)s?[\s-]+olds?\b|y\W?o\b)", re.IGNORECASE)
_ASKS_AGE = re.compile(r"\b(?:what|which)\s+age\b|\bhow\s+old\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[\s-]*([^\W\d_]+)")
_COUNTED = re.compile(r"\s+per\b|\s+(?!(?:is|was|as|has|does|this)\b)[a-z]+s\b")
# A fraction, ratio, range or decimal number is too much of its own to be met by chance.
_OWN = re.compile(r"\d[^\d]\d")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, fraction or range as digits, and its unit in one spelling ("" without one)."""

    value: str
    unit: str


@lru_cache(maxsize=4096)
def quantity_of(option: str) -> Quantity | None:
    """The quantity that a whole option is; None where it is anything else."""
    match = _OPTION.fullmatch(option.strip())
    return _read(match) if match else None


def mask_quantities(
    text: str, quantities: set[Quantity], stem: str
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the text gives an option's quantity, and where it may or may not."""
    masked, doubtful = [], []
    for match in _QUANTITY.finditer(text) if quantities else ():
        found = _read(match)
        options = {option.unit for option in quantities if option.value == found.value}
        if not options or _WITHIN.search(text[max(0, match.start() - 2) : match.start()]):
            continue
        gives = _gives_option(text, match, found, options, stem)
        if gives is None:
            doubtful.append(match.span())
        elif gives:
            masked.append(match.span())
    return masked, doubtful


def _read(match: re.Match[str]) -> Quantity:
    value = match.group("value").casefold().replace(",", "")
    value = re.sub(r"[a-z]{3,}", lambda word: _VALUES.get(word.group(), word.group()), value)
    value = re.sub(r"\s*(?:out\s+of|in)\s*", "/", value)
    value = re.sub(r"\s*to\s*", "-", value).replace(" ", "")
    value = re.sub(r"(\d+\.\d*?)0+(?!\d)", r"\1", value).replace(".-", "-").removesuffix(".")
    unit = re.sub(r"\s+", "", (match.group("unit") or "").casefold())
    unit = "%" if unit == "percent" else unit
    return Quantity(value, _UNIT_OF.get(unit) or _UNIT_OF.get(unit.removesuffix("s"), unit))


def _gives_option(
    text: str, match: re.Match[str], found: Quantity, options: set[str], stem: str
) -> bool | None:
    """Whether a quantity is an option's; None where it may be the case's as well."""
    start, end = match.span()
    if _part_of_something(text, start, end, stem):
        return False
    if found.unit and found.unit not in options:
        return "" in options and bool(re.search(rf"\b{re.escape(found.unit)}s?\b", stem))
    if stands_as_answer(text, start, end):
        return True
    if _in_stem(text, match, stem):
        return False
    return True if found.unit else _bare(text, match, found, options)


def _bare(text: str, match: re.Match[str], found: Quantity, options: set[str]) -> bool | None:
    """A number without a unit: another thing's count, a pronoun, or not to be told."""
    if match.group().casefold() == "one":
        return False
    if _OWN.search(found.value):
        return True
    counted = "" not in options and _COUNTED.match(text, match.end())
    return False if counted else None


def _part_of_something(text: str, start: int, end: int, stem: str) -> bool:
    """An age, a numbered thing (type 2), or digits of a longer number or name."""
    before = text[max(0, start - 24) : start].rpartition(STEP_END)[2]
    if _NAMES.search(before) or _GOES_ON.match(text, end):
        return not _ASKS_AGE.search(stem) or not re.search(r"ages?\s+$", before, re.IGNORECASE)
    return bool(_age(text, start, end)) and not _ASKS_AGE.search(stem)


def _age(text: str, start: int, end: int) -> bool:
    number = re.match(_NUMBER, text[start:end], re.IGNORECASE)
    return number is not None and _AGE.match(text, start + number.end()) is not None


def _in_stem(text: str, match: re.Match[str], stem: str) -> bool:
    """Whether the question says the same number of the same thing."""
    following = _NEXT_WORD.match(text, match.end())
    word = following.group(1) if following else ""
    said = rf"(?<![\w.]){re.escape(match.group())}[\s-]*{re.escape(word)}"
    return bool(word) and re.search(said, stem, re.IGNORECASE) is not None
