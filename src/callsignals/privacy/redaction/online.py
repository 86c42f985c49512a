"""E-mail addresses, written and spelled out, IP addresses, and links that carry a secret."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from callsignals.privacy.redaction.finding import Finding
from callsignals.privacy.redaction.word_sets import word_set

__all__ = ["find_online"]

_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}\s?[@＠]\s?(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?![\w-])")
_TOP = r"(?:com|komi?|se|fi|net|org|co|uk|nu|io|eu|info|biz|ai|dev|no|dk|de|ee|ax|app|me|edu|gov|us)"
_DOT = r"(?:[\s,]{1,2}(?:punkt|dot|piste|point)[\s,]{1,2}|\.)"
_JOIN = (
    r"(?:punkt|dot|piste|point|\.|underscore|understreck|alaviiva|bindestreck|streck|dash|hyphen|viiva|väliviiva|"
    r"minus|-|_)"
)
_AT = (
    r"(?:snabel[\s-]?a(?:et|t)?|snabel[\s-]?at|kanel[\s-]?bulle|alfa[\s-]?slang|ät[\s-]?merk(?:ki|in|illä)|"
    r"at[\s-]?merk(?:ki|in|illä)|miuku(?:mauku)?(?:lla)?|kissanhäntä|ätt?|at[\s-]sign|at|@)"
)
_SPOKEN_AT = re.compile(
    rf"(?<![\w.]){_AT}[\s,]{{1,2}}"
    rf"(?P<host>[\w-]{{1,40}}(?:(?:[\s,]{{1,2}}{_JOIN}[\s,]{{1,2}}|[.\s]|, )[\w-]{{1,40}}){{0,5}}?)"
    rf"{_DOT}(?P<top>{_TOP})(?:{_DOT}{_TOP})?(?!\w)",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"([^\s,;:!?]+)[\s,]{1,2}\Z")
_JOINED = re.compile(rf"(?:[\s,]{{1,2}}){_JOIN}[\s,]{{1,2}}\Z", re.IGNORECASE)
_NOT_LOCAL = word_set(
    "us me him her them it you look see find visit go online meeting meet page site website web here there "
    "work works working "
    "stay looking read signup available and or is was on in the a an to "
    "oss mig er sidan sida hemsidan sajten besök gå till finns kolla se på i hos och eller är "
    "meitä sivu sivulla sivut sivuilla sivusto käy katso osoitteessa löytyy ja tai on"
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?::\d{1,5})?(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?=[0-9a-fA-F:]*:[0-9a-fA-F:]*:)[0-9a-fA-F:]{3,39}(?![\w:])")
_VERSION_BEFORE = re.compile(
    r"(?:version\w*|versio\w*|v|ver|release|build|firmware|utgåva\w*|revision|päivity\w*|uppdatering\w*|update|patch|kapitel|"
    r"luku|(?:upgrad|updat|install|uppdater|uppgrader|installer|päivit|asen)\w*(?:\s(?:to|from|till|från))?|section|avsnitt|kohta|drivrutin\w*|driver|ajuri\w*|\d)\.?:?\s?\Z",
    re.IGNORECASE,
)
_URL = re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"']{3,2000}", re.IGNORECASE)
_SECRET_KEY = re.compile(
    r"[?&#;/](?:[\w-]*(?:token|secret|passw|pwd|sig|signature|auth|apikey|api_key|session|sid|key|code|invite|magic|hash|otp|jwt)[\w-]*)[=/]"
    r"[^&\s]{6,}",
    re.IGNORECASE,
)
_USER_INFO = re.compile(r"//[^/\s@]+:[^/\s@]+@")
_LONG_CODE = re.compile(r"[A-Za-z0-9_-]{20,}")
_MAIL_IN_LINK = re.compile(r"(?:@|%40)[\w-]+\.", re.IGNORECASE)


def find_online(text: str, is_name: Callable[[str], bool]) -> Iterator[Finding]:
    """Addresses and secret links of a text; findings may overlap.

    Args:
        text: any text.
        is_name: whether a word may be a person's name, which joins it to the word before "at".
    """
    for found in _EMAIL.finditer(text):
        yield Finding(found.start(), found.end(), "email")
    for found in _SPOKEN_AT.finditer(text):
        start = _local_start(text, found, is_name)
        if start is not None:
            yield Finding(start, found.end(), "email")
    yield from _ip_addresses(text)
    for found in _URL.finditer(text):
        link = found.group().rstrip(".,;:!?)»”")
        if _has_secret(link):
            yield Finding(found.start(), found.start() + len(link), "url")


def _local_start(text: str, at: re.Match[str], is_name: Callable[[str], bool]) -> int | None:
    """Where the part before "at" begins; None when it is no address ("look at example dot com")."""
    start = at.start()
    window = max(0, start - 200)
    word = _LAST_WORD.search(text, window, start)
    if word is None or word[1].casefold() in _NOT_LOCAL or not any(c.isalnum() for c in word[1]):
        return None
    start = word.start(1)
    for _ in range(20):
        joined = _JOINED.search(text, window, start)
        before = _LAST_WORD.search(text, window, joined.start() + 1 if joined else start)
        if before is None:
            return start
        said = before[1]
        spelled = len(said) == 1 and said.isalpha() and start - before.start(1) <= 4 and _spells(text, start)
        if not (joined or spelled or (is_name(said.casefold()) and said.casefold() not in _NOT_LOCAL)):
            return start
        start = before.start(1)
    return start


def _spells(text: str, start: int) -> bool:
    """Whether a single letter stands at ``start``: letters one by one are a word spelled out."""
    return start + 1 >= len(text) or not text[start + 1].isalnum()


def _ip_addresses(text: str) -> Iterator[Finding]:
    for found in _IPV4.finditer(text):
        address = re.split(r"[/:]", found.group())[0]
        if _is_address(address) and not _VERSION_BEFORE.search(text, max(0, found.start() - 24), found.start()):
            yield Finding(found.start(), found.end(), "ip_address")
    for found in _IPV6.finditer(text):
        if len(found.group()) > 5 and _is_address(found.group().rstrip(":")) and not found.group().count(":") < 2:
            yield Finding(found.start(), found.end(), "ip_address")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _has_secret(link: str) -> bool:
    if _SECRET_KEY.search(link) or _USER_INFO.search(link) or _MAIL_IN_LINK.search(link):
        return True
    return any(
        any(c.isdigit() for c in code) and any(c.isalpha() for c in code) and "-" not in code.strip("-")[:12]
        for code in _LONG_CODE.findall(link.partition("//")[2].partition("/")[2])
    )
