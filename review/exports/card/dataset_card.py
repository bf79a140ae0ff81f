"""The dataset card: a bundle's README.md, with the configurations that `datasets` loads."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from review.exports.files import BundleFile
from review.exports.tables import PREFERENCE, TABLES, ExportTable
from review.reports.wording import format_number

# Identifiers that the Hugging Face hub knows; any other licence is named in words.
HUB_LICENCES = frozenset(
    {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-3.0"}
)
FIGURE_COLUMNS = ("what", "value", "95 % interval", "n", "note")
# Units of frozen figures, in the reports' words.
UNITS = MappingProxyType({"count": "items", "share": "share", "coefficient": "coefficient"})
PAIRS = (
    "Of preference pairs, `basis` says who preferred: `clinicians` (of origin `samples` and "
    "`correction`), or `second_reader` (of origin `contrast`): a language model compared the chain "
    "of thought with one that the method wrote for a wrong option, and no clinician did. Leave "
    "the latter out where only the judgement of clinicians counts."
)
LOADING = """    from datasets import load_dataset

    load_dataset("path/to/this/folder", "traces", split="train")

`pandas.read_parquet` and `read_csv` read the tables, TRL the conversations, preference pairs and
steps as they are, `mlcroissant` all of it by `croissant.json`. Cells of CSV files that a
spreadsheet would take for a formula begin with an apostrophe."""


def card_text(
    facts: Mapping[str, Any], files: Sequence[BundleFile], lacks: Mapping[str, str]
) -> str:
    """The whole card; `lacks`: tables that the bundle does not have, with the reason."""
    parts = (
        f"# {facts['release']}",
        f"**{facts['notice']}**",
        _summary(facts),
        "## Numbers",
        _table(FIGURE_COLUMNS, map(figure_cells, facts["figures"])),
        "## Files",
        _table(("file", "rows", "holds"), _files(files)),
        PAIRS if any(file.name in PREFERENCE.file_names for file in files) else "",
        *(["Not in this bundle:", _bullets(lacks)] if lacks else []),
        LOADING,
        "## What was left out",
        _table(("reason", "items"), _left_out(facts["left_out"])) or "Nothing.",
        _contamination(facts["contamination"]),
        *(
            ["## Since the release before", _difference(facts["difference"])]
            if facts["difference"]
            else []
        ),
        "## Proof",
        _proof(facts),
    )
    return f"{_front_matter(facts, files)}\n{_paragraphs(parts)}\n"


def figure_cells(figure: Mapping[str, Any]) -> tuple[str, ...]:
    """A frozen figure in words: title, value, interval, n and note, as the card prints them."""
    unit = UNITS[figure["unit"]]
    low, high = _number(figure["low"], unit), _number(figure["high"], unit)
    return (
        figure["title"],
        _number(figure["value"], unit) or "not known",
        f"{low} to {high}" if low and high else "",
        _number(figure["n"]),
        figure["note"],
    )


def _front_matter(facts: Mapping[str, Any], files: Iterable[BundleFile]) -> str:
    """YAML whose strings are written as JSON strings, which YAML reads too."""
    written = {file.name for file in files}
    tables = [table for table in TABLES if written.intersection(table.file_names)]
    licences = sorted(facts["rows_by_licence"])
    lines = ["---", *_licence(licences), f"pretty_name: {json.dumps(facts['release'])}", "configs:"]
    for table in tables:
        lines += [
            f"  - config_name: {table.name}",
            "    data_files:",
            *_split_files(table, written),
            *(["    default: true"] if table is TABLES[0] else []),
        ]
    return "\n".join((*lines, "---"))


def _split_files(table: ExportTable, written: set[str]) -> Iterator[str]:
    for split in table.splits:
        name = table.file_name(table.formats[0], split)
        if name in written:
            yield f"      - split: {split}"
            yield f"        path: {name}"


def _licence(licences: Sequence[str]) -> list[str]:
    if len(licences) == 1 and licences[0].lower() in HUB_LICENCES:
        return [f"license: {licences[0].lower()}"]
    return ["license: other", f"license_name: {json.dumps('; '.join(licences))}"]


def _summary(facts: Mapping[str, Any]) -> str:
    licences = ", ".join(
        f"{name} ({rows:,} rows)" for name, rows in sorted(facts["rows_by_licence"].items())
    )
    return _paragraphs(
        (
            f"Chains of thought for clinical questions, made from a knowledge graph: "
            f"{facts['rows']:,} traces that the policy {_escape(facts['policy']['name'])} took "
            f"from {_origin(facts)} (reasoner {facts['reasoner_kind']})."
            f"{_graded(facts)}{_at_explanation(facts)}",
            f"Licence of every row in its column `licence`: {_escape(licences)}. The rows of "
            "`medreason` have the published columns only: their licences are those of the same "
            "rows of `traces`, in the same order.",
            "Raters appear by pseudonym. Their comments are not released.",
        )
    )


def _origin(facts: Mapping[str, Any]) -> str:
    """Where the rows come from: batches, or the items of studies alone."""
    if facts["batches"]:
        return f"the batches {_names(facts['batches'])}"
    return f"the items of the studies {_names(facts['studies'])}"


def _names(parts: Iterable[Mapping[str, Any]]) -> str:
    return _escape(", ".join(part["name"] for part in parts))


def _graded(facts: Mapping[str, Any]) -> str:
    rows, ungraded = facts["rows_graded"], facts["rows_nobody_graded"]
    if not rows:
        return " **No clinician graded these.**"
    versions = sorted({study["rubric_version"] for study in facts["studies"]})
    said = (
        f" Graded by clinicians in {_names(facts['studies'])} (rubric version "
        f"{', '.join(versions)}): {rows:,}."
    )
    return f"{said} Graded by nobody, and without a consensus: {ungraded:,}." if ungraded else said


def _at_explanation(facts: Mapping[str, Any]) -> str:
    rows = facts.get("rows_ending_at_explanation", 0)
    return (
        f" The paths of {rows:,} of them end at entities of the source's explanation and at none "
        "of the answer's (`reaches_answer` is false)."
        if rows
        else ""
    )


def _number(value: float | None, unit: str = "items") -> str:
    """As the reports write it; empty for what is not known."""
    return "" if value is None else format_number(value, unit)


def _files(files: Iterable[BundleFile]) -> Iterator[tuple[str, ...]]:
    titles = {name: table.title for table in TABLES for name in table.file_names}
    for file in files:
        yield f"`{file.name}`", _number(file.rows), titles[file.name]


def _left_out(left_out: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    for reason, items in sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0])):
        yield reason, f"{items:,}"


def _contamination(contamination: Mapping[str, Any]) -> str:
    sets = ", ".join(
        f"{name} ({count:,})" for name, count in sorted(contamination["benchmarks"].items())
    )
    if not sets:
        return "No benchmark questions were loaded: nothing was checked for contamination."
    return (
        f"Checked against the questions of {_escape(sets)} by id and by text: a similarity of "
        f"{contamination['threshold']:g} or more of 100 leaves a trace out."
    )


def _difference(difference: Mapping[str, Any] | None) -> str:
    if difference is None:
        return ""
    counts = ", ".join(
        f"{difference[kind]:,} {kind}" for kind in ("added", "removed", "changed", "same")
    )
    return f"Since the release {difference['since']}: {counts}. `manifest.json` names the traces."


def _proof(facts: Mapping[str, Any]) -> str:
    heads = "; ".join(
        f"{audit['chain']} at event {audit['length']}, digest `{audit['head']}`"
        for audit in facts["audits"]
    )
    return (
        "`manifest.json` holds the sha256 of every file. The numbers above are those of the "
        f"reports at the moment they were read, when the audit chains stood so: {heads}."
    )


def _bullets(lines: Mapping[str, str]) -> str:
    return "\n".join(f"- `{name}`: {reason}" for name, reason in sorted(lines.items()))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(map(_escape, row))} |" for row in rows]
    line = f"| {' | '.join('---' for _ in columns)} |"
    return "\n".join((f"| {' | '.join(columns)} |", line, *body)) if body else ""


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _escape(text: str) -> str:
    """On one line, with nothing in it that would end a cell or begin markup."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
