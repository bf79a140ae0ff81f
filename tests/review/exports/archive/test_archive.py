"""What is in the archive of a study: every grade, nobody's name, no draft; free text by choice."""

import csv
import io
import zipfile

import pytest

from pipeline.core.errors import Refusal
from review.exports.archive.build import TABLES, archive_files, write_zip
from review.exports.archive.study_fields import FIELD_MEANINGS
from review.models import (
    Adjudication,
    Decline,
    Grade,
    Item,
    KeyRuling,
    PathGrade,
    PracticeGrade,
    SendBack,
    StepLabel,
    Study,
)
from tests import actors
from tests.review.exports.archive.graded_study import SECRET, GradedStudy

pytestmark = pytest.mark.django_db
PEOPLE = ("planted-ann", "planted-ben", "planted-cat")


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    raters = [actors.reviewer(name) for name in PEOPLE]
    for rater in raters:
        rater.user.email = f"{rater.user.username}@example.org"
        rater.user.first_name = "Planted"
        rater.user.save()
    return GradedStudy(raters, actors.lead("planted-lead"), traces=40, drawn=30).make()


@pytest.fixture(scope="module")
def files(study) -> dict[str, bytes]:
    return dict(archive_files(study))


def rows(files, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode(), newline="")))


def test_nobody_is_named_and_no_draft_is_in_it(study):
    for content in archive_files(study, with_comments=True).values():
        assert b"planted" not in content.lower()
        assert b"example.org" not in content
        assert f"draft {SECRET}".encode() not in content


def test_free_text_is_in_it_only_by_choice(study, files):
    assert not [name for name, content in files.items() if SECRET.encode() in content]
    told = archive_files(study, with_comments=True)
    found = {name for name, content in told.items() if SECRET.encode() in content}
    assert found == {
        *("grades.csv", "step_labels.csv", "sendbacks.csv", "declines.csv"),
        *("adjudications.csv", "key_rulings.csv", "corrections.csv"),
    }


def test_every_grade_with_every_revision_is_in_it(study, files):
    grades = rows(files, "grades")
    known = Grade.objects.filter(item__study=study).order_by("pk").select_related("reviewer")
    columns = ("rater", "revision", "precision", "decision", "is_current", "submitted_at")
    assert [tuple(row[column] for column in columns) for row in grades] == [
        (
            one.reviewer.pseudonym,
            str(one.revision),
            str(one.cot_precision or ""),
            one.decision,
            str(int(one.is_current)),
            one.submitted_at.isoformat(),
        )
        for one in known
    ]
    assert {row["amended"] for row in grades} == {"", "own accord", "sent back", "after reveal"}


def test_everything_that_came_of_grades_is_in_it(study, files):
    of_study = {"item__study": study}
    assert len(rows(files, "items")) == Item.objects.filter(study=study).count()
    assert {row["kind"] for row in rows(files, "items")} == {
        *("sampled", "control", "repeat", "placebo")
    }
    assert len(rows(files, "adjudications")) == Adjudication.objects.filter(**of_study).count()
    assert len(rows(files, "declines")) == Decline.objects.filter(**of_study).count() == 2
    assert len(rows(files, "key_rulings")) == KeyRuling.objects.count() == 2
    assert len(rows(files, "sendbacks")) == SendBack.objects.count() == 2
    assert {row["outcome"] for row in rows(files, "sendbacks")} == {"amended", "replied"}
    for name, model in (("step_labels", StepLabel), ("path_grades", PathGrade)):
        assert len(rows(files, name)) == model.objects.filter(grade__item__study=study).count() > 0
    assert len({row["case"] for row in rows(files, "practice")}) == PracticeGrade.objects.count()
    assert len(rows(files, "reveals")) == len(rows(files, "corrections")) == 1


def test_items_say_how_they_were_drawn(study, files):
    for row in rows(files, "items"):
        drawn = row["kind"] == "sampled"
        assert bool(row["inclusion_probability"]) is bool(row["stratum"]) is drawn
        if drawn:
            assert float(row["design_weight"]) == 1 / float(row["inclusion_probability"])
        assert bool(row["expected_precision"]) is (row["kind"] == "control")
        assert bool(row["repeat_of"]) is (row["kind"] == "repeat")
    assert {row["stratum"]: int(row["traces"]) for row in rows(files, "strata")} == (
        study.design["population"]
    )


def test_raters_have_their_practice_result(files):
    first = next(row for row in rows(files, "raters") if row["practice_cases"] != "0")
    assert first["practice_agreed"] == first["practice_fields"] != "0"
    assert len(rows(files, "raters")) == len(PEOPLE)


@pytest.mark.parametrize("with_comments", [False, True])
def test_the_codebook_has_every_column_of_every_file(study, with_comments):
    files = archive_files(study, with_comments=with_comments)
    explained: dict[str, list[str]] = {}
    for row in rows(files, "codebook"):
        explained.setdefault(row["file"], []).append(row["column"])
        assert row["type"]
        assert row["meaning"]
        assert f"`{row['column']}`" in files["codebook.md"].decode()
    headers = {
        name: next(csv.reader(io.StringIO(content.decode())))
        for name, content in files.items()
        if name.endswith(".csv") and name != "codebook.csv"
    }
    assert explained == headers
    assert len(headers) == len(TABLES)


def test_every_field_of_the_design_says_what_it_means(files):
    found = {row["field"]: row["meaning"] for row in rows(files, "study")}
    assert found == dict(FIELD_MEANINGS)


def test_the_same_study_gives_the_same_bytes(study, files):
    assert dict(archive_files(Study.objects.get(pk=study.pk))) == files
    packed = [io.BytesIO(), io.BytesIO()]
    for file in packed:
        write_zip(study, file)
    assert packed[0].getvalue() == packed[1].getvalue()
    with zipfile.ZipFile(packed[0]) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_no_cell_is_taken_for_a_formula(study):
    study.reviewers.update(specialty="=1+1")
    files = archive_files(study)
    assert {row["specialty"] for row in rows(files, "raters")} == {"'=1+1"}


def test_a_study_that_nobody_has_graded_has_an_archive(module_db):
    ungraded = GradedStudy(
        [actors.reviewer("nobody")], actors.lead("other"), name="none", overlap=1
    )
    study = ungraded.open()
    assert len(rows(archive_files(study), "grades")) == 0


def test_a_pairwise_study_has_no_grades_and_says_so():
    with pytest.raises(Refusal, match="no grades"):
        archive_files(Study(name="pairs", mode=Study.Mode.PAIRWISE))
