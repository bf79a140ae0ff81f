"""Chains of thought written before the rules and kept apart from them: other names of options."""

from tests.core.masking.case import Case
from tests.core.masking.chains.held_out_labels import GERMS, RENAL

LIVER = (
    "Hepatocellular carcinoma",
    "Cirrhosis of the liver",
    "Primary biliary cholangitis",
    "Hepatic abscess",
)
PLANS = (
    "Give intravenous fluids",
    "Emergency appendectomy",
    "Prescribe oral vancomycin",
    "Reassurance and follow-up",
)

HELD_OUT_NAMES = (
    Case(
        "reordered liver",
        LIVER,
        "Liver cirrhosis scars; carcinoma, hepatocellular, follows.",
        ("Liver cirrhosis", "cirrhosis", "hepatocellular"),
        ("scars",),
    ),
    Case(
        "introduced HCC",
        LIVER,
        "Hepatocellular carcinoma (HCC) raises AFP. HCCs bleed.",
        ("HCC", "HCCs"),
        ("raises AFP", "bleed"),
    ),
    Case("initials PBC", LIVER, "PBC brings itching.", ("PBC",), ("brings itching",)),
    Case(
        "synonym of cirrhosis",
        LIVER,
        "Laennec's disease follows wine.",
        ("Laennec's disease",),
        ("follows wine",),
        aliases=("Laennec disease",),
    ),
    Case(
        "plural abscess",
        LIVER,
        "Hepatic abscesses hold pus.",
        ("Hepatic abscesses", "abscesses"),
        ("hold pus",),
    ),
    Case(
        "fluids",
        PLANS,
        "Intravenous fluids fill the vessels.",
        ("Intravenous fluids",),
        ("fill the vessels",),
    ),
    Case(
        "appendectomy",
        PLANS,
        "Appendectomy removes the source.",
        ("Appendectomy",),
        ("removes the source",),
    ),
    Case(
        "British appendectomy",
        PLANS,
        "An appendicectomy removes the source.",
        ("appendicectomy",),
        aliases=("Appendicectomy",),
    ),
    Case(
        "vancomycin",
        PLANS,
        "Vancomycin stays in the gut when swallowed.",
        ("Vancomycin",),
        ("stays in the gut",),
    ),
    Case(
        "reassure", PLANS, "Reassurance with follow-up suffices.", ("Reassurance",), ("suffices",)
    ),
    Case(
        "E. coli",
        GERMS,
        "E. coli ferments lactose.",
        ("E. coli",),
        ("ferments lactose",),
        aliases=("E. coli",),
    ),
    Case(
        "genus short",
        GERMS,
        "S. aureus makes coagulase.",
        ("S. aureus", "aureus"),
        ("makes coagulase",),
    ),
    Case(
        "HBV",
        GERMS,
        "Hepatitis B virus (\u200bHBV\u200b) hides; HBV DNA rises.",
        ("HBV", "Hepatitis B virus"),
        ("DNA rises",),
    ),
    Case(
        "brand Lasix",
        RENAL,
        "Furosemide (brand name Lasix) wastes calcium. Lasix acts fast.",
        ("Lasix", "Furosemide"),
        ("wastes calcium", "acts fast"),
    ),
    Case(
        "HCTZ",
        RENAL,
        "Hydrochlorothiazide, abbreviated HCTZ, holds calcium. HCTZ is mild.",
        ("HCTZ",),
        ("holds calcium",),
    ),
    Case(
        "frusemide",
        RENAL,
        "Frusemide acts on the loop.",
        ("Frusemide",),
        ("acts on the loop",),
        aliases=("Frusemide",),
    ),
    Case(
        "class stays",
        RENAL,
        "A loop diuretic, not a carbonic anhydrase inhibitor.",
        kept=("A loop diuretic, not a carbonic anhydrase inhibitor",),
    ),
    Case(
        "liver words stay",
        LIVER,
        "The hepatic veins, the biliary tree and primary care.",
        kept=("The hepatic veins, the biliary tree and primary care",),
    ),
    Case(
        "oral stays",
        PLANS,
        "Oral intake is poor, and intravenous access is lost in an emergency.",
        kept=("Oral intake is poor, and intravenous access is lost in an emergency",),
    ),
    Case(
        "oedema",
        ("Pulmonary edema", "Pleural effusion"),
        "Pulmonary oedema and effusions of the pleura.",
        ("Pulmonary oedema",),
    ),
    Case(
        "edema head of case",
        ("Pulmonary edema", "Pleural effusion"),
        "Ankle edema is old.",
        kept=("Ankle edema",),
    ),
    Case(
        "TIA",
        ("Transient ischemic attack", "Migraine"),
        "A TIA clears within a day.",
        ("TIA",),
        ("clears within a day",),
    ),
    Case(
        "SLE reversed",
        ("SLE", "RA"),
        "Systemic lupus erythematosus harms kidneys.",
        ("Systemic lupus erythematosus",),
        ("harms kidneys",),
    ),
    Case(
        "possessive",
        ("Crohn disease", "Ulcerative colitis"),
        "Crohn's disease skips; colitis does not.",
        ("Crohn's disease", "colitis"),
        ("skips",),
    ),
    Case(
        "deficits of",
        ("Vitamin C deficiency", "Vitamin D deficiency"),
        "A deficiency of vitamin C weakens collagen.",
        ("deficiency of vitamin C",),
        ("weakens collagen",),
    ),
    Case(
        "free-text reorder",
        (),
        "Inhibition of xanthine oxidase lowers urate.",
        ("xanthine oxidase",),
        ("lowers urate",),
        answer="Xanthine oxidase inhibition",
    ),
)
