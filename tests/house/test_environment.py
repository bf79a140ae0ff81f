"""What the environment says: an empty variable says nothing."""

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
