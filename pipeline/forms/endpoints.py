"""The form that enters or changes an endpoint; a key goes in and never comes out."""

from typing import Any

from django import forms

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.allowed_hosts import require_allowed, target_of
from pipeline.endpoints.api_keys import key_source, require_key_variable, require_plain
from pipeline.endpoints.registry import NO_KEY, ApiKeyInput, EndpointTerms
from pipeline.forms.dialects import DialectForm, initial_of
from pipeline.forms.marks import needed
from pipeline.models import Endpoint

OUTPUT_TERMS = ("output_licence", "output_may_be_released")
KEEP, NONE, VARIABLE, ENTERED = "keep", "none", "variable", "entered"
MAX_PER_MINUTE = 10**9


class EndpointForm(DialectForm):
    """An endpoint's terms and key; `endpoint` is the one to be changed, if any."""

    name = forms.SlugField(
        max_length=80, help_text="Letters, digits and hyphens. It cannot be changed later."
    )
    role = forms.ChoiceField(
        choices=Endpoint.Role.choices,
        help_text="The second reader checks what the reasoner wrote; it should be another model.",
    )
    base_url = forms.CharField(
        label="Base URL",
        max_length=300,
        help_text="As in the server's manual, such as https://llm.hospital.example/v1.",
    )
    model = forms.CharField(max_length=200, help_text="The model's name on the server.")
    key_from = forms.ChoiceField(label="API key", widget=forms.RadioSelect, initial=NONE)
    key_variable = forms.CharField(
        label="Environment variable",
        max_length=100,
        required=False,
        help_text="Its name must begin with MEDREASON_LLM_KEY_.",
    )
    key = forms.CharField(
        label="Key",
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown again.",
    )
    service_tier = forms.ChoiceField(
        label="Service tier",
        choices=[("", "standard"), ("flex", "flex (slower, cheaper, where available)")],
        required=False,
    )
    requests_per_minute = forms.IntegerField(min_value=1, max_value=MAX_PER_MINUTE, required=False)
    tokens_per_minute = forms.IntegerField(min_value=1, max_value=MAX_PER_MINUTE, required=False)

    output_licence = forms.CharField(
        label="Licence or terms of the model's text",
        max_length=120,
        required=False,
        help_text="On which terms what the model writes may be used, such as Apache-2.0 or Llama "
        "3.1 Community License. Until it is stated, nothing that it wrote can be released.",
    )
    output_may_be_released = forms.BooleanField(
        label="These terms permit publishing it",
        required=False,
        help_text="Only for terms that this program does not know, once you have read them.",
    )

    def __init__(self, *args: Any, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        self.endpoint = endpoint
        if endpoint is not None:
            kwargs["initial"] = _initial(endpoint)
        super().__init__(*args, **kwargs)
        needed(
            self,
            key_variable="needed where the key comes from one",
            key="needed where it is entered here",
        )
        keep = []
        if endpoint is not None:
            # Its output's terms are corrected on a page of their own, with a reason.
            for name in ("name", *OUTPUT_TERMS):
                del self.fields[name]
            if endpoint.key_variable or endpoint.key_encrypted:
                keep = [(KEEP, f"keep the current one ({key_source(endpoint)})")]
        self.fields["key_from"].choices = [  # type: ignore[attr-defined]
            *keep,
            (NONE, "none: the server needs none"),
            (VARIABLE, "from an environment variable"),
            (ENTERED, "entered below"),
        ]

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"].rstrip("/")
        return _validated(base_url, lambda: require_allowed(target_of(base_url)))

    def clean_key_variable(self) -> str:
        name: str = self.cleaned_data["key_variable"]
        return _validated(name, lambda: require_key_variable(name)) if name else ""

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        return _validated(key, lambda: require_plain(key)) if key else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        source = data.get("key_from")
        missing = {
            VARIABLE: ("key_variable", "Enter its name."),
            ENTERED: ("key", "Enter the key."),
        }
        if source in missing:
            field, message = missing[source]
            if not data.get(field) and field not in self.errors:
                self.add_error(field, message)
        url_changed = self.endpoint and data.get("base_url", "") not in ("", self.endpoint.base_url)
        if source == KEEP and url_changed:
            self.add_error("key_from", "With another base URL, enter the key again.")
        return data

    def terms(self) -> EndpointTerms:
        """The terms entered."""
        names = EndpointTerms.__dataclass_fields__.keys() & self.cleaned_data.keys()
        return EndpointTerms(
            **{name: self.cleaned_data[name] for name in names}, dialect_stated=self.stated()
        )

    def given_key(self) -> ApiKeyInput | None:
        """The key entered; None to keep the one there is."""
        data = self.cleaned_data
        return {
            KEEP: None,
            NONE: NO_KEY,
            VARIABLE: ApiKeyInput(variable=data["key_variable"]),
            ENTERED: ApiKeyInput(secret=data["key"]),
        }[data["key_from"]]


def _initial(endpoint: Endpoint) -> dict[str, Any]:
    shown = {name: getattr(endpoint, name) for name in EndpointTerms.__dataclass_fields__}
    has_key = endpoint.key_variable or endpoint.key_encrypted
    shown |= initial_of(endpoint.dialect_stated)
    return shown | {"key_from": KEEP if has_key else NONE}


def _validated(value: str, check: Any) -> str:
    try:
        check()
    except EndpointRefused as error:
        raise forms.ValidationError(str(error)) from error
    return value
