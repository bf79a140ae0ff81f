"""The form that makes a configuration: every setting of the method, beginning with another's."""

from typing import Any

from django import forms
from django.forms import BoundField

from pipeline.configurations.registry import require_new_name
from pipeline.core.config import PRESETS, MethodConfig
from pipeline.core.settings.catalogue import SETTINGS, Setting
from pipeline.core.settings.changes import InvalidSettings, settings_of, with_settings
from pipeline.core.settings.kinds import AnyOf, Number, OneOf, Whole, Words, YesNo
from pipeline.forms.marks import needed
from pipeline.models import Configuration
from pipeline.refusals import refusals_on

GROUPS = {
    "similarity": "Linking",
    "search": "Search",
    "prune": "Pruning",
    "model": "Language models",
    "filters": "Filters",
    "checks": "Checks of the filters",
}


class ConfigurationForm(forms.Form):
    """A name and all settings; `base` is the configuration that it begins with."""

    name = forms.SlugField(
        max_length=80,
        help_text="Letters, digits, hyphens and underscores. A configuration never changes: "
        "other settings get another name.",
    )
    preset = forms.ChoiceField(choices=[(name, name) for name in PRESETS], widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, base: Configuration) -> None:
        config = base.method_config
        super().__init__(data, initial={"preset": config.preset, **settings_of(config)})
        self.fields.update({path: _field(setting) for path, setting in SETTINGS.items()})
        needed(self, **{"similarity.model": "needed by the dense backend"})

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        with refusals_on(self, field="name"):
            require_new_name(name)
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "preset" in data:
            given = {path: data[path] for path in SETTINGS if path in data}
            try:
                self.config: MethodConfig = with_settings(data["preset"], given)
            except InvalidSettings as error:
                for path, sentence in error.errors.items():
                    self.add_error(path, sentence[0].upper() + sentence[1:])
        return data

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The settings' fields by the part of the method that they belong to."""
        return [
            (title, [self[path] for path, setting in SETTINGS.items() if setting.group == group])
            for group, title in GROUPS.items()
        ]


def _field(setting: Setting) -> forms.Field:
    """A field that takes what the setting takes; the settings' own check follows."""
    common: dict[str, Any] = {"label": setting.title, "help_text": setting.help}
    common["required"] = not setting.unset
    match setting.kind:
        case Whole(low, high):
            return forms.IntegerField(min_value=low, max_value=high, **common)
        case Number(low, high):
            widget = forms.NumberInput(attrs={"step": "any"})
            return forms.FloatField(min_value=low, max_value=high, widget=widget, **common)
        case OneOf(choices):
            return forms.ChoiceField(choices=choices, **common)
        case AnyOf(names, _):
            return forms.MultipleChoiceField(
                choices=[(name, name.replace("_", " ")) for name in names],
                widget=forms.CheckboxSelectMultiple,
                **common | {"required": False},
            )
        case Words(longest):
            return forms.CharField(max_length=longest, **common | {"required": False})
        case YesNo():
            return forms.BooleanField(**common | {"required": False})
    raise TypeError(f"There is no field for {setting.kind}.")
