"""Endpoints of language models, what their models cost, and how hard each is being asked."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from pipeline.core.llm.dialects import NOT_ASKED_EARLIER, Dialect, dialect_of


class Endpoint(models.Model):
    """One model behind one OpenAI-compatible base URL, in one role.

    The API key is either named (`key_variable`, an environment variable that begins with
    MEDREASON_LLM_KEY_) or kept encrypted; it is never shown, logged or exported. How the server
    is asked is its dialect: what its test found, overlaid by what a lead stated. Of a model that
    embeds texts, the test finds that vectors come, of `dimension` numbers. `test_error` says
    why the last test failed. `output_licence` names the terms on which the model's text may be
    used (empty: not stated), `output_may_be_released` whether they permit publishing it.
    """

    class Role(models.TextChoices):
        REASONER = "reasoner"
        SECOND_READER = "second_reader"
        EMBEDDINGS = "embeddings"
        EVALUATED = "evaluated", "evaluated model"

    name = models.SlugField(max_length=80, unique=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    base_url = models.CharField(max_length=300)
    model = models.CharField(max_length=200)
    key_variable = models.CharField(max_length=100, blank=True)
    key_encrypted = models.TextField(blank=True, editable=False)
    service_tier = models.CharField(
        max_length=10, blank=True, choices=[("", "standard"), ("flex", "flex")]
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    tokens_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    dialect_found = models.JSONField(default=dict, blank=True, editable=False)
    dialect_stated = models.JSONField(default=dict, blank=True)
    dimension = models.PositiveIntegerField(null=True, blank=True, editable=False)
    tested_at = models.DateTimeField(null=True, blank=True, editable=False)
    test_error = models.CharField(max_length=600, blank=True, editable=False)
    output_licence = models.CharField(max_length=120, blank=True)
    output_may_be_released = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def dialect(self) -> Dialect:
        """How the server is asked. Raises InvalidConfiguration for what no dialect can be."""
        found = {**NOT_ASKED_EARLIER, **self.dialect_found} if self.dialect_found else {}
        return dialect_of(self.base_url, found, self.dialect_stated)

    @property
    def is_tested(self) -> bool:
        return self.tested_at is not None


class EndpointPace(models.Model):
    """How hard an endpoint is being asked, shared by all workers: its limits and its circuit.

    One row an endpoint, changed only by compare-and-set. The next request may be sent at
    `free_at`. While `open_until` lies ahead the circuit is open and nothing is sent; when it
    has passed, one request probes the endpoint until `probe_until`. An `open_until` of null
    is a closed circuit. Since answers came late, only `calls_at_once` are in flight together
    (null: as many as elsewhere said); `slowed_after` was the newest call when that was last
    lowered, and `answered_in_time` are the timely answers in a row since it last changed.
    """

    endpoint = models.OneToOneField(Endpoint, models.CASCADE, related_name="pace")
    free_at = models.DateTimeField(null=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    open_reason = models.CharField(max_length=400, blank=True)
    probe_until = models.DateTimeField(null=True)
    calls_at_once = models.PositiveIntegerField(null=True)
    slowed_after = models.PositiveBigIntegerField(default=0)
    answered_in_time = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"pace of {self.endpoint}"


class Price(models.Model):
    """What a million tokens of a model cost from a day on; a lead keeps the table.

    A model without a row costs null, never 0.
    """

    model = models.CharField(max_length=200)
    service_tier = models.CharField(
        max_length=10, blank=True, choices=[("", "standard"), ("flex", "flex")]
    )
    valid_from = models.DateField()
    input_per_million = models.DecimalField(
        max_digits=12, decimal_places=6, validators=[MinValueValidator(0)]
    )
    output_per_million = models.DecimalField(
        max_digits=12, decimal_places=6, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="USD")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("model", "service_tier", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("model", "service_tier", "valid_from"), name="price_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} from {self.valid_from}"
