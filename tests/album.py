"""The figures of the project as tests look at them."""

from functools import lru_cache, partial
from itertools import product

import pytest
from crowds import crowd
from drawings import Drawing

from analysis.figures import calls

CALLS = {
    "overview": calls.overview,
    "coverage": calls.coverage,
    "comparison": lambda **given: calls.comparison("deaths", **given),
    "not_comparable": calls.not_comparable,
    "trend": lambda **given: calls.trend("deaths", **given),
    "changes": calls.changes,
    "percent_meanings": calls.percent_meanings,
    "vintages": calls.vintages,
    "year_to_date": calls.year_to_date,
    "expected": calls.expected,
    "peers": calls.peers,
    "ranked": lambda **given: calls.ranked(rows=crowd(200), **given),
    "tiles": lambda **given: calls.tiles(rows=crowd(200), **given),
    "open_hazards": calls.open_hazards,
    "parts": lambda **given: calls.parts("disaster_direct_loss", **given),
    "targets": calls.targets,
    "instruments": calls.instruments,
    "commitments": calls.commitments,
    "profile": lambda **given: calls.profile("chuxiong", **given),
}
# The other figures of the project.
MORE = {
    "families": calls.comparison,
    "accidents": lambda **given: calls.trend("accidents", **given),
    "parts_of_deaths": lambda **given: calls.parts("deaths", **given),
    "parts_of_accidents": lambda **given: calls.parts("accidents", **given),
} | {
    f"profile_{region}": partial(calls.profile, region)
    for region in ("anhui", "anshan", "nantong", "yaohai")
}
EVERY = CALLS | MORE
LANGUAGES = ("zh", "en")


def each(names):
    """Run a test with *names* in both languages; all tests of one figure one after the other."""
    cases = list(product(names, LANGUAGES))
    return pytest.mark.parametrize(("name", "language"), cases, scope="session")


def pages(drawn):
    """The figures of a call, one or several."""
    return drawn if isinstance(drawn, tuple) else (drawn,)


def drawings(name, language, form="slide"):
    """The pages of one of ``EVERY``, laid out."""
    return _drawn(name, language, form)


@lru_cache(maxsize=16)
def _drawn(name, language, form):
    return tuple(Drawing(figure) for figure in pages(EVERY[name](language=language, form=form)))
