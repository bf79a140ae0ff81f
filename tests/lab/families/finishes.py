"""How an answer ends: the names of finish reasons, and faults reported within a success."""

from tests.lab.behaviour import PRACTICE, Behaviour, Pauses, Refuses, fails
from tests.lab.replies import ANSWER, answer, every_second, for_one_question, json_of

OPENROUTER = "https://openrouter.ai/docs/api/reference/errors-and-debugging"
DEEPSEEK = "https://deepseekv4pro.com/guides/deepseek-create-chat-completion-api"
CUT = f'{ANSWER[:1]}"ques'
UPSTREAM = {"error": {"code": 502, "message": "(words of the server)"}}
NO_CHOICES = json_of({"id": "1", "object": "chat.completion", "choices": []})


def _ends_as(name: str, server: str, reason: str | None, source: str = PRACTICE) -> Behaviour:
    told = f"`{reason}`" if reason is not None else "null"
    return Behaviour(
        name, server, f"ends a whole answer with {told}", source, answer(finish=reason)
    )


def _cut_as(name: str, server: str, reason: str, source: str = PRACTICE) -> Behaviour:
    return Behaviour(
        name,
        server,
        f"cuts one answer off and calls it `{reason}`",
        source,
        for_one_question(answer('{"question": [', finish=reason)),
        batch=fails("truncated_output"),
    )


FINISHES = (
    _ends_as("finish-eos", "TGI", "eos_token"),
    _ends_as("finish-end-turn", "a proxy before Anthropic's models", "end_turn"),
    _ends_as("finish-upper-case", "a proxy before Gemini", "STOP"),
    _ends_as("finish-null", "SGLang", None, "sgl-project/sglang#4550"),
    _ends_as("finish-empty", "a small server of one's own", ""),
    _cut_as("cut-by-length", "all servers", "length"),
    _cut_as("cut-upper-case", "a proxy before Gemini", "MAX_TOKENS"),
    _cut_as("cut-by-context", "Mistral", "model_length"),
    Behaviour(
        "loop-of-blanks",
        "vLLM with a schema",
        "fills one answer with line breaks up to the limit",
        "vllm-project/vllm#4093",
        for_one_question(answer('{"question":' + "\n" * 300, finish="length")),
        batch=fails("truncated_output"),
    ),
    Behaviour(
        "filtered-answer",
        "OpenRouter before Gemini",
        "ends one answer with `content_filter` and no text",
        "sugarforever/chat-ollama#695",
        for_one_question(answer("", finish="content_filter")),
        batch=fails("refused"),
    ),
    Behaviour(
        "filtered-upper-case",
        "a proxy before Gemini",
        "ends one answer with `SAFETY` and no text",
        PRACTICE,
        for_one_question(answer("", finish="SAFETY")),
        batch=fails("refused"),
    ),
    Behaviour(
        "aborted",
        "SGLang",
        "breaks off every second answer with `abort`",
        "sgl-project/sglang#6693",
        every_second(answer("", finish="abort")),
    ),
    Behaviour(
        "error-in-the-choice",
        "OpenRouter",
        "ends every second answer with `error`, and tells the fault beside it",
        "UKGovernmentBEIS/inspect_ai#1536",
        every_second(answer("", finish="error", choice=UPSTREAM)),
    ),
    Behaviour(
        "out-of-resources",
        "DeepSeek",
        "breaks off every second answer with `insufficient_system_resource`",
        DEEPSEEK,
        every_second(answer("", finish="insufficient_system_resource")),
    ),
    Behaviour(
        "error-in-a-200",
        "OpenRouter",
        "reports every second fault as an error object with status 200",
        OPENROUTER,
        every_second(json_of(UPSTREAM)),
    ),
    Behaviour(
        "nothing-every-second-time",
        "OpenRouter while a model warms up",
        "gives every second answer without text, and calls it whole",
        OPENROUTER,
        every_second(answer("")),
    ),
    Behaviour(
        "nothing-for-one-question",
        "any model",
        "gives one question no text, however often it is asked",
        "BerriAI/litellm#40252",
        for_one_question(answer("")),
        batch=fails("no_answer"),
    ),
    Behaviour(
        "no-choices-for-one-question",
        "Azure, Gemini",
        "gives one question an empty list of choices",
        "BerriAI/litellm#40252",
        for_one_question(NO_CHOICES),
        batch=fails("no_answer"),
    ),
    Behaviour(
        "always-an-error-in-a-200",
        "a gateway whose model is gone",
        "reports a fault with status 200 to every call",
        OPENROUTER,
        json_of(UPSTREAM),
        Refuses("base URL"),
        Pauses("base URL"),
    ),
    Behaviour(
        "always-no-choices",
        "a gateway that filters everything",
        "gives no choices to any call",
        PRACTICE,
        NO_CHOICES,
        Refuses("model"),
        Pauses("model"),
    ),
)
