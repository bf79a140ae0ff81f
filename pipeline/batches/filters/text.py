"""An evaluation as lines of text, for the commands."""

from collections.abc import Iterator
from textwrap import wrap

from pipeline.batches.filters.tables import Evaluation, Section, Table

WIDTH = 100


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """Every section: its sentences, then its tables in aligned columns, without the folded ones."""
    return [line for section in evaluation.sections for line in _section(section)]


def _section(section: Section) -> Iterator[str]:
    yield from ("", section.title)
    for sentence in section.sentences:
        yield from wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for table in section.tables:
        if not table.folded:
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    rows = [table.columns, *([str(figure) for figure in row] for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from ("", f"  {table.title}")
    if table.note:
        yield from wrap(table.note, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for first, *others in rows:
        cells = (f"{text:>{width}}" for text, width in zip(others, widths[1:], strict=True))
        yield "  ".join((f"    {first:<{widths[0]}}", *cells))
