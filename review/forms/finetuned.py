"""Forms about fine-tuned models: their run cards, and which endpoints serve them."""

from typing import Any

from django import forms
from django.conf import settings

from pipeline.models import Endpoint


class RunCardForm(forms.Form):
    """The run card of a model that was trained on a release of this installation."""

    file = forms.FileField(
        label="Run card",
        help_text="run_card.json from the folder of the run. The weights stay where they are.",
    )
    name = forms.SlugField(
        max_length=80,
        required=False,
        help_text="Letters, digits and hyphens. Without one it is called after release and method.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(
                "The file is over 20 MB: register it with `manage.py register_model`."
            )
        return file


class StatedEndpointsForm(forms.Form):
    """Which endpoint serves the model and which its base, as someone knows who set them up."""

    endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(), label="Endpoint that serves the fine-tuned model"
    )
    base_endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(),
        label="Endpoint that serves its base",
        required=False,
        help_text="Without it nothing is compared.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = Endpoint.objects.exclude(role=Endpoint.Role.EMBEDDINGS).order_by("name")
        for name in self.fields:
            self.fields[name].queryset = asked  # type: ignore[attr-defined]
