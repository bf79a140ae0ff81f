"""The form of a job's budgets, given at its start or changed while it runs."""

from typing import Any

from django import forms

from pipeline.models import Job

MAX_TOKENS = 10**15


class BudgetForm(forms.Form):
    """What a job may spend; an empty field sets no limit."""

    budget_money = forms.DecimalField(
        label="Budget in money",
        min_value=0,
        max_digits=12,
        decimal_places=6,
        required=False,
        help_text="In the currency of the models' prices. Work pauses when it is spent.",
    )
    budget_tokens = forms.IntegerField(
        label="Budget in tokens",
        min_value=1,
        max_value=MAX_TOKENS,
        required=False,
        help_text="Input and output together.",
    )


class ChangeBudgetForm(BudgetForm):
    """New budgets for a job at work: never below what it has spent."""

    def __init__(self, data: Any = None, *, job: Job) -> None:
        now = {"budget_money": job.budget_money, "budget_tokens": job.budget_tokens}
        super().__init__(data, initial=now)
        self.noun = job.kind
        self.spent = {"budget_money": job.spent_money, "budget_tokens": job.spent_tokens}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, spent in self.spent.items():
            if (budget := data.get(name)) is not None and budget <= spent:
                self.add_error(
                    name, f"{spent:,} is already spent: enter more, or cancel the {self.noun}."
                )
        return data
