"""Options named by their label: "options A, C and D", "points to B", "(C)", "D is wrong".

A letter standing by itself is first looked at for what else it is in medicine: vitamin A, hepatitis
B, a T cell, C. difficile, the pronoun, the article. Letters joined by commas or "and" share one
reading. A letter that nothing explains is left and flagged.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pipeline.core.masking.vocabulary import LETTERED, LETTERED_NOUNS, MASK

Span = tuple[int, int]


class Reading(Enum):
    """What a letter standing by itself is."""

    LABEL = "label"
    OTHER = "other"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters joined to one list, and the text on both sides without brackets and quotes."""

    spans: tuple[Span, ...]
    letters: tuple[str, ...]
    left: str
    right: str
    bracketed: bool
    boxed: bool


_OPENS, _CLOSES = r"[(\[{*\"'\u201c\u2018]*", r"[)\]}*\"'\u201d\u2019]*"
_JOIN = re.compile(
    r"\s*(?:,\s*(?:and|or|nor|but\s+not|not)?|;|/|&|\+|and/or|and|or|nor|through|to|versus|vs\.?|"
    r"over|but\s+not|not|rather\s+than|instead\s+of|-|\u2013)\s*",
    re.IGNORECASE,
)
# Not a part of a word or number (HLA-B, 37 C), nor glued to one: poly(A), APC/C.
_BARE_LETTER = (
    r"(?<![\w-])(?<!\w[.'])(?<![\d\u00b0\u00ba] )(?<![\d\u00b0\u00ba])(?<!\w\()(?<!\w\w/)(?<!\b\w:)"
    r"(?<!\)/)([{}])(?![\w])(?!\)\w)(?!\)-\w)"
)
_LONGEST_JOIN = 40
_SIGNS = re.compile(r"[()\[\]*\"'\u201c\u201d]")
_REPEATED = re.compile(r"(?:option|choice)s?\s*$", re.IGNORECASE)
_CHOICE_WORD = (
    r"(?:(?:answer\s+)?(?:options?|choices?|alternatives?|selections?)|answers?|statements?|"
    r"items?|responses?|"
    r"(?:the\s+)?letters?)"
)
_CHOICE = re.compile(
    rf"\b{_CHOICE_WORD}\s*(?:\b(?:is|are|was|be|would\s+be|should\s+be|must\s+be|can\s+only\s+be|"
    r"remains?|number|therefore|thus|clearly|likely|not)\s+|[:=]\s*)*$",
    re.IGNORECASE,
)
_ADJACENT = re.compile(rf"\b(?:the\s+)?{_CHOICE_WORD}\s+$", re.IGNORECASE)
# Names of diseases and substances, and words that end as these do.
_SUBSTANCE = (
    r"(?!determine|examine|undermine|combine|decline|imagine|decide|provide|coincide|\w+side\b|"
    r"increase|decrease|release|\w*alone|\w+yone|someone)"
    r"\w{3,}(?:emia|uria|osis|itis|pathy|gen|ase|ine|one|ide|[bclmst]in)"
)
_LETTERED = re.compile(rf"\b(?:{'|'.join(LETTERED)}|{_SUBSTANCE})[\s-]+$", re.IGNORECASE)
_COMPOUND = re.compile(
    r",\w|[-'\u2019/+:\u2192](?!s\b)\w|\d|\s?[+=]|\s*\u2192|\u00b0|\s*-/-", re.ASCII
)
_NEXT = re.compile(r"\s+([^\W_][\w-]*)")
# After these words the letter is a thing by itself, not the beginning of a name.
_FOLLOW_WORDS = """
    a alone also although an and are as at because best but by can cannot could did do does even
    except fails fit fits for from had has have here hence if in instead is it lacks may might more
    must nor not of on only or over rather remains seems should since so than that the then
    therefore through thus to too was well were when where whereas which while who whose will with
    without wins works would acts explains matches causes cause lowers raises blocks inhibits
    treats fail appears act
    """
_FOLLOW: Final = frozenset(_FOLLOW_WORDS.split())
_VERBS_WORDS = """
    is are was were fits fit fails fail works acts act matches explains causes cause lowers raises
    blocks inhibits treats remains wins seems appears would can cannot could does do did has had
    have lacks may might must should will
    """
_VERBS: Final = frozenset(_VERBS_WORDS.split())
_CUE = re.compile(
    r"(?:\b(?:(?:points?|pointing|leads?|leading|brings?|comes?|narrows?|narrowed|boils?)\s+"
    r"(?:\w+\s+){0,2}?(?:to|towards?|at)|leav(?:es?|ing)(?:\s+(?:us\s+with|only|just))?|"
    r"favou?r(?:s|ing)?|in\s+favou?r\s+of|support(?:s|ing)?|choos(?:e|es|ing)|pick(?:s|ing)?|"
    r"select(?:s|ing)?|opt(?:s|ing)?\s+for|(?:go|goes|going)\s+(?:with|for)|"
    r"rul(?:es?|ed|ing)\s+out|eliminat(?:es?|ed|ing)|exclud(?:es?|ed|ing)|reject(?:s|ed|ing)?|"
    r"cross(?:es|ed|ing)?\s+out|discard(?:s|ing)?|dismiss(?:es|ing)?|"
    r"(?:speaks?|argues?|counts?)\s+(?:for|against|in\s+favou?r\s+of)|"
    r"rather\s+than|instead\s+of|unlike|except|either|neither|both|versus|vs\.?|between|"
    r"therefore|thus|hence|so|consequently|it\s+(?:is|must\s+be|can\s+only\s+be)|"
    r"as\s+(?:stated\s+)?in|(?:look(?:s|ing)?\s+)?at|with|other\s+than|but|onto|than|"
    r"describ(?:es|ing)|singles?\s+out|mean(?:s|ing)|be|consider(?:s|ing)?|compar(?:e|es|ed|ing)(?:\s+(?:with|to))?|"
    r"correct\s+one\s+is|only|leaves|is\s+not|matches|fits|mark)\s*[,:]?|[=\u2192\u21d2:])\s*$",
    re.IGNORECASE,
)
# Words that "A" may well be the article of, though they end as verbs and plurals do.
_SINGULAR_IN_S = ("ss", "us", "is", "series", "species", "betes", "creas", "lens", "rabies")
_CLAUSE_START = re.compile(
    r"(?:^|[.;:!?\x00,]|(?:^|\x00|\s)[-*\u2022]|\b(?:and|but|while|so|because|since|whereas|that|then|also|as|if|why|when|"
    r"thus|hence|therefore))\s*$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"'s\b|:\s|\s*[\u2013\u2014]\s|\s-\s")
# Where a capital "A" may be the article.
_BEGINS = re.compile(r"(?:^|[.!?:;\x00\n\]*\"\u201c\u2018(\u2022-])\s*$")
_SENTENCE_START = re.compile(r"(?:^|[.!?\x00])\s*$")
_SENTENCE_END = re.compile(r"\s*(?:[.!]?\s*(?:\x00|$)|[.!]\s+[A-Za-z])")
_SPECIES = re.compile(r"\.\s?[a-z]+(?:i|us|a|um|is|ae|le|ans|ens|x)\b")
_RULED = re.compile(r"\brul(?:e|es|ed|ing)\s+$", re.IGNORECASE)
_OUT = re.compile(r"\s+out\b")
_NAMED_AFTER = re.compile(rf"\s*[).:\u2013-]?\s*[(\"']?{re.escape(MASK)}")
_LOWER = re.compile(
    rf"\b{_CHOICE_WORD}\s+{_OPENS}(?P<letter>[a-z])(?P<close>{_CLOSES})(?!\w)", re.IGNORECASE
)
_LOWER_BRACKETED = re.compile(r"(?<!\w)\(([a-z])\)")


def label_spans(text: str, labels: tuple[str, ...], question: str) -> tuple[list[Span], list[Span]]:
    """Where the text names options by label, and where a letter may or may not be one."""
    letters = "".join(label for label in labels if len(label) == 1 and label.isalpha()).upper()
    if not letters:
        return [], []
    masked, doubtful = _lower_case(text, letters.casefold())
    for run in _runs(text, letters):
        reading = _read(run, question)
        if reading is Reading.LABEL:
            masked += [run.spans[0], *run.spans[1:]]
        elif reading is Reading.EITHER:
            doubtful += run.spans
    return sorted(masked), sorted(doubtful)


def _runs(text: str, letters: str) -> list[_Run]:
    """Single capital letters of the label set, those of one list together."""
    pattern = re.compile(_BARE_LETTER.format(letters))
    runs: list[list[re.Match[str]]] = []
    for match in pattern.finditer(text):
        article = match.group() in "AI" and _article(_run(text, [match]))
        if runs and not article and _joins(text[runs[-1][-1].end() : match.start()]):
            runs[-1].append(match)
        else:
            runs.append([match])
    return [_run(text, run) for run in runs]


def _joins(between: str) -> bool:
    """Whether two letters are of one list: brackets, quotes and a repeated choice word aside."""
    if len(between) > _LONGEST_JOIN:
        return False
    bare = _SIGNS.sub("", between)
    return _JOIN.fullmatch(_REPEATED.sub("", bare)) is not None


def _run(text: str, matches: list[re.Match[str]]) -> _Run:
    spans = [_with_brackets(text, match) for match in matches]
    before = text[: spans[0][0]]
    choice = _ADJACENT.search(before[-24:])
    left, right = before[-80:], text[spans[-1][1] :][:60]
    bracketed = all(
        text[start : match.start()] and text[match.end() : end]
        for (start, end), match in zip(spans, matches, strict=True)
    )
    if choice:
        spans[0] = (spans[0][0] - len(choice.group()), spans[0][1])
    letters = tuple(match.group(1) for match in matches)
    boxed = text[matches[0].start() - 1 : matches[0].start()] in ("{", "*")
    return _Run(tuple(spans), letters, left, right, bracketed, boxed)


def _with_brackets(text: str, match: re.Match[str]) -> Span:
    opened = re.search(rf"{_OPENS}$", text[: match.start()])
    closed = re.match(_CLOSES, text[match.end() :])
    before = opened.group() if opened else ""
    after = closed.group() if closed else ""
    if after == "'" and text[match.end() + 1 : match.end() + 2] == "s":
        after = ""
    if before and after:
        return match.start() - len(before), match.end() + len(after)
    # "B) insulin" opens with a bracket that nothing began.
    unopened = after == ")" and "(" not in text[: match.start()].rpartition(")")[2]
    return match.start(), match.end() + (1 if unopened else 0)


def _read(run: _Run, question: str) -> Reading:
    if _CHOICE.search(run.left) and not _article(run):
        return Reading.LABEL
    if _RULED.search(run.left) and _OUT.match(run.right):
        return Reading.LABEL
    if _LETTERED.search(run.left) or _in_question(run, question):
        return Reading.OTHER
    if run.bracketed:
        return Reading.OTHER if _abbreviates(run) else Reading.LABEL
    if _NAMED_AFTER.match(run.right) and not _article(run):
        return Reading.LABEL
    if _COMPOUND.match(run.right) or _SPECIES.match(run.right) or _article(run):
        return Reading.OTHER
    return _read_by_neighbours(run)


def _read_by_neighbours(run: _Run) -> Reading:
    following = _NEXT.match(run.right)
    word = following.group(1) if following else ""
    if word and word.casefold() not in _FOLLOW:
        if word in LETTERED_NOUNS or f"{word}s" in LETTERED_NOUNS:
            return Reading.OTHER
        doubtful = (word.endswith("s") and word[0].islower()) or _CUE.search(run.left)
        return Reading.EITHER if doubtful else Reading.OTHER
    if _CUE.search(run.left):
        return Reading.LABEL
    if word in _VERBS and _CLAUSE_START.search(run.left):
        return Reading.LABEL
    if _SENTENCE_START.search(run.left) and _SENTENCE_END.match(run.right):
        return Reading.LABEL
    if _POSSESSIVE.match(run.right) and _CLAUSE_START.search(run.left):
        return Reading.LABEL
    return Reading.LABEL if len(run.letters) > 1 else Reading.EITHER


def _article(run: _Run) -> bool:
    """The article "A" (at a beginning) and the pronoun "I" before a word that is no predicate."""
    if run.letters[-1] not in "AI":
        return False
    following = _NEXT.match(run.right)
    if following is None:
        return False
    word = following.group(1)
    if run.letters[-1] == "A" and not _BEGINS.search(run.left):
        return False
    if word.islower() and word.endswith("s") and not word.endswith(_SINGULAR_IN_S):
        return False
    own = {"have", "had", "did", "do", "can", "could", "would", "will", "may", "must", "should"}
    return word not in _FOLLOW or (run.letters[-1] == "I" and word in own)


def _abbreviates(run: _Run) -> bool:
    """Whether a bracketed letter stands for the word before it: adenine (A)."""
    if run.boxed:
        return False
    before = re.search(r"([^\W\d_]+)\s*$", run.left)
    return before is not None and before.group(1)[0].upper() == run.letters[0]


def _in_question(run: _Run, question: str) -> bool:
    """Whether the question says the same letter of the same thing."""
    before = re.search(r"([^\W\d_]{2,})\s+$", run.left)
    if before is None or before.group(1).casefold() in _FOLLOW:
        return False
    return re.search(rf"\b{before.group(1)}\s+{run.letters[0]}\b", question) is not None


def _lower_case(text: str, letters: str) -> tuple[list[Span], list[Span]]:
    """Small letters: after a choice word labels; in brackets perhaps a list of the text's own."""
    masked = []
    for match in _LOWER.finditer(text):
        letter = match.group("letter")
        following = _NEXT.match(text, match.end())
        reads_on = following is not None and following.group(1) not in _VERBS
        if letter in letters and not (letter in "ai" and reads_on and not match.group("close")):
            masked.append(match.span())
    bracketed = [match for match in _LOWER_BRACKETED.finditer(text) if match.group(1) in letters]
    own_list = "".join(match.group(1) for match in bracketed).startswith("ab")
    outside = [m.span() for m in bracketed if not any(a <= m.start() < b for a, b in masked)]
    return masked, [] if own_list else outside
