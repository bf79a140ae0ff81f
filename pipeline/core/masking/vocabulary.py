"""The words that masking must know: which say nothing alone, and which may be either.

Written by hand. A word that is missing from a list errs to the safe side where there is one: a
common word taken for a name is masked everywhere, a clinical head word not listed is flagged.
"""

from typing import Final

MASK: Final = "[an option]"
# Joins the steps while they are masked, so that nothing is found across the end of a step.
STEP_END: Final = "\x00"

STANCES: Final = frozenset({"yes", "no", "maybe", "true", "false", "unclear", "uncertain"})

# May stand between the words of a name: "carcinoma of the lung", "aspirin should be stopped".
_CONNECTORS = """
    a an and are at be been being by can could for from has have his her in is may must of on or
    our should that the their then this to was were which will with would
"""
CONNECTORS: Final = frozenset(_CONNECTORS.split())

# Single words that a clinical text also uses otherwise: masked only as the answer, else flagged.
_COMMON = """
    observation operation reassurance abnormal above absent active acute add admit afraid age ago
    aids air all always amount and anterior any arm art as ask assess at avoid back bad base below
    best better biological both bottom call camp can care cat change check child chronic class
    cold combined come complete condition confirm constant continue control cool count cup cut
    daily day decline decrease decreased deep defer delay delayed descend diet diminished direct
    discharge discontinue disease distal do down drain drop early elevated end enlarge equal
    excess exercise external fail fall fast fat father female first fit fix fluid follow food
    force free frequent front full gain gas gender get give go good green ground half hard heat
    height help high higher hip hold home hot how human ice ignore impaired improve in inactive
    increase increased indirect inferior inform internal is isolate it large last late later
    lateral lead left leg length less level light like listen load local long lose loss low lower
    lowered maintain male man map mass may medial medication met method mice middle mild minimal
    moderate modify monitor month more mother move much negative neither neutral never new night
    no none normal not nothing null object observation observe obese old on once one open operate
    or other out outside over passive past patient permit person pet physical place plan point
    poor positive posterior present pressure prevent proceed prolonged protect proximal quick race
    raised rapid rare reassure recommend red reduce reduced refer refuse regular reject release
    remain remove repair repeat replace report rest return right rise round rule run safe same
    screen section secondary see send separate set severe sex shift short sick side silent single
    size slow small smoking so social soft solid some sound stable stage start stay steady stop
    stress strong sudden sugar superior support sweet symptomatic systemic take talk test thick
    thin tight time top total touch treat tonic treatment true turn two type unaffected unchanged
    unit up upper urgent us use variable verify wait walk warm warn was watch water weak weaken
    weekly weight white who wide withdraw withhold woman work worse year yellow young
"""
COMMON: Final = frozenset(_COMMON.split())

# Word parts, without which an option is still named: "Administer ceftriaxone".
_ACTS = """
    add administer administration switch change convert transition apply arrange begin do give
    giving initiate initiation insert insertion obtain offer order perform place prescribe proceed
    provide recommend request schedule start supplementation try use
"""
ACTS: Final = frozenset(_ACTS.split())
_MODIFIERS = """
    additional alone measurement determination testing assay daily diagnostic elective emergency
    emergent empiric empirical high-dose immediate immediately im inhaled injection infusion
    intramuscular intravenous iv low-dose monotherapy only oral orally parenteral prophylactic
    prophylaxis rectal routine scan subcutaneous systemic tablets therapeutic therapy topical
    treatment urgent
"""
MODIFIERS: Final = frozenset(_MODIFIERS.split())
# Never the name of an option alone, though an option may hold nothing else of its own.
_GENERIC = """
    agent analysis antagonist antibiotic antibody blocker cell culture deficiency disease disorder
    dose drug exam examination failure fluid function infection inhibitor injury level medication
    operation receptor replacement scan surgery syndrome test tissue transplantation
"""
GENERIC: Final = frozenset(_GENERIC.split())
# May stand before a head that is named alone: "severe pancreatitis" is still the option.
LIGHT_ADJECTIVES: Final = frozenset(
    (
        *("acute", "chronic", "severe", "mild", "likely", "possible", "probable"),
        *("such", "true", "typical", "new", "current"),
    )
)
# Abbreviations that every chart holds, whatever the options begin with.
_WARD = "AM BP CT ED ER GI HR IM IV MD OR PM PO RR US"
WARD: Final = frozenset(_WARD.split())
# Endings specific enough to name a disease, an operation or a drug without its adjectives.
SPECIFIC_ENDINGS: Final = (
    *("ectomy", "otomy", "ostomy", "plasty", "oscopy", "centesis", "graphy", "gram"),
    *("itis", "oma", "osis", "iasis", "emia", "uria", "pathy", "plegia", "embolism", "infarction"),
    *("abscess", "cillin", "mycin", "azole", "pril", "olol", "statin", "sartan", "dipine"),
    *(
        "cycline",
        "oxacin",
        "azepam",
        "setron",
        "prazole",
        "mab",
        "tinib",
        "gliptin",
        "virus",
        "coccus",
    ),
)

# A letter after one of these is part of a clinical name: vitamin A, hepatitis B, Child-Pugh C.
_LETTERED = r"""
    complex crus lobule particle syndrome disease tumou?r luminal intermediate image inhibin deg
    degrees point amphotericin antigens? apolipoproteins? arms? bacitracin blood botulinum
    cathepsin chains? child-pugh class(?:es)? coenzyme cohorts? complement components?
    coxsackie(?:virus)? cyclosporine? dukes factors? figures? globulins? grades? groups?
    ha?emoglobin ha?emophilia hepatitis hla ig immunoglobulins? influenza lipids? mitomycin
    panels? parts? penicillin phases? polymyxin proteins? receptors? rh scenarios? serogroups?
    serotypes? stages? stanford strains? streptococc(?:us|i|al) strep subtypes? subunits? tables?
    toxins? troponin types? variants? vitamins? vit waves? weber zones? nerve lead
"""
LETTERED: Final = tuple(_LETTERED.split())
_LETTERED_NOUNS = """
    agonists antagonists antibodies antigens cells chains fibers fibres genes infections isotypes
    lesions lines lymphocytes lymphomas nerves proteins receptors rings serotypes strains
    streptococci subunits symptoms toxins types viruses vitamins waves
"""
LETTERED_NOUNS: Final = frozenset(_LETTERED_NOUNS.split())
