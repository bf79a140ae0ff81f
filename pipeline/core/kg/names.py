"""Normal forms of names, so that an exact name matches however it is written.

Case, accents, invisible characters, Greek letters, hyphens, possessives, a plural last word and
the ontology's own qualifiers do not count; digits and charges do ("type 1" is not "type 2", HER2+
not HER2-).
"""

import hashlib
import re
import unicodedata
from typing import Final

from pipeline.core.characters import plain

_GREEK: Final = {
    code: f" {unicodedata.name(chr(code)).rsplit(' ', 1)[-1].lower()} "
    for code in (*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA))
} | {0x3BB: " lambda "}
_LEADING_QUALIFIER: Final = re.compile(r"^\s*obsolete\s+")
_TRAILING_QUALIFIER: Final = re.compile(r"\s*\((?:disease|disorder)\)\s*$")
_POSSESSIVE: Final = re.compile(r"'s\b|'")
# A charge or sign stands at the end of a word (nadp+, ca2+, her2-) or alone in brackets ((-)-).
_POINT_IN_NUMBER: Final = r"(?<=\d)\.(?=\d)"
_PLUS: Final = r"(?<=[a-z0-9(])\+(?![a-z0-9])"
_MINUS: Final = r"(?<=[0-9(])-(?=[\s),;]|$)"
_TOKEN: Final = re.compile(rf"(?:\w|{_POINT_IN_NUMBER}|{_PLUS}|{_MINUS})+")
_SINGULAR_IN_S: Final = re.compile(
    "aids|ascites|biceps|caries|diabetes|facies|fa?eces|forceps|herpes|hives|measles|mers|mumps|"
    "rabies|rickets|sars|scabies|series|shingles|species|tabes|triceps"
)
_NOT_A_PLURAL: Final = ("ss", "us", "is", "as", "os", "ans", "ens")


def normalise(name: str) -> str:
    """The normal form of a name; never empty unless the name is blank.

    "Sjögren's syndrome" and "Sjogren syndrome" have one normal form, and so have
    "β-blockers" and "beta blocker", "asthma (disease)" and "Asthma".
    """
    name = plain(name)
    text = name.casefold() if name.isascii() else _plain_letters(name)
    words = _words(text)
    if not words:
        return " ".join(name.casefold().split())
    if not name.rstrip().endswith("S"):  # an acronym in capitals (IBS, GIST) is no plural
        words[-1] = _singular(words[-1])
    return " ".join(words)


def _words(text: str) -> list[str]:
    """The words that count. Names are looked up by the million: no pattern runs in vain."""
    if "obsolete" in text:
        text = _LEADING_QUALIFIER.sub("", text)
    if text.isascii() and text.replace(" ", "").isalnum():
        return text.split()
    if ")" in text:
        text = _TRAILING_QUALIFIER.sub("", text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text)
    return _TOKEN.findall(text.replace("_", " "))


def name_hash(normalised: str) -> int:
    """64 bits of a normal name, the key of the exact-name index."""
    return int.from_bytes(hashlib.blake2b(normalised.encode(), digest_size=8).digest(), "little")


def _plain_letters(name: str) -> str:
    """Casefolded, compatibility forms unified, accents dropped, Greek letters spelt out."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return bare.translate(_GREEK)


def _singular(word: str) -> str:
    """The singular of a plainly plural English word, anything doubtful unchanged."""
    if (
        len(word) < 4
        or not word.isalpha()
        or not word.endswith("s")
        or _SINGULAR_IN_S.fullmatch(word)
    ):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ruses", "nuses")):
        return word[:-2]
    return word if word.endswith(_NOT_A_PLURAL) else word[:-1]
