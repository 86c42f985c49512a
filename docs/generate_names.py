"""Renew ``src/callsignals/privacy/redaction/names.tsv`` from Faker's lists of names and ours.

Run where Faker is installed (``pip install faker==40.54.0``; MIT licence; its Swedish and Finnish lists are those of
Statistics Sweden and of the Digital and Population Data Services Agency, its English ones census counts):
``python docs/generate_names.py``. Faker is not needed by the program.
"""

import importlib
import unicodedata
from pathlib import Path

import simplemma.strategies.dictionaries as dictionaries

FOLDER = Path(__file__).parents[1] / "src" / "callsignals" / "privacy" / "redaction"
COMMON = ("sv_SE", "fi_FI", "en_US", "en_GB", "en_IE", "en_NZ")
RARE = "en"
HOME = {"sv": ("sv_SE",), "fi": ("fi_FI",), "en": ("en_US", "en_GB", "en_IE", "en_NZ")}
FEWEST_LETTERS = 2
NOT_ORDINARY_TEXT = """
alexander arias arroyo bailey barry bates beck begum bibi brock brooks burgess burke burns bray carr carter
castro chandler chapman collier cooper cox dalton davenport decker dodd fletcher foster fritz fuller gaines
garner gibbons graham griffin grimes hardy hays henry hicks hogan holt hoover hurst juarez kane kemp khan kirk
kline lambert lees levy lutz lynch madden manning mercer montes morales morgan morrow morse murphy neal nelson
newton parry parsons perry pollard ponce pratt proctor quinn rees reeves rogers ross salinas sanders sawyer
sexton shah sims skinner slater smith solomon spence spencer stein stevens stokes terry tucker turner vang
vega wade walker waller walter walters wang warren watts weaver webster wheeler whitehead wright yang
"""
"""In simplemma's English dictionary, but hardly ever said as words in a call."""


def faker_names(locale: str, kind: str) -> set[str]:
    """The names of one of Faker's locales whose lists begin with ``kind``."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    lists = [value for name, value in vars(provider).items() if name.startswith(kind) and value]
    return {str(name) for names in lists for name in names}


def own_names(kind: str) -> set[str]:
    """Ours."""
    lines = (FOLDER / "names_own.txt").read_text(encoding="utf-8").splitlines()
    return {name for line in lines if line.startswith(f"{kind}:") for name in line.partition(":")[2].split()}


def folded(names: set[str]) -> set[str]:
    """Case-folded, double names in parts."""
    found = {unicodedata.normalize("NFC", name).casefold().replace("’", "'") for name in names}
    parts = {part for name in found for part in name.replace("-", " ").split()}
    return {name for name in parts if len(name) >= FEWEST_LETTERS and "." not in name}


def main() -> None:
    """Write the list."""
    given = {locale: folded(faker_names(locale, "first_names")) for locale in COMMON if locale != "en_NZ"}
    surnames = {locale: folded(faker_names(locale, "last_names")) for locale in COMMON}
    common = set().union(*given.values(), folded(own_names("given")))
    family = set().union(*surnames.values(), folded(own_names("surname")))
    rare = {name for name in folded(faker_names(RARE, "first_names")) if len(name) >= 4} - common
    factory = dictionaries.DefaultDictionaryFactory()
    words = {language: {_text(key) for key in factory.get_dictionary(language)} for language in HOME}
    lines = [
        "# Made by docs/generate_names.py from Faker 40.54.0 (MIT licence) and names_own.txt. Case-folded name, roles",
        "# (f given, r rare given, s surname), languages in whose dictionary it stands in small letters.",
    ]
    for name in sorted(common | family | rare):
        roles = ("f" if name in common else "r" if name in rare else "") + ("s" if name in family else "")
        ordinary = [language for language in HOME if _is_ordinary(name, language, words, given, surnames, roles)]
        if "r" not in roles or not ordinary:
            lines.append(f"{name}\t{roles}\t{','.join(ordinary)}")
    (FOLDER / "names.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _text(key: object) -> str:
    return key.decode("utf-8") if isinstance(key, bytes) else str(key)


def _is_ordinary(
    name: str,
    language: str,
    words: dict[str, set[str]],
    given: dict[str, set[str]],
    surnames: dict[str, set[str]],
    roles: str,
) -> bool:
    """English surnames and foreign names; a language's own names are judged by hand in ordinary_words.txt."""
    if name not in words[language] or name in NOT_ORDINARY_TEXT.split():
        return False
    at_home = any(name in given.get(locale, set()) | surnames.get(locale, set()) for locale in HOME[language])
    return not at_home or (language == "en" and roles == "s")


main()
