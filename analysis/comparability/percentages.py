"""What published percentages without counts imply, in words."""

from collections.abc import Sequence
from typing import Any

from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.statistics.forensics import Chain, Finding, Reading
from analysis.statistics.summaries import Meaning

NOTHING = Text("", "")


def reading(chain: Chain) -> Reading:
    """Return the one reading by which all percentages of *chain* fit; EITHER for a mixture."""
    for kind in (Reading.ROUNDED, Reading.CUT_OFF):
        if set(chain.readings) <= {kind, Reading.EITHER}:
            return kind
    return Reading.EITHER


def contradiction(meanings: Sequence[Meaning]) -> Text:
    """Return the percentages and the count that contradict each other; empty if none do."""
    for meaning in meanings:
        if meaning.contradicted:
            words = {"name": subject(meaning), "percents": _dated(meaning)}
            return say("percent_meanings.contradiction", **words, **_part(meaning))
    return NOTHING


def known(meaning: Meaning) -> Text:
    """Return what the whole year can be after the count of its part."""
    low, high = meaning.answer.known[len(meaning.rows)]
    return say("percent_meanings.known", low=low, high=high, **_part(meaning))


def _part(meaning: Meaning) -> dict[str, Any]:
    """Return the count of a part of the last year and its last day, in words."""
    row = meaning.partly.iloc[0].to_dict()
    day = values.day(row["period_end"], year=False)
    return {"count": numbers.exact(row["value"]), "day": day}


def printed(meaning: Meaning) -> list[Text]:
    """Return the percentages, in time order."""
    return [Text(*[numbers.signed_percent(p)] * 2) for p in meaning.rows["percent"]]


def _dated(meaning: Meaning) -> Text:
    pairs = zip(meaning.years[1:], printed(meaning), strict=True)
    dated = (Text(f"{year}年{way.zh}", f"{way.en} ({year})") for year, way in pairs)
    return Text.joined(dated, zh="、", en=", ")


def subject(meaning: Meaning) -> Text:
    """Return the region and the indicator."""
    first = meaning.rows.iloc[0].to_dict()
    return Text(first["region_zh"], first["region_en"]) + Text("", " ") + values.short(first)


def answer(meaning: Meaning) -> Text:
    """Return the least count of the last year, or what contradicts it."""
    if meaning.answer.finding is Finding.NONE:
        return say("percent_meanings.none", bound=meaning.answer.bound)
    if meaning.contradicted:
        return say("percent_meanings.contradicted", **_part(meaning))
    return say("percent_meanings.at_least", year=meaning.years[-1], low=meaning.least)


def how(meaning: Meaning) -> Text:
    """Return by which reading the least count fits; empty where none does."""
    if not meaning.smallest or meaning.contradicted:
        return NOTHING
    smallest = min(meaning.answer.chains, key=lambda chain: chain.counts)
    return say(f"percent_meanings.{reading(smallest)}")


def sentence(meaning: Meaning) -> Text:
    """Return the percentages by year, what they imply, and on which condition."""
    words = {"name": subject(meaning), "percents": _dated(meaning)}
    text = say("percent_meanings.sentence", answer=answer(meaning) + how(meaning).aside(), **words)
    return Text.joined([text, say("percent_meanings.unrevised")], zh="；", en="; ")
