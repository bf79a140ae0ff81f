"""The reports there are. To add one: a function of Facts that returns a Report, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from review.models import Study
from review.reports.agreement.report import agreement_report
from review.reports.document import Report
from review.reports.facts import Facts
from review.reports.filters.report import filters_report
from review.reports.funnel import funnel_report
from review.reports.pairwise.report import pairwise_report
from review.reports.quality.report import quality_report
from review.reports.workload import workload_report


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One report: its key in addresses and file names, its title, what it answers."""

    key: str
    title: str
    answers: str
    build: Callable[[Facts], Report]


REPORTS = (
    ReportEntry(
        "agreement",
        "Agreement",
        "How far the raters agree, where they differ, and how consistent each of them is.",
        agreement_report,
    ),
    ReportEntry(
        "quality",
        "Quality",
        "What share of the batch is acceptable, where it is not, and what raters found wrong.",
        quality_report,
    ),
    ReportEntry(
        "workload",
        "Workload",
        "How long grading takes, who has done how much, and at what pace.",
        workload_report,
    ),
    ReportEntry(
        "filters",
        "Filters",
        "How often the automatic filters are right, and where they err.",
        filters_report,
    ),
    ReportEntry(
        "funnel",
        "Funnel and cost",
        "What became of every question, by source and reason, and what a trace cost.",
        funnel_report,
    ),
)
# A pairwise study has no single grades, and so none of the reports above.
PAIRWISE_REPORTS = (
    ReportEntry(
        "pairwise",
        "Pairwise comparison",
        "Which batch's chains of thought raters prefer, by how much, and how sure that is.",
        pairwise_report,
    ),
)
_BUILDERS = {entry.key: entry.build for entry in (*REPORTS, *PAIRWISE_REPORTS)}
# A page, its plots and its files read the same report, cached as long as its facts.
_reports: WeakKeyDictionary[Facts, dict[str, Report]] = WeakKeyDictionary()


def reports_of(study: Study) -> tuple[ReportEntry, ...]:
    """The reports that a study of this mode has."""
    return PAIRWISE_REPORTS if study.is_pairwise else REPORTS


def build_report(facts: Facts, key: str) -> Report:
    """The report of this key from the facts. Raises KeyError where there is none."""
    reports = _reports.setdefault(facts, {})
    if key not in reports:
        reports[key] = _BUILDERS[key](facts)
    return reports[key]
