"""Settings of a configuration: changed, refused in a sentence each, compared."""

import json
from dataclasses import fields, replace

import pytest

from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.settings.catalogue import SETTINGS
from pipeline.core.settings.changes import InvalidSettings, differences, settings_of, with_settings

FINGERPRINTS = {
    "demonstration": "5216f6194ee190798600b3be88d4a3d07010bd102f64720024b88b1790b1d0e2",
    "lexical": "f480f1c378de2144fc18beaf7ce963dd551932116dcd3760d1987a8e5410e025",
    "default": "ca1dc67e45b0df9b4b883996f27cdd24c0f77c72792e1dd1e1c82709a663abb3",
    "paper": "113ae2b18941ef4149d1181cf6ad8f2affdd22a4f678cdbddc270dbe62d4f357",
}
# What a batch or the preset itself decides.
NO_SETTINGS = {
    *("preset", "reasoner_kind", "seed", "sample_index"),
    *("model.reasoner", "model.second_reader", "model.service_tier"),
}


def test_a_preset_never_changes():
    assert {name: config.fingerprint for name, config in PRESETS.items()} == FINGERPRINTS


def test_a_batch_of_an_earlier_version_is_read_unchanged():
    row = json.loads(
        '{"preset": "default", "reasoner_kind": "language_model", "similarity": {"backend": '
        '"lexical", "model": "", "top_k": 10, "floor": 0.7, "accept": null}, "search": '
        '{"two_layers": true, "paths_per_pair": 50, "maximum_length": 4, "negative_edges": "mark",'
        ' "relations": [], "node_types": []}, "prune": {"keep": 3, "scope": "question", "shown": '
        '40}, "model": {"reasoner": "m", "second_reader": "n", "temperature": 0.7, "service_tier":'
        ' "flex", "max_output_tokens": 2048, "prompts": [["extract", "v1"], ["select", "v1"], '
        '["prune", "v1"], ["generate", "v1"], ["answer", "v1"], ["judge", "v1"]]}, '
        '"minimum_grounded_share": 0.5, "seed": 7, "sample_index": 0}'
    )
    config = MethodConfig.from_json(row)
    assert config.as_json() == row
    assert config.fingerprint == (
        "597cd8077bb4c1d185880d294793ddc87d7d0ed70f9a371fcf3f1a1dfda94091"
    )


def test_every_part_of_a_configuration_is_a_setting_or_a_batchs_own():
    places = set()
    for part in fields(MethodConfig):
        value = getattr(PRESETS["default"], part.name)
        inner = fields(value) if hasattr(value, "__dataclass_fields__") else ()
        places |= {f"{part.name}.{each.name}" for each in inner} or {part.name}
    assert {path for path in SETTINGS if not path.startswith("model.prompts.")} == (
        places - NO_SETTINGS - {"model.prompts"}
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_what_its_own_settings_make_of_it(name):
    assert with_settings(name, settings_of(PRESETS[name])) == PRESETS[name]
    assert differences(PRESETS[name], PRESETS[name]) == []


def test_what_differs_is_told_in_words():
    changed = {
        "prune.keep": 5,
        "similarity.accept": None,
        "model.temperature": None,
        "search.relations": ["indication", "contraindication"],
    }
    config = with_settings("paper", changed)
    assert [str(difference) for difference in differences(config, PRESETS["paper"])] == [
        "Similarity that links without a selection: none instead of 0.85",
        "Relations that are searched: contraindication, indication instead of all",
        "Paths kept (K): 5 instead of 3",
        "Temperature: the model's own instead of 0",
    ]


def test_the_same_settings_have_one_fingerprint_however_they_are_written():
    one = with_settings("default", {"model.temperature": 1, "search.node_types": ["drug", "drug"]})
    other = with_settings("default", {"model.temperature": 1.0, "search.node_types": ["drug"]})
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("preset", "path", "value", "sentence"),
    [
        ("default", "prune.keep", 0, "must be a whole number from 1 to 100, not 0."),
        ("default", "prune.keep", "5", "must be a whole number from 1 to 100, not '5'."),
        ("default", "prune.keep", True, "must be a whole number"),
        ("default", "prune.keep", None, "must be a whole number"),
        ("default", "prune.shown", 2, "must be at least K"),
        ("default", "prune.scope", ["pair"], "must be one of question, pair"),
        ("default", "similarity.floor", float("nan"), "must be a number from 0 to 1"),
        ("default", "similarity.accept", 0.5, "must not lie below"),
        ("default", "similarity.model", "", "must name the embedding model."),
        ("lexical", "similarity.model", "a/b", "must be empty"),
        ("lexical", "similarity.accept", 0.9, "must be empty with spelling"),
        ("paper", "similarity.backend", "lexical", "must be dense"),
        ("default", "search.two_layers", "yes", "must be true or false"),
        ("default", "search.relations", ["cures"], "must be from protein_protein"),
        ("default", "similarity.model", "a\nb", "must be one line"),
        ("default", "model.prompts.judge", "v9", "must be one of v1"),
        ("default", "prune.keeps", 3, "is not a setting."),
        ("demonstration", "model.temperature", 0.5, "the demonstration asks no language model."),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_a_sentence(preset, path, value, sentence):
    with pytest.raises(InvalidSettings) as refused:
        with_settings(preset, {path: value})
    assert path in refused.value.errors
    assert sentence in refused.value.errors[path]


def test_every_fault_is_told_at_once():
    with pytest.raises(InvalidSettings) as refused:
        with_settings("default", {"prune.keep": 0, "model.temperature": 3})
    assert set(refused.value.errors) == {"prune.keep", "model.temperature"}


def test_a_seed_is_no_setting():
    assert settings_of(replace(PRESETS["default"], seed=9)) == settings_of(PRESETS["default"])
