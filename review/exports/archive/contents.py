"""What an archive is made of: the study's facts and reports, and numbers in place of row ids."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.db.models import Model, QuerySet

from review.evidence.items import Evidence
from review.models import Adjudication, Grade, Item, Reviewer, Study
from review.reports.document import Report
from review.reports.facts import Facts
from review.reports.registry import build_report, reports_of

# Rows of the database that are held at once.
BLOCK_SIZE = 500

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Contents:
    """One study as its archive has it. Rows are numbered from 1 in the order of their making."""

    study: Study
    facts: Facts
    with_comments: bool = False

    @cached_property
    def evidence(self) -> Mapping[int, Evidence]:
        """The evidence of each item, by the item's row."""
        facts = self.facts
        found = (*facts.items, *facts.controls, *facts.repeats, *facts.placebos)
        return {item.item: item for item in sorted(found, key=lambda item: item.item)}

    @cached_property
    def items(self) -> Mapping[int, int]:
        """The number of each item."""
        return {pk: number for number, pk in enumerate(self.evidence, 1)}

    @cached_property
    def questions(self) -> Mapping[int, int]:
        """The number of each question."""
        return _numbered(sorted({item.question for item in self.evidence.values()}))

    @cached_property
    def grades(self) -> Mapping[int, int]:
        """The number of each grade."""
        rows = Grade.objects.filter(item__study=self.study).order_by("pk")
        return _numbered(rows.values_list("pk", flat=True))

    @cached_property
    def adjudicators(self) -> Mapping[int, str]:
        """A name for each adjudicator, who has no pseudonym: "A-1" decided first."""
        rows = Adjudication.objects.filter(item__study=self.study).order_by("pk")
        found = dict.fromkeys(rows.values_list("adjudicator", flat=True))
        return {pk: f"A-{number}" for number, pk in enumerate(found, 1)}

    @cached_property
    def raters(self) -> list[Reviewer]:
        """The study's panel, and whoever else has graded in it."""
        panel = Reviewer.objects.filter(studies=self.study)
        graders = Reviewer.objects.filter(grades__item__study=self.study)
        return list((panel | graders).distinct().order_by("pseudonym"))

    @cached_property
    def reports(self) -> list[Report]:
        """Every report of the study."""
        return [build_report(self.facts, entry.key) for entry in reports_of(self.study)]

    def item_rows(self) -> QuerySet[Item]:
        """The items whose evidence is in the archive: one added meanwhile is in neither."""
        return Item.objects.filter(study=self.study, pk__lte=max(self.items, default=0))

    def grade_rows(self) -> QuerySet[Grade]:
        """Every grade with every revision."""
        return Grade.objects.filter(item__study=self.study)


def _numbered(keys: Iterable[int]) -> dict[int, int]:
    return {key: number for number, key in enumerate(keys, 1)}


def in_blocks(rows: QuerySet[Row]) -> Iterator[Row]:
    """Rows in the order of their making, a block at a time."""
    return rows.order_by("pk").iterator(BLOCK_SIZE)
