"""The imprint of a report: what every page and file says about where its figures come from."""

from collections.abc import Mapping

from review.reports.document import Report
from review.reports.facts import Facts


def imprint_of(facts: Facts) -> dict[str, str]:
    """What the figures were read from, by name, in order: the same on pages and in files."""
    return {
        "study": facts.study.name,
        "state": facts.study.state,
        "reasoner": facts.study.reasoner_kind,
        "rubric version": facts.study.rubric_version,
        "as of": facts.at.strftime("%d %B %Y, %H:%M UTC") if facts.at else "no event yet",
        "audit head": facts.head,
    }


def preamble(report: Report, imprint: Mapping[str, str]) -> list[str]:
    """What waits, the imprint, the estimand and the cautions as lines of text, for files."""
    lines = [f"{name}: {value}" for name, value in imprint.items()]
    stated = [f"estimand: {report.estimand}"] if report.estimand else []
    waits = [report.preliminary.text] if report.preliminary else []
    return [
        *waits,
        report.title,
        *lines,
        *stated,
        *(f"caution: {caution}" for caution in report.cautions),
    ]
