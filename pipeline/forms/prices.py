"""The form that enters or changes a price."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from pipeline.ledger.prices import PriceTerms
from pipeline.models import Price

CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Enter a code of three capital letters, such as USD.")


class PriceForm(forms.Form):
    """What a million tokens of a model cost from a day on."""

    model = forms.CharField(
        max_length=200, help_text="The model's name, as entered in its endpoints."
    )
    service_tier = forms.ChoiceField(
        label="Service tier", choices=[("", "standard"), ("flex", "flex")], required=False
    )
    valid_from = forms.DateField(
        label="Valid from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    input_per_million = forms.DecimalField(
        label="Price of a million input tokens", min_value=0, max_digits=12, decimal_places=6
    )
    output_per_million = forms.DecimalField(
        label="Price of a million output tokens", min_value=0, max_digits=12, decimal_places=6
    )
    currency = forms.CharField(max_length=3, initial="USD", validators=[CURRENCY])
    source = forms.CharField(
        max_length=200, required=False, help_text="For example, a price list and its date."
    )

    def __init__(self, *args: Any, price: Price | None = None, **kwargs: Any) -> None:
        names = PriceTerms.__dataclass_fields__
        if price is not None:
            kwargs["initial"] = {name: getattr(price, name) for name in names}
        super().__init__(*args, **kwargs)

    def terms(self) -> PriceTerms:
        """The price entered."""
        names = PriceTerms.__dataclass_fields__
        return PriceTerms(**{name: self.cleaned_data[name] for name in names})
