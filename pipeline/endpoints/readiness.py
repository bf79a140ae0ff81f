"""Whether an endpoint can be asked now: it may be, has its key, and was tested."""

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.api_keys import key_of
from pipeline.endpoints.registry import require_usable
from pipeline.models import Endpoint, QuestionSet


class Untested(EndpointRefused):
    """The endpoint may be asked, but how it answers has not been tested yet."""


def require_ready(endpoint: Endpoint, *, question_set: QuestionSet | None) -> None:
    """Whether the endpoint may be asked this text, has its key and was tested.

    Raises EndpointRefused.
    """
    require_usable(endpoint, question_set=question_set)
    key_of(endpoint)
    if not endpoint.is_tested:
        raise Untested(
            f"The endpoint {endpoint} has not been tested yet: test it on the page Endpoints, "
            f"or run manage.py endpoints --probe {endpoint}."
        )
