"""The figures of the project as tests look at them."""

from functools import lru_cache, partial
from inspect import signature
from itertools import product

import pytest
from crowds import crowd
from drawings import Drawing

from analysis.charts.kinds import KINDS
from analysis.figures import calls

# The arguments with which tests call a kind; others are called with no more than they require.
EXAMPLES = {
    "comparison": {"subject": "deaths"},
    "ranked": {"rows": crowd(200)},
    "tiles": {"rows": crowd(200)},
    "parts": {"indicator": "disaster_direct_loss"},
}
REQUIRED = {"indicator": "deaths", "region": "chuxiong"}


def example(call):
    """Return *call* with arguments, or nothing if it requires one that is not in ``REQUIRED``."""
    parameters = signature(call).parameters.values()
    required = {one.name for one in parameters if one.default is one.empty
                and one.kind.name[:3] != "VAR"}  # fmt: skip
    given = EXAMPLES.get(call.__name__, {})
    known = {name: REQUIRED[name] for name in required & set(REQUIRED)} | given
    return partial(call, **known) if required <= set(known) else None


CALLS = {name: example(getattr(calls, name)) for name in KINDS if hasattr(calls, name)}
CALLS = {name: call for name, call in CALLS.items() if call}
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
# Slides and A4 pages are drawn by every run of the tests, the other pages by slow tests.
FORMS = pytest.mark.parametrize(
    "form", ["slide", pytest.param("page", marks=pytest.mark.slow), "a4"]
)


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
