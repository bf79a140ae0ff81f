"""Whether a text is a node's name spelt a little differently: what rules may accept unseen.

A high ratio is no proof: adenocarcinoma of the lung and of the colon share 91 % of their
characters, folic and folinic acid 91 %, prednisone and prednisolone 91 %. Rules accept only the
same words in any order, each spelt alike but for known variants and one letter too many.
"""

import re
from itertools import permutations
from typing import Final

from rapidfuzz.distance import Indel

from pipeline.core.kg.names import normalise
from pipeline.core.records import Node, NodeType
from pipeline.core.similarity.name_marks import numeral

# Words of grammar; "a" is none of them (hepatitis A), nor are "with" and "without".
_GRAMMAR: Final = "an and at by for from in of on or the to"
FUNCTION_WORDS: Final = frozenset(_GRAMMAR.split())
_DOUBLED: Final = re.compile(r"([^\W\d])\1")
# British and American, international and American names of drugs: oedema, cefalexin, aciclovir.
_VARIANTS: Final = (("ae", "e"), ("oe", "e"), ("ph", "f"), ("th", "t"), ("y", "i"), ("z", "s"))
# Prefixes change meanings and stand in front: there, nothing may differ.
_PREFIX_LENGTH: Final = 4
# A letter more or less is a slip in a long word and another word in a short one.
_MIN_LONG_WORD: Final = 7
# More words than this that differ are another name; it also bounds the pairings tried.
_MAX_DIFFERING_WORDS: Final = 3


def spelt_as(text: str, node: Node) -> bool:
    """Whether the text is the node's name, spelt nearly alike; a gene's symbol is so exactly."""
    if node.type is NodeType.GENE_PROTEIN:
        return node.name == text.strip()
    return spelt_alike(text, node.name)


def spelt_alike(one: str, other: str) -> bool:
    """Whether two names are the same words in any order, each spelt nearly alike."""
    first, second = _words(one), _words(other)
    if "".join(first) == "".join(second):
        return True
    left, right = _without(first, second), _without(second, first)
    if len(left) != len(right) or len(left) > _MAX_DIFFERING_WORDS:
        return False
    return any(all(map(_same_word, left, order)) for order in permutations(right))


def key_words(normalised: str) -> str:
    """A normal name's words without those of grammar, in order of the alphabet."""
    words = normalised.split(" ")
    return " ".join(sorted(word for word in words if word not in FUNCTION_WORDS) or words)


def _words(name: str) -> list[str]:
    words = (word for word in normalise(name).split() if word not in FUNCTION_WORDS)
    return [numeral(word) for word in words]


def _without(words: list[str], others: list[str]) -> list[str]:
    """The words that the others lack, each as often as it is lacking."""
    rest = list(words)
    for word in others:
        if word in rest:
            rest.remove(word)
    return rest


def _same_word(one: str, other: str) -> bool:
    one, other = _skeleton(one), _skeleton(other)
    if one == other:
        return True
    long = min(len(one), len(other)) >= _MIN_LONG_WORD and (one + other).isalpha()
    # Insertions and deletions alone: a letter changed is sulfite for sulfate.
    same_prefix = one[:_PREFIX_LENGTH] == other[:_PREFIX_LENGTH]
    return long and same_prefix and Indel.distance(one, other) == 1


def _skeleton(word: str) -> str:
    """The word without what spelling conventions differ in; doubled letters count once."""
    for written, plain in _VARIANTS:
        word = word.replace(written, plain)
    return _DOUBLED.sub(r"\1", word)
