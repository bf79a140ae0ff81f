"""What the environment says: an empty variable says nothing."""

import sqlite3
from pathlib import Path

import pytest
from pydantic import ValidationError

from medreason_web.env import BASE_DIR, LOCAL_HOSTS, Environment


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch):
    for name in ("DATA_DIR", "ALLOWED_HOSTS", "LLM_HOSTS", "REAP_SECONDS", "PRODUCTION"):
        monkeypatch.setenv(f"MEDREASON_{name}", "")
    found = Environment()
    assert found.data_dir == BASE_DIR / "var"
    assert (found.allowed_hosts, found.llm_hosts) == (LOCAL_HOSTS, [])
    assert (found.reap_seconds, found.production) == (60, False)


def test_a_variable_that_makes_no_sense_stops_the_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEDREASON_REAP_SECONDS", "often")
    with pytest.raises(ValidationError, match="MEDREASON_REAP_SECONDS"):
        Environment()


def test_static_files_are_never_collected_into_their_sources(settings):
    assert all(settings.STATIC_ROOT.name != source.name for source in settings.STATICFILES_DIRS)


@pytest.mark.parametrize("name", ["study#1", "a?b", "100%41", "a: b", "étude", "?mode=memory"])
def test_a_data_folder_keeps_its_database_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    (tmp_path / name).mkdir()
    monkeypatch.setenv("MEDREASON_DATA_DIR", str(tmp_path / name))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    # As Django opens it.
    with sqlite3.connect(Environment().database["NAME"], uri=True) as connection:
        connection.execute("CREATE TABLE inside (id INTEGER)")
    connection.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "medreason.sqlite3").stat().st_size


@pytest.mark.parametrize(
    "url",
    ["sqlite:////data/study#1/db", "sqlite:////data/a?b/db", "postgres://me:s#t@db/medreason"],
)
def test_a_database_url_that_would_be_cut_short_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ValidationError, match="write # as %23") as refused:
        Environment()
    assert "s#t" not in str(refused.value)


@pytest.mark.parametrize(
    "path", ["medreason", "/medreason/", "/", "//evil.example", "/a/../b", "/a b"]
)
def test_a_site_path_that_would_not_work_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setenv("SCRIPT_NAME", path)
    with pytest.raises(ValidationError, match="a path such as /medreason"):
        Environment()


@pytest.mark.parametrize("path", ["/medreason", "/apps/med-reason_2"])
def test_a_site_path_may_have_several_parts(monkeypatch: pytest.MonkeyPatch, path: str):
    monkeypatch.setenv("SCRIPT_NAME", path)
    assert Environment().script_name == path
