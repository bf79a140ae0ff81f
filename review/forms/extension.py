"""Forms that extend an open study: raters and grades, a further phase of the sample."""

from typing import Any

from django import forms

from review.forms.studies import MAX_GRADES_PER_ITEM, MAX_ITEMS, ReviewersField
from review.models import Reviewer, Study
from review.studies.phases import WHERE


class ExtendForm(forms.Form):
    """More raters, more grades an item; nothing dealt is taken back."""

    reviewers = ReviewersField(
        Reviewer.objects.none(),
        label="Add reviewers",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    overlap = forms.IntegerField(
        label="Grades per item", min_value=1, max_value=MAX_GRADES_PER_ITEM
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"overlap": study.overlap}, **kwargs})
        others = Reviewer.objects.filter(user__is_active=True).exclude(places__study=study)
        self.fields["reviewers"].queryset = others.select_related("user")  # type: ignore[attr-defined]
        if not others.exists():
            self.fields["reviewers"].help_text = "Everyone who may grade is in the study already."


class DrawForm(forms.Form):
    """A further phase of the sample: how many items, and where; after which phase it comes."""

    after = forms.IntegerField(widget=forms.HiddenInput)
    items = forms.IntegerField(label="Further items", min_value=1, max_value=MAX_ITEMS)
    where = forms.ChoiceField(
        label="Drawn",
        choices=list(WHERE.items()),
        initial="random",
        widget=forms.RadioSelect,
        help_text="The learned score predicts from a trace's features whether the panel would "
        "accept it. Where it is undecided, a grade is most informative.",
    )
