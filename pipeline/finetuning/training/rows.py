"""The rows that a run trains on, and those that it only measures: chosen, counted, accepted."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..counting import SENTENCES, RowCounts, count_rows
from ..masks import RowError
from ..refused import Refused
from ..release_files import ReleaseFiles, Row

SPLITS = ("train", "validation")
# What rows are told apart by in the run card, where a table has it.
KINDS = ("basis", "origin", "same_answer", "reaches_answer")


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Rows by split; `left_out`: how many of each split another value kept out."""

    by_split: Mapping[str, list[Row]]
    left_out: Mapping[str, int]

    @property
    def train(self) -> list[Row]:
        return self.by_split["train"]

    @property
    def held_out(self) -> list[Row]:
        return self.by_split["validation"]

    def document(self, split: str) -> dict[str, Any]:
        """How many of which kind, for the run card."""
        rows = self.by_split[split]
        kinds = {
            name: dict(Counter(_as_text(row[name]) for row in rows))
            for name in KINDS
            if rows and name in rows[0]
        }
        return {"left_out_by_choice": self.left_out[split], "kinds": kinds}


def choose_rows(release: ReleaseFiles, table: str, where: Mapping[str, str]) -> TrainingRows:
    """The rows of a table whose columns have the values of `where`, as JSON writes these.

    Raises Refused for a column that the table lacks, and where no row is left to train on.
    """
    by_split, left_out = {}, {}
    for split in SPLITS:
        rows = release.rows(table, split)
        _check_columns(table, rows, where)
        kept = [row for row in rows if all(_as_text(row[name]) == where[name] for name in where)]
        by_split[split], left_out[split] = kept, len(rows) - len(kept)
    if not by_split["train"]:
        why = f", where {_told(where)}" if where else ""
        raise Refused(f"{release.name} has no row of {table} in its split for training{why}.")
    return TrainingRows(by_split, left_out)


def counted(
    rows: TrainingRows,
    tokenizer: Any,
    *,
    max_length: int,
    end_tokens: Collection[int],
    say: Callable[[str], None],
) -> dict[str, RowCounts]:
    """Both splits, counted and told. Raises Refused for rows that cannot be read at all."""
    counts = {}
    for split in SPLITS:
        try:
            counts[split] = count_rows(
                rows.by_split[split], tokenizer, max_length, end_tokens=end_tokens
            )
        except RowError as error:
            raise Refused(f"{split}: {error}") from error
        for line in _lines(split, counts[split]):
            say(line)
    return counts


def check_accepted(counts: Mapping[str, RowCounts], accept: Collection[str]) -> None:
    """Raises Refused for what was found and is not accepted by its name."""
    unknown = sorted(set(accept) - set(SENTENCES))
    if unknown:
        raise Refused(
            f"Nothing is called {', '.join(unknown)} that could be accepted; there are: "
            f"{', '.join(SENTENCES)}."
        )
    found = [name for name in SENTENCES if any(one.count(name) for one in counts.values())]
    if set(found) - set(accept):
        problems = " ".join(
            f"{split}: {line}"
            for split, one in counts.items()
            if one.rows
            for line in one.problems()
        )
        raise Refused(
            f"Nothing was trained. {problems} Mend the rows, the chat template or --max-length, "
            f"or go on knowingly with --accept {','.join(found)}"
        )


def check_positions(counts: Mapping[str, RowCounts], known: int | None) -> None:
    """Raises Refused for rows with more tokens than the base has positions for."""
    longest = max(min(one.whole.most, one.max_length or one.whole.most) for one in counts.values())
    if known is not None and longest > known:
        raise Refused(
            f"The longest row has {longest:,} tokens, and the base was made for {known:,}. Choose "
            f"--max-length {known} or another base."
        )


def _lines(split: str, counts: RowCounts) -> list[str]:
    if not counts.rows:
        return [f"{split}: no row, so there is no held-out loss."]
    summary = (
        f"{split}: {counts.rows:,} rows; {counts.prompt.total:,} tokens of prompts, "
        f"{counts.response.total:,} of responses, the longest row {counts.whole.most:,}; "
        f"{counts.trained:,} tokens carry loss."
    )
    return [summary, *(f"{split}: {line}" for line in (*counts.problems(), *counts.notes))]


def _check_columns(table: str, rows: list[Row], where: Mapping[str, str]) -> None:
    lacking = sorted(name for name in where if rows and name not in rows[0])
    if lacking:
        known = ", ".join(rows[0])
        raise Refused(f"Rows of {table} have no {lacking[0]}; they have: {known}.")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _told(where: Mapping[str, str]) -> str:
    return " and ".join(f"{name} is {value}" for name, value in where.items())
