"""Licences, as far as they matter for publishing a data set made from several parts.

A row of a release holds a question, paths of a graph and what models wrote: each part has its
own terms, and what is published must keep to all of them. The table says of a licence only what
decides that. Sources: the licences' texts and the SPDX licence list. A text that is not in the
table counts only if a lead has read it and says that it permits publication.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.errors import Refusal

NOT_STATED = frozenset({"", "unknown", "not stated", "other", "none", "n/a"})
HOW_TO_STATE = (
    "A lead states it on its page, or with `manage.py set_terms`; a licence that this program does "
    "not know needs leave to publication, given by someone who has read its text."
)


@dataclass(frozen=True, slots=True)
class Licence:
    """A known licence by its SPDX id, or by its name where it has none.

    `adapted`: what is made of the part may be published. `note` is what its text says of use
    beyond the three conditions. `version` orders those of a share-alike family: a later one may
    take the place of an earlier one where `upgrades` says so.
    """

    id: str
    attribution: bool = True
    share_alike: bool = False
    non_commercial: bool = False
    adapted: bool = True
    note: str = ""
    family: str = ""
    version: str = ""

    @property
    def conditions(self) -> tuple[str, ...]:
        """What whoever passes the part on has to keep to, in words."""
        said = (
            (self.attribution, "attribution"),
            (self.share_alike, "share alike"),
            (self.non_commercial, "no commercial use"),
        )
        return tuple(words for holds, words in said if holds)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a row by name ("graph"), its licence as stated, and a lead's leave to publish."""

    name: str
    licence: str
    may_be_released: bool


def _creative_commons() -> Iterable[Licence]:
    for elements in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND"):
        for version in ("2.0", "2.5", "3.0", "4.0"):
            yield Licence(
                f"CC-{elements}-{version}",
                share_alike="SA" in elements,
                non_commercial="NC" in elements,
                adapted="ND" not in elements,
                family=f"CC-{elements}",
                version=version,
            )


_LLAMA_NAMES = (
    "a model trained on it that is distributed has a name that begins with Llama, and shows "
    "“Built with Llama”"
)
_LLAMA_ONLY = "it may improve no language model but Llama"
_LICENCES = (
    Licence("CC0-1.0", attribution=False),
    Licence("public domain", attribution=False),
    Licence("PDDL-1.0", attribution=False),
    Licence("Unlicense", attribution=False),
    *_creative_commons(),
    Licence("ODC-By-1.0"),
    Licence("ODbL-1.0", share_alike=True, family="ODbL", version="1.0"),
    Licence("CDLA-Permissive-2.0"),
    Licence("MIT"),
    Licence("BSD-2-Clause"),
    Licence("BSD-3-Clause"),
    Licence("Apache-2.0"),
    # What these texts say of a model's output; they claim no right in it.
    Licence("Llama 2 Community License", attribution=False, note=_LLAMA_ONLY),
    Licence("Llama 3 Community License", attribution=False, note=_LLAMA_ONLY),
    *(
        Licence(f"Llama {version} Community License", attribution=False, note=_LLAMA_NAMES)
        for version in ("3.1", "3.2", "3.3", "4")
    ),
    Licence(
        "Gemma Terms of Use",
        attribution=False,
        note="a model trained on it to perform like Gemma is under Gemma's terms",
    ),
)
# How the same licences are written elsewhere, without signs: see `_plain`.
_ALIASES = {
    "cc0": "CC0-1.0",
    "ccpublicdomain": "CC0-1.0",
    "pd": "public domain",
    "apache": "Apache-2.0",
    "apache2": "Apache-2.0",
    "asl20": "Apache-2.0",
    "expat": "MIT",
    "bsd3": "BSD-3-Clause",
    "bsd2": "BSD-2-Clause",
    "odbl": "ODbL-1.0",
    "opendatabase": "ODbL-1.0",
    "odcopendatabase": "ODbL-1.0",
    "odcopendatabase10": "ODbL-1.0",
    "odcby": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "gemma": "Gemma Terms of Use",
    "gemmaterms": "Gemma Terms of Use",
    **{
        f"llama{version.replace('.', '')}": f"Llama {version} Community License"
        for version in ("2", "3", "3.1", "3.2", "3.3", "4")
    },
}
_FILLERS = re.compile(
    r"\b(the|version|v|licen[cs]e|agreement|meta|international|unported|generic|universal)\b"
)
_SHORT = (
    ("creativecommons", "cc"),
    ("opendatacommons", "odc"),
    ("attribution", "by"),
    ("noncommercial", "nc"),
    ("sharealike", "sa"),
    ("noderivatives", "nd"),
    ("noderivs", "nd"),
    ("cczero", "cc0"),
)


def _plain(text: str) -> str:
    """A licence's name without case, signs and the words that only fill."""
    words = _FILLERS.sub(" ", re.sub(r"\bv(?=\d)", "", text.lower()))
    plain = re.sub(r"[^a-z0-9+]", "", words)
    for word, short in _SHORT:
        plain = plain.replace(word, short)
    return plain


_BY_NAME = {_plain(licence.id): licence for licence in _LICENCES} | {
    alias: next(licence for licence in _LICENCES if licence.id == name)
    for alias, name in _ALIASES.items()
}


def known_licence(text: str) -> Licence | None:
    """The licence that a text names: "CC BY 4.0" and "cc-by-4.0" are CC-BY-4.0; None: unknown.

    A version is never guessed: "CC BY" alone is not known.
    """
    return _BY_NAME.get(_plain(text))


def written(text: str) -> str:
    """A licence as it is kept: a known one by its id, any other as it was entered."""
    licence = known_licence(text)
    return licence.id if licence else " ".join(text.split())


def is_stated(text: str) -> bool:
    return " ".join(text.lower().split()) not in NOT_STATED


def permits_publication(text: str) -> bool:
    """Whether a known licence lets a data set made of the part be published, on conditions."""
    licence = known_licence(text)
    return licence is not None and licence.adapted


def may_publish(text: str, leave: bool) -> bool:
    """Whether a part may be published as it is first stated: by a lead's leave, or by itself
    where a known licence permits it. Raises Refusal for a leave that the licence rules out."""
    licence = known_licence(text)
    if leave and not is_stated(text):
        raise Refusal("State the licence that permits publication.", field="licence")
    if leave and licence is not None and not licence.adapted:
        raise Refusal(
            f"{licence.id} permits no adapted form, which a data set is. With a permission of its "
            "own, state that in the words of the licence, such as “by permission of NAME, DATE”.",
            field="licence",
        )
    return leave or permits_publication(text)


def objection(parts: Sequence[Part]) -> str:
    """Why what is made of these parts may not be published, in a few words; empty: it may."""
    for part in parts:
        if reason := _objection_to(part):
            return reason
    return _contradiction(parts)


def together(parts: Sequence[Part]) -> str:
    """What the parts allow together, in words, for example "CC-BY-SA-4.0 for the whole:
    attribution, share alike". Raises Refusal with the reason where they allow no publication."""
    if reason := objection(parts):
        raise Refusal(f"Not for publication: {reason}. {HOW_TO_STATE}")
    known = [licence for part in parts if (licence := known_licence(part.licence))]
    whole = _governing(known)
    conditions = dict.fromkeys(words for licence in known for words in licence.conditions)
    says = [f"{whole.id} for the whole" if whole else "each part under its own licence"]
    if conditions:
        says = [f"{says[0]}: {', '.join(conditions)}"]
    says += [
        f"{part.name} ({licence.id}): {licence.note}"
        for part in parts
        if (licence := known_licence(part.licence)) and licence.note
    ]
    says += [
        f"{part.name}: read the text of “{part.licence}”, whose conditions are not listed here"
        for part in parts
        if known_licence(part.licence) is None
    ]
    return "; ".join(dict.fromkeys(says))


def licence_of_whole(parts: Sequence[Part]) -> str:
    """The licence of what is made of the parts, as an SPDX expression: the share-alike one that
    governs the whole, or else each part's, joined by "AND". Beside one that governs stand those
    that ask for more than the table lists."""
    whole = _governing([known for part in parts if (known := known_licence(part.licence))])
    apart = (part.licence for part in parts if whole is None or _asks_for_more(part.licence))
    return " AND ".join(dict.fromkeys((*((whole.id,) if whole else ()), *map(written, apart))))


def _asks_for_more(text: str) -> bool:
    licence = known_licence(text)
    return licence is None or bool(licence.note)


def _objection_to(part: Part) -> str:
    if not is_stated(part.licence):
        return f"licence of the {part.name} not stated"
    licence = known_licence(part.licence)
    if licence is not None and not licence.adapted:
        return f"licence of the {part.name} permits no adapted form"
    if not part.may_be_released:
        return f"licence of the {part.name} not cleared for publication"
    return ""


def _contradiction(parts: Sequence[Part]) -> str:
    """Two parts of which one wants the whole under its licence, and the other does not let it."""
    known = [(part, licence) for part in parts if (licence := known_licence(part.licence))]
    whole = _governing([licence for _, licence in known])
    if whole is None:
        return ""
    wanting = next(part for part, licence in known if licence == whole)
    for part, licence in known:
        differs = licence.share_alike and licence.family != whole.family
        if differs or (licence.non_commercial and not whole.non_commercial):
            return f"licences of the {wanting.name} and the {part.name} exclude each other"
    return ""


def _governing(licences: Sequence[Licence]) -> Licence | None:
    """The licence that the whole must be under: a share-alike one, of its family the latest."""
    wanting = [licence for licence in licences if licence.share_alike]
    family = wanting[0].family if wanting else ""
    alike = [licence for licence in wanting if licence.family == family]
    return max(alike, key=lambda licence: licence.version, default=None)
