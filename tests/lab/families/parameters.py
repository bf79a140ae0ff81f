"""Which parameters a server takes, what it calls them, and how it refuses the others."""

from tests.lab.behaviour import PRACTICE, Behaviour, Pauses, Refuses, found
from tests.lab.replies import ANSWER, Call, Condition, answer, error, page, sends, where

THINKING_OFF = {"chat_template_kwargs": {"enable_thinking": False}}


def has_system_message(call: Call) -> bool:
    return any(message["role"] == "system" for message in call.asked["messages"])


def is_limited_below(tokens: int, *, prompt: int = 0) -> Condition:
    """Whether a call allows fewer tokens, and its prompt has at least so many characters."""

    def is_limited(call: Call) -> bool:
        characters = sum(len(str(message["content"])) for message in call.asked["messages"])
        return call.limit < tokens and characters >= prompt

    return is_limited


def is_limited_above(tokens: int) -> Condition:
    return lambda call: call.limit > tokens


THOUGHT_ONLY = answer("", finish="length", reasoning_content="Let me think. " * 60)

PARAMETERS = (
    Behaviour(
        "newer-limit-only",
        "OpenAI's reasoning models behind a proxy",
        "refuses `max_tokens` and names `max_completion_tokens` (400)",
        "openai/openai-python#2046",
        where(
            sends("max_tokens"),
            error(
                400,
                "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
                param="max_tokens",
                code="unsupported_parameter",
            ),
        ),
        found(output_limit="max_completion_tokens"),
    ),
    Behaviour(
        "older-limit-only",
        "Mistral",
        "refuses `max_completion_tokens` as an extra input (422)",
        "editor-code-assistant/eca#231",
        where(
            sends("max_completion_tokens"),
            error(422, "Extra inputs are not permitted: max_completion_tokens"),
        ),
    ),
    Behaviour(
        "older-limit-ignored",
        "a gateway that speaks of completion tokens",
        "ignores `max_tokens`, and keeps `max_completion_tokens`",
        PRACTICE,
        answer(keeps=("max_completion_tokens",)),
        found(output_limit="max_completion_tokens"),
    ),
    Behaviour(
        "newer-limit-ignored",
        "Ollama, older llama.cpp",
        "ignores `max_completion_tokens`, and keeps `max_tokens`",
        "ollama/ollama#7125",
        answer(keeps=("max_tokens",)),
    ),
    Behaviour(
        "limit-too-large",
        "a small model's server",
        "writes at most 1,000 tokens, and refuses a larger output limit (400)",
        PRACTICE,
        where(
            is_limited_above(1000),
            error(400, "max_tokens is too large: at most 1000 are supported", param="max_tokens"),
        ),
        Refuses("output limit"),
        Pauses("output limit"),
    ),
    Behaviour(
        "reasons-for-6000-tokens",
        "reasoning models",
        "thinks for 5,000 tokens and more before each answer; with less there is none",
        "pvliesdonk/markdown-vault-mcp#919",
        where(is_limited_below(5000), THOUGHT_ONLY, answer(reasoning_content="Let me think.")),
        found(max_output_tokens=16000),
    ),
    Behaviour(
        "reasons-longer-on-long-prompts",
        "reasoning models",
        "thinks briefly on a small question, and for 3,000 tokens on a real one",
        "pvliesdonk/markdown-vault-mcp#919",
        where(is_limited_below(3000, prompt=1200), THOUGHT_ONLY, answer(reasoning_content="Hm.")),
        found(max_output_tokens=16000),
    ),
    Behaviour(
        "own-temperature-only",
        "OpenAI's GPT-5",
        "refuses any temperature but its own, and names the parameter (400)",
        "tmc/langchaingo#1355",
        where(
            sends("temperature"),
            error(
                400,
                "Unsupported value: 'temperature'. Only the default (1) is supported.",
                param="temperature",
                code="unsupported_value",
            ),
        ),
        found(sends_temperature=False),
    ),
    Behaviour(
        "own-temperature-in-words",
        "LiteLLM before GPT-5",
        "refuses the temperature in words only (400)",
        "HKUDS/nanobot#370",
        where(
            sends("temperature"),
            error(400, "UnsupportedParamsError: the model does not support temperature=0.0"),
        ),
        found(sends_temperature=False),
    ),
    Behaviour(
        "no-system-role",
        "vLLM with Gemma 2",
        "refuses a system message in words (400)",
        "huggingface/chat-ui#1386",
        where(
            has_system_message,
            error(400, "System role not supported", type="BadRequestError", param=None, code=400),
        ),
        found(system_role=False),
    ),
    Behaviour(
        "no-system-role-crash",
        "SGLang with Gemma 2",
        "answers 500 to every system message",
        "sgl-project/sglang#892",
        where(has_system_message, page(500, "text/plain")),
        found(system_role=False),
    ),
    Behaviour(
        "effort-unknown",
        "OpenAI's chat models",
        "knows no reasoning effort, and says so in words (400)",
        "umputun/tg-spam#304",
        where(
            sends("reasoning_effort"),
            error(400, "Unrecognized request argument supplied: reasoning_effort", param=None),
        ),
        Refuses("reasoning effort"),
        Pauses("reasoning effort"),
        {"reasoning_effort": "low"},
    ),
    Behaviour(
        "effort-of-another-name",
        "Kimi behind a proxy",
        "takes low, medium or high as reasoning effort, and refuses others (400)",
        "router-for-me/CLIProxyAPI#1307",
        where(
            lambda call: call.asked.get("reasoning_effort") == "xhigh",
            error(400, "1 validation error: reasoning_effort should be 'low', 'medium' or 'high'"),
        ),
        Refuses("reasoning effort"),
        Pauses("reasoning effort"),
        {"reasoning_effort": "xhigh"},
    ),
    Behaviour(
        "extra-body-refused",
        "Mistral",
        "refuses a field it does not know as an extra input (422)",
        "mistralai/platform-docs-public#7",
        where(
            sends("chat_template_kwargs"),
            error(422, "extra_forbidden: body.chat_template_kwargs: Extra inputs not permitted"),
        ),
        Refuses("extra body"),
        Pauses("extra body"),
        {"extra_body": THINKING_OFF},
    ),
    Behaviour(
        "extra-body-needed",
        "vLLM, SGLang with Qwen",
        "thinks without end unless the extra body switches it off",
        PRACTICE,
        where(sends("chat_template_kwargs"), answer(), THOUGHT_ONLY),
        stated={"extra_body": THINKING_OFF},
    ),
    Behaviour(
        "unknown-fields-ignored",
        "vLLM, Ollama",
        "ignores what it does not know",
        "ralphgrewe/TradingAgents#168",
        answer(ANSWER),
        stated={"extra_body": {"num_ctx": 16384}},
    ),
)
