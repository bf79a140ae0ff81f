"""The agreement report says which interval to quote, whose items, and which weights."""

from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import pytest

from pipeline.statistics.estimate import Estimate
from review.reports.agreement.report import agreement_report
from review.reports.as_json import report_json
from review.reports.document import Report
from review.reports.quality.report import quality_report
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts
from tests.review.reports.test_agreement import row

UNSURE = (3, 4, "revise")
ANSWERS = (GOOD, POOR, GOOD, UNSURE, GOOD, GOOD, POOR)


def study(raters: int, *, unequal: bool = False):
    """Forty items by so many raters each, who differ; the first ten drawn with a small chance."""
    answers = cycle(ANSWERS)
    items = [
        make_evidence(
            number, *(grade_record(f"R-{rater}", answers_of_item[rater]) for rater in range(raters))
        )
        for number in range(40)
        for answers_of_item in [list(islice(answers, raters))]
    ]
    if unequal:
        items = [replace(one, probability=0.2 if one.item < 10 else 1.0) for one in items]
        return make_facts(items, strata={"all": 80})
    return make_facts(items)


def reading(report) -> str:
    return " ".join(report.sections[0].text)


@pytest.mark.parametrize("raters", [2, 3, 5, 6])
def test_the_interval_to_quote_follows_from_the_number_of_raters(raters):
    report = agreement_report(study(raters))
    text, wide = reading(report), row(report, "criteria_raters", "Precision")["ac"]
    assert ("one to quote for other panels" in text) == (raters == 6)
    assert (wide.low is None) == (raters == 2)
    assert ("not the one to quote" in wide.caution) == (raters in (3, 5))
    if raters < 6:
        assert "Quote the first" in text
        assert "takes 6 or more" in text
    grras = grras_answer(report, 10)
    assert ("t interval" in grras) == (raters in (3, 5))


def grras_answer(report: Report, item: int) -> str:
    """What the report says to an item of GRRAS."""
    table = report.table("grras")
    (answer,) = (str(cells[-1]) for cells in table.rows if cells[0] == item)
    return answer


@pytest.mark.parametrize("raters", [3, 6])
def test_so_does_the_share_that_other_raters_would_accept(raters):
    table = quality_report(study(raters)).table("other_raters")
    share: Any = table.rows[0][1]
    assert ("not the one to quote" in share.caution) == (raters == 3)
    assert ("both resampled" in table.note) == (raters == 6)


def test_unequal_chances_show_agreement_weighted_beside_the_items_as_graded():
    equal, unequal = agreement_report(study(3)), agreement_report(study(3, unequal=True))
    assert equal.table("criteria_weighted") is None
    as_graded = row(unequal, "criteria", "Precision")
    weighted = row(unequal, "criteria_weighted", "Precision")
    assert as_graded["ac"] == row(equal, "criteria", "Precision")["ac"]
    assert weighted["ac"].value != pytest.approx(as_graded["ac"].value)
    assert weighted["ac"].n == as_graded["ac"].n == 40
    assert "items as graded" in unequal.table("criteria").title
    assert "weighted to the batch" in unequal.table("criteria_weighted").title
    assert "unequal chances" in reading(unequal)
    assert "unequal chances" not in reading(equal)
    level = "level_chain_of_thought"
    detail = row(unequal, level, "Precision", coefficient=weighted["ac_name"])
    assert detail["weighted"] == weighted["ac"]


def test_percent_agreement_weighted_by_hand():
    """Raters agree on the first item, which stands for four traces, and not on the second."""
    items = [
        make_evidence(1, grade_record("R-A", GOOD), grade_record("R-B", GOOD), probability=0.25),
        make_evidence(2, grade_record("R-A", GOOD), grade_record("R-B", POOR), probability=1.0),
    ]
    report = agreement_report(make_facts(items, strata={"all": 5}))
    assert row(report, "criteria", "Precision")["percent"].value == pytest.approx(1 / 2)
    assert row(report, "criteria_weighted", "Precision")["percent"].value == pytest.approx(4 / 5)


def test_every_coefficient_is_named_with_its_weights():
    report = agreement_report(study(3))
    names = row(report, "criteria", "Precision"), row(report, "criteria", "Accepted: yes or no")
    assert [(one["kappa_name"], one["ac_name"]) for one in names] == [
        ("Krippendorff's alpha (ordinal)", "Gwet's AC2 (quadratic weights)"),
        ("Krippendorff's alpha (nominal)", "Gwet's AC1 (identity weights)"),
    ]
    assert report.headline.title == "Decision, Gwet's AC2 (quadratic weights)"
    for table in report.tables:
        texts = [column.title for column in table.columns]
        texts += [cell for line in table.rows for cell in line if isinstance(cell, str)]
        for text in texts:
            bare = text.startswith(("Krippendorff", "Gwet", "Fleiss", "Cohen"))
            assert not bare or "(" in text, text


def test_json_says_on_how_few_raters_an_interval_rests():
    report = agreement_report(study(3))
    assert '"few_raters": 3' in report_json(report, {})
    cells = [cell for table in report.tables for line in table.rows for cell in line]
    over_questions = [cell for cell in cells if isinstance(cell, Estimate) and not cell.few_raters]
    assert not any("raters:" in cell.caution for cell in over_questions)
