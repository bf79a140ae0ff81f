"""The run card as a page of Markdown, and how to serve what was trained."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_ROWS = 40
METHODS: Mapping[str, str] = {
    "sft": "supervised fine-tuning",
    "dpo": "direct preference optimisation",
    "prm": "process reward model: each step is answered with + or -",
}


def card_text(card: Mapping[str, Any]) -> str:
    """The run card for people; every figure is in the JSON too."""
    parts = (_head, _data, _settings, _curve, _weights, _serving, _differences)
    return "\n".join(line for part in parts for line in part(card))


def _head(card: Mapping[str, Any]) -> Iterator[str]:
    settings, release, base = card["settings"], card["release"], card["base"]
    yield f"# Fine-tuned on {release['name']}"
    yield ""
    yield (
        f"{METHODS[settings['method']].capitalize()}, {_what_is_trained(settings)}, on rows of the "
        f"release **{release['name']}**. Research material, not for clinical use."
    )
    yield ""
    yield from _table(
        ("", "sha256"),
        [
            ("release (manifest)", release["manifest_sha256"]),
            *((name, digest) for name, digest in release["files"].items()),
            (f"base: {base['source']}", card["base_sha256"]),
            ("trained weights", card["weights_sha256"]),
            ("order of rows", card["order"]["sha256"]),
            ("code of this package", card["code_sha256"]),
        ],
    )
    yield card["withdrawal"]
    yield ""


def _what_is_trained(settings: Mapping[str, Any]) -> str:
    if settings["lora_rank"]:
        return f"an adapter (LoRA, rank {settings['lora_rank']})"
    return "all weights"


def _data(card: Mapping[str, Any]) -> Iterator[str]:
    yield "## Rows"
    yield ""
    where = ", ".join(f"{name}={value}" for name, value in card["where"].items())
    rows = []
    for split in ("train", "validation"):
        counts = card["rows"][split]
        rows.append(
            (
                split,
                f"{counts['rows']:,}",
                f"{counts['prompt_tokens']['total']:,}",
                f"{counts['response_tokens']['total']:,}",
                f"{counts['row_tokens']['max']:,}",
                f"{counts['tokens_with_loss']:,}",
            )
        )
    heads = ("split", "rows", "prompt tokens", "response tokens", "longest row", "with loss")
    yield from _table(heads, rows)
    for split in ("train", "validation"):
        found = card["rows"][split]
        yield from (f"- {split}: {line}" for line in (*found["problems"], *found["notes"]))
        for name, kinds in found["kinds"].items():
            told = ", ".join(f"{kind} {number:,}" for kind, number in kinds.items())
            yield f"- {split}, {name}: {told}."
        if found["left_out_by_choice"]:
            yield f"- {split}: {found['left_out_by_choice']:,} rows left out by choice ({where})."
    accepted = ", ".join(card["rows"]["accepted"]) or "nothing"
    yield f"- Accepted by name: {accepted}."
    order = card["order"]
    begun = f"seed {order['seed']}, epochs begun: {order['epochs_begun']}"
    yield f"- Order: {order['derived']}; {begun}."
    if order["filled"]:
        yield (
            f"- At the end of each epoch, the first {order['filled']:,} of its rows come again, "
            "since every device takes as many."
        )
    yield ""


def _settings(card: Mapping[str, Any]) -> Iterator[str]:
    settings, changed, ours = card["settings"], card["changed_from_preset"], card["ours_in_preset"]
    yield f"## Settings: preset `{settings['preset']}`"
    yield ""
    rows = []
    for name, value in settings.items():
        note = f"preset: {changed[name]['preset']}" if name in changed else ""
        rows.append((name, value, note or (f"ours: {ours[name]}" if name in ours else "")))
    yield from _table(("setting", "value", ""), rows)
    versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
    machine = card["hardware"]
    gpus = ", ".join(machine["gpus"]) or "no GPU"
    processes = "1 process" if card["devices"] == 1 else f"{card['devices']} processes"
    yield (
        f"Trained with {versions}, in {card['precision']}, by {processes} on {machine['machine']} "
        f"({machine['processor'] or 'processor unknown'}, {machine['processors']} of them, "
        f"{machine['threads']} threads), {gpus}."
    )
    yield ""


def _curve(card: Mapping[str, Any]) -> Iterator[str]:
    curve, speed = card["curve"], card["speed"]
    yield "## Curve"
    yield ""
    names = [
        name
        for name in ("train_loss", "held_out_loss", "held_out_pairs_preferred")
        if any(name in entry for entry in curve)
    ]
    shown = [entry for entry in curve if "held_out_loss" in entry] or list(curve)
    rows = [(entry["step"], *(_number(entry.get(name)) for name in names)) for entry in shown]
    yield from _table(("step", *names), rows[:: max(-(-len(rows) // MAX_ROWS), 1)])
    yield (
        f"Train loss: {card['train_loss']}. Held-out loss: {card['held_out_loss']}. All steps are "
        "in the JSON beside this file. A lower loss says that the rows are likelier to the model; "
        "it does not say that its answers are better."
    )
    if "held_out_pairs_preferred" in names:
        yield (
            "Pairs preferred: the share whose better side gained more over the base than the worse "
            "one; before the first step neither has gained, and it is 0."
        )
    yield ""
    if speed:
        yield (
            f"{card['steps']} steps, {speed['seconds_a_step']} s a step, "
            f"{speed['tokens_a_second']} tokens a second (of prompts and responses)."
        )
        yield ""


def _weights(card: Mapping[str, Any]) -> Iterator[str]:
    yield "## Weights"
    yield ""
    rows = [(one["folder"], one["kind"], one["sha256"]) for one in card["weights"]]
    yield from _table(("folder", "kind", "sha256"), rows)


def _serving(card: Mapping[str, Any]) -> Iterator[str]:
    complete = [one["folder"] for one in card["weights"] if one["kind"] != "adapter"]
    yield "## Serving"
    yield ""
    if complete:
        folder = complete[0]
        yield (
            f"- `transformers serve {folder}` or `vllm serve {folder}`: servers with OpenAI's API, "
            "which leads add as endpoints."
        )
        yield (
            f"- llama.cpp: `convert_hf_to_gguf.py {folder} --outfile model.gguf`, then "
            "`llama-server -m model.gguf --jinja`."
        )
    else:
        base = card["base"]["source"]
        yield (
            f"- `vllm serve {base} --enable-lora --lora-modules tuned=adapter`, or train with "
            "`--merge` for complete weights, which every server takes."
        )
    yield "- The chat template lies beside the weights: ask with it and no other."
    if card["settings"]["method"] == "prm":
        yield (
            "- To score a chain, send its steps one after the other as turns of the user, and "
            "compare the probabilities of `+` and `-` as the answer to each."
        )
    yield ""


def _differences(card: Mapping[str, Any]) -> Iterator[str]:
    yield "## What differs from the publication's own code"
    yield ""
    yield from (f"- {line}" for line in card["differs_from_publication"])
    yield ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)
    yield ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
