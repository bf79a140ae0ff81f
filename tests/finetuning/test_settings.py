"""Presets as data: the published recipe as published, and every change from it told."""

import pytest

from pipeline.finetuning.refused import Refused
from pipeline.finetuning.settings import OURS, PRESETS, changed_from_preset, chosen_settings

PUBLISHED = {
    "epochs": 3,
    "learning_rate": 5e-6,
    "batch_size": 128,
    "schedule": "cosine",
    "precision": "bfloat16",
    "lora_rank": 0,
}


def test_the_paper_preset_is_the_published_recipe_and_names_what_is_ours():
    paper = PRESETS["paper"]
    assert {name: paper[name] for name in PUBLISHED} == PUBLISHED
    assert not set(PUBLISHED) & set(OURS)
    assert set(OURS) < set(paper)


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_states_every_setting_its_maximum_length_too(preset):
    settings = chosen_settings("sft", preset, {})
    assert settings.max_length > 0
    assert changed_from_preset(settings) == {}


def test_what_is_not_given_stays_as_the_preset_has_it_and_changes_are_told():
    settings = chosen_settings("sft", "paper", {"learning_rate": 1e-5, "epochs": None})
    assert settings.epochs == 3
    assert changed_from_preset(settings) == {"learning_rate": {"preset": 5e-6, "used": 1e-5}}


@pytest.mark.parametrize(("devices", "accumulated"), [(8, 8), (1, 64), (64, 1)])
def test_the_batch_is_the_same_over_any_number_of_devices(devices, accumulated):
    settings = chosen_settings("sft", "paper", {})
    assert settings.accumulation(devices) == accumulated
    assert accumulated * devices * settings.device_batch_size == 128


def test_a_batch_that_the_devices_cannot_make_is_refused_rather_than_rounded():
    with pytest.raises(Refused, match="a multiple of 6"):
        chosen_settings("sft", "paper", {}).accumulation(3)


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"learning_rate": -1},
        {"max_length": 0},
        {"warmup_ratio": 1},
        {"lora_dropout": 1},
        {"seed": -1},
        {"learning_rate": float("nan")},
    ],
)
def test_settings_that_make_no_sense_are_refused(changes):
    with pytest.raises(Refused, match=next(iter(changes))):
        chosen_settings("sft", "small", changes)
