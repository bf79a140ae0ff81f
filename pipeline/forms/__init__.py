"""Forms of the pipeline's screens, a topic a file."""

from pipeline.forms.batches import BatchForm, runnable_presets
from pipeline.forms.budgets import ChangeBudgetForm
from pipeline.forms.endpoints import EndpointForm
from pipeline.forms.prices import PriceForm
from pipeline.forms.questions import QuestionUploadForm

__all__ = [
    "BatchForm",
    "ChangeBudgetForm",
    "EndpointForm",
    "PriceForm",
    "QuestionUploadForm",
    "runnable_presets",
]
