"""Settings of a configuration: changed, refused in a sentence each, compared."""

import json
from dataclasses import fields, replace

import pytest

from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.settings.catalogue import SETTINGS
from pipeline.core.settings.changes import InvalidSettings, differences, settings_of, with_settings

FINGERPRINTS = {
    "demonstration": "6ae28dbb0cbcb026684178cbd92afe91b1517d460b9483a1680d277986aa330d",
    "lexical": "7ea9675b2ea87f4b89b65820bf9c02c3fc8281293ff48f1aa2f6464b939e042c",
    "default": "f44d03230370bfa121931b6ca55ae9564541b1107744136c2395306edff003f0",
    "paper": "15410392d8f896b64275e7521035246b823ad55e4e9a24d565281a6f82b01d3b",
}
# What a batch or the preset itself decides.
NO_SETTINGS = {
    *("preset", "reasoner_kind", "seed", "sample_index"),
    *("model.reasoner", "model.second_reader", "model.service_tier"),
}


def test_a_preset_changes_only_with_the_method():
    """As in 0038; batches begun before are then not continued, so a change is made on purpose."""
    assert {name: config.fingerprint for name, config in PRESETS.items()} == FINGERPRINTS


def test_a_batch_of_an_earlier_version_is_read_and_known_by_its_fingerprint():
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
    assert config.as_json() == row | {"checks": MethodConfig().as_json()["checks"]}
    began_with = "597cd8077bb4c1d185880d294793ddc87d7d0ed70f9a371fcf3f1a1dfda94091"
    assert config.fingerprint != began_with
    told = [str(difference) for difference in differences(config, PRESETS["default"])]
    assert "Version of the prompt “compare”: none instead of v1" in told


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
        ("default", "checks.contrast", 1.5, "must be a number from 0 to 1"),
        ("default", "checks.rivals", 3, "must be a whole number from 1 to 2"),
        ("default", "checks.deciding", ["truth"], "must be from format"),
        ("default", "checks.deciding", ["contrast"], "a check rejects only if its share is 1"),
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


def test_a_check_that_runs_on_every_trace_may_reject():
    chosen = {"checks.contrast": 1, "checks.deciding": ["contrast", "answer"]}
    config = with_settings("default", chosen)
    assert config.checks.deciding == ("answer", "contrast")
    assert [str(difference) for difference in differences(config, PRESETS["default"])] == [
        "Compared with chains for wrong options, share of traces: 1 instead of 0",
        "Filters that reject a trace: answer, contrast instead of "
        + ", ".join(PRESETS["default"].checks.deciding),
    ]
    none = with_settings("default", {"checks.deciding": []})
    assert str(differences(none, PRESETS["default"])[0]).startswith(
        "Filters that reject a trace: none instead of format"
    )


def test_a_seed_is_no_setting():
    assert settings_of(replace(PRESETS["default"], seed=9)) == settings_of(PRESETS["default"])
