"""Markdown of the card: tables, lists, and text that cannot end a cell or begin markup."""

from collections.abc import Iterable, Mapping, Sequence

# Code spans are the card's own in cells, so a backtick stays.
_ESCAPED = str.maketrans({"<": "&lt;"} | {sign: f"\\{sign}" for sign in "\\|[]*"})


def one_line(text: str) -> str:
    """On one line, otherwise as it is: for metadata, which is no Markdown."""
    return " ".join(text.split())


def escape(text: str) -> str:
    """On one line, with nothing in it that would end a cell or begin a link, emphasis or HTML."""
    return one_line(text).translate(_ESCAPED)


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


def counted(values: Mapping[str, int]) -> str:
    """Values with their counts, most frequent first: "medqa (1,000), pubmedqa (20)"; for a cell
    of a table, which is escaped there."""
    ordered = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{one_line(value) or 'not stated'} ({count:,})" for value, count in ordered)


def counts(values: Mapping[str, int]) -> str:
    """The same, for a paragraph."""
    return escape(counted(values))
