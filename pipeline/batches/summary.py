"""What a batch would do by its choices, in a few lines, and which limits of its endpoints apply."""

from collections.abc import Iterator

from pipeline.batches.missing import Choices
from pipeline.core.config import MethodConfig
from pipeline.core.settings.catalogue import SETTINGS
from pipeline.core.settings.changes import settings_of
from pipeline.models import Endpoint

SHOWN = (
    *("similarity.backend", "similarity.model", "prune.keep", "prune.scope"),
    *("search.maximum_length", "model.temperature", "model.max_output_tokens"),
)


def summary(choices: Choices) -> list[tuple[str, str]]:
    """The settings that batches differ in most, then each endpoint's limits: name and words."""
    if choices.config is None:
        return []
    values = settings_of(choices.config)
    if choices.temperature is not None:
        values["model.temperature"] = choices.temperature
    shown = [path for path in SHOWN if choices.asks_models or not path.startswith("model.")]
    facts = [(SETTINGS[path].title, SETTINGS[path].in_words(values[path])) for path in shown]
    endpoints = choices.endpoints.present if choices.asks_models else ()
    return facts + [
        (f"Limits of {endpoint}", "; ".join(_limits(endpoint, choices.config)))
        for endpoint in endpoints
    ]


def _limits(endpoint: Endpoint, config: MethodConfig) -> Iterator[str]:
    """What is the endpoint's own wins over what is configured."""
    dialect = endpoint.dialect
    own = dialect.max_output_tokens
    tokens = config.model.max_output_tokens if own is None else own
    yield f"answers of at most {tokens:,} tokens ({'as configured' if own is None else 'its own'})"
    yield f"{dialect.timeout_seconds:,g} seconds to answer"
    if dialect.calls_at_once is not None:
        yield f"{dialect.calls_at_once:,} calls at once"
    if not dialect.sends_temperature:
        yield "takes no temperature: uses its own"
