"""Phrases of drugs and diseases: use, benefit and harm, written by hand."""

from typing import Final

from pipeline.core.filtering.statements.phrase import EITHER, HT, TH, Claim, phrases

_AUXILIARIES: Final = (
    "(?:is|are|be|been|being|must|should|ought|to|needs?|has|have|can|may|therefore|then|also)"
)
_LEFT: Final = "(?:avoided|stopped|discontinued|withheld|held|excluded|omitted)"
_LEAVE: Final = "(?:avoid|avoids|avoiding|stop|discontinue|withhold|omit)"
TREATMENT: Final = (
    *phrases(
        Claim.HARM,
        EITHER,
        r"""
        contraindicat(?:ion|ions|ed)(?: (?:to|for))?; hazard(?:s|ous)?; danger(?:s|ous)?;
        unsafe; harmful; preclud(?:es?|ed|ing); prohibit(?:s|ed)?; forb[ia]d(?:s|den)?;
        rul(?:es?|ed) out; warn(?:s|ed)? against; (?:un|in|ill )advis(?:able|ed);
        un(?:suitable|fit); inappropriate(?: (?:choice|option|treatment))?;
        (?:argues?|speaks?|advised?|weighs?|counts?) against(?: (?:using|giving))?;
        disqualif(?:y|ies|ied); risky; (?:is|poses|carries) an? (?:\w+ )?risk;
        prevents?(?: \w+){0,2} from (?:using|giving|taking|prescribing); detrimental;
        deleterious; disallow(?:s|ed)?; bars; dangerous combination
        """,
    ),
    # The drug is what is stopped; "propranolol stops asthma" is another matter.
    *phrases(
        Claim.HARM,
        EITHER,
        f"""
        H (?:{_AUXILIARIES} )+(?:best )?{_LEFT};
        {_LEAVE} (?:(?:the )?use of |giving )?(?:the )?H;
        reason not to (?:give|use|prescribe|start) (?:the )?H
        """,
    ),
    *phrases(
        Claim.HARM,
        HT,
        """
        contraindicated (?:in|for|with); worsens?; aggravat(?:es?|ing); exacerbat(?:es?|ing);
        provok(?:es?|ing); precipitat(?:es?|ing)
        """,
    ),
    *phrases(
        Claim.HARM,
        TH,
        """
        contraindicated by; (?:worsened|aggravated|exacerbated) by; contraindicates
        """,
    ),
    *phrases(
        Claim.USE,
        EITHER,
        """
        (?:safely )?(?:be )?(?:used?|given|taken|prescribed|administered); give; prescribe;
        receive[sd]?; takes?; (?:be )?started; begun; initiated; continued?; recommended;
        advised; advisable; appropriate; suitable; safe(?: to use)?; acceptable;
        permitted; allowed; tolerated?; an option; reasonable; harmless;
        warrant(?:s|ed); requires?; needs
        """,
    ),
    *phrases(Claim.USE, HT, "(?:off label|used|given|prescribed) for"),
    *phrases(Claim.USE, TH, "(?:calls?|asks?) for"),
    *phrases(Claim.INDICATED, EITHER, "approved; licensed; indications?; indicated"),
    *phrases(Claim.INDICATED, HT, "indicated (?:in|for)"),
    *phrases(Claim.INDICATED, TH, "indications? (?:for|of)"),
    *phrases(
        Claim.BENEFIT,
        HT,
        """
        treats?; reliev(?:es?|ing); helps?; improves?; controls?; prevents?; eases?; cures?;
        alleviates?; ameliorates?; effective (?:in|for|against);
        (?:treatment|therapy|remedy|medication|medicine) (?:of|for); works? (?:in|for|against)
        """,
    ),
    *phrases(
        Claim.BENEFIT,
        TH,
        r"""
        (?:treated|managed|controlled|relieved|helped|improved|eased|cured|prevented) (?:with|by);
        respon(?:ds?|sive)(?: well)? to; benefits?(?: \w+)? from;
        (?:treatment|therapy|management) of T includes?
        """,
    ),
    *phrases(
        Claim.BENEFIT,
        EITHER,
        """
        therapy; effective; useful; helpful; beneficial; (?:an? )?role
        """,
    ),
    *phrases(
        Claim.CHOICE,
        EITHER,
        """
        (?:drug|treatment|agent|therapy|medication) of choice; first line(?: treatment)?;
        preferred; mainstay; standard; ideal
        """,
    ),
    *phrases(
        Claim.CAUSE,
        EITHER,
        """
        caus(?:es?|ed|ing); leads? to; results? in; induces?; triggers?; side effects?
        """,
    ),
    *phrases(
        Claim.NOTHING,
        EITHER,
        """
        (?:the )?(?:use|usage|administration|prescription|intake) of; giving; using; taking;
        prescribing; administering; starting; because of;
        ^given (?:the |her |his |known )*(?=T); ^use of; needs to be
        """,
    ),
    *phrases(Claim.LACKS, EITHER, "ineffective; useless; inert"),
)
