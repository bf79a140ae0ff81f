"""What the environment may say, read once, with types.

Everything has a default that makes the embedded form (SQLite, filesystem broker) work;
production must name its secret key and hosts or it does not start.
"""

import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
SCRIPT_NAME = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class Environment(BaseSettings):
    """Environment variables of MedReason Web; an empty one is as good as none.

    `MEDREASON_DATA_DIR` holds the database, graph artefacts, broker folder and secret key.
    `MEDREASON_PRODUCTION=true` turns on HTTPS-only cookies and refuses a generated secret key.
    `MEDREASON_BEHIND_PROXY=true` trusts X-Forwarded-Proto and X-Forwarded-For of one proxy.
    `SCRIPT_NAME=/medreason` serves the site below that path of its host, as gunicorn reads it too.
    `MEDREASON_TRACE_LEASE_SECONDS` is how long a silent worker keeps a trace, and
    `MEDREASON_REAP_SECONDS` how often each worker looks for expired ones.
    `MEDREASON_LLM_HOSTS` lists hosts of language model endpoints that may be asked, as host or
    host:port, with http:// before those reached without TLS; this machine always may.
    `MEDREASON_LLM_REASONER_URL`, `_MODEL`, `_KEY_VARIABLE` and `_OUTPUT_LICENCE` describe an
    endpoint, as `MEDREASON_LLM_READER_...` do the second reader's.
    `MEDREASON_ENCRYPTION_KEY` encrypts stored API keys; without it the secret key does.
    `MEDREASON_TRACE_THREADS` is how many traces of a language model's batch are made at a time.
    A call is sent at most `MEDREASON_LLM_ATTEMPTS` times; a wait that an endpoint asks for is
    obeyed up to `MEDREASON_LLM_LONGEST_WAIT_SECONDS`, a longer one pauses the batch. An endpoint
    that failed `MEDREASON_LLM_CIRCUIT_FAILURES` times in a row, over at least
    `MEDREASON_LLM_CIRCUIT_GRACE_SECONDS`, is left alone for `MEDREASON_LLM_CIRCUIT_SECONDS`.
    `MEDREASON_TOKENIZER` names the `tokenizer.json` by which a release counts its tokens.
    `MEDREASON_REQUIRE_TOTP=true` has leads, adjudicators and superusers use two-step login.
    `MEDREASON_SMTP_HOST` (with _PORT, _USER, _PASSWORD, and MEDREASON_MAIL_FROM) sends invitations
    by mail too, over STARTTLS unless MEDREASON_SMTP_TLS=false.
    """

    model_config = SettingsConfigDict(
        extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(BASE_DIR / "var", alias="MEDREASON_DATA_DIR")
    production: bool = Field(False, alias="MEDREASON_PRODUCTION")
    behind_proxy: bool = Field(False, alias="MEDREASON_BEHIND_PROXY")
    debug: bool = Field(False, alias="MEDREASON_DEBUG")
    secret_key_given: str = Field("", alias="MEDREASON_SECRET_KEY", repr=False)
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        LOCAL_HOSTS, alias="MEDREASON_ALLOWED_HOSTS"
    )
    trusted_origins: Annotated[list[str], NoDecode] = Field([], alias="MEDREASON_TRUSTED_ORIGINS")
    script_name: str = Field("", alias="SCRIPT_NAME")
    database_url: str = Field("", alias="DATABASE_URL", repr=False)
    broker_url: str = Field("", alias="CELERY_BROKER_URL", repr=False)
    trace_lease_seconds: float = Field(60, alias="MEDREASON_TRACE_LEASE_SECONDS", gt=0)
    reap_seconds: float = Field(60, alias="MEDREASON_REAP_SECONDS", gt=0)
    llm_hosts: Annotated[list[str], NoDecode] = Field([], alias="MEDREASON_LLM_HOSTS")
    trace_threads: int = Field(8, alias="MEDREASON_TRACE_THREADS", ge=1, le=256)
    llm_attempts: int = Field(8, alias="MEDREASON_LLM_ATTEMPTS", ge=1)
    llm_longest_wait: float = Field(120, alias="MEDREASON_LLM_LONGEST_WAIT_SECONDS", ge=0)
    llm_circuit_failures: int = Field(5, alias="MEDREASON_LLM_CIRCUIT_FAILURES", ge=1)
    llm_circuit_grace: float = Field(10, alias="MEDREASON_LLM_CIRCUIT_GRACE_SECONDS", ge=0)
    llm_circuit_seconds: float = Field(60, alias="MEDREASON_LLM_CIRCUIT_SECONDS", gt=0)
    reasoner_url: str = Field("", alias="MEDREASON_LLM_REASONER_URL")
    reasoner_model: str = Field("", alias="MEDREASON_LLM_REASONER_MODEL")
    reasoner_key_variable: str = Field("", alias="MEDREASON_LLM_REASONER_KEY_VARIABLE")
    reasoner_output_licence: str = Field("", alias="MEDREASON_LLM_REASONER_OUTPUT_LICENCE")
    reader_url: str = Field("", alias="MEDREASON_LLM_READER_URL")
    reader_model: str = Field("", alias="MEDREASON_LLM_READER_MODEL")
    reader_key_variable: str = Field("", alias="MEDREASON_LLM_READER_KEY_VARIABLE")
    reader_output_licence: str = Field("", alias="MEDREASON_LLM_READER_OUTPUT_LICENCE")
    encryption_key: str = Field("", alias="MEDREASON_ENCRYPTION_KEY", repr=False)

    tokenizer_file: Path | None = Field(None, alias="MEDREASON_TOKENIZER")
    require_totp: bool = Field(False, alias="MEDREASON_REQUIRE_TOTP")
    smtp_host: str = Field("", alias="MEDREASON_SMTP_HOST")
    smtp_port: int = Field(587, alias="MEDREASON_SMTP_PORT")
    smtp_user: str = Field("", alias="MEDREASON_SMTP_USER")
    smtp_password: str = Field("", alias="MEDREASON_SMTP_PASSWORD")
    smtp_tls: bool = Field(True, alias="MEDREASON_SMTP_TLS")
    mail_from: str = Field("medreason@localhost", alias="MEDREASON_MAIL_FROM")

    @field_validator("allowed_hosts", "trusted_origins", "llm_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _whole(cls, value: str) -> str:
        """A URL ends where # begins, and a file's name where ? begins: another file would open."""
        cut = "#?" if value.startswith("sqlite:") else "#"
        if found := [mark for mark in cut if mark in value]:
            raise ValueError(f"DATABASE_URL holds {found[0]}: write # as %23 and ? as %3F.")
        return value

    @field_validator("script_name")
    @classmethod
    def _path(cls, value: str) -> str:
        if value and not SCRIPT_NAME.fullmatch(value):
            raise ValueError("SCRIPT_NAME is a path such as /medreason: no / at its end.")
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def database(self) -> dict[str, Any]:
        """Django's settings of the database: the one named, or a file in the data folder.

        The file is named by its path, never by a URL: a folder's name may hold # ? or %.
        """
        if self.database_url:
            return dict(dj_database_url.parse(self.database_url, conn_max_age=60))
        name = str(self.data_dir / "medreason.sqlite3")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": 60}

    @cached_property
    def secret_key(self) -> str:
        """The given key, or one made once and kept in the data folder, readable by its owner only.

        Raises ImproperlyConfigured in production without a key, and where the folder is read-only.
        """
        if self.secret_key_given:
            return self.secret_key_given
        if self.production:
            raise ImproperlyConfigured(
                "MEDREASON_PRODUCTION is set but MEDREASON_SECRET_KEY is not: "
                "give a long random value."
            )
        return self._kept_secret_key()

    def _kept_secret_key(self) -> str:
        path = self.data_dir / "secret_key"
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(50), encoding="ascii")
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"Cannot write to the data folder {self.data_dir} ({error.strerror}): "
                "set MEDREASON_DATA_DIR to a folder you may write to."
            ) from error
