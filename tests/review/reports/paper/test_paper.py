"""Methods and results: every number is the reports', what is undefined says why, names are safe."""

import json
import re
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from review.reports.as_json import report_json
from review.reports.facts import Rater
from review.reports.paper.files import escape_latex, paper_json, paper_latex, paper_markdown
from review.reports.paper.paper import build_paper
from review.reports.registry import build_report
from review.sampling.learned_score import Learned
from tests.factories.reports import GOOD, POOR, grade_record, make_evidence, make_facts
from tests.review.scripted_coverage import population
from tests.review.scripted_study import ScriptedStudy

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
# Numbers that are no figures of this study: names of coefficients, levels, versions, sources.
WORDS = re.compile(
    r"AC[12]\b|95 %|version \S+|batch-[a-z]|\(quadratic weights\)|percentile|medreason",
    re.IGNORECASE,
)


@pytest.fixture
def facts(monkeypatch):
    """A large study with unequal chances, waiting for nothing; no batch was saved for it."""
    world = ScriptedStudy(3, traces=400, drawn=150)
    found = world.facts()
    panel = tuple(Rater(one.name, one.specialty, "specialist") for one in world.panel)
    edges = {(item.trace, path): () for item in found.items for path in range(2)}
    monkeypatch.setattr(
        "review.sampling.learned_score.population_of", lambda _study: population(world)
    )
    return replace(found, panel=panel, edges=edges, batches=("batch a",))


def few(*answers_of_items, **changes):
    """A study of few items, each with the grades of two or three raters."""
    items = [
        make_evidence(number, *(grade_record(f"r{n}", one) for n, one in enumerate(answers)))
        for number, answers in enumerate(answers_of_items, 1)
    ]
    made = make_facts(items, **changes)
    made.study.pk = 99
    made.__dict__["learned_score"] = Learned(0, "was not learned")
    return made


def text_of(paper):
    return "\n".join(one.text for _, paragraphs in paper.sections for one in paragraphs)


def cell_at(report, place):
    tables = [table for section in report["sections"] for table in section["tables"]]
    (table,) = [table for table in tables if table["table"] == place["table"]]
    return table["rows"][place["row"]][place["column"]]


def numbers(text):
    return [one.rstrip(",") for one in NUMBER.findall(WORDS.sub(" ", text))]


def test_every_number_of_the_text_is_a_figure_and_the_reports_hold_its_value(facts):
    content = json.loads(paper_json(build_paper(facts)))
    shown = {number for one in content["figures"] for number in NUMBER.findall(one["shown"])}
    text = "\n".join(one["text"] for one in content["paragraphs"])
    said = numbers(text)
    assert len(said) > 100
    assert not set(said) - shown
    reports = {
        key: json.loads(report_json(build_report(facts, key), {}))
        for key in ("quality", "filters", "agreement")
    }
    placed = [one for one in content["figures"] if one["place"]]
    assert len(placed) > 60
    for one in placed:
        cell = cell_at(reports[one["place"]["report"]], one["place"])
        assert (cell[one["part"]] if isinstance(cell, dict) else cell) == one["value"], one
    assert not [one for one in content["figures"] if not is_rounded(one["shown"], one["value"])]


def is_rounded(shown: str, value: float) -> bool:
    """Whether it is the value, to the digits that are shown."""
    number = NUMBER.search(shown).group().replace(",", "")
    decimals = len(number.partition(".")[2])
    factor = 100 if shown.endswith("%") else 1
    return bool(abs(float(number) - value * factor) <= 0.5 * 10**-decimals + 1e-9)


def test_markdown_and_latex_say_the_same_numbers_as_the_json(facts):
    paper = build_paper(facts)
    said = numbers(text_of(paper))
    markdown = "\n".join(
        line for line in paper_markdown(paper).splitlines() if not line.startswith("<!--")
    )
    latex = "\n".join(line for line in paper_latex(paper).splitlines() if not line.startswith("%"))
    assert numbers(markdown.replace("\\", "")) == said
    assert numbers(latex.replace("\\,\\%", " %").replace("$-$", "-").replace("\\", "")) == said


def test_items_stand_in_the_guideline_s_order(facts):
    paper = build_paper(facts)
    items = [one.item for _, paragraphs in paper.sections for one in paragraphs]
    assert items == sorted(items)
    assert set(items) == {2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13}


def test_both_estimators_and_both_scopes_of_agreement_are_named(facts):
    text = text_of(build_paper(facts))
    for words in (
        "estimated share of acceptable traces",
        "assisted by the learned score was",
        "As graded, precision: percent agreement",
        "Weighted to the batch, decision",
        "For other raters like these, coherence",
        "Gwet's AC2 (quadratic weights)",
        "The sensitivity of the filters",
        "same rating again",
        "medqa, ",
    ):
        assert words in text


def test_what_is_undefined_says_why_and_no_number_is_invented():
    text = text_of(build_paper(few((GOOD,), (POOR,))))
    assert "no item has two ratings" in text
    assert "None" not in text
    assert not re.search(r"\b(nan|inf)\b", text.lower())
    empty = text_of(build_paper(few((), ())))
    assert "No grade has been submitted yet." in empty
    assert "over raters" not in empty
    assert "could not be estimated (nothing graded yet in: all)" in empty


def test_three_raters_and_waiting_items_are_told():
    text = text_of(build_paper(few((GOOD, GOOD, POOR), (GOOD, GOOD, GOOD), (POOR, POOR, POOR))))
    assert "With only 3 raters, intervals over raters are rough" in text
    assert "For other raters" not in text
    assert "Preliminary: 1 of 3 graded items awaits adjudication." in text
    assert "preliminary: 33.3 % to 66.7 % once 1 waiting item is settled" in text


HOSTILE = r"A_b% & #1 ~c ^d \input{x} $y$ {z} <i> | `q` *s* [l](m) --> \\"


def test_names_cannot_break_latex_or_markdown():
    items = [make_evidence(1, grade_record("r"), source=HOSTILE)]
    made = make_facts(items, batches=(HOSTILE + "\n\\end{document}",))
    made.study.pk, made.study.name = 99, HOSTILE + "\n\\immediate"
    made.__dict__["learned_score"] = Learned(0, "was not learned")
    paper = build_paper(made)
    for line in paper_latex(paper).splitlines():
        if line.startswith("%") or not line:
            continue
        body = re.sub(r"^\\(section\*|paragraph)\{[^{}]*\}", "", line)
        body = re.sub(
            r"\\text(backslash|asciitilde|asciicircum|less|greater|bar|quotedbl)\{\}", "", body
        )
        body = re.sub(r"\\[%_&#${},]", "", body)
        assert not set(body) & set("\\%_&#${}~^<>|"), line
    markdown = paper_markdown(paper)
    assert "<i>" not in markdown
    assert "\\[l\\](m)" in markdown
    assert all(line.count("-->") <= 1 for line in markdown.splitlines())


def test_latex_escapes_each_sign():
    assert escape_latex("5.0 % of a_b & #1") == r"5.0\,\% of a\_b \& \#1"
    assert escape_latex("\\~") == r"\textbackslash{}\textasciitilde{}"


def test_the_command_refuses_what_it_cannot_write(tmp_path):
    with pytest.raises(CommandError, match="no study named"):
        call_command("export_paper", "none", tmp_path / "a.md")
