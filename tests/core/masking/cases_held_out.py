"""Chains of thought written before the rules and kept apart from them: labels and names.

Rules are never made from these: their counts say what the rules do to wordings not foreseen.
"""

from tests.core.masking.case import Case

RENAL = ("Furosemide", "Spironolactone", "Acetazolamide", "Mannitol", "Hydrochlorothiazide")
LIVER = ("Hepatocellular carcinoma", "Cirrhosis of the liver", "Primary biliary cholangitis", "Hepatic abscess")
PLANS = ("Give intravenous fluids", "Emergency appendectomy", "Prescribe oral vancomycin", "Reassurance and follow-up")
GERMS = (
    "Staphylococcus aureus", "Escherichia coli", "Group B streptococcus", "Listeria monocytogenes",
    "Hepatitis B virus", "Haemophilus influenzae", "Candida albicans", "Influenza A virus",
    "Neisseria meningitidis", "Treponema pallidum",
)  # fmt: skip

HELD_OUT_LABELS = (
    Case("eliminate", RENAL, "We can eliminate A and E at once.", ("A", "E"), ("at once",)),
    Case("down to", RENAL, "That narrows it down to B or C.", ("B", "C")),
    Case("cross out", RENAL, "Cross out D, which only draws water.", ("D",), ("which only draws water",)),
    Case("with a full stop", RENAL, "The drug acts on the loop. A.", ("A",), ("The drug acts on the loop",)),
    Case("answer choices listed", RENAL, "Answer choices B, C, D and E act elsewhere.", ("B", "C", "D", "E"), ("act elsewhere",)),
    Case("correct one", RENAL, "The correct one is (E).", ("E",)),
    Case("goes with", RENAL, "The loss of calcium goes with A, not E.", ("A", "E"), ("The loss of calcium",)),
    Case("in B", RENAL, "As stated in B, aldosterone is blocked.", ("B",), ("aldosterone is blocked",)),
    Case("C, D both", RENAL, "Both C and D fail here.", ("C", "D"), ("fail here",)),
    Case("except", RENAL, "All except A spare calcium.", ("A",), ("spare calcium",)),
    Case("third alternative", RENAL, "The third alternative acidifies the blood.", ("third alternative",), ("acidifies the blood",)),
    Case("the final one listed", RENAL, "The final option listed holds calcium back.", ("final option",), ("holds calcium back",)),
    Case("two middle", RENAL, "The middle option alkalinises the urine.", ("middle option",), ("alkalinises the urine",)),
    Case("opt for", RENAL, "One would opt for D in raised pressure.", ("D",), ("in raised pressure",)),
    Case("square brackets", RENAL, "Loop blockade [A] wastes potassium.", ("A",), ("wastes potassium",)),
    Case("C over D", RENAL, "This speaks for C over D.", ("C", "D")),
    Case("first choice drug", RENAL, "As first choice in oedema a loop drug is used.", kept=("As first choice in oedema",)),
    Case("group A", GERMS, "Group A strep and group B strep differ; H. influenzae too.", ("group B strep",), ("Group A strep",)),
    Case("vitamin K", GERMS, "Vitamin K, factor I and protein C are low in liver failure.", kept=("Vitamin K, factor I and protein C",)),
    Case("I and J", GERMS, "I and J cause rashes; I causes purpura.", ("I", "J"), ("cause rashes",)),
    Case("E at the end", GERMS, "A DNA genome leaves E.", ("E",), ("A DNA genome",)),
    Case("amphotericin", GERMS, "Amphotericin B treats yeasts.", kept=("Amphotericin B treats yeasts",)),
    Case("A group", GERMS, "A virus with an envelope is sought.", kept=("A virus with an envelope",)),
    Case("lipid A", GERMS, "Lipid A of the wall drives shock.", kept=("Lipid A of the wall",)),
    Case("C fibres", RENAL, "C fibres carry the pain and A delta fibres too.", kept=("C fibres", "A delta fibres")),
    Case("appendix", RENAL, "The Rh D antigen and HLA-B are typed.", kept=("Rh D antigen", "HLA-B")),
)  # fmt: skip

HELD_OUT_NAMES = (
    Case("reordered liver", LIVER, "Liver cirrhosis scars; carcinoma, hepatocellular, follows.", ("Liver cirrhosis", "cirrhosis", "hepatocellular"), ("scars",)),
    Case("introduced HCC", LIVER, "Hepatocellular carcinoma (HCC) raises AFP. HCCs bleed.", ("HCC", "HCCs"), ("raises AFP", "bleed")),
    Case("initials PBC", LIVER, "PBC brings itching.", ("PBC",), ("brings itching",)),
    Case("synonym of cirrhosis", LIVER, "Laennec's disease follows wine.", ("Laennec's disease",), ("follows wine",), aliases=("Laennec disease",)),
    Case("plural abscess", LIVER, "Hepatic abscesses hold pus.", ("Hepatic abscesses", "abscesses"), ("hold pus",)),
    Case("fluids", PLANS, "Intravenous fluids fill the vessels.", ("Intravenous fluids",), ("fill the vessels",)),
    Case("appendectomy", PLANS, "Appendectomy removes the source.", ("Appendectomy",), ("removes the source",)),
    Case("British appendectomy", PLANS, "An appendicectomy removes the source.", ("appendicectomy",), aliases=("Appendicectomy",)),
    Case("vancomycin", PLANS, "Vancomycin stays in the gut when swallowed.", ("Vancomycin",), ("stays in the gut",)),
    Case("reassure", PLANS, "Reassurance with follow-up suffices.", ("Reassurance",), ("suffices",)),
    Case("E. coli", GERMS, "E. coli ferments lactose.", ("E. coli",), ("ferments lactose",), aliases=("E. coli",)),
    Case("genus short", GERMS, "S. aureus makes coagulase.", ("S. aureus", "aureus"), ("makes coagulase",)),
    Case("HBV", GERMS, "Hepatitis B virus (\u200bHBV\u200b) hides; HBV DNA rises.", ("HBV", "Hepatitis B virus"), ("DNA rises",)),
    Case("brand Lasix", RENAL, "Furosemide (brand name Lasix) wastes calcium. Lasix acts fast.", ("Lasix", "Furosemide"), ("wastes calcium", "acts fast")),
    Case("HCTZ", RENAL, "Hydrochlorothiazide, abbreviated HCTZ, holds calcium. HCTZ is mild.", ("HCTZ",), ("holds calcium",)),
    Case("frusemide", RENAL, "Frusemide acts on the loop.", ("Frusemide",), ("acts on the loop",), aliases=("Frusemide",)),
    Case("class stays", RENAL, "A loop diuretic, not a carbonic anhydrase inhibitor.", kept=("A loop diuretic, not a carbonic anhydrase inhibitor",)),
    Case("liver words stay", LIVER, "The hepatic veins, the biliary tree and primary care.", kept=("The hepatic veins, the biliary tree and primary care",)),
    Case("oral stays", PLANS, "Oral intake is poor, and intravenous access is lost in an emergency.", kept=("Oral intake is poor, and intravenous access is lost in an emergency",)),
    Case("oedema", ("Pulmonary edema", "Pleural effusion"), "Pulmonary oedema and effusions of the pleura.", ("Pulmonary oedema",)),
    Case("edema head of case", ("Pulmonary edema", "Pleural effusion"), "Ankle edema is old.", kept=("Ankle edema",)),
    Case("TIA", ("Transient ischemic attack", "Migraine"), "A TIA clears within a day.", ("TIA",), ("clears within a day",)),
    Case("SLE reversed", ("SLE", "RA"), "Systemic lupus erythematosus harms kidneys.", ("Systemic lupus erythematosus",), ("harms kidneys",)),
    Case("possessive", ("Crohn disease", "Ulcerative colitis"), "Crohn's disease skips; colitis does not.", ("Crohn's disease", "colitis"), ("skips",)),
    Case("deficits of", ("Vitamin C deficiency", "Vitamin D deficiency"), "A deficiency of vitamin C weakens collagen.", ("deficiency of vitamin C",), ("weakens collagen",)),
    Case("free-text reorder", (), "Inhibition of xanthine oxidase lowers urate.", ("xanthine oxidase",), ("lowers urate",), answer="Xanthine oxidase inhibition"),
)  # fmt: skip
