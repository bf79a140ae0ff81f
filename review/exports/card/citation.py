"""How to cite a release: for the card, CITATION.cff (version 1.2.0) and Zenodo's metadata."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from review.exports.card.markdown import escape

METHOD_URL = "https://arxiv.org/abs/2504.00993"
_NO_BRACES = str.maketrans("", "", "\\{}")
METHOD = {"identifier": "arXiv:2504.00993", "relation": "isDerivedFrom", "scheme": "arxiv"}


def authors_of(facts: Mapping[str, Any]) -> str:
    """The creators by name; the release's own name where none was stated."""
    names = [creator["name"] for creator in facts["creators"]]
    return "; ".join(names) or f"The makers of {facts['release']}"


def citation_sentence(facts: Mapping[str, Any]) -> str:
    """How to cite the release, in words."""
    return (
        f"{authors_of(facts)} ({facts['made'][:4]}). {facts['release']} [data set]. Made with "
        f"MedReason Web by the method of arXiv 2504.00993. sha256 of its lines: "
        f"{facts['sha256']}."
    )


def citation_text(facts: Mapping[str, Any]) -> str:
    """How the card asks to be cited: in words, and for BibTeX as an indented block."""
    names = [creator["name"] for creator in facts["creators"]] or [authors_of(facts)]
    fields = {
        "author": " and ".join(map(_bibtex_name, names)),
        "title": facts["release"],
        "year": facts["made"][:4],
        "note": f"Data set. sha256 {facts['sha256']}",
    }
    entry = [f"  {key} = {{{value}}}," for key, value in fields.items()]
    lines = (f"@misc{{{facts['release']},", *entry, "}")
    return "\n".join((escape(citation_sentence(facts)), "", *(f"    {line}" for line in lines)))


def _bibtex_name(name: str) -> str:
    """Braces keep an organisation's name whole; its own would end the field."""
    plain = name.translate(_NO_BRACES)
    return plain if ", " in plain else f"{{{plain}}}"


def citation_cff(facts: Mapping[str, Any], description: str) -> str:
    """CITATION.cff; strings are JSON strings, which YAML reads too."""
    lines = [
        "cff-version: 1.2.0",
        "type: dataset",
        f"message: {json.dumps('Please cite the data set and the paper of its method.')}",
        f"title: {json.dumps(facts['release'])}",
        f"abstract: {json.dumps(description, ensure_ascii=False)}",
        "authors:",
        *_authors(facts),
        f"date-released: {json.dumps(facts['made'])}",
        *_contact(facts),
        "identifiers:",
        "  - type: other",
        f"    value: {json.dumps('sha256:' + facts['sha256'])}",
        "    description: sha256 of all released lines in order",
        "references:",
        "  - type: article",
        "    title: MedReason",
        "    authors:",
        "      - name: The authors of arXiv 2504.00993",
        f"    url: {METHOD_URL}",
    ]
    return "\n".join(lines) + "\n"


def zenodo_json(facts: Mapping[str, Any], description: str) -> str:
    """`.zenodo.json`: what Zenodo asks of an upload. A person still chooses and confirms it there.

    The licence is left to that person where the rows have several or one that has no identifier.
    """
    licences = sorted(facts["rows_by_licence"])
    plain: dict[str, Any] = {
        "title": facts["release"],
        "upload_type": "dataset",
        "description": description,
        "creators": facts["creators"] or [{"name": authors_of(facts)}],
        "publication_date": facts["made"],
        "keywords": ["medical reasoning", "chain of thought", "knowledge graph"],
        "notes": f"{facts['notice']} Licences of the rows: {'; '.join(licences)}.",
        "related_identifiers": [METHOD],
        "language": "eng",
    }
    if len(licences) == 1 and " " not in licences[0]:
        plain["license"] = licences[0].lower()
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _authors(facts: Mapping[str, Any]) -> Iterator[str]:
    """A name with a comma is a person's, family name first; any other is an organisation's."""
    creators: Iterable[Mapping[str, str]] = facts["creators"] or [{"name": authors_of(facts)}]
    for creator in creators:
        family, comma, given = creator["name"].partition(", ")
        if not comma:
            yield f"  - name: {_json(family)}"
            continue
        yield f"  - family-names: {_json(family)}"
        yield f"    given-names: {_json(given)}"
        if creator.get("affiliation"):
            yield f"    affiliation: {_json(creator['affiliation'])}"
        if creator.get("orcid"):
            yield f"    orcid: {_json('https://orcid.org/' + creator['orcid'])}"


def _contact(facts: Mapping[str, Any]) -> Iterator[str]:
    if facts["contact"]:
        yield "contact:"
        yield f"  - name: {_json(facts['contact'])}"


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
