"""Whom to cite for a release: as people write it, and as card and metadata state it."""

import re
from collections.abc import Iterable

MAX_CREATORS = 100
MAX_LENGTH = 200
EXAMPLE = "Family, Given; affiliation; ORCID"
# A person's name has none of these: affiliation and ORCID have places of their own.
_NO_NAME = re.compile(r"[\d()<>@]")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")


def creators_from(lines: Iterable[str]) -> list[dict[str, str]]:
    """One creator a line: "Family, Given; affiliation; ORCID", of which the name alone is needed.

    A name without a comma is an organisation's. Raises ValueError with what is wrong.
    """
    creators = [_creator(line) for line in lines if line.strip()]
    if len(creators) > MAX_CREATORS:
        raise ValueError(f"Name at most {MAX_CREATORS} creators.")
    return creators


def _creator(line: str) -> dict[str, str]:
    name, *rest = (" ".join(part.split()) for part in line.split(";"))
    if not name or len(rest) > 2 or len(line) > MAX_LENGTH:
        raise ValueError(f"Write a creator as {EXAMPLE}: {line.strip()[:60]!r} is none.")
    affiliation, orcid = (*rest, "", "")[:2]
    if "," in name and _NO_NAME.search(name):
        raise ValueError(f"Write a creator as {EXAMPLE}, not all in the name: {name[:60]!r}.")
    creator = {"name": name}
    if affiliation:
        creator["affiliation"] = affiliation
    if orcid:
        creator["orcid"] = _orcid(orcid)
    return creator


def _orcid(text: str) -> str:
    """The identifier, whose last sign is a checksum (ISO 7064, MOD 11-2)."""
    found = _ORCID.fullmatch(text)
    if found is None or _check_sign(found[1]) != found[1][-1]:
        raise ValueError(f"{text} is no ORCID.")
    return found[1]


def _check_sign(orcid: str) -> str:
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]
