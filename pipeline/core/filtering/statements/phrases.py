"""Which phrases speak of which relation: tables, written by hand.

Texts are read with the ends of an edge as H (head) and T (tail).
"""

from collections.abc import Mapping
from typing import Final

from pipeline.core.filtering.statements.phrase import EITHER, HT, TH, Claim, Phrase, phrases
from pipeline.core.filtering.statements.treatment_phrases import TREATMENT
from pipeline.core.records import Edge

_FINDING: Final = (
    *phrases(
        Claim.HOLDS,
        HT,
        r"""
        presents?(?: \w+)? (?:with|as); shows?; showing; caus(?:es?|ing); features?;
        (?:characteri[sz]ed|marked|accompanied) by; manifests?(?: \w+)? (?:as|with|in);
        produces?; leads? to; results? in; includes?; explains?; has; have; exhibits?;
        (?:comes|goes) with; involves
        """,
    ),
    *phrases(
        Claim.HOLDS,
        TH,
        r"""
        (?:sign|symptom|feature|manifestation|finding|hallmark|complication)s? (?:of|in);
        (?:seen|found|present|observed|noted|expected) (?:in|with);
        (?:common|frequent|usual|typical|characteristic) (?:in|of);
        occurs?(?: \w+)? (?:in|with); (?:caused|explained) by; due to; suggests?; suggestive of;
        points? (?:to|towards?); indicat(?:es?|ive of); consistent with; fits?; accompanies
        """,
    ),
    *phrases(Claim.HOLDS, EITHER, "present; typical; common; associated with"),
    *phrases(
        Claim.LACKS,
        HT,
        """
        lacks?; lacking; presents? without; without; spares?; free of
        """,
    ),
    *phrases(Claim.LACKS, TH, "absent (?:in|from); missing (?:in|from)"),
    *phrases(Claim.LACKS, EITHER, "absent; absence of; lack of; missing"),
    *phrases(
        Claim.UNLIKELY,
        EITHER,
        """
        (?:speak|argu|count|tell|weigh)(?:e?s)? against; excludes?; rules? out; unlikely;
        improbable; in(?:consistent|compatible) with
        """,
    ),
)

_TARGET: Final = (
    *phrases(Claim.HOLDS, HT, "targets; acts? (?:on|at|through|via); binds?(?: to)?"),
    *phrases(Claim.HOLDS, TH, "targets? (?:of|for); targeted by; bound by"),
)
_ENZYME: Final = (
    *phrases(Claim.HOLDS, TH, "metaboli[sz]es?; enzymes? (?:of|for); degrades?"),
    *phrases(Claim.HOLDS, HT, "(?:metaboli[sz]ed|degraded) by; substrate (?:of|for)"),
)
_CARRIER: Final = (
    *phrases(Claim.HOLDS, TH, "carries; carriers? (?:of|for)"),
    *phrases(Claim.HOLDS, HT, "(?:carried|bound) by"),
)
_TRANSPORTER: Final = (
    *phrases(Claim.HOLDS, TH, "transports; transporters? (?:of|for)"),
    *phrases(Claim.HOLDS, HT, "transported by"),
)
_ASSOCIATION: Final = (
    *phrases(
        Claim.HOLDS,
        EITHER,
        r"""
        associated with; association (?:of|between|with); linked (?:to|with); link(?:s|ed)?;
        implicated in; related to; connected (?:to|with); risk factor for;
        rais(?:es?|ing) the (?:\w+ )?risk of; increas(?:es?|ing) the (?:\w+ )?risk of;
        predisposes?(?: \w+)? to; contributes? to
        """,
    ),
    *phrases(Claim.CAUSE, HT, "causes?; leads? to; results? in"),
    *phrases(Claim.CAUSE, TH, "caused by; due to; results from"),
)
_SIDE_EFFECT: Final = (
    *phrases(
        Claim.HOLDS,
        TH,
        r"""
        (?:side|adverse|unwanted) (?:effect|reaction|event)s? of; (?:caused|induced) by; due to;
        follows?(?: \w+)? from; results? from; complicates?
        """,
    ),
    *phrases(Claim.HOLDS, HT, "causes?; leads? to; results? in; induces?; produces?"),
    *phrases(Claim.BENEFIT, HT, "treats?; relieves?; indicated for; cures?; prevents?"),
    *phrases(Claim.BENEFIT, TH, "(?:treated|relieved|managed) (?:with|by)"),
)
_KIND: Final = (
    *phrases(
        Claim.HOLDS,
        TH,
        """
        (?:kind|type|form|sub ?type|variant|subclass|sub pathway|subset|example|part) of;
        belongs? to; falls under; class(?:ifi)?ed (?:as|under|among|with)
        """,
    ),
    *phrases(Claim.HOLDS, HT, "includes?; compris(?:es?|ing); encompass(?:es)?; such as"),
)
_PROCESS: Final = (
    *phrases(
        Claim.HOLDS,
        HT,
        r"""
        takes? part in; participates? in; involved in; annotated with; acts? in;
        plays? an? (?:\w+ )?(?:role|part) in; contributes? to; interacts? with; located in;
        locali[sz]es? to
        """,
    ),
    *phrases(Claim.HOLDS, TH, "involves?; includes?; requires?; mediated by"),
)
_EXPRESSION: Final = (
    *phrases(
        Claim.HOLDS,
        TH,
        """
        (?:expressed|found|present|produced|made|detect(?:ed|able)) in
        """,
    ),
    *phrases(Claim.HOLDS, HT, "express(?:es)?; produces?; makes"),
    *phrases(Claim.HOLDS, EITHER, "expression; expressed"),
    *phrases(Claim.LACKS, HT, "lacks?"),
    *phrases(Claim.LACKS, TH, "(?:absent|missing|lacking|silent) (?:in|from)"),
    *phrases(
        Claim.NOTHING,
        EITHER,
        """
        expression of; expression(?= is); H expression; T expression
        """,
    ),
)
_INTERACTION: Final = phrases(
    Claim.HOLDS,
    EITHER,
    """
        interacts?(?: with)?; interactions?; binds?(?: to)?; partners?
        """,
)

PHRASES: Final[Mapping[str, tuple[Phrase, ...]]] = {
    **dict.fromkeys(("indication", "off-label use", "contraindication"), TREATMENT),
    **dict.fromkeys(("phenotype present", "phenotype absent"), _FINDING),
    **{"target": _TARGET, "enzyme": _ENZYME, "carrier": _CARRIER, "transporter": _TRANSPORTER},
    **dict.fromkeys(("associated with", "linked to"), _ASSOCIATION),
    **{"side effect": _SIDE_EFFECT, "parent-child": _KIND, "interacts with": _PROCESS},
    **dict.fromkeys(("expression present", "expression absent"), _EXPRESSION),
    **dict.fromkeys(("ppi", "synergistic interaction"), _INTERACTION),
}


def phrases_for(edge: Edge) -> tuple[Phrase, ...]:
    """The phrases that speak of what this edge states."""
    return PHRASES.get(edge.display_relation, ())
