"""The archive from a study's page and on the command line."""

import csv
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from pipeline.accounts.roles import Role
from review.models import Study
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    person = actors.reviewer("ann")
    study = factories.study(person, opened_by=actors.lead())
    grade_all(study, person, comment="a remark")
    return study


def grades_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("grades.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(("asked", "has_comments"), [("", False), ("?comments=yes", True)])
def test_a_lead_downloads_it_with_or_without_comments(study, asked, has_comments):
    client = actors.signed_in(actors.lead("reader"))
    page = client.get(reverse("review:study", args=[study.pk])).content.decode()
    address = reverse("review:study_archive", args=[study.pk])
    assert f'action="{address}"' in page
    answer = client.get(address + asked)
    assert answer["Content-Disposition"] == f'attachment; filename="study-{study.pk}-archive.zip"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        grades = grades_of(archive)
    assert len(grades) == 4
    assert {row.get("comment") for row in grades} == {"a remark" if has_comments else None}


def test_whoever_may_still_grade_in_the_study_does_not_get_it(study):
    grader = study.reviewers.get().user
    lead = actors.person("both", Role.LEAD, Role.REVIEWER)
    study.reviewers.add(lead.reviewer)
    address = reverse("review:study_archive", args=[study.pk])
    assert actors.signed_in(grader).get(address).status_code == 403
    assert actors.signed_in(lead).get(address).status_code == 404


def test_the_command_writes_a_folder_or_a_zip(study, tmp_path):
    folder, packed = tmp_path / "folder", tmp_path / "archive.zip"
    call_command("export_grades", "study", str(folder), stdout=io.StringIO())
    call_command("export_grades", "study", str(packed), "--comments", stdout=io.StringIO())
    assert b"a remark" not in (folder / "grades.csv").read_bytes()
    assert (folder / "study_statistics" / "panel.py").is_file()
    with zipfile.ZipFile(packed) as archive:
        assert {row["comment"] for row in grades_of(archive)} == {"a remark"}


def test_the_command_overwrites_nothing_and_knows_its_study(study, tmp_path):
    with pytest.raises(CommandError, match="There is no study named nothing"):
        call_command("export_grades", "nothing", str(tmp_path / "new"))
    for target in (tmp_path, tmp_path / "old.zip"):
        target.exists() or target.touch()
        with pytest.raises(CommandError, match="File exists"):
            call_command("export_grades", "study", str(target))
