"""What must hold before a batch may begin: its numbers and its language models.

Each check raises InvalidConfiguration with one sentence, before anything is written or asked.
"""

from dataclasses import dataclass, replace
from typing import Any

from pipeline.core.config import MethodConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.records import ReasonerKind
from pipeline.endpoints.embeddings import embeddings_endpoint, vectors_name
from pipeline.models import Endpoint

MAX_SAMPLES = 16
MAX_TEMPERATURE = 2.0


@dataclass(frozen=True)
class ModelEndpoints:
    """The endpoints of a batch's models: the demonstration asks no language model, and only a
    configuration that names an embeddings endpoint has one.
    """

    reasoner: Endpoint | None = None
    reader: Endpoint | None = None
    embeddings: Endpoint | None = None

    @property
    def language_models(self) -> tuple[Endpoint, ...]:
        return tuple(endpoint for endpoint in (self.reasoner, self.reader) if endpoint is not None)

    @property
    def present(self) -> tuple[Endpoint, ...]:
        return (*self.language_models, *((self.embeddings,) if self.embeddings else ()))

    @property
    def fields(self) -> dict[str, Any]:
        """What the batch's row keeps of them, so that a later change of an endpoint is noticed."""
        return {
            "reasoner_endpoint": self.reasoner,
            "reader_endpoint": self.reader,
            "embeddings_endpoint": self.embeddings,
            "reasoner_base_url": self.reasoner.base_url if self.reasoner else "",
            "reader_base_url": self.reader.base_url if self.reader else "",
            "embeddings_base_url": self.embeddings.base_url if self.embeddings else "",
        }

    @property
    def warnings(self) -> list[str]:
        """What a lead should know, though the batch may begin."""
        if self.reasoner and self.reader and self.reasoner.model == self.reader.model:
            return [
                f"The second reader is the reasoner's own model ({self.reader.model}): "
                "it tends to agree with itself."
            ]
        return []


def check_size(limit: int | None, samples: int) -> None:
    """Whether the numbers of questions and samples are in range."""
    if limit is not None and limit < 1:
        raise InvalidConfiguration(f"The limit must be at least 1, not {limit}.")
    if not 1 <= samples <= MAX_SAMPLES:
        raise InvalidConfiguration(
            f"The traces a question must be 1 to {MAX_SAMPLES}, not {samples}."
        )


def embeddings_of(config: MethodConfig) -> Endpoint | None:
    """The endpoint that the configuration has embed, if it names one."""
    name = config.similarity.endpoint
    return embeddings_endpoint(name) if name else None


def with_models(
    config: MethodConfig, endpoints: ModelEndpoints, *, temperature: float | None, samples: int
) -> MethodConfig:
    """The configuration with the names of the models that it will ask."""
    if endpoints.embeddings:
        config = config.with_similarity(vectors_name(endpoints.embeddings))
    if config.reasoner_kind is ReasonerKind.DEMONSTRATION:
        if endpoints.language_models or temperature is not None:
            raise InvalidConfiguration("The demonstration asks no language model: name none.")
        return config
    if endpoints.reasoner is None or endpoints.reader is None:
        raise InvalidConfiguration(
            f"A configuration made from {config.preset} needs a language model: "
            "name an endpoint as reasoner and one as second reader."
        )
    model = replace(
        config.model,
        reasoner=endpoints.reasoner.model,
        second_reader=endpoints.reader.model,
        temperature=config.model.temperature if temperature is None else temperature,
        service_tier="flex" if endpoints.reasoner.service_tier == "flex" else "",
    )
    _check_temperature(model.temperature, samples)
    return replace(config, model=model)


def _check_temperature(temperature: float | None, samples: int) -> None:
    if temperature is not None and not 0 <= temperature <= MAX_TEMPERATURE:
        raise InvalidConfiguration(
            f"The temperature must be 0 to {MAX_TEMPERATURE:g}, not {temperature}."
        )
    if samples > 1 and temperature == 0:
        raise InvalidConfiguration(
            "Several traces a question need a temperature above 0: "
            "at 0 a model gives the same answer again, and it would be paid again."
        )
