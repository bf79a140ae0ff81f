"""Django settings: one file for the embedded form and for production, told apart by env.py."""

import re
from typing import Any

import structlog
from csp.constants import NONE, SELF

from medreason_web.env import BASE_DIR as BASE_DIR
from medreason_web.env import Environment
from medreason_web.log_redaction import without_tokens

ENV = Environment()
DATA_DIR = ENV.data_dir
SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins
# The path below which the site is served: from the environment alone, so no header decides it.
FORCE_SCRIPT_NAME = ENV.script_name

INSTALLED_APPS = [
    "medreason_web.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "pipeline",
    "review",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

# Text fields are ours (templates/django/forms): each takes the direction of what is typed.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
ROOT_URLCONF = "medreason_web.urls"
WSGI_APPLICATION = "medreason_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "medreason_web.navigation.navigation",
            ]
        },
    }
]

# Database. SQLite's options are the measured ones: without IMMEDIATE transactions and WAL,
# concurrent writers fail with "database is locked".
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA journal_size_limit=27103364;"
        "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;"
    ),
}
DATABASES: dict[str, Any] = {"default": ENV.database}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery rings; it keeps nothing.
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = ENV.broker_url or "filesystem://"
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Graph artefacts (opened by memory map) and generation.
KNOWLEDGE_GRAPH_DIR = DATA_DIR / "knowledge_graphs"
DOWNLOAD_DIR = DATA_DIR / "downloads"
# PrimeKG's kg.csv of 2022 as its authors publish it (Harvard Dataverse, doi:10.7910/DVN/IXA7BM).
PRIMEKG_URL = "https://dataverse.harvard.edu/api/access/datafile/6180620"
PRIMEKG_MD5 = "aac8191d4fbc5bf09cdf8c3c78b4e75f"
# Files that a lead describes before they are loaded: private, removed within the hour.
UPLOAD_DIR = DATA_DIR / "uploads"
# ZIPs of releases' bundles, each rebuilt from the database when it is missing or changed.
RELEASE_DIR = DATA_DIR / "releases"
TOKENIZER_FILE = ENV.tokenizer_file
TRACE_LEASE_SECONDS = ENV.trace_lease_seconds
REAP_SECONDS = ENV.reap_seconds
# What the reaper calls in each round; pipeline cannot import review, so they are named here.
REAPERS = [
    "pipeline.tasks.requeue_expired",
    "pipeline.uploads.remove_expired",
    "review.tasks.requeue_unfinished",
]
PUMPS_PER_BATCH = 4
TRACE_THREADS = ENV.trace_threads
LLM_ATTEMPTS = ENV.llm_attempts
LLM_LONGEST_WAIT = ENV.llm_longest_wait
LLM_CIRCUIT_FAILURES = ENV.llm_circuit_failures
LLM_CIRCUIT_GRACE = ENV.llm_circuit_grace
LLM_CIRCUIT_SECONDS = ENV.llm_circuit_seconds
# Language models: hosts that may be asked, and what stored API keys are encrypted with.
LLM_HOSTS = [host for host in ENV.llm_hosts if host]
# Name of the endpoint -> base URL, model, variable that holds its key, licence of its output;
# empty where not given.
LLM_ENDPOINTS = {
    "reasoner": (
        *(ENV.reasoner_url, ENV.reasoner_model, ENV.reasoner_key_variable),
        ENV.reasoner_output_licence,
    ),
    "reader": (
        *(ENV.reader_url, ENV.reader_model, ENV.reader_key_variable),
        ENV.reader_output_licence,
    ),
}
LLM_ENCRYPTION_KEY = ENV.encryption_key or SECRET_KEY
UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
UPLOAD_UNPACKED_BYTES = 100 * 1024 * 1024

# People.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "pipeline.accounts.signup.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.production
# Under a path of a host the cookies stay there, and no other site's pass for them.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = ENV.script_name or "/"
SESSION_COOKIE_NAME = "sessionid" + ENV.script_name.replace("/", "_")
CSRF_COOKIE_NAME = "csrftoken" + ENV.script_name.replace("/", "_")
REQUIRE_TOTP = ENV.require_totp
# The second step: codes of an authenticator app, and recovery codes.
MFA_ADAPTER = "pipeline.accounts.two_factor.EncryptedSecretsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "MedReason Web"
# A used code is remembered for 30 seconds: with any tolerance it would be good for longer.
MFA_TOTP_TOLERANCE = 0
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: accounts are made for people known

# Opening links that somebody was given: invitations, other passwords. allauth's own: after five
# wrong passwords or codes in five minutes none more is tried for that account, after ten in one
# minute none from that address.
ACCOUNT_RATE_LIMITS = {"link": "20/m/ip"}
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
# Limits and used codes are counted where all processes see it. Files would not do: two processes
# may both "add" the same one.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "medreason_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CELERY_BROKER_URL,
        "KEY_PREFIX": "medreason",
    }

# Mail, where a server is named; everything works without it.
MAIL_WORKS = bool(ENV.smtp_host)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_WORKS else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = ENV.smtp_host, ENV.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.smtp_user, ENV.smtp_password
EMAIL_USE_TLS, EMAIL_TIMEOUT = ENV.smtp_tls, 10
DEFAULT_FROM_EMAIL = ENV.mail_from

# Security.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "medreason_web.exception_reports.WithoutValues"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENV.production
SECURE_REDIRECT_EXEMPT = [rf"^{re.escape(f'{ENV.script_name}/healthz'[1:])}$"]
SECURE_HSTS_SECONDS = 31536000 if ENV.production else 0
if ENV.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Login limits count people, not the proxy they all come through.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENV.behind_proxy else 0

# Static files, served by whitenoise with hashed names.
STATIC_URL = f"{ENV.script_name}/static/"
# Emptied before it is filled: no name that somebody's folder could have.
STATIC_ROOT = DATA_DIR / "collected_static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pipeline.management.static_files.ModuleStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# Logs: one line an event, key=value for people in debug, JSON for machines in production.
LOG_RENDERER = (
    structlog.processors.JSONRenderer()
    if ENV.production
    else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"])
)
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    without_tokens,
]
structlog.configure(
    processors=[*LOG_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": LOG_RENDERER,
            "foreign_pre_chain": LOG_PROCESSORS,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # A refused page is no event; whoever was refused has been told.
        "django.request": {"level": "ERROR"},
        "medreason": {"level": "INFO"},
        # Written where gunicorn is told to keep one: by our handler, which leaves tokens out.
        "gunicorn.access": {"level": "INFO", "propagate": True},
        "django_structlog": {"level": "ERROR"},
        # The filesystem broker has no host, which kombu would warn of at every start.
        "kombu.connection": {"level": "ERROR"},
    },
}
