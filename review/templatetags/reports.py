"""A report's cells in templates: `{% for column, said, address in row|cells:table.columns %}`."""

from collections.abc import Iterator

from django import template
from django.urls import reverse

from review.reports.document import Cell, Column, Headline, Link
from review.reports.wording import CellText, cell_text

register = template.Library()


@register.filter
def cells(
    row: tuple[Cell, ...], columns: tuple[Column, ...]
) -> Iterator[tuple[Column, CellText, str]]:
    """A row's cells: the column, the cell in words, the address it leads to or nothing."""
    for column, cell in zip(columns, row, strict=True):
        yield column, cell_text(cell, column.unit), _address(cell)


@register.filter
def figure(headline: Headline) -> CellText:
    """A headline's figure in words."""
    return cell_text(headline.figure, headline.unit)


def _address(cell: Cell) -> str:
    return reverse(cell.view, args=cell.arguments) if isinstance(cell, Link) else ""
