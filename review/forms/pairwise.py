"""Forms of pairwise studies: the one that opens a study, the ones that judge a pair."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from pipeline.forms.sections import FormSection
from review.forms.grading import ChoicesField, CommentField, ItemForm
from review.forms.studies import StudyForm
from review.grading.rubric import Choice, Rubric
from review.models import Grade, PairJudgement
from review.models.pairs import CRITERIA
from review.pairwise.opening import PairPlan
from review.pairwise.positions import TIE, A, B, Positions, Side
from review.pairwise.submit import PairEntry

SIDES = (
    Choice(A, "A", "A rather than B"),
    Choice(TIE, "Tie", "Neither rather than the other"),
    Choice(B, "B", "B rather than A"),
)


class PairForm(ItemForm):
    """One pair's judgement: a choice by each criterion, or why it cannot be judged."""

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["more_precise"] = ChoicesField(SIDES, "More precise")
        self.fields["more_coherent"] = ChoicesField(SIDES, "More coherent")
        self.fields["better"] = ChoicesField(SIDES, "Better as a whole")
        harms = (Choice("", "None", "No harm to be feared"), *rubric.severities)
        self.fields["flag_a"] = ChoicesField(harms, "Safety flag for A", required=False)
        self.fields["flag_b"] = ChoicesField(harms, "Safety flag for B", required=False)
        self.fields["cannot_judge"] = forms.ChoiceField(
            choices=Grade.CannotJudge.choices, required=False, label="Cannot judge"
        )
        self.fields["comment"] = CommentField()
        if self.data.get("cannot_judge"):
            for criterion in CRITERIA:
                self.fields[criterion].required = False

    def entry(self) -> PairEntry:
        """What was entered; choices made before "cannot judge" are dropped, as when grading."""
        names = ("flag_a", "flag_b", "cannot_judge", "comment", "active_seconds")
        entered = {name: self.cleaned_data[name] for name in names}
        if not entered["cannot_judge"]:
            entered |= {criterion: self.cleaned_data[criterion] for criterion in CRITERIA}
        return PairEntry(**entered)


class PairAmendForm(PairForm):
    """A submitted judgement, to be changed with a reason."""

    fence = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        max_length=400,
        label="Why you are changing it",
        error_messages={"required": "Say why you are changing the judgement."},
    )


def content_of(judgement: PairJudgement) -> dict[str, Any]:
    """A submitted judgement as the form's fields, to be changed."""
    seen = Positions(Side(judgement.shown_left))
    return {
        **{name: seen.shown(getattr(judgement, name)) for name in CRITERIA},
        "flag_a": getattr(judgement, f"flag_{seen.left.value}"),
        "flag_b": getattr(judgement, f"flag_{seen.right.value}"),
        "cannot_judge": judgement.cannot_judge,
        "comment": judgement.comment,
    }


class PairStudyForm(StudyForm):
    """What a lead opens a pairwise study with: the study form's fields that apply to pairs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {name for _, names in SECTIONS.values() for name in names}:
            del self.fields[name]
        for name, (label, help_text) in WORDS.items():
            self.fields[name].label = label
            self.fields[name].help_text = help_text

    def plan(self) -> PairPlan:  # type: ignore[override]  # a pairwise study has a plan of its own
        """The plan entered; an empty field means its initial value."""
        data = dict(self.cleaned_data)
        for name in ("fallback_hours", "rubric_version"):
            if data[name] in (None, ""):
                data[name] = self.fields[name].initial
        return PairPlan(**data)

    def sections(self) -> Iterator[FormSection]:
        """The fields under their headings, in order."""
        for title, (hint, names) in SECTIONS.items():
            yield FormSection(title, hint, tuple(self[name] for name in names))


SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Pairs": (
        "Two chains of thought on the same question, from two of the batches. Reviewers see them "
        "as A and B, in random positions, and never learn which batch either is from.",
        ("name", "batches", "size", "include_discarded"),
    ),
    "Reviewers": (
        "Who judges, and how often each pair is judged.",
        ("reviewers", "overlap", "cap", "route_by_specialty", "fallback_hours"),
    ),
    "What reviewers see": ("", ("rubric_version", "hide_answer_key", "guidelines")),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "name": ("Name", "Reviewers see it: let it name no batch and no model."),
    "batches": (
        "Batches",
        "Two or more. Imported chains may be compared with a language model's; demonstration "
        "traces with nothing else.",
    ),
    "size": (
        "Pairs",
        "In all, as many of every two batches; drawn at random within each source, among the "
        "questions that both answered. Leave empty for as many as there are.",
    ),
    "include_discarded": (
        "Include traces that the automatic filters rejected",
        "Without them kept traces are compared with kept ones.",
    ),
    "overlap": (
        "Judgements per pair",
        "By different reviewers; agreement can be measured from two upwards.",
    ),
    "cap": ("Maximum pairs per reviewer", "Leave empty for no maximum."),
    "route_by_specialty": ("Keep pairs for reviewers of the question's specialty", ""),
    "rubric_version": ("Rubric", "Its words for precision and coherence are shown."),
    "hide_answer_key": (
        "Hide the answer key",
        "In a pairwise study it is not shown at all, before or after the judgement.",
    ),
}
