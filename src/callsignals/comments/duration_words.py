"""How English, Swedish and Finnish say lengths of time, as patterns over lower-case text.

Diacritics are optional where people leave them out ("manader", "ar"), but "är" (is) is never "år" (year). Vague
words have one fixed reading: a couple, ett par, pari = 2; a few, några, muutama = 3; något år = 1. "Several",
"flera", "useita", "for years", "vuosia", "länge" say no number and give nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["GRAMMARS", "Grammar", "Unit"]

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of time: how it is written after a number, and its length in months."""

    pattern: str
    months: float


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's way of stating durations.

    Attributes:
        numbers: word to number.
        units: after a number.
        fixed: whole phrases with their months, tried first.
        and_a_half: between a number and a unit ("two AND A HALF years").
        half_after: after a unit ("a year AND A HALF").
        or_next: "or two" after a number and unit: adds half a unit.
        since: phrases whose group ``year`` is a calendar year; ``month`` optionally a month's name.
        month_names: prefixes of month names, January first.
        ago: directly after a duration, turns it into a moment.
        not_before: words that, directly before a duration, make it a rate, an age or a deadline.
        not_after: the same directly after it.
        follows: says that the writer follows, knows, hears of or buys from us.
        blocks: says that the time is about something else.
        third_party: somebody else is the one who follows.
        first_person: ... unless the writer is in the clause too.
    """

    numbers: dict[str, float]
    units: tuple[Unit, ...]
    fixed: tuple[tuple[str, float], ...]
    and_a_half: str
    half_after: str
    or_next: str
    since: tuple[str, ...]
    month_names: tuple[str, ...]
    ago: str
    not_before: str
    not_after: str
    follows: str
    blocks: str
    third_party: str
    first_person: str

    def number_pattern(self) -> str:
        """Digits (with one decimal) or one of the number words, longest first."""
        words = sorted(self.numbers, key=len, reverse=True)
        return r"(?:\d{1,3}(?:[.,]\d{1,2})?|" + "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in words) + ")"


_YEAR = r"(?P<year>(?:19[789]|20\d)\d)"

_EN = Grammar(
    numbers={
        "a": 1,
        "an": 1,
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
        "eleven": 11,
        "twelve": 12,
        "thirteen": 13,
        "fourteen": 14,
        "fifteen": 15,
        "sixteen": 16,
        "eighteen": 18,
        "twenty": 20,
        "twenty-four": 24,
        "thirty": 30,
        "a couple of": 2,
        "a couple": 2,
        "couple of": 2,
        "couple": 2,
        "a few": 3,
        "few": 3,
        "a good few": 3,
        "a good": 1,
        "the last": 1,
        "the past": 1,
        "last": 1,
        "past": 1,
    },
    units=(
        Unit(r"(?:years?|yrs?)", 12),
        Unit(r"(?:months?|mths?|mos)", 1),
        Unit(r"(?:weeks?|wks?)", 7 / DAYS_PER_MONTH),
        Unit(r"days?", 1 / DAYS_PER_MONTH),
        Unit(r"decades?", 120),
        Unit(r"quarters?", 3),
    ),
    fixed=((r"(?:a\s+)?half[\s-]+(?:a[\s-]+)?year", 6), (r"half\s+a\s+decade", 60), (r"six\s+or\s+so\s+months", 6)),
    and_a_half=r"\s+and\s+a\s+half",
    half_after=r"\s+and\s+a\s+half",
    or_next=r"\s+or\s+two",
    since=(rf"(?:since|from|back\s+in)\s+(?:(?:early|late|mid|about|around)[\s-]*)?(?:(?P<month>[a-z]+)\s+)?{_YEAR}",),
    month_names=("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ago=r"\s+(?:ago|back)\b",
    not_before=r"(?:once|twice|times|every|per|each|next|within|in|first|another)\s+$",
    not_after=r"(?:\s+(?:old|contract|deal|trial|warranty|guarantee|notice|plan|subscription|later|of\s+experience|in\s+business|at\s+a\s+time)|-old|\s+from\s+now)",
    follows=(
        r"\b(?:you|your|yours|linkedin|insta\w*|tiktok|social|cust\w*|follow\w*|listen\w*|read(?:ing|er|s)?|know[ns]?|knew|known|subscri\w*|customers?|clients?|us(?:e|ed|ing|ers?)|been\s+with|"
        r"bought|buy(?:ing)?|work(?:ed|ing)\s+with|heard|hear(?:ing)?|met|meet|found|discover\w*|came\s+across|told|telling|tipped|recommend\w*|"
        r"chas\w+|look(?:ed|ing)\s+after|doing\s+our|done\s+our|episodes?|blogs?|watch\w*|fans?|aware|signed|sign|mailing\s+list|had\s+your|have\s+had|had\s+you|your\s+(?:pod\w*|blog|newsletter|radar|list)|pod\w*|newsletter|"
        r"webinar|conference|fair|expo|on\s+(?:my|our)\s+radar|hooked|tun(?:ed|ing)|get\s+your|getting\s+your|receiv\w+|members?|seen|been\s+on)\b"
    ),
    blocks=(
        r"\b(?:wait(?:ed|ing)?|search(?:ed|ing)?\s+for|looking\s+for|looked\s+for|shopping|struggl\w*|(?:which|who)\s+(?:has|have|had|uses?|used)|our\s+customer|warranty|guarantee|notice|trial|"
        r"took|takes|will\s+take|implementation|founded|in\s+business|experience|saved?|grew|growth|deliver\w*|(?:used\s+to\s+)?work(?:ed)?\s+for\s+you|"
        r"old\s+(?:supplier|system|provider)|previous\s+(?:supplier|system|provider)|competitor|baby|married|moved|retire\w*)\b"
    ),
    third_party=(
        r"\b(?:sister|brother|friend|mate|colleague|neighbou?r|school|compan(?:y|ies)|boss|wife|husband|supplier|customer\s+of\s+yours|"
        r"who|which|they|he|she|partner|consultant|accountant|reseller)\b"
    ),
    first_person=r"\b(?:i|we|me|us|my\s+commute|you(?:.ve|\s+have))\b|^\W*(?:been|have|had|known)\b|\b(?:rav\w+|tell\w*|told|prais\w+|recommend\w*|rep|reps)\b",
)

_SV = Grammar(
    numbers={
        "en": 1,
        "ett": 1,
        "två": 2,
        "tva": 2,
        "tre": 3,
        "fyra": 4,
        "fem": 5,
        "sex": 6,
        "sju": 7,
        "åtta": 8,
        "atta": 8,
        "nio": 9,
        "tio": 10,
        "elva": 11,
        "tolv": 12,
        "tretton": 13,
        "fjorton": 14,
        "femton": 15,
        "arton": 18,
        "tjugo": 20,
        "ett par": 2,
        "par": 2,
        "några": 3,
        "nagra": 3,
        "nåra": 3,
        "något": 1,
        "nåt": 1,
        "nån": 1,
        "någon": 1,
        "nat": 1,
        "ett par tre": 2.5,
        "det senaste": 1,
        "senaste": 1,
    },
    units=(
        Unit(r"(?:år|ar|åren|året|års)", 12),
        Unit(r"(?:m[åa]nad(?:er|en|erna|ers)?|mån)", 1),
        Unit(r"(?:veckor?n?a?|v)", 7 / DAYS_PER_MONTH),
        Unit(r"(?:dagar?|dar|dygn)", 1 / DAYS_PER_MONTH),
        Unit(r"(?:[åa]rtionden?|decenni(?:um|er))", 120),
        Unit(r"kvartal", 3),
    ),
    fixed=(
        (r"(?:ett\s+)?halvt?\s*[åa]r(?:et)?", 6),
        (r"halvannat\s+[åa]r", 18),
        (r"(?:ett?|1)\s*(?:och|o|&)\s*(?:ett\s+)?halvt?\s*[åa]r", 18),
        (r"halvdussin(?:et)?\s+[åa]r", 72),
    ),
    and_a_half=r"\s+(?:och|o|&)\s+(?:ett?\s+)?halv[ta]?",
    half_after=r"\s+(?:och|o|&)\s+(?:ett?\s+)?halvt?",
    or_next=r"\s+eller\s+två",
    since=(
        rf"(?:sedan|sen|från|ända\s+sedan|allt\s+sedan)\s+(?:(?:år|början\s+av|slutet\s+av|typ|cirka|ca)\s+)*(?:(?P<month>[a-zåäö]+)\s+)?{_YEAR}",
    ),
    month_names=("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    ago=r"\s+(?:sedan|sen)\b",
    not_before=r"(?:gånger|gång|per|varje|var|nästa|inom|om|varannan|första)\s+(?:om\s+)?$",
    not_after=r"(?:\s+(?:gammal|gamla|gammalt|gamal|avtal|kontrakt|garanti|uppsägning\w*|provperiod|senare|i\s+branschen|erfarenhet)|s?(?:avtal|kontrakt|garanti|period))",
    follows=(
        r"\b(?:er|ert|era|ni|linkedin|insta\w*|tiktok|följ\w*|folj\w*|lyssn\w*|läs\w*|läst|last|kän(?:t|ner|de|na)\w*|prenumer\w*|kund(?:er)?|stamkund|använ\w*|anvan\w*|kört|köpt|köper|handla\w*|"
        r"anlitat|hört|horde|hörde|träffa\w*|mött|möttes|hitta\w*|upptäck\w*|tips\w*|rekommend\w*|vetat|visste|fått|får|haft|legat|stått|"
        r"samarbet\w*|på\s+radarn|koll|podd\w*|pod|nyhetsbrev\w*|webb?in\w*|konferens\w*|mässa\w*|mäss\w*|fast|fan|med|jagat|tjata\w*|skött\w*|putsat|städat|avsnitt\w*|ma?[ie]l+ista\w*|mejllista\w*|medlem\w*|sett|"
        r"utskick\w*|\w+mäss\w*|blogg\w*|boken)\b"
    ),
    blocks=(
        r"\b(?:vår\s+kund|la\s+om|som\s+(?:haft|har\s+haft|använ\w*|kört|har\s+er)|vänta\w*|letat|letade|leta|sökt|avtalstid|bindningstid|garanti|uppsägning\w*|provperiod|tog|tar|införand\w*|grundad\w*|"
        r"erfarenhet|sparat|sparar|växt|leverans\w*|jobba\w*\s+hos\s+er|gamla\s+(?:leverantör\w*|system\w*)|förra\s+(?:leverantör\w*|system\w*)|"
        r"konkurrent\w*|flytta\w*|gift)\b"
    ),
    third_party=(
        r"\b(?:syster|systern|bror|kompis\w*|vän|kollega\w*|granne\w*|skola\w*|\w*bolag\w*|företag\w*|chef\w*|fru|man|leverantör\w*|"
        r"som(?!\s+(?:kund|medlem|\w*lyssnare|\w*läsare|prenumerant|följare|användare)\b)|de|dom|han|hon|"
        r"konsult\w*|partner\w*)\b"
    ),
    first_person=r"\b(?:jag|ja|vi|mig|mej|oss|ni|lovord\w*|tjata\w*|tipsa\w*|rekommend\w*|säljare)\b",
)

# "vuoden" alone is also "the year's": it is a length only after one of these.
_FI_QUALIFIERS = ("jo", "yli", "noin", "reilun", "vajaan", "lähes", "melkein", "runsaan", "viimeisen", "kohta", "hyvän")
_FI_A_YEAR = "|".join(rf"(?<={qualifier} )vuoden(?!\s+\d)" for qualifier in _FI_QUALIFIERS)
_FI_SINCE = r"(?:\s+(?:lähtien|lahtien|asti|saakka|alkaen|alusta)|(?<=vuodesta \d\d\d\d))"

_FI = Grammar(
    numbers={
        "yksi": 1,
        "yks": 1,
        "yhden": 1,
        "kaksi": 2,
        "kaks": 2,
        "kahden": 2,
        "kahta": 2,
        "kolme": 3,
        "kolmen": 3,
        "kolmisen": 3,
        "neljä": 4,
        "nelja": 4,
        "neljän": 4,
        "nelisen": 4,
        "viisi": 5,
        "viis": 5,
        "viiden": 5,
        "viitisen": 5,
        "kuusi": 6,
        "kuus": 6,
        "kuuden": 6,
        "kuutisen": 6,
        "seitsemän": 7,
        "seittemän": 7,
        "seitsemisen": 7,
        "kahdeksan": 8,
        "kaheksan": 8,
        "kahdeksisen": 8,
        "yhdeksän": 9,
        "yheksän": 9,
        "yhdeksisen": 9,
        "kymmenen": 10,
        "kymmenisen": 10,
        "kymmenkunta": 10,
        "yksitoista": 11,
        "kaksitoista": 12,
        "viisitoista": 15,
        "viidentoista": 15,
        "kaksikymmentä": 20,
        "kahdenkymmenen": 20,
        "pari": 2,
        "parin": 2,
        "parisen": 2,
        "muutama": 3,
        "muutaman": 3,
        "muutamia": 3,
        "kahdentoista": 12,
        "kahdeksantoista": 18,
    },
    units=(
        Unit(r"(?:vuotta|vuoden|vuosi|v)", 12),
        Unit(r"(?:kuukautta|kuukauden|kuukausi|kuukaut|kk)", 1),
        Unit(r"(?:viikkoa|viikon|viikko|vko?a?)", 7 / DAYS_PER_MONTH),
        Unit(r"(?:päivää|päivän|päivä|paivaa|pv)", 1 / DAYS_PER_MONTH),
        Unit(r"(?:vuosikymmentä|vuosikymmenen)", 120),
    ),
    fixed=(
        (r"puol(?:i|en)?toista?\s+(?:vuotta|vuoden|vuosi)", 18),
        (r"puolentoista\s+vuoden", 18),
        (r"puol(?:i|en|isen)?\s*vuo(?:tta|den|si)", 6),
        (r"(?:vuosi|vuotta|vuoden)\s+ja\s+(?:puoli|puolen)", 18),
        (r"vuosikymmenen\s+(?:ajan|verran)", 120),
        (r"(?:neljännesvuoden|vuosineljänneksen)", 3),
        (r"vuosi\s+tai\s+kaksi", 18),
        (r"vuo(?:den|si)(?=\s+(?:kuunnel|seura|luke|luet)\w*)", 12),
        (r"vuoden(?=\s+(?:ajan|verran|päivät|sisällä)|\s*[,.!:;)]|\s*$)", 12),
        (_FI_A_YEAR, 12),
        (r"(?<=kohta )vuosi(?!\s+\d)|vuosi(?=\s+sitten)", 12),
        (
            r"kuukauden(?=\s+(?:ajan|verran|päivät)|\s*[,.!:;)]|\s*$)|kuukausi(?=\s+sitten)|"
            r"(?<=jo )kuukauden|(?<=viimeisen )kuukauden",
            1,
        ),
        (r"viikon(?=\s+(?:ajan|verran|päivät))|viikko(?=\s+sitten)", 7 / DAYS_PER_MONTH),
    ),
    and_a_half=r"\s+ja\s+puol(?:i|en)?",
    half_after=r"\s+ja\s+puol(?:i|en)?",
    or_next=r"\s+tai\s+kaksi",
    since=(rf"(?:(?P<month>[a-zåäö]+kuusta|[a-zåäö]+kuun)\s+)?(?:vuodesta|vuoden)?\s*{_YEAR}{_FI_SINCE}",),
    month_names=(
        "tammi",
        "helmi",
        "maalis",
        "huhti",
        "touko",
        "kesä",
        "heinä",
        "elo",
        "syys",
        "loka",
        "marras",
        "joulu",
    ),
    ago=r"\s+(?:sitten|aiemmin|takaperin)\b",
    not_before=r"(?:kertaa|kerran|joka|per|ensi|seuraavan|joka\s+toinen|toisen)\s+$",
    not_after=r"(?:\s+(?:vanha\w*|ikäinen|sopimu\w*|takuu\w*|irtisanomis\w*|kokeilu\w*|kuluttua|päästä|kokemus\w*|välein|kerrallaan)|\s+(?:alalla|toiminut))",
    follows=(
        r"\b(?:teidän|teitä|teistä|teille|teihin|\w{3,}nne|linkkari\w*|linkedin\w*|insta\w*|tekemisissä|kirjettä|tilas\w*|seur\w*|kuunnel\w*|kuullu\w*|kuulin|kuultiin|lukenu\w*|luen|lukija\w*|luettu|tienn\w*|tiedän|tunten\w*|tunne\w*|tuttu\w*|tilan\w*|tilaaja\w*|asiak\w*|käyttän\w*|"
        r"kayttan\w*|käytt\w*|käytössä|osta\w*|ollut|ollu|olemme|ollaan|oon|olen|yhteistyö\w*|tapas\w*|tavattiin|tavannut|löys\w*|vinkka\w*|vinkkas\w*|suositel\w*|"
        r"suosittel\w*|soitel\w*|soittel\w*|saanu\w*|saan|kuuntelija\w*|kuuntelen|seuraaja\w*|podi\w*|podcast\w*|uutiskir\w*|webinaar\w*|konferenss\w*|messu\w*|koukussa|tutkalla|olette|jakso\w*|postituslist\w*|sähköpostilist\w*|blogi\w*|\w*kuunneltu|seurattu)\b"
    ),
    blocks=(
        r"\b(?:asiakkaamme|joka\s+on\s+(?:ollut|käyttä\w*)|teidän\s+asiakkaana|odot\w*|etsi\w*|hake(?:nu|tt)\w*|sopimuskau\w*|määräaik\w*|takuu\w*|irtisanomis\w*|kokeilujakso\w*|kest\w*|käyttöönotto\w*|perustet\w*|kokemus\w*|"
        r"säästä\w*|kasvo\w*|kasvanu\w*|toimitusai\w*|töissä\s+teillä|teillä\s+töissä|kilpailija\w*|vanha\w*\s+(?:toimittaja\w*|järjestelmä\w*)|"
        r"entinen\s+(?:toimittaja\w*|järjestelmä\w*)|naimisissa|muutti\w*)\b"
    ),
    third_party=(
        r"\b(?:sisko\w*|veli\w*|kaveri\w*|ystävä\w*|kollega\w*|naapuri\w*|koulu\w*|\w*yhtiö\w*|yritys\w*|pomo\w*|vaimo\w*|mies|toimittaja\w*|joka|jotka|hän|he|konsult\w*|"
        r"kumppani\w*)\b"
    ),
    first_person=r"\b(?:olette|kehu\w*|vinka\w*|suositel\w*|myyjä\w*|kuunneltu|seurattu|luettu|minä|mä|mie|minulle|mulle|me|meille|olemme|ollaan|olen|oon|\w+(?:nut|nu)\s+(?:olen|oon)|\w{4,}imme)\b",
)

GRAMMARS: dict[str, Grammar] = {"en": _EN, "sv": _SV, "fi": _FI}
