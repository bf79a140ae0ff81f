"""Chains of thought that name options otherwise than the options spell themselves."""

from tests.core.masking.case import DRUGS, Case

CANCERS = ("Carcinoma of the lung", "Tuberculosis", "Sarcoidosis", "Acute myeloid leukemia")
ACTS = ("Administer ceftriaxone", "Perform laparoscopic cholecystectomy", "Order a CT scan", "Start oral metformin")

NAMES = (
    Case("as written", DRUGS, "Metformin beats INSULIN and aspirin.", ("Metformin", "INSULIN", "aspirin"), ("beats",)),
    Case("reordered", CANCERS, "The smoker has a lung carcinoma.", ("lung carcinoma", "carcinoma"), ("The smoker has",)),
    Case("reordered plural", CANCERS, "Lung carcinomas and carcinomas of the lungs grow.", ("Lung carcinomas", "carcinomas"), ("grow",)),
    Case("spelling", CANCERS, "Acute myeloid leukaemia shows Auer rods.", ("leukaemia", "myeloid leukaemia"), ("shows Auer rods",)),
    Case("abbreviation", CANCERS, "Acute myeloid leukaemia (AML) shows rods. In AML blasts rise.", ("AML", "leukaemia"), ("blasts rise",)),
    Case("abbreviation before its name", CANCERS, "AML (acute myeloid leukemia) shows rods. AML again.", ("AML",), ("shows rods",)),
    Case("abbreviation of the initials", CANCERS, "Blasts of AML hold Auer rods.", ("AML",), ("hold Auer rods",)),
    Case("hyphens", ("Beta-blocker", "Thiazide"), "Beta blockers and betablockers slow the heart.", ("Beta blockers", "betablockers"), ("slow the heart",)),
    Case("synonym", DRUGS, "Acetylsalicylic acid blocks COX.", ("Acetylsalicylic acid",), ("blocks COX",), aliases=("Acetylsalicylic acid",)),
    Case("brand", DRUGS, "Glucophage lowers hepatic output.", ("Glucophage",), ("lowers hepatic output",), aliases=("Glucophage",)),
    Case("salt", DRUGS, "Metformin hydrochloride is absorbed slowly.", ("Metformin",), ("is absorbed slowly",)),
    Case("also known as", DRUGS, "Propranolol, also known as Inderal, slows the heart. Inderal is old.", ("Propranolol", "Inderal"), ("slows the heart",)),
    Case("verb left off", ACTS, "Ceftriaxone covers meningococci.", ("Ceftriaxone",), ("covers meningococci",)),
    Case("modifier left off", ACTS, "Metformin lowers glucose.", ("Metformin",), ("lowers glucose",)),
    Case("head alone", ACTS, "A cholecystectomy removes the stones.", ("cholecystectomy",), ("removes the stones",)),
    Case("article within", ACTS, "A CT scan shows the bleed.", ("CT scan",), ("shows the bleed",)),
    Case("abbreviation in the option", ("Intravenous immunoglobulin (IVIG)", "Plasmapheresis"), "IVIG blocks receptors, as does intravenous immunoglobulin.", ("IVIG", "immunoglobulin"), ("blocks receptors",)),
    Case("an abbreviation as option", ("MRI", "EEG", "ECG"), "Magnetic resonance imaging (MRI) shows plaques; an MRI is next.", ("MRI", "Magnetic resonance imaging"), ("shows plaques",)),
    Case("spelt-out abbreviation", ("COPD", "Asthma"), "Chronic obstructive pulmonary disease narrows airways.", ("Chronic obstructive pulmonary disease",), ("narrows airways",)),
    Case("an alias that is a word", ("Acute lymphoblastic leukemia", "Lymphoma"), "In all children ALL shows blasts.", ("ALL",), ("In all children",), aliases=("ALL",)),
    Case("invisible characters", DRUGS, "So Met\u00adfor\u200bmin\u2019s use.", ("Metformin",), ("use",)),
    Case("right to left marks", DRUGS, "\u202bInsulin\u202c is a hormone, \u2067option\u200f B\u2069 too.", ("Insulin", "B"), ("is a hormone",)),
    Case("accents", ("Meniere disease", "Labyrinthitis"), "M\u00e9ni\u00e8re\u2019s disease brings vertigo.", ("M\u00e9ni\u00e8re",), ("brings vertigo",)),
    Case("qualifier", ("Gout", "Osteomyelitis"), "Osteomyelitis it is.", ("Osteomyelitis",), aliases=("osteomyelitis (disease)",)),
    Case("longest first", ("ACE", "ACE inhibitor"), "ACE inhibitor cough.", ("ACE", "inhibitor"), ("cough",)),
    Case("vitamins", ("Vitamin B1", "Vitamin B12"), "Give vitamin B12 now, for B12 is low.", ("B12",), ("is low",)),
    Case("passive", ("Stop aspirin", "Continue aspirin", "Add clopidogrel"), "Clopidogrel should be added.", ("Clopidogrel",)),
    Case("whole words only", ("Iron", "Zinc"), "Ironclad zincs.", kept=("Ironclad",)),
    Case("other parts stay", CANCERS, "The lung and myeloid cells are affected.", kept=("The lung and myeloid cells are affected",)),
    Case("explanation's entities stay", DRUGS, "Lactic acidosis and cinchonism are feared.", kept=("Lactic acidosis and cinchonism are feared",)),
    Case("a shared core stays", ("Stop aspirin", "Continue aspirin"), "The patient takes aspirin daily.", kept=("takes aspirin daily",), stem="A man takes aspirin. What next?"),
    Case("the case's own entity, an option too", ("Propranolol", "Ibuprofen"), "Propranolol narrows the airways of a wheezing man.", ("Propranolol",), ("narrows the airways",), stem="A wheezing man takes propranolol and ibuprofen. Which drug is the cause?"),
    Case("another head", ("Iron deficiency anemia", "Thalassemia"), "Aplastic anemia empties the marrow.", kept=("Aplastic anemia",)),
    Case("free text", (), "Propranolol is it, since (S)-propranolol blocks.", ("Propranolol", "propranolol"), ("blocks",), answer="Propranolol"),
    Case("free text long", (), "The airway narrows when smooth muscle of bronchi contracts strongly.", ("smooth muscle",), unsafe=True, answer="Strong contraction of the bronchial smooth muscle narrows the airway"),
    Case("two letters that may be either", ("Pulmonary embolism", "Pneumonia"), "The PE was normal.", ("PE",), unsafe=True),
    Case("two letters introduced", ("Pulmonary embolism", "Pneumonia"), "Pulmonary embolism (PE) is likely; PE kills.", ("PE",), ("kills",)),
    Case("all of the above", ("Fever", "Rash", "All of the above"), "Hence all of the above.", ("all of the above",)),
)  # fmt: skip
