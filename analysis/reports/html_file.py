"""Extract the article of a web page: its title, paragraphs and tables."""

import re
from collections.abc import Iterator
from typing import Any

from analysis.errors import DocumentError
from analysis.language.messages import say

from .extraction import LONGEST_CELL, WIDEST, flat, lowered, raised, repeated, tidy

_MAX_TAGS = 400_000
_ASIDE = (
    "//script|//style|//nav|//header|//footer|//aside|//form|//noscript|//iframe|//button|//svg"
    "|//template|//rt|//rp|//annotation|//s|//strike|//del|//*[@hidden]"
)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|text-decoration(?:-line)?:[^;]*line-through|font-size:0(?![.\d])"
)
_ASIDE_NAMES = re.compile(
    r"nav|menu|foot|header|crumb|share|side|copyright|related|recommend|banner|pager|toolbar|login",
    re.IGNORECASE,
)
_MAIN_NAMES = re.compile(
    r"content|article|zoom|editor|detail|main-?text|news-?text|bodytext|ue_table", re.IGNORECASE
)
_BLOCKS = frozenset(
    (*("p", "div", "br", "li", "tr", "table", "ul", "ol"), "section", "article", "h1", "h2", "h3")
)


def text(name: str, page: str) -> tuple[str, str]:
    """
    Return the title and the text of the page *page* without navigation, header and footer.

    Raises
    ------
    DocumentError
        When it is no web page, or nested deeper than a page can be.
    """
    import lxml.etree
    import lxml.html

    if page.count("<") > _MAX_TAGS:
        raise DocumentError(name, say("document.tags", limit=f"{_MAX_TAGS:,}"))
    try:
        parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        tree: Any = lxml.html.fromstring(page.encode("utf-8", "replace"), parser=parser)
        return _article(tree)
    except (lxml.etree.LxmlError, ValueError, RecursionError) as error:
        raise DocumentError(name, say("document.no_page", error=error)) from error


def _article(tree: Any) -> tuple[str, str]:
    for node in tree.xpath(_ASIDE):
        _empty(node)
    for node in tree.xpath("//*[@style]"):
        if _HIDDEN.search(re.sub(r"\s", "", node.get("style").lower())):
            _empty(node)
    lengths = _lengths(tree)
    named = [n for n in tree.xpath("//*[@class or @id]") if _ASIDE_NAMES.search(_named(n))]
    aside = [node for node in named if lengths[node] < 0.5 * lengths[tree]]
    if sum(lengths[node] for node in aside) < 0.9 * lengths[tree]:  # else the article itself
        for node in aside:
            _empty(node)
    headed = tree.xpath("(//h1)[1]//text()") or tree.xpath("(//title)[1]//text()")
    return " ".join("".join(headed).split()), tidy("".join(_flow(_main(tree))))


def _empty(node: Any) -> None:
    """Remove the content of a node and keep the text after it, in constant time."""
    node.clear(keep_tail=True)


def _lengths(tree: Any) -> dict[Any, int]:
    """Return the number of characters in each element, measured in one pass."""
    lengths: dict[Any, int] = {}
    for node in reversed(list(tree.iter("*"))):  # what is inside an element comes after it
        inner = sum(lengths.get(child, 0) + len(child.tail or "") for child in node)
        lengths[node] = len(node.text or "") + inner
    return lengths


def _named(node: Any) -> str:
    return f"{node.get('class', '')} {node.get('id', '')}"


def _main(tree: Any) -> Any:
    """Return the element with an article's name and most text, else the body of the page."""
    lengths = _lengths(tree)
    named = [n for n in tree.xpath("//*[@class or @id]") if _MAIN_NAMES.search(_named(n))]
    named += tree.xpath("//article|//main")
    best = max(named, key=lengths.__getitem__, default=None)
    if best is not None and lengths[best] > 0.4 * max(1, lengths[tree]):
        return best
    return next(iter(tree.xpath("//body")), tree)


def _flow(node: Any) -> Iterator[str]:
    """Yield the text of a node in reading order with a line break around every block."""
    if not isinstance(node.tag, str):  # a comment
        return
    if node.tag == "table" and _tabular(node):
        yield "\n" + flat(_spanned(node)) + "\n"
        return
    if node.tag in {"sup", "sub"}:
        yield (raised if node.tag == "sup" else lowered)(node.text_content())
        return
    block = node.tag in _BLOCKS
    blanks = r"[ \t\r]+" if node.tag == "pre" else r"[ \t\r\n]+"
    yield "\n" if block else ""
    yield re.sub(blanks, " ", node.text or "")
    for child in node:
        yield from _flow(child)
        yield re.sub(blanks, " ", child.tail or "")
    yield "\n" if block else "\t" * (node.tag in {"td", "th"})


def _tabular(table: Any) -> bool:
    """Whether a table has short cells only; otherwise it serves the layout of the page."""
    cells = table.xpath(".//td|.//th")
    return not table.xpath(".//table") and all(
        len(cell.text_content()) <= LONGEST_CELL for cell in cells
    )


def _spanned(table: Any) -> Iterator[list[str]]:
    """Yield the rows of a table; merged columns are empty after the first, merged names repeat."""
    below: dict[int, tuple[int, str]] = {}  # by column: number of further rows, and their text
    for row in table.iter("tr"):
        texts: list[str] = []
        for cell in row.xpath("./td|./th"):
            texts += _down(below, len(texts))
            text = " ".join("".join(_flow(cell)).split())
            wide, deep = (_span(cell, name, len(texts)) for name in ("colspan", "rowspan"))
            name = repeated(text)
            below |= {len(texts) + step: (deep - 1, "" if step else name) for step in range(wide)}
            texts += [text, *[""] * (wide - 1)]
        yield texts + _down(below, len(texts))


def _down(below: dict[int, tuple[int, str]], column: int) -> list[str]:
    """Return the texts that cells of rows above repeat from *column* on."""
    texts = []
    while below.get(column, (0, ""))[0] > 0:
        left, name = below[column]
        below[column] = left - 1, name
        texts.append(name)
        column += 1
    return texts


def _span(cell: Any, name: str, column: int) -> int:
    """Return the number of columns or rows of a cell at *column*, 1 for an invalid number."""
    number = cell.get(name, "1").strip()
    room = max(1, WIDEST - column)
    return min(int(number), room) if re.fullmatch(r"[1-9]\d{0,3}", number) else 1
