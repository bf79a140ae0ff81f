"""Where in a completion the answer stands, and what is odd about the completion around it."""

from tests.lab.behaviour import PRACTICE, Behaviour, Pauses, Refuses, fails, found
from tests.lab.replies import ANSWER, answer, event_stream, for_one_question, json_of, page, wrapped

THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me see."}]}
TEXT = {"type": "text", "text": ANSWER}
CALLED = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": ANSWER}}

PLACES = (
    Behaviour(
        "typed-parts",
        "Mistral's reasoning models",
        "gives content as a list of parts, thoughts among them",
        "spring-projects/spring-ai#5020",
        answer([THINKING, TEXT]),
        found(max_output_tokens=16000),
    ),
    Behaviour(
        "tool-call",
        "Kimi K2 on Groq",
        "gives the answer as the arguments of a tool call; content is null",
        "browser-use/browser-use#5011",
        answer(None, finish="tool_calls", tool_calls=[CALLED]),
        found(answer_place="tool_call"),
    ),
    Behaviour(
        "refusal-field",
        "OpenAI",
        "declines one question in the field `refusal`",
        "https://platform.openai.com/docs/guides/structured-outputs",
        for_one_question(answer(None, refusal="I cannot help with that.")),
        batch=fails("refused"),
    ),
    Behaviour(
        "refusal-in-words",
        "any aligned model",
        "declines one question in prose",
        PRACTICE,
        for_one_question(answer("I'm sorry, but I cannot help with that.")),
        batch=fails("malformed_output"),
    ),
    Behaviour(
        "odd-role",
        "a proxy before Gemini",
        "says `model` where the role is `assistant`",
        PRACTICE,
        answer(role="model"),
    ),
    Behaviour(
        "another-model-named",
        "OpenRouter, Azure",
        "echoes another name than that of the model asked for",
        PRACTICE,
        answer(around={"model": "vendor/model-2026-11-01"}),
    ),
    Behaviour(
        "keep-alive-blanks",
        "DeepSeek",
        "sends empty lines while the request waits, then the JSON",
        "https://api-docs.deepseek.com/quick_start/rate_limit",
        wrapped(before=b"\n\n\n  \n"),
    ),
    Behaviour(
        "no-content-type",
        "a small server of one's own",
        "sends no content type",
        PRACTICE,
        wrapped(content_type=""),
    ),
    Behaviour(
        "text-content-type",
        "a small server of one's own",
        "sends a completion as `text/plain`",
        PRACTICE,
        wrapped(content_type="text/plain; charset=utf-8"),
    ),
    Behaviour(
        "events-unasked",
        "a proxy that always streams",
        "answers with server-sent events though none were asked for",
        PRACTICE,
        event_stream,
    ),
    Behaviour(
        "a-page",
        "a login page before the server",
        "answers 200 with a page for people",
        PRACTICE,
        page(200),
        Refuses("base URL"),
        Pauses("base URL"),
    ),
    Behaviour(
        "another-api",
        "a server of plain completions",
        "answers 200 with JSON of another API",
        PRACTICE,
        json_of({"object": "text_completion", "choices": [{"text": "Hello", "index": 0}]}),
        Refuses("base URL"),
        Pauses("base URL"),
    ),
)
