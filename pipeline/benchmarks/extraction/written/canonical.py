"""One form for what is written in many: letters in circles, emphasis, LaTeX, HTML.

An output and the texts of the options go through the same, so that they stay comparable. A letter
that is set apart (bold, quoted, in a circle) becomes "(C)": whoever sets a letter apart means a
label, never the article or the pronoun.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.core.characters import plain

_A, _SMALL_A = ord("A"), ord("a")
# Where alphabets of 26 begin: letters in brackets, circles and squares.
_SET_APART: Final = {0x24B6: _A, 0x1F110: _A, 0x1F130: _A, 0x1F150: _A, 0x1F170: _A, 0x1F1E6: _A}
_SET_APART_SMALL: Final = (0x24D0, 0x249C)
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CJK_SIGNS: Final = dict(
    zip(
        map(ord, "\u3002\u3001\u300c\u300d\u300e\u300f\u3010\u3011"),
        (". ", ", ", '"', '"', '"', '"', "[", "]"),
        strict=True,
    )
)
_QUOTES: Final = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb"), '"')
_MATHEMATICAL: Final = (0x1D400, 0x1D6A4)  # alphabets of 26 capital and 26 small letters


def _letter_forms() -> Iterator[tuple[int, str]]:
    for first, letter in _SET_APART.items():
        yield from ((first + at, f"({chr(letter + at)})") for at in range(26))
    for first in _SET_APART_SMALL:
        yield from ((first + at, f"({chr(_SMALL_A + at)})") for at in range(26))
    for at, code in enumerate(range(*_MATHEMATICAL)):
        yield code, chr((_SMALL_A if at % 52 >= 26 else _A) + at % 26)


_FORMS: Final[dict[int, int | str]] = {
    **_FULL_WIDTH,
    **_CJK_SIGNS,
    **_QUOTES,
    **dict(_letter_forms()),
}
_BREAKS: Final = re.compile(
    r"\r\n?|[\u2028\u2029\x0b\x0c\x85]|</?(?:br|p|div|li|h[1-6])\s?/?>", re.I
)
_TAGS: Final = re.compile(
    r"</?(?:b|strong|i|em|u|span|mark|ul|ol|code|pre|sup|sub|small)(?:\s[^<>]{0,200})?>|</s>|"
    r"<\|[a-z_]{1,30}\|>|<end_of_turn>|<eos>",
    re.IGNORECASE,
)
_STRUCK: Final = re.compile(r"~~[^~\n]{1,200}~~|<(?:s|del|strike)>[^<\n]{1,200}</(?:s|del|strike)>")
_LATEX: Final = re.compile(
    r"\\(?:text(?:bf|it|rm|sf|tt)?|math(?:bf|rm|sf|it|tt|bb)|operatorname|emph|underline|large)"
    r"\s?\{([^{}]{0,400})\}"
)
_LATEX_MARKS: Final = re.compile(r"\\[,;:! ]|\$+|\\(?=[()\[\].*_#:-])|\\quad\b")
_LONE = re.compile(
    r"(?<![\w*_`\"'])[*_`\"']{1,3}\s?[(\[]?([A-Za-z])[)\]]?[.:)]?\s?[*_`\"']{1,3}(?!\w)"
)
_EMPHASIS = re.compile(r"[*`]+|~~|(?<!\w)_{1,3}|_{1,3}(?!\w)")


def canonical(text: str) -> str:
    """The text in its one form: lines kept, nothing that was said added or left out."""
    text = plain(text).translate(_FORMS)
    text = _STRUCK.sub("", text)
    text = _TAGS.sub("", _BREAKS.sub("\n", text))
    for _ in range(2):
        text = _LATEX.sub(r"\1", text)
    text = _LATEX_MARKS.sub("", text).replace("\t", " ")
    return _EMPHASIS.sub("", _LONE.sub(r"(\1)", text))
