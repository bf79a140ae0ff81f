"""Declarations in other languages, where they can be nothing else: "La respuesta es C", "答案是C".

Only capital letters count, only where the sentence ends behind them or gives a reason, and only
where no word of condition or negation stands in the sentence.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.benchmarks.extraction.named.letters import letter_at
from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.targets import Target
from pipeline.benchmarks.extraction.stated.claims import Claim

_OPTION: Final = (
    r"(?:(?:la |el |die |der |l')?(?:opción|opcion|letra|option|lettre|opção|opzione) )?"
)
_CUE: Final = re.compile(
    r"(?:"
    r"\b(?:la )?respuesta(?: (?:correcta|final))?(?: es| ?:)(?: la| el)?|"
    r"\b(?:la )?réponse(?: (?:correcte|finale))?(?: est| ?:)(?: la| le)?|"
    r"\b(?:die )?(?:(?:richtige|korrekte|endgültige) )?antwort(?: ist| lautet| ?:)(?: die)?|"
    r"\b(?:a )?resposta(?: (?:correta|final))?(?: é| ?:)(?: a)?|"
    r"\b(?:la )?risposta(?: (?:corretta|finale))?(?: è| ?:)(?: la)?|"
    r"(?:正确|正確|最终|最終|最佳)?答案(?:是|为|為|应为|應為|选|選|[ ]?:)(?:[ ]?:)?(?:选项|選項)?|"
    r"(?:故|因此|所以)(?:选|選)(?:择|擇)?(?:选项|選項)?|"
    r"(?:答え|正解|解答)(?:は|[ ]?:)|(?:정답|답)(?:은|[ ]?:)|"
    r"\b(?:правильный )?ответ ?:"
    rf")\s?{_OPTION}",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"[)\]]?(?:\s*$|\s*\n|[.!;](?!\w)|"
    r",? (?:porque|ya que|car|parce|weil|denn|da |perché|poiché|pois)\b|"
    r",?(?:因为|因為|选项|です|である|입니다|이다)|[.:)] ?(?=[^\W\d_]{2}))"
)
_ANOTHER: Final = re.compile(
    r"[)\]]?[ ]?(?:[,/.&+]|y|o|e|et|ou|und|oder|和|或|及|与|と|와)[ ]?[(\[]?[A-Z](?!\w)"
)
_DOUBT: Final = re.compile(
    r"\b(?:si|se|wenn|falls|sofern|ob|no|non|nicht|nie|ne|não|nunca|kein\w*|jamais|если|не)\b|"
    r"如果|若|假如|假设|不|非|吗|もし|ではな|만약|아니",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[.!?\n]\s")


def declared_elsewhere(place: Place) -> Iterator[Claim]:
    """Every declaration of the text in one of the languages known here."""
    for match in _CUE.finditer(place.text):
        letter = letter_at(place, match.end(), chosen=True)
        if letter is None or not place.text[match.end() : letter.end].strip(" ([)]*").isupper():
            continue
        end = letter.own_text or letter.end
        sure = letter.own_text or _BEHIND.match(place.text, end)
        if sure and not _ANOTHER.match(place.text, end) and not _doubted(place.text, match):
            label = None if letter.contradicted else letter.label
            kind = "several" if letter.contradicted else "" if label else "outside"
            yield Claim(match.end(), "declared", Target(label, end, kind, by_letter=True))


def _doubted(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 300) : match.start()]
    ends = [found.end() for found in _SENTENCE.finditer(before)]
    sentence = before[ends[-1] :] if ends else before
    behind = text[match.end() : match.end() + 40]
    return bool(_DOUBT.search(sentence)) or "?" in behind.split("\n")[0]
