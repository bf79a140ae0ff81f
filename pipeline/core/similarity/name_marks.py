"""Marks that names must share to mean the same, however alike they look.

"type 1" and "type 2 diabetes mellitus" differ in one character, left and right ventricular
hypertrophy in a few, hyponatremia and hypernatremia in two. Two names may stand for each
other only if everything here agrees: numbers, letters that label, charges, sides, polarity.
"""

import re
from functools import lru_cache

_NUMERALS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_ROMAN = {numeral: str(value) for value, numeral in enumerate(_NUMERALS.split(), start=1)}
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_GREEK = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma
    tau upsilon phi chi psi omega
"""
_SIDES = """
    left right upper lower superior inferior anterior posterior medial lateral proximal distal
    internal external inner outer central peripheral bilateral unilateral ascending descending
    ventral dorsal cranial caudal superficial deep afferent efferent
"""
_POLARITY = """
    acute chronic subacute with without no not absent absence present increased decreased
    elevated reduced high low primary secondary tertiary benign malignant positive negative
    maternal paternal male female systolic diastolic agonist antagonist agonists antagonists
    inhibitor activator dominant recessive congenital acquired juvenile neonatal adult excess
    deficiency early late open closed
"""
_PREFIXES = (
    "hypo",
    "hyper",
    "non",
    "anti",
    "tachy",
    "brady",
    "macro",
    "micro",
    "poly",
    "oligo",
    "intra",
    "extra",
    "inter",
    "pre",
    "post",
    "pro",
    "sub",
    "supra",
    "infra",
)
_AGREEING = frozenset((_GREEK + _SIDES + _POLARITY).split())
_WORD = re.compile(r"[^\W\d_]+|\d+|[+-]")


def marks(normalised: str) -> tuple[str, ...]:
    """What must agree, of a name in its normal form: sorted, a mark that occurs twice twice."""
    word_marks = (_mark(word) for word in _WORD.findall(normalised))
    return tuple(sorted(mark for mark in word_marks if mark))


def numeral(word: str) -> str:
    """A Roman numeral or an ordinal of a normal name in digits; any other word unchanged."""
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else _ROMAN.get(word, word)


@lru_cache(maxsize=1 << 16)
def _mark(word: str) -> str:
    if word.isdigit() or word in _ROMAN:
        return numeral(word)
    # A single letter is a label (hepatitis B, vitamin K), and so is a charge.
    if word in _AGREEING or len(word) == 1:
        return word
    return next((prefix + "-" for prefix in _PREFIXES if word.startswith(prefix)), "")
