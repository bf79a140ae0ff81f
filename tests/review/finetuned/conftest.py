"""One world a module: a graded release, a model trained on it, both evaluated on a benchmark."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from pipeline.models import Endpoint, Evaluation, QuestionSet
from review.models import FineTunedModel, Release
from tests import actors
from tests.pipeline.evaluations import scripted
from tests.review.finetuned import trained


@dataclass(frozen=True)
class World:
    """Keys of what there is: each test fetches the rows that it changes anew."""

    lead: User
    release: Release
    model: FineTunedModel
    tuned: Endpoint
    base: Endpoint
    drugs: QuestionSet
    of_tuned: Evaluation
    of_base: Evaluation


@pytest.fixture(scope="module")
def graded_release(module_db) -> Release:
    return trained.graded_release(actors.lead())


@pytest.fixture(scope="module")
def world(graded_release) -> World:
    """The fine-tuned model answers all four questions rightly, its base two of them."""
    lead = graded_release.created_by
    model = trained.registered(graded_release, by=lead)
    tuned, base = trained.served(model, by=lead)
    drugs = scripted.benchmark()
    with pytest.MonkeyPatch.context() as patch:
        of_tuned = trained.evaluated(patch, tuned, "ABCD", question_set=drugs)
        of_base = trained.evaluated(patch, base, "ABAA", question_set=drugs)
    return World(lead, graded_release, model, tuned, base, drugs, of_tuned, of_base)
