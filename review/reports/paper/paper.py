"""The paragraphs of a study, and what they leave to the authors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.evidence.waiting import Preliminary
from review.reports.facts import Facts
from review.reports.imprint import imprint_of
from review.reports.paper.methods import methods
from review.reports.paper.results import results
from review.reports.paper.words import Figure, Figures, Paragraph
from review.reports.registry import build_report

# Items of the guideline that no record answers.
FOR_AUTHORS = {
    1: "say in the title or abstract that reliability or agreement was studied",
    5: "describe what is known already, and why this study",
    6: "the reason for the sample size",
    14: "discuss the practical relevance",
    15: "give detailed results: the reports' CSV and JSON files, or the archive of the study",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """Methods and results of one study, the imprint of their figures, and every number.

    `preliminary`: what items that the estimates rest on wait for.
    """

    study: str
    preliminary: Preliminary
    imprint: Mapping[str, str]
    methods: tuple[Paragraph, ...]
    results: tuple[Paragraph, ...]
    figures: tuple[Figure, ...]

    @property
    def sections(self) -> tuple[tuple[str, tuple[Paragraph, ...]], ...]:
        return (("Methods", self.methods), ("Results", self.results))


def build_paper(facts: Facts) -> Paper:
    """Methods and results of a study that has reports of single grades, as things stand."""
    figures = Figures()
    return Paper(
        study=facts.study.name,
        preliminary=facts.preliminary,
        imprint=imprint_of(facts),
        methods=_not_empty(methods(facts, figures)),
        results=_not_empty(results(facts, lambda key: build_report(facts, key), figures)),
        figures=tuple(figures.written),
    )


def _not_empty(paragraphs: Iterable[Paragraph]) -> tuple[Paragraph, ...]:
    return tuple(one for one in paragraphs if one.sentences)
