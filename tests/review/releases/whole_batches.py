"""Releases of whole batches, for tests: made at once, with everything chosen that can be."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User

from pipeline.models import Batch
from review.evidence.policies import Rules, save_policy
from review.models import Policy, Release, Study
from review.releases.lifecycle import begin_release
from review.releases.making import make

# Kept by the filters; where clinicians graded, accepted by them.
KEPT = Rules(ungraded="take")


def release_of(
    *batches: Batch,
    made_by: User,
    studies: Sequence[Study] = (),
    rules: Rules = KEPT,
    name: str = "whole",
    **choices: Any,
) -> Release:
    """A release of these batches, as the worker left it."""
    policy = Policy.objects.filter(name=name).first()
    policy = policy or save_policy(name, rules=rules, saved_by=made_by)
    release = begin_release(
        name, policy=policy, made_by=made_by, batches=batches, studies=studies, **choices
    )
    make(release)
    release.refresh_from_db()
    return release
