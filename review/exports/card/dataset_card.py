"""The dataset card: a bundle's README.md, as a hub shows it and `datasets` loads by it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from review.exports.card import limits
from review.exports.card.annotation import annotation_text
from review.exports.card.citation import citation_text
from review.exports.card.contents import contents_text
from review.exports.card.front_matter import front_matter
from review.exports.card.markdown import (
    bullets,
    counted,
    counts,
    escape,
    one_line,
    paragraphs,
    table,
)
from review.exports.card.quality import contamination_text, left_out_text, quality_text, tokens_text
from review.exports.files import BundleFile
from review.exports.tables import PREFERENCE

PAIRS = (
    "Of preference pairs, `basis` says who preferred: `clinicians` (of origin `samples` and "
    "`correction`), or `second_reader` (of origin `contrast`): a language model compared the chain "
    "of thought with one that the method wrote for a wrong option, and no clinician did. Leave "
    "the latter out where only the judgement of clinicians counts. `same_answer` says whether "
    "both sides end in the same answer: only pairs of `contrast` do not."
)
PRIVACY = "Raters appear by pseudonym, the same in every release; their comments are "
JUDGED = (
    "`stepwise` and `prm` also hold steps of chains that raters judged and the policy did not "
    "take, and `preference` has such chains as the rejected side: their `trace_id` is not in "
    "`traces`."
)


def card_text(
    facts: Mapping[str, Any], files: Sequence[BundleFile], lacks: Mapping[str, str], folder: Path
) -> str:
    """The whole card; `lacks`: tables that the bundle does not have, with the reason."""
    sections = dict(_sections(facts, files, lacks, folder))
    parts = (f"## {title}\n\n{text}" for title, text in sections.items() if text)
    head = (f"# {facts['release']}", f"**{facts['notice']}**", escape(description(facts)))
    return f"{front_matter(facts, files)}\n{paragraphs((*head, *parts))}\n"


def description(facts: Mapping[str, Any]) -> str:
    """What the release is, in a paragraph of plain text: metadata have it too."""
    return (
        f"Chains of thought for clinical questions, each step with the relations of a knowledge "
        f"graph that it rests on: {facts['rows']:,} traces that the policy "
        f"“{facts['policy']['name']}” took from {_origin(facts)}.{_graded(facts)}"
        f"{_at_explanation(facts)}"
    )


def _sections(
    facts: Mapping[str, Any], files: Sequence[BundleFile], lacks: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, str]]:
    pairs = any(file.name in PREFERENCE.file_names for file in files)
    yield "Composition", _composition(facts)
    yield "How it was made", _made(facts)
    yield "How it was graded", annotation_text(facts["studies"])
    yield "Quality", quality_text(facts)
    yield "What was left out", left_out_text(facts)
    yield "Contamination, twins and splits", contamination_text(facts)
    yield "Intended use", bullets(limits.USES)
    yield "Not intended", bullets(limits.NOT_FOR)
    yield "Limitations", _limitations()
    yield "Files", contents_text(files, lacks, folder)
    judged = JUDGED if facts.get("judged_not_taken") else ""
    yield "Training", paragraphs((tokens_text(facts), PAIRS if pairs else "", judged))
    yield "Licences", _licences(facts)
    yield "Since the release before", _difference(facts["difference"])
    yield "Citation", citation_text(facts)
    yield "Contact", escape(facts["contact"])
    yield "Proof", _proof(facts)


def _origin(facts: Mapping[str, Any]) -> str:
    """Where the rows come from: batches, or the items of studies alone."""
    if facts["batches"]:
        return f"the batches {_names(facts['batches'])}"
    return f"the items of the studies {_names(facts['studies'])}"


def _graded(facts: Mapping[str, Any]) -> str:
    rows, ungraded = facts["rows_graded"], facts["rows_nobody_graded"]
    if not rows:
        return " No clinician graded these."
    said = f" Clinicians graded {rows:,} of them"
    return f"{said}; nobody graded the other {ungraded:,}." if ungraded else f"{said}."


def _at_explanation(facts: Mapping[str, Any]) -> str:
    rows = facts.get("rows_ending_at_explanation", 0)
    return (
        f" The paths of {rows:,} of them end at entities of the source's explanation and at none "
        "of the answer's (`reaches_answer` is false)."
        if rows
        else ""
    )


def _composition(facts: Mapping[str, Any]) -> str:
    kinds = {"source": "rows_by_source", "split": "rows_by_split", "specialty": "rows_by_specialty"}
    kinds["type of question"] = "rows_by_question_type"
    rows = ((title, counted(facts[key])) for title, key in kinds.items())
    comments = "in `archive/` only" if facts["archive"]["with_comments"] else "not in here"
    told = f"{PRIVACY}{comments}. {limits.PERSONAL}"
    return paragraphs((table(("rows by", "count"), rows), told))


def _made(facts: Mapping[str, Any]) -> str:
    method = (
        "Entities of question and answer are found, mapped to nodes of the knowledge graph, and "
        "joined by all shortest paths; a few are kept, and a chain of thought is written from "
        "them whose steps cite their relations. A trace is kept if the automatic filters pass, "
        "among them a second reader that answers from the chain with every option's name masked."
    )
    columns = ("batch", "questions", "graph", "configuration", "models", "made", "released")
    return paragraphs(
        (
            method,
            table(columns, map(_batch, facts["batches"])),
            "`provenance.json` has models, prompts with their texts, settings, versions, tokens "
            "and cost of each batch; `provenance` in a row of `traces` those of one trace.",
        )
    )


def _batch(batch: Mapping[str, Any]) -> tuple[str, ...]:
    named = (batch[key] for key in ("name", "question_set", "graph", "configuration"))
    reader = f"; second reader {batch['second_reader']}" if batch.get("second_reader") else ""
    models = f"{batch.get('reasoner', '')}{reader}"
    return *named, models, f"{batch['made']:,}", f"{batch['rows']:,}"


def _limitations() -> str:
    faults = bullets(limits.PRIMEKG)
    concerned = "Known faults of PrimeKG, which concern rows whose `graph` is a version of it:"
    return paragraphs((bullets(limits.LIMITATIONS), concerned, faults))


def _licences(facts: Mapping[str, Any]) -> str:
    return (
        f"{counts(facts['rows_by_licence'])}. The column `licence` says what the licences of "
        "question, graph and model output allow together; `terms` in `traces` has each of them. "
        "Rows of `medreason` have those of the same rows of `traces`, in the same order."
    )


def _difference(difference: Mapping[str, Any] | None) -> str:
    if not difference:
        return ""
    changes = ", ".join(
        f"{difference[kind]:,} {kind}" for kind in ("added", "removed", "changed", "same")
    )
    return f"Since the release {difference['since']}: {changes}. `manifest.json` names the traces."


def _proof(facts: Mapping[str, Any]) -> str:
    heads = "; ".join(
        f"{audit['chain']} at event {audit['length']:,}, digest `{audit['head']}`"
        for audit in facts["audits"]
    )
    return (
        "`manifest.json` holds the sha256 of every file. The figures above are those of the "
        f"reports at the moment they were read, when the audit chains stood so: {heads}."
    )


def _names(parts: Iterable[Mapping[str, Any]]) -> str:
    return one_line(", ".join(part["name"] for part in parts))
