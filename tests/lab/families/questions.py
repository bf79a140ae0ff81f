"""One question of twelve that a server cannot bear: it fails one trace, never the batch."""

from tests.lab.behaviour import PRACTICE, Behaviour, fails
from tests.lab.families.finishes import OPENROUTER
from tests.lab.replies import Reply, Response, error, for_one_question, json_of, page


def _one(name: str, server: str, does: str, source: str, reply: Reply, reason: str) -> Behaviour:
    return Behaviour(
        name,
        server,
        f"{does}, for one question",
        source,
        for_one_question(reply),
        batch=fails(reason),
    )


FILTERED = {"error": {"code": "content_filter", "param": "prompt", "status": 400}}
MODERATED = {"error": {"code": 403, "metadata": {"reasons": ["self-harm"]}, "message": "flagged"}}

QUESTIONS = (
    _one(
        "azure-filter",
        "Azure",
        "refuses by its content filter (400)",
        "compl-ai/compl-ai#20",
        json_of(FILTERED, 400),
        "refused",
    ),
    _one(
        "moderated",
        "OpenRouter",
        "refuses by moderation (403)",
        "enricoros/big-AGI#352",
        json_of(MODERATED, 403),
        "refused",
    ),
    _one(
        "not-allowed",
        "LiteLLM behind a firewall",
        "refuses a word of it (403)",
        "BerriAI/litellm#20441",
        error(403),
        "refused",
    ),
    _one(
        "firewall-page",
        "a firewall before the server",
        "shows a page (403)",
        "agent0ai/agent-zero#990",
        page(403),
        "refused",
    ),
    _one(
        "firewall-page-200",
        "a hospital's proxy",
        "shows a page with status 200",
        PRACTICE,
        page(200),
        "refused",
    ),
    _one(
        "legal-reasons",
        "a provider",
        "refuses for legal reasons (451)",
        PRACTICE,
        error(451),
        "refused",
    ),
    _one(
        "prompt-crashes",
        "vLLM with a schema",
        "fails (500)",
        "vllm-project/vllm#13260",
        error(500),
        "no_answer",
    ),
    _one(
        "prompt-bad-gateway", "a proxy", "loses its model (502)", OPENROUTER, page(502), "no_answer"
    ),
    _one(
        "prompt-hang-up",
        "vLLM, llama.cpp",
        "hangs up",
        "vllm-project/vllm#13260",
        lambda call: Response(sent=0),
        "no_answer",
    ),
    _one(
        "prompt-too-large",
        "a web server before the model",
        "refuses the size of the request (413)",
        PRACTICE,
        page(413),
        "request_rejected",
    ),
    _one(
        "prompt-unprocessable",
        "Mistral",
        "cannot process the request (422)",
        PRACTICE,
        error(422),
        "request_rejected",
    ),
    _one(
        "prompt-error-in-200",
        "OpenRouter",
        "reports a fault with status 200",
        OPENROUTER,
        json_of({"error": {"code": 502, "message": "(words)"}}),
        "no_answer",
    ),
)
