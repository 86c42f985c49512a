"""Which speaker of a written transcript is the seller, and which the customer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from callsignals.inputs.checks import fold_name, seller_names
from callsignals.inputs.rows import SellerRow
from callsignals.vocabulary.spoken import Party, Transcript

__all__ = ["LABELS", "Cast", "assign_parties"]

_LABELS_BY_PARTY: tuple[tuple[Party, str], ...] = (
    (
        "seller",
        "seller,salesperson,salesman,saleswoman,sales,sales rep,sales representative,rep,representative",
    ),
    ("seller", "agent,advisor,adviser,consultant,account executive,account manager,ae,sdr,bdr"),
    ("seller", "säljare,säljaren,försäljare,rådgivare,kundansvarig,handläggare"),
    ("seller", "myyjä,myyntiedustaja,edustaja,asiakaspalvelija,neuvoja"),
    ("customer", "customer,client,caller,prospect,buyer,lead"),
    ("customer", "kund,kunden,köpare,uppringare,asiakas,ostaja,soittaja"),
    ("other", "ivr,system,voicemail,automated voice,automatic voice,music,hold music"),
    ("other", "telefonsvarare,musik,vastaaja,puhelinvastaaja,järjestelmä,musiikki"),
)
LABELS: dict[str, Party] = {label: party for party, labels in _LABELS_BY_PARTY for label in labels.split(",")}
"""Folded generic speaker labels in English, Swedish and Finnish."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may take part in a call.

    Attributes:
        sellers: of the seller table.
        call_sellers: what the call's row says, ids or names.
        customer_names: names of the lead.
    """

    sellers: tuple[SellerRow, ...]
    call_sellers: tuple[str, ...]
    customer_names: tuple[str, ...]

    def known_names(self) -> frozenset[str]:
        """Every folded name and label that certainly is a speaker."""
        return frozenset((*LABELS, *self.seller_names(), *map(fold_name, self.customer_names)))

    def seller_names(self) -> tuple[str, ...]:
        """Every folded name of a seller, each once."""
        of_table = (name for seller in self.sellers for name in seller_names(seller))
        return tuple(dict.fromkeys((*map(fold_name, self.call_sellers), *of_table)))


def assign_parties(transcript: Transcript, cast: Cast) -> Transcript:
    """Give every word and activity its party where names or labels tell.

    When one side only is recognised, all other named speakers are the other side; unnamed speech stays so.
    """
    spoken = (
        *(word.speaker for word in transcript.words),
        *(activity.speaker for activity in transcript.timeline),
    )
    speakers = tuple(speaker for speaker in dict.fromkeys(spoken) if speaker)
    parties = _complete(speakers, _recognised(speakers, cast))
    if not {"seller", "customer"} & set(parties.values()):
        return transcript
    return replace(
        transcript,
        words=tuple(replace(word, party=parties.get(word.speaker, "unknown")) for word in transcript.words),
        timeline=tuple(
            replace(activity, party=parties.get(activity.speaker, "unknown")) for activity in transcript.timeline
        ),
        role_source="transcript",
        role_confidence=1.0,
    )


def _complete(speakers: Sequence[str], recognised: dict[str, Party]) -> dict[str, Party]:
    sides = {"seller", "customer"} & set(recognised.values())
    if len(sides) != 1:
        return recognised
    rest: Party = "customer" if "seller" in sides else "seller"
    return {speaker: recognised.get(speaker, rest) for speaker in speakers}


def _recognised(speakers: Sequence[str], cast: Cast) -> dict[str, Party]:
    sellers = frozenset(cast.seller_names())
    customers = frozenset(map(fold_name, cast.customer_names))
    domains = frozenset(s.email_domain.casefold().lstrip("@") for s in cast.sellers if s.email_domain)
    found: dict[str, Party] = {}
    for speaker in speakers:
        names = _spellings(speaker)
        label = next((LABELS[name] for name in names if name in LABELS), None)
        is_seller = bool(names & sellers) or _email_domain(speaker) in domains
        is_customer = bool(names & customers)
        if label is not None and not (is_seller or is_customer):
            found[speaker] = label
        elif is_seller != is_customer:
            found[speaker] = "seller" if is_seller else "customer"
    likely = _by_first_name(speakers, found, cast)
    sides = set(found.values())
    if "seller" in sides and "customer" not in sides and len(found) + len(likely) == len(speakers):
        return found  # a colleague's first name is no reason to leave the call without a customer
    return found | dict.fromkeys(likely, "seller")


def _email_domain(speaker: str) -> str | None:
    """Of the e-mail address that a tool shows as or beside a name."""
    found = re.search(r"[^\s@<(]+@([^\s@>)]+)", speaker)
    return found[1].casefold() if found else None


def _spellings(speaker: str) -> frozenset[str]:
    """A speaker's name as tools write it: whole, without remarks, first name first, without a number."""
    name = _name_of(speaker)
    numberless = re.sub(r"[\s_#-]*[0-9]+$", "", name)
    return frozenset(spelling for spelling in (fold_name(speaker), name, numberless) if spelling)


def _by_first_name(speakers: Sequence[str], found: dict[str, Party], cast: Cast) -> list[str]:
    """Speakers whose first name is that of exactly one seller, where no other speaker has it.

    The call's own sellers decide when they are named, else the whole table. Two full names have to be equal.
    """
    named = frozenset(map(fold_name, cast.call_sellers))
    own = [seller for seller in cast.sellers if named & set(seller_names(seller))]
    people = [seller_names(seller) for seller in (own or ([] if named else cast.sellers))] or [
        (name,) for name in sorted(named)
    ]
    owners = Counter(first for names in people for first in {_first(name) for name in names})
    full = {_first(name): name for names in people for name in names if " " in name}
    free = [speaker for speaker in speakers if speaker not in found]
    carriers = Counter(_first(_name_of(speaker)) for speaker in speakers)
    return [
        speaker
        for speaker in free
        if owners[first := _first(_name_of(speaker))] == 1
        and carriers[first] == 1
        and (" " not in _name_of(speaker) or first not in full)
    ]


def _name_of(speaker: str) -> str:
    """One folded spelling, remarks removed and first name first."""
    bare = fold_name(re.sub(r"\(.*?\)|\[.*?\]|\|.*", " ", speaker))
    last, comma, first = bare.partition(",")
    return fold_name(f"{first} {last}") if comma else bare


def _first(name: str) -> str:
    return name.split(" ")[0]
