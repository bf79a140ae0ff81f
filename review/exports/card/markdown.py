"""Markdown of the card: tables, lists, and text that cannot end a cell or begin markup."""

from collections.abc import Iterable, Mapping, Sequence


def escape(text: str) -> str:
    """On one line, with nothing in it that would end a cell or begin markup."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty where it has no row."""
    body = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    line = f"| {' | '.join('---' for _ in columns)} |"
    return "\n".join((f"| {' | '.join(columns)} |", line, *body)) if body else ""


def bullets(lines: Iterable[str]) -> str:
    """A list, one item a line."""
    return "\n".join(f"- {line}" for line in lines)


def paragraphs(parts: Iterable[str]) -> str:
    """The parts that are not empty, with a blank line between them."""
    return "\n\n".join(part for part in parts if part)


def counts(values: Mapping[str, int], *, empty: str = "not stated") -> str:
    """Values with their counts, most frequent first: "medqa (1,000), pubmedqa (20)"."""
    ordered = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{escape(value) or empty} ({count:,})" for value, count in ordered)
