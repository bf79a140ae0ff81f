"""What each action is called in words, by its name.

A sentence has parts: a text with values of the payload in braces, or a pair, the name of a value
and a text that stands only where the value is not empty. A part whose values are missing or empty
is left out. `subject` is the row's name. An action without a sentence is shown as it is stored.
"""

from review.audit.releasing import RELEASING
from review.audit.rules import rules_in_words
from review.audit.values import Sentence

TERMS: Sentence = (
    "terms of {name} changed",
    "licence {licence}",
    "{leave}",
    "source: {source}",
    "before: licence {earlier_licence}",
    "before: {earlier_leave}",
    "source before: {earlier_source}",
    "because: {reason}",
)
MAKING: dict[str, Sentence] = {
    "batch.started": (
        "batch {subject} started",
        "configuration {configuration}",
        ("trial", "three questions are tried first"),
        "placebo traces for a share of {placebo_share}",
        "warnings: {warnings}",
    ),
    "batch.imported": (
        "batch {subject} imported",
        "{imported} chains of thought of {author} from {file}",
        "on questions of {set}",
        "rows left out: {left_out}",
        "licence {licence}",
        "sha256 {sha256}",
    ),
    "batch.paused": ("batch {subject} paused", "because: {reason}"),
    "batch.resumed": ("batch {subject} resumed",),
    "batch.cancelled": ("batch {subject} cancelled",),
    "batch.budget_changed": (
        "budget of batch {subject} changed",
        "money: {money}",
        "tokens: {tokens}",
    ),
    "batch.retried": (
        "{traces} failed traces of batch {subject} tried again",
        "they had failed because: {reason:words}",
    ),
    "batch.question_made_again": (
        "question {question} made again in batch {subject}",
        "{traces} traces",
    ),
    "evaluation.started": (
        "evaluation {subject} started",
        "{model} on {questions} questions of {set}",
        "prompt {prompt}",
        "the questions have sha256 {items_sha256}",
    ),
    "evaluation.imported": (
        "evaluation {subject} imported",
        "outputs of {model} on {questions} questions of {set}, from {file}",
        "outputs in the file that fit no question: {unmatched}",
        "sha256 {sha256}",
    ),
    "evaluation.paused": ("evaluation {subject} paused", "because: {reason}"),
    "evaluation.resumed": ("evaluation {subject} resumed",),
    "evaluation.cancelled": ("evaluation {subject} cancelled",),
    "evaluation.budget_changed": (
        "budget of evaluation {subject} changed",
        "money: {money}",
        "tokens: {tokens}",
    ),
    "evaluation.read_again": (
        "outputs of evaluation {subject} read again by extractor {extractor}",
        "letters that changed: {changed}",
        "before, they were read by {earlier:words}",
    ),
    "evaluation.retried": (
        "{items} failed answers of evaluation {subject} asked for again",
        "they had failed because: {reason:words}",
    ),
    "configuration.saved": ("configuration {subject} saved",),
    "endpoint.created": ("endpoint {name} added", "{role:words} {model} at {host}", "key: {key}"),
    "endpoint.changed": (
        "endpoint {name} changed",
        "what changed: {changed:words}",
        "now {role:words} {model} at {host}",
        "key: {key}",
    ),
    "endpoint.activated": (
        "endpoint {name} switched on",
        "{role:words} {model} at {host}",
        "key: {key}",
    ),
    "endpoint.deactivated": (
        "endpoint {name} switched off",
        "{role:words} {model} at {host}",
        "key: {key}",
    ),
    "price.entered": (
        "price of {model} from {valid_from} entered",
        "tier {service_tier}",
        "{input_per_million} {currency} a million input tokens",
        "{output_per_million} {currency} a million output tokens",
        "source: {source}",
    ),
    "price.changed": (
        "price of {model} from {valid_from} changed",
        "tier {service_tier}",
        "now {input_per_million} {currency} a million input tokens",
        "{output_per_million} {currency} a million output tokens",
        "source: {source}",
        "before: {before}",
    ),
    "file_mapping.saved": ("mapping {name} saved",),
    "knowledge_graph.loaded": ("graph {name} loaded", "version {version}"),
    "knowledge_graph.restored": ("index of graph {name} restored", "version {version}"),
    "knowledge_graph.embedded": (
        "names of graph {subject} embedded by {model}",
        "revision {revision}",
        "{dimension} numbers a vector",
        "before a query: {query_prefix}",
        "before a name: {document_prefix}",
    ),
    "question_set.terms_changed": TERMS,
    "knowledge_graph.terms_changed": TERMS,
    "endpoint.terms_changed": TERMS,
    "batch.terms_changed": TERMS,
    "question_set.created": (
        "question set {name} made",
        "source {source}",
        "licence {licence}",
        ("benchmark", "a benchmark: never released"),
        "split {split}",
    ),
    "question_set.benchmark_changed": (
        "question set {name} is {use} from now on",
        "split {split}",
        "before: {earlier_use}",
        "split before: {earlier_split}",
        "because: {reason}",
    ),
    "questions.loaded": (
        "questions loaded into {set}",
        "{added} added",
        "{rejected} rejected",
        "keys count from {key_counts_from}",
    ),
    "question.key_corrected": (
        "key of question {question} of {set} corrected",
        "{earlier} became {right}",
        "because: {reason}",
        "no longer used, the explanation of the source: {explanation}",
    ),
}

PAIR: Sentence = (
    "more precise: {more_precise:words}",
    "more coherent: {more_coherent:words}",
    "better: {better:words}",
    "flag of the first {flag_first}",
    "flag of the second {flag_second}",
    "could not judge: {cannot_judge:words}",
    "shown on the left: {shown_left:words}",
    "revision {revision}",
)
JUDGING: dict[str, Sentence] = {
    "study.opened": (
        "study {subject} opened",
        "{items} items drawn",
        "{controls} control items",
        "{repeats} repeats",
        "{placebos} placebos",
        "{overlap} grades an item",
    ),
    "study.open": ("study {subject} resumed",),
    "study.paused": ("study {subject} paused",),
    "study.closed": ("study {subject} closed",),
    "study.extended": (
        "study {subject} extended",
        "{overlap} grades an item",
        "reviewers added: {reviewers}",
        "{slots} more grades asked for",
    ),
    "study.phase_drawn": (
        "phase {phase} of study {subject} drawn",
        "{items} more items",
        "where: {where:words}",
        "{grades_behind_score} grades behind the score",
    ),
    "grade.submitted": (
        "item {item} graded",
        "could not judge: {cannot_judge:words}",
        "precision {cot_precision}",
        "coherence {cot_coherence}",
        "coherence before the key was shown {blind_coherence}",
        "decision {decision}",
        "first incorrect step {first_incorrect_step} (0: none)",
        "safety flag {safety_flag}",
        ("answer_key_disputed", "the answer key is disputed"),
        "revision {revision}",
    ),
    "grade.amended": (
        "grade of item {item} amended",
        "because: {reason}",
        ("after_reveal", "after the reveal, so that it only warns"),
        "could not judge: {cannot_judge:words}",
        "precision {cot_precision}",
        "coherence {cot_coherence}",
        "coherence before the key was shown {blind_coherence}",
        "decision {decision}",
        "first incorrect step {first_incorrect_step} (0: none)",
        "safety flag {safety_flag}",
        ("answer_key_disputed", "the answer key is disputed"),
        "revision {revision}",
    ),
    "grade.revealed": ("shown to the grader of item {item}: {shown}",),
    "grade.sent_back": (
        "grade of item {item} sent back",
        "revision {revision}",
        "comment: {comment}",
    ),
    "grade.stood_by": ("grade of item {item} stood by", "revision {revision}", "reply: {reply}"),
    "practice.submitted": ("practice case graded",),
    "item.declined": ("item {item} declined", "because: {reason}"),
    "item.adjudicated": (
        "item {item} settled",
        "precision {precision}",
        "coherence {coherence}",
        "decision {decision}",
        "safety flag {safety_flag}",
        ("answer_key_disputed", "the answer key is in doubt"),
        "{grades} grades weighed",
        "revision {revision}",
    ),
    "cot.corrected": (
        "chain of thought of item {item} corrected",
        "revision {revision}",
        "conclusion: {conclusion}",
    ),
    "answer_key.ruled": (
        "ruled on the key of question number {question}: {ruling}",
        "right is {right}",
        "because: {reason}",
    ),
    "control.marked": (
        "trace {trace} made a control item",
        "precision {precision}",
        "coherence {coherence}",
        "decision {decision}",
        "tolerance {tolerance}",
    ),
    "control.retired": ("control item retired", "trace {trace}"),
    "policy.saved": ("policy {subject} saved", "{rules}"),
    "pair.judged": ("pair {item} judged", *PAIR),
    "pair.amended": ("judgement of pair {item} amended", "because: {reason}", *PAIR),
}

PEOPLE: dict[str, Sentence] = {
    "account.made": ("account {name} made", "{role}"),
    "account.password_set": ("a superuser set the password of {subject}",),
    "account.password_reset": ("{subject} chose a new password by a link",),
    "account.reset_link_made": ("password link made for {subject}",),
    "account.deactivated": ("access of {subject} ended",),
    "account.reactivated": ("access of {subject} given back",),
    "account.second_factor_dropped": ("two-step login of {subject} switched off",),
    "role.granted": ("{subject} became {role}",),
    "role.revoked": ("{subject} is no longer {role}",),
    "invitation.made": ("{role} invited: {meant_for}", "days that the link works: {days}"),
    "invitation.accepted": ("invitation accepted", "{role}"),
    "invitation.revoked": ("invitation revoked",),
    "profile.changed": (
        "profile changed",
        "specialty (before, after): {specialty}",
        "seniority (before, after): {seniority}",
        "declared interests (before, after): {declared_interests}",
    ),
}

SENTENCES: dict[str, Sentence] = MAKING | JUDGING | RELEASING | PEOPLE
# Values that take more than one word each.
IN_WORDS = {("policy.saved", "rules"): rules_in_words}
