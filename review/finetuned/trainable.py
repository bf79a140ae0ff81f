"""Which releases a model may be trained on."""

from pipeline.core.errors import Refusal
from review.models import Release


def require_trainable(release: Release) -> None:
    """Raises Refusal for a release that is withdrawn, not frozen, or the demonstration's."""
    if not release.is_frozen:
        raise Refusal(f"{release} is not frozen: it is {release.state}.")
    if release.state == Release.State.WITHDRAWN:
        raise Refusal(
            f"{release} was withdrawn, and nothing is trained on it: {release.withdrawn_reason}"
        )
    if release.is_demonstration:
        raise Refusal(f"{release} was written by demonstration rules: it trains no model.")
