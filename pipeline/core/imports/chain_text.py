"""A chain of thought as one text, split into steps and a conclusion without losing a word.

Where its author marked the parts, the marks decide: "Step 1:", then "1." with headings, then
headings alone ("### …", "**…**", "Reasoning process:"). Without marks each paragraph is a step, in
a text of one paragraph each line, in one line its sentences, at most MAX_SENTENCE_STEPS groups of
them. The conclusion begins where it is named for the last time ("Conclusion:", "## Final Answer"),
else it is the last part.

Marks of headings and emphasis are taken off. So are the words "Step 1" and "Conclusion" where
steps and conclusion will be printed with the very same words; every other word stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.records import CoT, Step

MAX_CHARACTERS = 60_000
MAX_STEPS = 100
MAX_SENTENCE_STEPS = 8

_MARK = r"[ \t]*(?:#{1,6}[ \t]*)?(?:[-*][ \t]+)?(?:\*\*[ \t]*)?"
_STEP = re.compile(rf"^{_MARK}step[ \t]+\d{{1,3}}\b", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"^ {0,3}(?:\*\*)?\(?\d{1,2}[.)](?:\*\*)?[ \t]+(?=\S)", re.MULTILINE)
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*\S.*|\*\*[^*\n]+\*\*:?.*|[A-Z][A-Za-z ]{2,40}:[ \t]*)$", re.MULTILINE
)
_CONCLUSION = re.compile(
    rf"^{_MARK}(?:step[ \t]+\d{{1,3}}[ \t]*[.:)\u2013-][ \t]*)?(?:\*\*[ \t]*)?"
    r"(?:(?:final|overall)[ \t]+)?(?:conclusion|answer|response)"
    r"[ \t]*(?:\*\*)?[ \t]*(?::|$)",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(r"conclusion\b[ \t]*:?\s*", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"(?:step[ \t]+(\d{1,3})[ \t]*[.:)\u2013-]?|\(?(\d{1,2})[.)])\s+", re.I)
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?])[\"\u201d)]?\s+(?=[\"\u201c(]?[A-Z0-9])")
_ABBREVIATION = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|vs|e\.g|i\.e|cf|Fig|No|approx|St)|\b[A-Z])\.$")
_EMPHASIS = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?![\w*])")
_WORD = re.compile(r"\w")
_HASHES = re.compile(r"^[ \t]*#{1,6}[ \t]*", re.MULTILINE)


def chain_of(text: str, conclusion: str = "") -> CoT:
    """The chain of thought of a text; `conclusion` where the source has it apart.

    Raises InvalidRecord for a text that is too long, or gives no step before its conclusion.
    """
    if len(text) + len(conclusion) > MAX_CHARACTERS:
        raise InvalidRecord(f"The chain of thought is longer than {MAX_CHARACTERS:,} characters.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    parts, last = (list(_parts(text)), conclusion) if conclusion else _with_conclusion(text)
    steps = [_unmarked(part) for part in parts]
    if not all(map(_WORD.search, (*steps, last))) or not steps:
        raise InvalidRecord("The chain of thought has no step before its conclusion.")
    if len(steps) > MAX_STEPS:
        raise InvalidRecord(f"The chain of thought has more than {MAX_STEPS} steps.")
    return CoT(
        tuple(Step(at, _without_number(step, at)) for at, step in enumerate(steps, start=1)),
        _without_name(_unmarked(last)),
    )


def _with_conclusion(text: str) -> tuple[list[str], str]:
    """The parts before the conclusion, and the conclusion."""
    named = [match.start() for match in _CONCLUSION.finditer(text)]
    if named and (before := text[: named[-1]].strip()) and _says_something(text[named[-1] :]):
        return list(_parts(before)), text[named[-1] :]
    *parts, last = _parts(text)
    return parts, last


def _says_something(part: str) -> bool:
    """Whether anything follows the heading."""
    match = _CONCLUSION.match(part)
    return bool(match and part[match.end() :].strip(" \t\n*"))


def _parts(text: str) -> list[str]:
    """The text in parts, by the first of the ways that gives two."""
    for split in (_by_steps, _by_numbers, _by_headings, _by_paragraphs, _by_lines, _by_sentences):
        parts = _with_words(split(text))
        if len(parts) > 1:
            return parts
    return [text]


def _with_words(parts: Iterable[str]) -> list[str]:
    """The parts; one that holds signs alone ends the one before it."""
    whole: list[str] = []
    for part in parts:
        if whole and not _WORD.search(part):
            whole[-1] += part
        elif part.strip():
            whole.append(part)
    return whole


def _by_steps(text: str) -> list[str]:
    return _cut(text, (match.start() for match in _STEP.finditer(text)))


def _by_numbers(text: str) -> list[str]:
    numbers = [match.start() for match in _NUMBER.finditer(text)]
    if len(numbers) < 2:
        return [text]
    return _with_headings(_cut(text, (*numbers, *_headings(text))))


def _by_headings(text: str) -> list[str]:
    return _with_headings(_cut(text, _headings(text)))


def _headings(text: str) -> Iterator[int]:
    return (match.start() for match in _HEADING.finditer(text))


def _by_paragraphs(text: str) -> list[str]:
    return _with_headings(_PARAGRAPH.split(text))


def _by_lines(text: str) -> list[str]:
    return _with_headings(text.split("\n"))


def _cut(text: str, places: Iterable[int]) -> list[str]:
    starts = sorted({0, *places})
    ends = [*starts[1:], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _with_headings(parts: Sequence[str]) -> list[str]:
    """A heading with nothing below it is no part: it begins the next one, or ends the last."""
    whole: list[str] = []
    heading = ""
    for part in parts:
        if _is_heading(part):
            heading += f"{part.strip()}\n"
        elif part.strip():
            whole.append(heading + part)
            heading = ""
    if heading and whole:
        whole[-1] += f"\n{heading}"
    return whole or [heading]


def _is_heading(part: str) -> bool:
    line = part.strip()
    bold = re.fullmatch(r"\*\*[^*\n]+\*\*:?", line)
    return bool(line) and "\n" not in line and bool(bold or line.endswith(":") or line[0] == "#")


def _by_sentences(text: str) -> Iterator[str]:
    """Its sentences, in groups of one size so that there are few steps; the last stands alone."""
    *sentences, last = _sentences(text)
    size = -(-len(sentences) // MAX_SENTENCE_STEPS) or 1
    for start in range(0, len(sentences), size):
        yield " ".join(sentences[start : start + size])
    yield last


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    joins = False
    start = 0
    for match in _SENTENCE.finditer(text):
        piece = text[start : match.end()].strip()
        joins = bool(_ABBREVIATION.search(piece))
        if not joins:
            sentences.append(piece)
            start = match.end()
    return [*sentences, text[start:].strip()]


def _unmarked(part: str) -> str:
    """Without marks of headings and emphasis, and without space around it."""
    return _EMPHASIS.sub(r"\1", _HASHES.sub("", part)).strip()


def _without_number(step: str, number: int) -> str:
    """Without the number that it will be printed with; another number stays."""
    match = _OWN_NUMBER.match(step)
    own = match and int(match[1] or match[2]) == number
    return step[match.end() :].strip() if match and own else step


def _without_name(conclusion: str) -> str:
    """Without the word that it will be printed with, where something follows."""
    match = _NAMED.match(conclusion)
    rest = conclusion[match.end() :].strip() if match else ""
    return rest if _WORD.search(rest) else conclusion
