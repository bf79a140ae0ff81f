"""Endpoints of language models: create, change, deactivate, and the one door to ask one.

Every change is an event without secrets. What may be asked is checked when an endpoint is
entered, again when it is opened for a batch, and once more at each connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from pipeline.core.errors import EndpointRefused, InvalidConfiguration
from pipeline.core.licences import may_publish, written
from pipeline.core.llm.base import LanguageModel
from pipeline.core.llm.dialects import NAMES, Dialect
from pipeline.endpoints.allowed_hosts import (
    Target,
    addresses_of,
    require_allowed,
    require_text_may_go,
    target_of,
)
from pipeline.endpoints.api_keys import encrypt, key_of, key_source, require_key_variable
from pipeline.endpoints.pinned_http import client_for
from pipeline.models import Endpoint, Event, QuestionSet

MAX_ERROR_LENGTH = 600
DIALECT_DEPENDS_ON = ("role", "base_url", "model")


@dataclass(frozen=True)
class EndpointTerms:
    """What an endpoint is, but for its key. Limits are null where there is none.

    `dialect_stated` holds the parts of its dialect that a lead states, whatever a test finds.
    `output_licence` names the terms on which the model's text may be used (empty: not stated);
    `output_may_be_released` is leave to publish it, which a known licence gives by itself.
    """

    role: str
    base_url: str
    model: str
    service_tier: str = ""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    dialect_stated: Mapping[str, Any] = field(default_factory=dict)
    output_licence: str = ""
    output_may_be_released: bool = False

    @classmethod
    def of(cls, endpoint: Endpoint, **changes: Any) -> "EndpointTerms":
        """The endpoint's own terms, but for the changes."""
        return cls(**{name: getattr(endpoint, name) for name in _names()} | changes)


@dataclass(frozen=True)
class ApiKeyInput:
    """A key as it is entered: the variable that holds it, or the key itself; neither: no key."""

    variable: str = ""
    secret: str = field(default="", repr=False)


NO_KEY = ApiKeyInput()


def create_endpoint(
    name: str, *, terms: EndpointTerms, key: ApiKeyInput = NO_KEY, by: User | None = None
) -> Endpoint:
    """A new endpoint. Raises EndpointRefused for a host, key or value that cannot be."""
    endpoint = Endpoint(name=name, created_by=by)
    _apply(endpoint, terms)
    _set_key(endpoint, key)
    _check(endpoint)
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
            Event.objects.record("endpoint.created", endpoint, by=by, **_described(endpoint))
    except IntegrityError as error:  # entered since it was looked for
        raise EndpointRefused(f"name: An endpoint named {name} exists.") from error
    return endpoint


def change_endpoint(
    endpoint: Endpoint,
    *,
    terms: EndpointTerms,
    key: ApiKeyInput | None = None,
    by: User | None = None,
) -> Endpoint:
    """Change an endpoint; a key of None keeps the one there is.

    Another base URL needs its key entered again: without one the old key is dropped. Another
    base URL or model needs its dialect found again, and the terms of its output stated again:
    `pipeline.sources.terms` changes those. Raises EndpointRefused as `create_endpoint`.
    """
    with transaction.atomic():
        # As it is now: it may have been tested, or taken out of use, since the caller read it.
        endpoint.refresh_from_db(from_queryset=Endpoint.objects.select_for_update())
        changed = _change(endpoint, terms, key)
        endpoint.save()
        Event.objects.record(
            "endpoint.changed", endpoint, by=by, **_described(endpoint), changed=changed
        )
    return endpoint


def _change(endpoint: Endpoint, terms: EndpointTerms, key: ApiKeyInput | None) -> list[str]:
    before = {name: getattr(endpoint, name) for name in _names()}
    _apply(endpoint, replace(terms, **_output_terms(endpoint, terms)))
    changed = [name for name in _names() if getattr(endpoint, name) != before[name]]
    if key is None and "base_url" in changed:
        key = NO_KEY
    if key is not None:
        _set_key(endpoint, key)
        changed.append("key")
    if not {*DIALECT_DEPENDS_ON}.isdisjoint(changed):
        endpoint.dialect_found, endpoint.dimension = {}, None
        endpoint.tested_at, endpoint.test_error = None, ""
    _check(endpoint)
    return changed


def _output_terms(endpoint: Endpoint, terms: EndpointTerms) -> dict[str, Any]:
    """What is stated of a model's output stays with that model at that place, and no other."""
    there = (endpoint.base_url, endpoint.model)
    same = there == (terms.base_url.strip().rstrip("/"), terms.model)
    names = ("output_licence", "output_may_be_released")
    return {name: getattr(endpoint if same else terms, name) for name in names}


def state_dialect(
    endpoint: Endpoint, *, changes: Mapping[str, Any], by: User | None = None
) -> Endpoint:
    """State parts of the endpoint's dialect, whatever a test finds; None leaves one to the test.

    Raises EndpointRefused for a part there is none of, or a value it cannot have.
    """
    for name in changes.keys() - NAMES:
        raise EndpointRefused(f"There is no setting {name}: use one of {', '.join(NAMES)}.")
    stated = {**endpoint.dialect_stated, **changes}
    stated = {name: value for name, value in stated.items() if value is not None}
    return change_endpoint(endpoint, terms=EndpointTerms.of(endpoint, dialect_stated=stated), by=by)


def set_active(endpoint: Endpoint, *, active: bool, by: User | None = None) -> Endpoint:
    """Take an endpoint out of use, or back into it; nothing happens if it is there already."""
    with transaction.atomic():
        others = Endpoint.objects.filter(pk=endpoint.pk, is_active=not active)
        if others.update(is_active=active):
            Event.objects.record(
                f"endpoint.{'activated' if active else 'deactivated'}",
                endpoint,
                by=by,
                **_described(endpoint),
            )
    endpoint.refresh_from_db()
    return endpoint


def remember_found(endpoint: Endpoint, found: Mapping[str, Any]) -> bool:
    """Keep what a test found, unless the endpoint has been changed since the test began."""
    return remember(endpoint, dialect_found=found, tested_at=timezone.now(), test_error="")


def remember_failure(endpoint: Endpoint, failure: str) -> bool:
    """Keep why a test failed until the next one, as `remember_found`.

    The sentence names the endpoint, its host and its port.
    """
    try:
        target = target_of(endpoint.base_url)
        where = f"{endpoint}, {target.host}:{target.port}"
    except EndpointRefused:
        where = str(endpoint)
    told = f"The test of {where} failed: {failure}"
    return remember(endpoint, test_error=told[:MAX_ERROR_LENGTH])


def remember(endpoint: Endpoint, **learned: Any) -> bool:
    """Keep columns that a test found, unless the endpoint has been changed since it began."""
    same = {name: getattr(endpoint, name) for name in DIALECT_DEPENDS_ON}
    updated = Endpoint.objects.filter(pk=endpoint.pk, **same).update(**learned)
    endpoint.refresh_from_db()
    return updated == 1


def open_model(
    endpoint: Endpoint, *, question_set: QuestionSet | None, dialect: Dialect | None = None
) -> LanguageModel:
    """The endpoint as a LanguageModel; None for the question set when no question is sent.

    `dialect` stands in for the row's while it is being tested. Raises EndpointRefused, before
    anything is sent, where host, key or the text's terms forbid it.
    """
    target = require_usable(endpoint, question_set=question_set)
    if dialect is None and not endpoint.is_tested:
        raise EndpointRefused(
            f"The endpoint {endpoint} has not been tested yet: test it before it is used."
        )
    # The client library takes its time to load: only those who call a model need it.
    from pipeline.core.llm.openai_compatible import OpenAICompatibleModel

    return OpenAICompatibleModel(
        endpoint=endpoint.name,
        base_url=endpoint.base_url,
        model=endpoint.model,
        api_key=key_of(endpoint),
        dialect=dialect or endpoint.dialect,
        http_client=client_for(target),
    )


def require_usable(endpoint: Endpoint, *, question_set: QuestionSet | None) -> Target:
    """Where the endpoint is. Raises EndpointRefused where it may not be asked, or not this."""
    if not endpoint.is_active:
        raise EndpointRefused(f"The endpoint {endpoint} has been deactivated.")
    target = target_of(endpoint.base_url)
    require_allowed(target)
    if question_set is not None:
        listed = question_set.text_may_go == QuestionSet.TextMayGo.LISTED_ENDPOINTS
        destinations = question_set.destinations if listed else None
        require_text_may_go(target, destinations, question_set.name)
    try:
        addresses_of(target)
    except OSError:
        # A name that does not resolve now may do so at the call, which is tried again.
        return target
    return target


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(EndpointTerms))


def _apply(endpoint: Endpoint, terms: EndpointTerms) -> None:
    for name in _names():
        setattr(endpoint, name, getattr(terms, name))
    endpoint.base_url = terms.base_url.strip().rstrip("/")
    endpoint.output_licence = written(terms.output_licence)
    endpoint.output_may_be_released = may_publish(
        terms.output_licence, terms.output_may_be_released
    )


@sensitive_variables("key")
def _set_key(endpoint: Endpoint, key: ApiKeyInput) -> None:
    if key.variable:
        require_key_variable(key.variable)
    ciphertext = encrypt(key.secret, base_url=endpoint.base_url) if key.secret else ""
    endpoint.key_variable, endpoint.key_encrypted = key.variable, ciphertext


def _check(endpoint: Endpoint) -> None:
    """An allowed host, and values the table takes."""
    require_allowed(target_of(endpoint.base_url))
    try:
        _ = endpoint.dialect
    except InvalidConfiguration as error:
        raise EndpointRefused(str(error), field=error.field) from error
    try:
        endpoint.full_clean(exclude=["created_by"])
    except ValidationError as error:
        name, texts = next(iter(error.message_dict.items()))
        raise EndpointRefused(f"{name}: {texts[0]}") from error


def _described(endpoint: Endpoint) -> dict[str, str]:
    """What an event says of an endpoint: nothing secret."""
    return {
        "name": endpoint.name,
        "role": endpoint.role,
        "host": str(target_of(endpoint.base_url)),
        "model": endpoint.model,
        "key": key_source(endpoint),
    }
