"""What a server says of its tokens, and what it does with a prompt longer than it can read."""

from typing import Any

from tests.lab.behaviour import PRACTICE, Behaviour, Ends, fails
from tests.lab.replies import Reply, answer, error, for_one_question, for_real_prompts, json_of

ABSURD = 10**15


def told(**changes: Any) -> Reply:
    """An answer whose usage says this."""
    return answer(usage=lambda counted: {**counted, **changes})


def thoughts_apart(counted: dict[str, int]) -> dict[str, int]:
    return {**counted, "total_tokens": counted["total_tokens"] + 405}


def cached_apart(counted: dict[str, int]) -> dict[str, Any]:
    cached = {"cached_tokens": counted["prompt_tokens"] - 3}
    return {**counted, "prompt_tokens": 3, "prompt_tokens_details": cached}


def read_at_most(tokens: int) -> Reply:
    def usage(counted: dict[str, int]) -> dict[str, int]:
        read, wrote = min(tokens, counted["prompt_tokens"]), counted["completion_tokens"]
        return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}

    return answer(usage=usage)


TOKENS = (
    Behaviour(
        "usage-absent",
        "a small server of one's own",
        "tells no usage",
        "coddy-project/coddy-agent#321",
        answer(usage=lambda counted: None),
    ),
    Behaviour(
        "usage-null",
        "SGLang",
        "tells a usage of null",
        "sgl-project/sglang#4550",
        answer(around={"usage": None}),
    ),
    Behaviour(
        "usage-zero",
        "LiteLLM",
        "tells a usage of zeros",
        "BerriAI/litellm#8349",
        told(prompt_tokens=0, completion_tokens=0, total_tokens=0),
    ),
    Behaviour(
        "usage-negative",
        "a faulty proxy",
        "tells negative tokens",
        PRACTICE,
        told(prompt_tokens=-1, completion_tokens=-1, total_tokens=-2),
    ),
    Behaviour(
        "usage-in-words",
        "a faulty proxy",
        "tells tokens as text",
        PRACTICE,
        told(prompt_tokens="31", completion_tokens="9", total_tokens="40"),
    ),
    Behaviour(
        "usage-with-decimals",
        "a server in JavaScript",
        "tells whole tokens with decimals",
        PRACTICE,
        answer(usage=lambda counted: {name: float(value) for name, value in counted.items()}),
    ),
    Behaviour(
        "usage-absurd",
        "a faulty proxy",
        "tells more tokens than any model can read",
        PRACTICE,
        told(prompt_tokens=ABSURD, completion_tokens=ABSURD, total_tokens=2 * ABSURD),
    ),
    Behaviour(
        "total-with-thoughts",
        "Gemini",
        "tells a total larger than its parts: thoughts count in the total alone",
        "mozilla-ai/any-llm#1290",
        answer(usage=thoughts_apart),
    ),
    Behaviour(
        "prompt-without-cached",
        "a proxy before Anthropic's models",
        "leaves cached tokens out of the prompt's, and counts them in the total",
        PRACTICE,
        answer(usage=cached_apart),
    ),
    Behaviour(
        "total-too-small",
        "a faulty proxy",
        "tells a total smaller than its parts",
        PRACTICE,
        told(total_tokens=1),
    ),
    Behaviour(
        "prompt-read-in-part",
        "Ollama",
        "reads the first 2,048 tokens of a prompt, and says so in the usage alone",
        "ollama/ollama#17889",
        read_at_most(2048),
        batch=fails("prompt_truncated"),
    ),
    Behaviour(
        "too-long-by-code",
        "OpenAI",
        "refuses a long prompt by its code (400)",
        PRACTICE,
        for_one_question(
            error(400, "maximum context length exceeded", code="context_length_exceeded")
        ),
        batch=fails("request_rejected"),
    ),
    Behaviour(
        "too-long-in-words",
        "vLLM",
        "refuses a long prompt in words, the number 400 as its code",
        "ogx-ai/ogx#4534",
        for_one_question(
            json_of(
                {
                    "object": "error",
                    "message": "This model's maximum context length is 6048 tokens.",
                    "type": "BadRequestError",
                    "param": None,
                    "code": 400,
                },
                400,
            )
        ),
        batch=fails("request_rejected"),
    ),
    Behaviour(
        "too-long-overflow",
        "LM Studio",
        "refuses a long prompt with a text in place of an error object (400)",
        "lmstudio-ai/lmstudio-bug-tracker#237",
        for_one_question(
            json_of({"error": "Trying to keep the first tokens when context the overflows."}, 400)
        ),
        batch=fails("request_rejected"),
    ),
    Behaviour(
        "too-long-in-a-200",
        "LM Studio",
        "reports a prompt that is too long with status 200",
        "lmstudio-ai/lmstudio-bug-tracker#2322",
        for_one_question(json_of({"error": {"message": "Context size has been exceeded."}})),
        batch=fails("request_rejected"),
    ),
    Behaviour(
        "too-long-and-silent",
        "LM Studio",
        "answers a long prompt with nothing, and reports success",
        "lmstudio-ai/lmstudio-bug-tracker#2339",
        for_one_question(answer("")),
        batch=fails("no_answer"),
    ),
    Behaviour(
        "every-prompt-too-long",
        "vLLM with a small context",
        "can read none of the batch's prompts (400)",
        "vllm-project/vllm#20409",
        for_real_prompts(
            error(400, "This model's maximum context length is 512 tokens.", code=400, param=None)
        ),
        batch=Ends(0, {"request_rejected": 12}),
    ),
)
