"""A configuration as a file: the whole of it or what differs, read back unchanged or refused."""

import json

import pytest

from pipeline.core.config import PRESETS
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.settings.changes import with_settings
from pipeline.core.settings.files import read_configuration, write_configuration


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_written_is_read_back_unchanged(name):
    assert read_configuration(write_configuration(PRESETS[name]).encode()) == PRESETS[name]


def test_what_a_file_leaves_out_is_as_in_its_preset():
    config = read_configuration(b'{"preset": "paper", "prune": {"keep": 5}}')
    assert config == with_settings("paper", {"prune.keep": 5})


def test_toml_says_none_where_json_says_null():
    toml = b'preset = "paper"\nminimum_grounded_share = 0.6\n[similarity]\naccept = "none"\n'
    plain = {"preset": "paper", "minimum_grounded_share": 0.6, "similarity": {"accept": None}}
    assert read_configuration(toml, toml=True) == read_configuration(json.dumps(plain).encode())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is no JSON"),
        (b"\xff", "The file is no JSON"),
        (b"[" * 90_000, "The file is no JSON"),
        (b" " * 100_001, "at most 100,000 bytes"),
        (b"[]", "one object of settings"),
        (b"{}", "it names none"),
        (b'{"preset": ["default"]}', "names its preset as one of demonstration, lexical"),
        (b'{"preset": "default", "prune": {"keep": 5}, "prune": {}}', "'prune' stands twice"),
        (b'{"preset": "default", "seed": 7}', "seed is chosen when a batch starts."),
        (b'{"preset": "default", "model": {"service_tier": "flex"}}', "is the endpoint's"),
        (b'{"preset": "default", "prune": 5}', "prune is not a setting."),
        (b'{"preset": "default", "": {"": 5}}', ". is not a setting."),
    ],
    ids=range(12),
)
def test_what_is_no_configuration_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(InvalidConfiguration) as refused:
        read_configuration(content)
    assert sentence in str(refused.value)


def test_broken_toml_is_said_to_be_toml():
    with pytest.raises(InvalidConfiguration, match="The file is no TOML"):
        read_configuration(b'{"preset": "default"}', toml=True)
