"""The kinds of leakage, one table: what each speaks of, why that leaks, how it is worded.

Most of these words have an innocent sense too (the edge of a lesion, the path of a nerve, a
graph of pressure, the given answer choices); the wordings and their exceptions tell them apart.
They are matched, whatever the case, against plain text with single spaces.
docs/method.md has the measured precision and recall.
"""

from typing import NamedTuple

_RIGHT = r"(?:(?:correct|right|final|true|best) )?"
_ANSWER = rf"the {_RIGHT}answer\b(?! choices?| options?)"
# Given as the data of the prompt are: before the thing, and after it.
_BEFORE = r"(?:provided|given|supplied|attached|accompanying|numbered|listed|cited|retrieved)"
_AFTER = (
    r"(?:(?:(?:that|which) )?(?:(?:i|we) )?(?:(?:am|is|are|was|were|have been|had been) )?"
    r"(?:provided|given|supplied|listed|handed)\b(?! (?:by|from)\b)|"
    r"(?:before|in front of) (?:me|us)\b)"
)
# "the statements above connect", but not "the edge above the umbilicus".
_ABOVE = r"(?:above|below)\b(?! (?:the|a|an|his|her|its|this|that|each)\b| \d)"
_NUMBER = (
    r"(?: (?:no\.?|number|numbered|nr\.?))?[ :#_(\[-]*"
    r"(?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|ten)\b"
)
# "the liver edge 3 cm below the ribs", "edges 2-3 mm apart": a measure, no number of an edge.
_NO_MEASURE = (
    r"(?![\d.,]*(?: ?(?:-|to) ?[\d.,]+)? ?"
    r"(?:%|(?:mm|cm|m|inch(?:es)?|finger\w*|degrees?|hours?|days?|weeks?|months?|years?)\b))"
)
# "path 1 of the reentry circuit", "path 2 conducts": conduction, no path of the graph.
_NO_CIRCUIT = (
    r"(?! of (?:the|a|an|this) (?:[\w-]+ ){0,2}(?:circuit|loop|tachycardia|flutter)\b"
    r"| conducts?\b| (?:is|are) (?:refractory|the (?:slow|fast)))"
)
# "the given answer to steroids" is a response; "the given answer to the question" is a leak.
_NO_RESPONSE = r"(?! to (?!(?:the|this) question))"
_SAYS = (
    r"(?:says?|states?|tells?|links?|connects?|joins?|relates?|records?|mentions?|den(?:y|ies)|"
    r"forbids?|speaks?|cites?|(?:shows?|indicates?|suggests?|implies|imply) that)"
)


class Kind(NamedTuple):
    """A kind of leak: what the CoT speaks of, why that leaks, and how it is worded.

    Where the question itself uses `asked` ("Which of these statements is true?"), its reader
    knows what is meant, and speaking of it is no leak.
    """

    of: str
    why: str
    wordings: tuple[str, ...]
    asked: str = ""


KINDS: tuple[Kind, ...] = (
    Kind(
        "a given answer",
        "whoever has the answer reasons towards it",
        (
            r"(?:provided|given|supplied|pre-?given|reference|official|gold(?:en)?|"
            r"ground[ -]truth|known|stated|expected|keyed|marked|designated|intended|"
            rf"predetermined|desired|disclosed) {_RIGHT}answer\b"
            rf"(?![ -](?:choices?|options?|alternatives?|set|list)\b){_NO_RESPONSE}",
            r"answer,? (?:(?:that|which) )?(?:(?:we|i) )?"
            r"(?:(?:am|is|are|was|were|has been|have been) )?(?:already )?"
            r"(?:provided|given|supplied|handed|stated|shown|disclosed|revealed)\b"
            r"(?! by (?!the (?:question|task|prompt|key)))",
            r"(?:answer|choice|option) (?:(?:is|was) given as|is marked|field)\b",
            rf"\bgiven that {_ANSWER}",
            rf"{_ANSWER} (?:we|i) (?:am|are|was|were) (?:supposed|meant|asked) to\b",
            r"\b(?:we|i|us|me) (?:(?:are|were|am|was|have been|had been) )?"
            rf"(?:given|told|shown|handed|provided with) (?:that )?{_ANSWER}{_NO_RESPONSE}",
            r"(?:it (?:is|was)|we (?:are|were)) (?:given|told|indicated)(?: to us)? that "
            r"(?:the|option \w+ is the) (?:correct |right )?(?:answer|option)\b",
            r"ground[ -]truth|gold (?:label|option)",
        ),
    ),
    Kind(
        "an answer known beforehand",
        "what is known beforehand is not inferred",
        (
            r"\bknow(?:ing|n)?(?: (?:in advance|already|beforehand))?(?: that)? "
            rf"the {_RIGHT}(?:answer|option|choice)\b(?! choices?| options?)",
            rf"the {_RIGHT}(?:answer|option|choice) is (?:already )?known\b",
            rf"\b(?:have|has|had) {_ANSWER}|{_ANSWER} being\b",
            rf"\bcomes with (?:its|the|an) {_RIGHT}answer\b",
            rf"\b(?:in advance|beforehand)\b[^.]{{0,30}} the {_RIGHT}(?:answer|option|choice)\b",
        ),
    ),
    Kind(
        "an answer key",
        "the reader has none",
        (
            r"\banswer[ -](?:key|sheet)|(?:solution|marking) (?:key|sheet|scheme)",
            r"\bkeyed (?:option|choice)|\b(?:official|provided|reference|model) solution\b",
            rf"\bthe key (?:{_SAYS}|lists|names|marks|gives|expects)\b",
        ),
    ),
    Kind(
        "the answer as a ground",
        "it must follow from the reasoning, not support it",
        (
            rf"(?:according|appeal\w*) to {_ANSWER}",
            rf"{_ANSWER} (?:{_SAYS}|suggests|indicates|implies)\b",
            rf"\b(?:work|reason)\w* backwards? from {_ANSWER}|\bfrom {_ANSWER} back",
            rf"\b(?:match|justify|fit|agree with) {_ANSWER}{_NO_RESPONSE}",
        ),
    ),
    Kind(
        "a given explanation",
        "the reader does not have it",
        (
            rf"\b(?:{_BEFORE}|reference|official) explanation\b",
            r"\bexplanation (?:provided|given|supplied) (?:above|in|with|here|to (?:us|me))\b",
            rf"\baccording to the explanation\b|\bthe explanation {_SAYS}\b",
        ),
    ),
    Kind(
        "an edge or path by its number",
        "the numbers are the prompt's",
        (rf"\bedges?{_NUMBER}{_NO_MEASURE}", rf"\bpaths?{_NUMBER}{_NO_MEASURE}{_NO_CIRCUIT}"),
    ),
    Kind(
        "a statement by its number",
        "the numbers are the prompt's",
        (rf"\bstatements?{_NUMBER}",),
        asked=r"\bstatements?\W{0,2}(?:\d|[iv]+\b)",
    ),
    Kind(
        "edges or paths as given material",
        "the reader does not have them",
        (
            rf"\b{_BEFORE} (?:[\w-]+ )?(?:edges?|paths|path(?! of))\b",
            r"\b(?:available|relevant|kept) (?:edges|paths)\b|\bedges? away\b",
            r"\b(?:i|we)\b[^.]{0,40} (?:the|these|this|all|both|any) (?:edges?|paths)\b(?! of\b)",
            rf"\b(?:edges?|paths?) (?:{_AFTER}|{_ABOVE})",
            rf"\bedges? (?:{_SAYS}|linking|connecting|joining|between .{{1,60}} is marked)\b",
            rf"\bpaths (?:{_SAYS}|shows?|suggest|indicate|support|point to)\b",
            r"\b(?:reasoning|knowledge|evidence|graph|kg|relation(?:al)?)[ -]paths?\b",
            r"\b(?:one|this|another|no|the \w+) path "
            r"(?:shows|says|states|links|joins|connects|ends)\b",
            r"\b(?:no|any|every|each|which|negative|positive|remaining|other|first|last|cited|"
            r"these|those|the (?:\w+ )?(?:two|three|four|five)) edges?\b(?! of\b)",
            r"\ban edge (?:that|which|from|for|marked)\b|\bthe edges (?:are silent|do not)\b",
            r"\b(?:the|these|those|remaining|other) paths\b(?! (?:of|above|below)\b)",
            r"\b(?:according to|based on|mention|cit(?:e|ing)|rel(?:y|ies) on|rests? on) "
            r"(?:the|these|this|any) (?:edges?|paths?)\b(?! of\b)",
        ),
    ),
    Kind(
        "relations as given material",
        "the reader does not have them",
        (
            rf"\b{_BEFORE} (?:[\w-]+ )?(?:relations|relationships|triples?|triplets?)\b",
            r"\b(?:provided|supplied|listed) (?:relation|relationship|knowledge)\b",
            rf"\b(?:relations|relationships|triples|triplets) {_AFTER}",
        ),
    ),
    Kind(
        "statements as given material",
        "the reader does not have them",
        (
            rf"\b{_BEFORE} (?:[\w-]+ )?statements?\b",
            rf"\bstatements? (?:{_AFTER}|(?:listed )?{_ABOVE})",
        ),
        asked=r"\b(?:which|following|these|above|given) (?:\w+ )?statements?\b",
    ),
    Kind(
        "the knowledge graph",
        "the reader does not have it",
        (
            r"\bknowledge[ -]graphs?|\bprimekg\b|\b(?:bio)?medical graph\b",
            r"(?<![/\d])(?<!\d )\b(?-i:KG)\b",
            r"\b(?:edges?|paths?|nodes?|statements?|relations?) (?:of|in|from) "
            r"the (?:\w+ )?(?:graph|data|kg|json|document|prompt|list)\b",
        ),
    ),
    Kind(
        "a graph as the source",
        "the question shows none",
        (
            # What a curve does; and "calls every one" of the graph's own reading of drug_drug.
            r"(?<!\bon )\bthe graph\b(?! (?:of|plots?|demonstrates?|depicts?|displays?|reveals?|"
            r"rises|falls|ends|separates|calls every one|is shifted|below the|above the|"
            r"shows?(?! that))\b)",
            rf"\b{_BEFORE} graph\b",
            rf"\bgraph {_AFTER}",
        ),
        asked=r"\bgraphs?\b",
    ),
    Kind(
        "given data",
        "the question speaks of none",
        (
            rf"\b{_BEFORE} data\b",
            rf"\bdata {_AFTER}"
            r"(?! in the (?:vignette|question|case|stem|study|trial|abstract|table))",
        ),
        asked=r"\bdata\b|\b(?:following|this) table\b|\btable (?:above|below|shows)\b",
    ),
    Kind(
        "the prompt or its instructions",
        "the reader does not have them",
        (
            r"\bjson\b|<data>|\b(?:user|system) (?:message|prompt)\b|\bdata document\b",
            rf"\bthe prompt (?:{_SAYS}|gives|asks|requires|lists|names)\b",
            r"\b(?:in|from|by|per|to) the prompt(?=[,.;:)]|$)",
            r"\bthe instructions (?:say|state|ask|require|forbid|demand|specify|tell)\b",
            r"\b(?:according to|per) the instructions\b(?! (?:of|for|on)\b)",
            r"\b(?:my|our) task\b|\bi (?:am|was|have been) (?:told|given|shown|instructed|asked)\b",
            r"\bas (?:i was )?instructed\b(?! by\b)",
            r"\bwe (?:are|were) (?:instructed|asked|told) to "
            r"(?:reason|write|cite|explain|justify|give|follow|use|not)\b",
        ),
    ),
)
