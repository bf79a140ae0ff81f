"""Statuses of HTTP: refusals of everything, and faults that pass."""

from tests.lab.behaviour import PRACTICE, Behaviour, Found, Pauses, Refuses
from tests.lab.families.finishes import OPENROUTER
from tests.lab.replies import GOOD, Reply, error, every_second, first, page

CODES = "https://api-docs.deepseek.com/quick_start/error_codes"
OPENAI_CODES = "https://platform.openai.com/docs/guides/error-codes/api-errors"
A_DATE = {"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}


def _refuses(name: str, server: str, does: str, source: str, reply: Reply, lever: str) -> Behaviour:
    """A server that refuses every call, for which there is one thing to change."""
    return Behaviour(name, server, does, source, reply, Refuses(lever), Pauses(lever))


def _passes(
    name: str, server: str, does: str, source: str, reply: Reply, *, lever: str = ""
) -> Behaviour:
    """A fault of every second call, which passes when it is tried again.

    The endpoint test, for which a person waits, tries no call again that says to wait.
    """
    test = Refuses(lever) if lever else Found()
    return Behaviour(name, server, f"{does}, every second time", source, every_second(reply), test)


STATUSES = (
    _refuses("key-refused", "all servers", "refuses the key (401)", CODES, error(401), "API key"),
    _refuses(
        "unpaid", "DeepSeek, OpenRouter", "asks for payment (402)", CODES, error(402), "API key"
    ),
    _refuses(
        "key-not-allowed",
        "OpenAI",
        "does not allow this key to ask (403)",
        OPENAI_CODES,
        error(403),
        "API key",
    ),
    _refuses(
        "model-unknown",
        "Ollama, vLLM",
        "knows no such model (404)",
        PRACTICE,
        error(404, "model not found", code="model_not_found"),
        "model",
    ),
    _refuses(
        "path-unknown",
        "a web server",
        "knows no such path, and says so on a page (404)",
        PRACTICE,
        page(404),
        "base URL",
    ),
    _refuses(
        "proxy-wants-a-login",
        "a hospital's proxy",
        "asks for a login of its own (407)",
        PRACTICE,
        page(407),
        "base URL",
    ),
    _refuses(
        "blocked-for-all",
        "a firewall before the server",
        "blocks every call with a page (403)",
        "different-ai/openwork#3419",
        page(403),
        "base URL",
    ),
    _refuses(
        "not-in-this-country",
        "a provider",
        "refuses all for legal reasons (451)",
        PRACTICE,
        error(451),
        "base URL",
    ),
    _refuses(
        "redirect",
        "a server that moved",
        "redirects to another address (308)",
        PRACTICE,
        error(308, headers={"Location": "https://elsewhere.example/v1"}),
        "base URL",
    ),
    _refuses(
        "quota-used-up",
        "OpenAI",
        "answers 429, for the quota is used up",
        "langchain-ai/langchainjs#1929",
        error(429, code="insufficient_quota", type="insufficient_quota"),
        "API key",
    ),
    _refuses(
        "wait-of-a-day",
        "a free tier",
        "asks to wait for a day (429)",
        PRACTICE,
        error(429, headers={"Retry-After": "86400"}),
        "API key",
    ),
    _refuses(
        "always-500", "a broken server", "fails every call (500)", CODES, error(500), "base URL"
    ),
    _refuses(
        "always-429-at-once",
        "a broken proxy",
        "refuses every call and asks to come back at once (429, Retry-After: 0)",
        PRACTICE,
        error(429, headers={"Retry-After": "0"}),
        "calls at once",
    ),
    _passes(
        "wait-zero",
        "a proxy",
        "asks to come back at once (429, Retry-After: 0)",
        PRACTICE,
        error(429, headers={"Retry-After": "0"}),
        lever="calls at once",
    ),
    _passes(
        "wait-seconds",
        "OpenAI",
        "asks to wait 20 seconds (429)",
        OPENAI_CODES,
        error(429, headers={"Retry-After": "20"}, code="rate_limit_exceeded"),
        lever="calls at once",
    ),
    _passes(
        "wait-date",
        "a proxy",
        "asks to wait until a time (429)",
        PRACTICE,
        error(429, headers=A_DATE),
        lever="calls at once",
    ),
    _passes(
        "wait-unsaid",
        "DeepSeek",
        "is asked too often, and does not say how long to wait (429)",
        CODES,
        error(429),
        lever="calls at once",
    ),
    _passes(
        "timed-out",
        "OpenRouter",
        "gives a model up (408)",
        OPENROUTER,
        error(408),
        lever="base URL",
    ),
    _passes(
        "overloaded",
        "Anthropic",
        "is overloaded (529)",
        "anthropics/claude-code#5184",
        error(529),
        lever="calls at once",
    ),
    _passes("busy", "DeepSeek", "is overloaded (503)", CODES, error(503), lever="model"),
    _passes(
        "bad-gateway",
        "a web server before the model",
        "shows its page for a bad gateway (502)",
        OPENROUTER,
        page(502),
    ),
    _passes(
        "cloudflare",
        "Cloudflare before a server",
        "shows its page for an unknown error (520)",
        PRACTICE,
        page(520),
    ),
    Behaviour(
        "loading",
        "llama.cpp",
        "loads its model during the first calls of a batch (503)",
        "mostlygeek/llama-swap#146",
        first(3, error(503, "Loading model", type="unavailable_error", code=503), GOOD),
        Refuses("model"),
    ),
)
