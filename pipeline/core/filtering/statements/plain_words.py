"""Words that leave alone what a sentence claims, and words that may turn it.

Rules read a clause only if every word of it is an entity, part of a known phrase, or plain. One
strange word ("unfounded", "averted") and the clause is for a reader.
"""

import re
from typing import Final

_GRAMMAR = """
    a an the this that these those his her their its of in on to for by with at as from into during
    under and or , ( ) also is are was were be been being has have had do does did can could may
    might must should shall will would ought need needs to it he she they we one there here who
    whose whom which where
"""
_PERSONS = """
    patient patients people person persons someone somebody anyone individual individuals child
    children adult adults woman women man men boy girl infant case cases setting presence
    physician doctor
"""
_MANNER = """
    therefore thus hence then so further furthermore moreover often usually commonly typically
    frequently generally sometimes well known strongly clearly strictly absolutely directly mainly
    chiefly mostly specifically classically always especially particularly very highly best once
    recorded described reported considered regarded seen found known shown
"""
_OF_ENTITIES = """
    good classic first inhaled oral intravenous
    drug drugs agent medication medicine tablet tablets dose doses disease diseases disorder
    condition conditions gene genes protein proteins enzyme receptor mutation mutations variant
    variants phenotype symptom symptoms sign signs finding attack attacks episode episodes
    exposure tissue organ active acute severe mild moderate known underlying established
    recurrent patient's option choice treatment
"""
PLAIN: Final = frozenset(" ".join((_GRAMMAR, _PERSONS, _MANNER, _OF_ENTITIES)).split())

# Words that turn the sense of a sentence, wherever they stand in it.
_TURNS: Final = re.compile(
    r"\b(?:unless|if|whether|except|rather than|instead of|than|either|but|however|although|"
    r"though|despite|only|false|untrue|wrong|incorrect|myth|mistaken|nonsense|unlike|fails?|"
    r"failed|hardly|rarely|seldom|scarcely|barely|little|least|less|anything|question|doubt\w*|"
    r"unclear|unknown|before|after|until|formerly|otherwise|nobody|nothing|none|den(?:y|ies|ied)|"
    r"claim(?:s|ed)?|believed?|supposed(?:ly)?|alleged(?:ly)?|refuted?)\b|\?",
    re.IGNORECASE,
)


def turns(text: str) -> bool:
    """Whether a text holds a word that may turn the sense of what stands beside it."""
    return bool(_TURNS.search(text))


def all_plain(text: str) -> bool:
    """Whether every word of a text is plain."""
    return all(word in PLAIN for word in text.split())
