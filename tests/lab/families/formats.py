"""How answers are held to a schema, and in what wrapping they come."""

from tests.lab.answers import PROSE
from tests.lab.behaviour import JSON_OBJECT, PLAIN, PRACTICE, Behaviour, Ends, Refuses, found
from tests.lab.replies import (
    ANSWER,
    GOOD,
    answer,
    asks_format,
    error,
    every_second,
    schema_says,
    where,
    wrapped,
)

CLAUDE = "https://platform.claude.com/docs/en/api/openai-sdk"
FENCE = f"```json\n{ANSWER}\n```"

FORMATS = (
    Behaviour(
        "strict-schema",
        "OpenAI, vLLM, SGLang, llama.cpp",
        "holds the answer to the schema it is sent",
        "https://platform.openai.com/docs/guides/structured-outputs",
        GOOD,
    ),
    Behaviour(
        "format-ignored",
        "Anthropic's compatible endpoint",
        "ignores `response_format`; the model puts words around the JSON it was told of",
        CLAUDE,
        where(asks_format("json_schema"), answer(PROSE), answer(f"Here is the JSON:\n{FENCE}\n")),
        JSON_OBJECT,
    ),
    Behaviour(
        "schema-refused",
        "an older server",
        "knows `json_object` only, and refuses a schema (400)",
        PRACTICE,
        where(asks_format("json_schema"), error(400, param="response_format")),
        JSON_OBJECT,
    ),
    Behaviour(
        "json-object-refused",
        "LM Studio",
        "takes a schema, and refuses `json_object` (400)",
        "lmstudio-ai/lmstudio-bug-tracker#189",
        where(asks_format("json_object"), error(400)),
    ),
    Behaviour(
        "format-unknown",
        "a hospital's proxy",
        "refuses any `response_format` as a field it does not know (422)",
        PRACTICE,
        where(asks_format("json_schema", "json_object"), error(422)),
        PLAIN,
    ),
    Behaviour(
        "schema-crashes",
        "vLLM with Mistral's tokenizer",
        "answers 500 wherever a schema is asked",
        "vllm-project/vllm#13260",
        where(asks_format("json_schema"), error(500)),
        JSON_OBJECT,
    ),
    Behaviour(
        "array-bounds-refused",
        "Groq, Azure",
        "refuses a strict schema that bounds an array (400)",
        "i-am-bee/beeai-framework#1215",
        where(
            schema_says("minItems", "maxItems"),
            error(400, "invalid schema for response format: maxItems is not supported"),
        ),
        found(array_bounds=False),
    ),
    Behaviour(
        "in-a-fence", "local models", "wraps the JSON in a Markdown fence", PRACTICE, answer(FENCE)
    ),
    Behaviour(
        "words-after-it",
        "a chatty model",
        "ends the answer with an offer of further help",
        PRACTICE,
        answer(f"{ANSWER}\n\nLet me know if I can do more!"),
    ),
    Behaviour(
        "several-objects",
        "a chatty model",
        "drafts one object, then gives the right one",
        PRACTICE,
        answer(f'First draft: {{"draft": 0}}\nFinal: {ANSWER}'),
    ),
    Behaviour(
        "never-in-shape",
        "a model too small for the task",
        "answers with prose, whatever is asked",
        PRACTICE,
        answer(PROSE),
        Refuses("model"),
        Ends(0, {"malformed_output": 12}),
    ),
    Behaviour(
        "every-second-malformed",
        "a small model",
        "is out of shape every second time, and right when asked again",
        PRACTICE,
        every_second(answer("{")),
    ),
    Behaviour(
        "byte-order-mark",
        "a proxy on Windows",
        "begins the body with a byte order mark",
        PRACTICE,
        wrapped(before=b"\xef\xbb\xbf"),
    ),
)
