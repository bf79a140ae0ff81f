"""What a pairwise study does not have: single grades, and whatever is made of them."""

from pipeline.core.errors import Refusal
from review.models import Study


def check_single(study: Study) -> None:
    """Raise Refusal for a pairwise study: it compares chains of thought and grades none."""
    if study.is_pairwise:
        raise Refusal("A pairwise study has no single grades.")
