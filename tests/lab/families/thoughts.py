"""Where a model's thoughts stand, and how they are told from its answer."""

from tests.lab.behaviour import PRACTICE, Behaviour, fails, found
from tests.lab.replies import ANSWER, answer, for_one_question

# Found of a model that thinks: real prompts make it think longer.
ROOM = found(max_output_tokens=16000)
DRAFT = 'The user asks. A draft: {"draft": 0}. '

THOUGHTS = (
    Behaviour(
        "think-tags",
        "DeepSeek R1, Qwen",
        "thinks within `<think>` tags, a draft in JSON among the thoughts",
        "Infinitix-LLC/gpt_markdown#42",
        answer(f"<think>\n{DRAFT}\n</think>\n\n{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "think-close-only",
        "Kimi on SGLang",
        "gives the closing `</think>` only, for the template opened it",
        "kvcache-ai/ktransformers#1820",
        answer(f"{DRAFT}\n</think>\n\n{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "thought-tags",
        "EXAONE Deep on Ollama",
        "thinks within `<thought>` tags",
        "tinyhumansai/openhuman#6184",
        answer(f"<thought>{DRAFT}</thought>\n{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "begin-of-thought",
        "OpenThinker",
        "thinks within `<|begin_of_thought|>` marks",
        "Infinitix-LLC/gpt_markdown#42",
        answer(f"<|begin_of_thought|>{DRAFT}<|end_of_thought|>\n{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "bracketed-think",
        "Magistral on Ollama",
        "thinks within `[THINK]` marks",
        "RooCodeInc/Roo-Code#8522",
        answer(f"[THINK]{DRAFT}[/THINK]{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "unused-tokens",
        "MedGemma",
        "thinks between `<unused94>` and `<unused95>`",
        "elkimek/get-based#114",
        answer(f"<unused94>thought\n{DRAFT}<unused95>{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "harmony-channels",
        "gpt-oss on mlx-lm",
        "leaves the marks of its channels in the content",
        "ml-explore/mlx-lm#1867",
        answer(
            f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant"
            f"<|channel|>final<|message|>{ANSWER}"
        ),
        ROOM,
    ),
    Behaviour(
        "harmony-words",
        "gpt-oss behind a provider",
        "leaves the channels' names in the content, their marks stripped",
        "Augustas11/macprovider#743",
        answer(f"analysis{DRAFT}assistantfinal{ANSWER}"),
        ROOM,
    ),
    Behaviour(
        "thought-never-closed",
        "a reasoning model",
        "stops in the middle of its thoughts over one question",
        PRACTICE,
        for_one_question(answer(f"<think>{DRAFT}")),
        batch=fails("no_answer"),
    ),
    Behaviour(
        "reasoning-content",
        "DeepSeek, vLLM",
        "puts its thoughts into `reasoning_content`",
        "kekzl/imp#768",
        answer(reasoning_content=DRAFT),
        ROOM,
    ),
    Behaviour(
        "reasoning",
        "OpenRouter, vLLM",
        "puts its thoughts into `reasoning`",
        PRACTICE,
        answer(reasoning=DRAFT),
        ROOM,
    ),
    Behaviour(
        "answer-in-reasoning-content",
        "vLLM with a reasoning parser",
        "puts the whole answer into `reasoning_content`; content is null",
        "vllm-project/vllm#50948",
        answer(None, reasoning_content=ANSWER),
        found(answer_place="reasoning"),
    ),
    Behaviour(
        "answer-in-reasoning",
        "Ollama with a thinking model",
        "puts the whole answer into `reasoning`; content is empty",
        "ollama/ollama#15754",
        answer("", reasoning=ANSWER),
        found(answer_place="reasoning"),
    ),
)
