"""Words that tell a letter from an abbreviation, and an answer from what only mentions one."""

import re
from typing import Final

# Second names of species, by which "E. coli" and "C. Difficile" are told from option and text.
_SPECIES = """
    coli difficile perfringens botulinum tetani albicans auris neoformans aureus epidermidis
    pneumoniae influenzae burgdorferi pertussis cereus anthracis fragilis henselae trachomatis
    psittaci jejuni pylori diphtheriae granulomatis faecalis faecium cloacae histolytica lamblia
    canis multocida parapsilosis glabrata krusei immitis dermatitidis quintana microti meningitidis
    vermicularis tularensis abortus melitensis ducreyi catarrhalis corrodens gonorrhoeae burnetii
    recurrentis hermsii suis falciparum vivax gondii trichiura stercoralis
"""
SPECIES: Final = frozenset(_SPECIES.split())

# A sentence may go on with these after "C." though they are not capitalised.
_SMALL_WORDS = """
    because since as the this that it its in on if so given due which not he she they we there
    based all both other others another for to
"""
SMALL_WORDS: Final = frozenset(_SMALL_WORDS.split())

# What a line or a sentence says that speaks against an option.
REJECTS: Final = re.compile(
    r"\b(?:incorrect|wrong|not|false|unlikely|less|rule[sd]? out|exclude[sd]?|eliminate[sd]?|"
    r"unrelated|inappropriate|contraindicated|isn't|doesn't|won't)\b",
    re.IGNORECASE,
)

# After these a letter is part of a clinical name: "the most likely type is B".
LETTERED: Final = (
    r"vitamins?|hepatitis|types?|groups?|subtypes?|serotypes?|serogroups?|grades?|stages?|class|"
    r"factors?|proteins?|ha?emophilia|influenza|antigens?|toxins?|troponin|globulins?|virus|"
    r"streptococc\w+|phases?|complement|isotypes?|immunoglobulins?|cells?|strains?|zones?|wave|lead"
)
