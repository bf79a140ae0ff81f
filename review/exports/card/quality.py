"""The card's sections on how good the rows are, and on what was left out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from review.exports.card.markdown import counted, counts, escape, paragraphs, table
from review.reports.wording import format_number

FIGURE_COLUMNS = ("what", "value", "95 % interval", "n", "note")
# Units of frozen figures, in the reports' words.
UNITS = MappingProxyType({"count": "items", "share": "share", "coefficient": "coefficient"})
REST = "Each trace is counted under the first reason against it."


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


def quality_text(facts: Mapping[str, Any]) -> str:
    """What is known of the rows' quality, and of how many rows nothing is."""
    quality = facts["quality"]
    graded = f"Clinicians graded {facts['rows_graded']:,} of the {facts['rows']:,} rows."
    if rows := quality["rows_estimated"]:
        graded += (
            f" Those were chosen by their grades and say nothing of the others: how good {rows:,} "
            "others are is estimated from all sampled traces of the same batches, whatever their "
            "grades."
        )
    if rows := quality["rows_without_evidence"]:
        graded += f" Nothing is known of {rows:,}: no study sampled them."
    figures = table(FIGURE_COLUMNS, map(figure_cells, facts["figures"]))
    return paragraphs((graded, figures))


def left_out_text(facts: Mapping[str, Any]) -> str:
    """What the release lacks, and where more of it is lacking than elsewhere."""
    if not facts["left_out"]:
        return paragraphs((_not_made(facts["batches"]), "Nothing else."))
    by_type = facts["left_out_by_question_type"]
    return paragraphs(
        (
            _not_made(facts["batches"]),
            table(("reason", "traces"), _reasons(facts["left_out"])),
            REST,
            "### By source",
            table(
                ("source", "released", "left out", "reasons"),
                _shares(facts["rows_by_source"], facts["left_out_by_source"]),
            ),
            *(
                (
                    "### By type of question",
                    table(
                        ("type", "released", "left out", "reasons"),
                        _shares(facts["rows_by_question_type"], by_type),
                    ),
                )
                if set(by_type) | set(facts["rows_by_question_type"]) != {""}
                else ()
            ),
        )
    )


def contamination_text(facts: Mapping[str, Any]) -> str:
    """Which benchmarks the questions were compared with; twins and splits."""
    found = facts["contamination"]
    sets = counts(found["benchmarks"])
    if sets:
        checked = (
            f"Checked against the questions of {sets} by id and by text: a similarity of "
            f"{found['threshold']:g} or more of 100 leaves a trace out. {found['found']:,} were."
        )
    else:
        checked = "No benchmark questions were loaded: nothing was checked for contamination."
    twins, splits = facts["twins"], facts["splits"]
    shares = ", ".join(f"{name} {share:g}" for name, share in splits["shares"].items())
    return paragraphs(
        (
            checked,
            f"Traces with the same or nearly the same words on one question are twins: at most one "
            f"of each group is in. {twins['set_aside']:,} traces repeat another; "
            f"{twins['left_out']:,} of them were left out for that alone.",
            f"Split by clusters of near-duplicate questions, so that no question stands in two "
            f"splits in other words, stratified by source; shares asked for: {shares}; seed "
            f"{splits['seed']}.",
        )
    )


def tokens_text(facts: Mapping[str, Any]) -> str:
    """How long the rows of `sft` are; empty where there are none."""
    tokens = facts.get("tokens")
    if not tokens:
        return ""
    rows = [
        (length, f"{over['cuts']:,}", f"{over['prompts']:,}")
        for length, over in tokens["over"].items()
    ]
    return paragraphs(
        (
            f"Tokens of `sft` by {escape(tokens['tokenizer'])}: prompts {_spread(tokens['prompt'])}"
            f"; prompt and completion {_spread(tokens['prompt_and_completion'])}. Trainers cut "
            f"longer rows at the end, where the answer stands. Of {tokens['rows']:,} rows, with "
            f"{tokens['template_tokens']} tokens added for the chat template:",
            table(("maximum length", "cuts rows", "has no room after the prompt of"), rows),
        )
    )


def _spread(lengths: Mapping[str, int]) -> str:
    return (
        f"{lengths['min']:,} to {lengths['max']:,} (median {lengths['median']:,}, "
        f"95 % up to {lengths['95 %']:,})"
    )


def _reasons(left_out: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    for reason, traces in sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0])):
        yield reason, f"{traces:,}"


def _not_made(batches: Sequence[Mapping[str, Any]]) -> str:
    """What the batches could not make, by reason: a selection before any filter."""
    failed: Counter[str] = Counter()
    for batch in batches:
        failed.update(batch.get("failed", {}))
    unfinished = sum(batch.get("unfinished", 0) for batch in batches)
    made = sum(batch["made"] for batch in batches)
    asked = made + failed.total() + unfinished
    if asked == made:
        return ""
    rest = f" {unfinished:,} were not finished." if unfinished else ""
    none = f" {failed.total():,} times none could be written: {counts(failed)}." if failed else ""
    return (
        f"{asked:,} chains of thought were asked for, and {made:,} made.{none}{rest} What follows "
        "is of those made."
    )


def _shares(
    released: Mapping[str, int], left_out: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, ...]]:
    for value in sorted({*released, *left_out}):
        kept, reasons = released.get(value, 0), left_out.get(value, {})
        out = sum(reasons.values())
        share = f"{out:,} ({100 * out / (kept + out):.0f} %)" if out else "0"
        yield value or "not stated", f"{kept:,}", share, counted(reasons)


def _number(value: float | None, unit: str = "items") -> str:
    """As the reports write it; empty for what is not known."""
    return "" if value is None else format_number(value, unit)
