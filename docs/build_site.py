"""
Build the docs as a small site: the pages, the tutorial with its outputs, and the docstrings.

    python docs/build_site.py [FOLDER]     site/ if not given

It needs the dependency group ``docs`` and no network. The sources are put together in a temporary
folder with the layout of the repository, so that every link holds in both; a warning is an error.
"""

import base64
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TITLES = {
    "Researchers": [
        "docs/questions",
        "docs/tutorial/*",
        "docs/jupyter",
        *("docs/dictionary.en", "docs/frames.en", "docs/glossary.en", "docs/missing.en"),
        "docs/method.en",
    ],
    "Authors of briefings": ["docs/publishing", "docs/style"],
    "中文": [
        "README.zh",
        "docs/questions.zh",
        "docs/tutorial/zh/*",
        "docs/*.zh",
        "CONTRIBUTING.zh",
    ],
    "Operators": ["docs/scheduling", "docs/promises", "docs/scale"],
    "Appendix: measurements": ["docs/benchmarks", "docs/coverage", "docs/identities"],
    "Maintainers": ["docs/reading", "docs/tables", "CONTRIBUTING", "docs/*"],  # and all other pages
    "Package": ["api/*"],
    "Project": ["CHANGELOG", "SECURITY"],
}
FILES = ("CITATION.cff", "LICENSE", "plan.toml")  # that pages link to
SETTINGS = {
    "project": "regional-safety",
    "extensions": ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"],
    "exclude_patterns": ["docs/README*"],
    "myst_heading_anchors": 3,
    "html_theme": "furo",
    "html_title": "regional-safety",
    "html_search_language": "bilingual",
    "html_static_path": ["docs/site.css"],
    "html_css_files": ["site.css"],
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_show_copyright": False,
    "autodoc_default_options": {"members": True, "exclude-members": "set"},  # set is matplotlib's
    "autodoc_typehints": "none",  # shapes and units stand in the text
    "autodoc_member_order": "bysource",
    "napoleon_google_docstring": False,
    "napoleon_use_rtype": False,
    "nitpicky": True,
    # Types are words here; functions and modules that a docstring points at must exist.
    "nitpick_ignore_regex": [("py:(class|obj|data|exc|attr)", ".*")],
}


def sources(folder: Path) -> None:
    """Put everything that the site shows into *folder*."""
    font = ROOT / "analysis" / "charts" / "font" / "OFL.txt"
    for path in (*ROOT.glob("*.md"), *(ROOT / name for name in FILES), font):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    unwanted = shutil.ignore_patterns("tutorial", "*.py", "__pycache__", ".*")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=unwanted)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=unwanted)
    for notebook in sorted((ROOT / "docs" / "tutorial").rglob("*.ipynb")):
        target = folder / notebook.parent.relative_to(ROOT)
        target.mkdir(parents=True, exist_ok=True)
        shown(notebook, target)
    (folder / "api").mkdir()
    for name in modules():
        text = f"# {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n"
        (folder / "api" / f"{name.removeprefix('analysis.')}.md").write_text(text, "utf-8")
    for page in (*folder.glob("*.md"), *(folder / "docs").glob("*.md")):
        page.write_text(relinked(page.read_text("utf-8")), "utf-8")
    index = (folder / "README.md").read_text("utf-8") + contents(folder)
    (folder / "README.md").unlink()
    (folder / "index.md").write_text(index, "utf-8")
    for page in (*folder.glob("*.md"), *(folder / "docs").rglob("*.md")):
        page.write_text(page.read_text("utf-8").replace("README.md", "index.md"), "utf-8")


def relinked(text: str) -> str:
    """*text* with links to the pages that the notebooks of the tutorial become."""
    return re.sub(r"\]\(((?:[\w./]*tutorial/)?(?:zh/)?\d_\w+)\.ipynb\)", r"](\1.md)", text)


# The modules that a reader calls; rooms of the machinery are documented in their source.
DOCUMENTED = {
    "language": ("text", "values"),
    "tables": ("checks", "load", "panel", "populations", "simulated"),
    "statistics": (
        "attainment", "forensics", "gaps", "intervals", "percents", "policies", "rates", "spread",
        "tests", "wholes", "years",
    ),
    "comparability": ("displays", "findings", "many", "profiles", "rules"),
    "figures": ("calls",),
    "explore": ("accessor", "choices", "explain", "widgets"),
}  # fmt: skip


def modules() -> list[str]:
    """Return the modules with a page of their own."""
    named = (f"analysis.{room}.{name}" for room, names in DOCUMENTED.items() for name in names)
    return ["analysis.charts", *named]


def contents(folder: Path) -> str:
    """The table of contents; a page that no part takes would be a warning, and so an error."""
    told: dict[str, str] = {}
    for title, patterns in TITLES.items():
        for page in (page for pattern in patterns for page in pages(folder, pattern)):
            told.setdefault(page, title)
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n"
        + "".join(f"{page}\n" for page in told if told[page] == title)
        + "```\n"
        for title in dict.fromkeys(told.values())
    )


def pages(folder: Path, pattern: str) -> list[str]:
    """The pages of *pattern*, without their ending."""
    return sorted(
        path.relative_to(folder).as_posix().removesuffix(".md")
        for path in folder.glob(f"{pattern}.md")
    )


def shown(notebook: Path, folder: Path) -> None:
    """Run *notebook* and write it with its outputs as a page into *folder*."""
    import nbformat
    import papermill

    os.chdir(notebook.parent)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["REGIONAL_SAFETY_OUTPUT"] = scratch
        executed = Path(scratch) / notebook.name
        papermill.execute_notebook(
            str(notebook), str(executed), engine_name="in-process", progress_bar=False
        )
        cells = nbformat.read(executed, 4).cells
    page = folder / f"{notebook.stem}.md"
    page.write_text(
        "\n\n".join(part for cell in cells for part in parts(cell, page)) + "\n", "utf-8"
    )


def parts(cell: Any, page: Path) -> Iterator[str]:
    """A cell as Markdown: its prose, or its code and what it showed."""
    if cell.cell_type == "markdown":
        yield relinked(cell.source)
        return
    yield fenced("ipython", cell.source)
    for place, output in enumerate(cell.outputs):
        data = output.get("data", {"text/plain": output.get("text", "")})
        if "image/png" in data:
            picture = page.with_name(f"{page.stem}-{cell.id}-{place}.png")
            picture.write_bytes(base64.b64decode(data["image/png"]))
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            yield f"![{alt}]({picture.name})"
        elif "text/html" in data:
            table = re.sub(r"<style.*?</style>", "", data["text/html"], flags=re.DOTALL)
            yield fenced("{raw} html", f'<div class="output">{table}</div>')
        else:
            yield fenced("text", data["text/plain"].rstrip())


def fenced(kind: str, text: str) -> str:
    """*text* between fences."""
    return f"```{kind}\n{text}\n```"


def search_language() -> type:
    """Return the index of words for search: English stems, and pairs of Chinese characters."""
    from sphinx.search.en import SearchEnglish

    class Bilingual(SearchEnglish):
        lang = "bilingual"
        js_splitter_code = """
        function splitQuery(query) {
          const words = query.match(/[a-zA-Z0-9_]+|[\\u4e00-\\u9fff]+/g) || [];
          return words.flatMap(word => /[a-zA-Z0-9_]/.test(word[0]) || word.length < 3 ? [word] :
            Array.from({length: word.length - 1}, (_, place) => word.slice(place, place + 2)));
        }
        """

        def split(self, text: str) -> list[str]:
            words = re.findall(r"[a-zA-Z0-9_]+|[\u4e00-\u9fff]+", text)
            pairs = [(word[n : n + 2] for n in range(max(len(word) - 1, 1))) for word in words
                     if not word.isascii()]  # fmt: skip
            return [word for word in words if word.isascii()] + [w for pair in pairs for w in pair]

    return Bilingual


CORRECTIONS = {  # of the pages as the theme writes them, for keyboards and screen readers
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    '<div class="output">': '<div tabindex="0" class="output">',
    "<th></th>": "<td></td>",
}


def correct(target: Path) -> None:
    """Write the language of each Chinese page into its first tag, and make pages accessible."""
    for page in target.rglob("*.html"):
        text = page.read_text("utf-8")
        if page.stem.endswith(".zh") or page.parent.name == "zh":
            text = re.sub(r'(<html[^>]*) lang="en"', r'\1 lang="zh-CN"', text)
        for old, new in CORRECTIONS.items():
            text = text.replace(old, new)
        page.write_text(text, "utf-8")


def build(target: Path) -> int:
    """Build the site into *target*, and return the exit status."""
    from sphinx import search
    from sphinx.application import Sphinx

    search.languages["bilingual"] = search_language()
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        source = Path(scratch) / "source"
        source.mkdir()
        sources(source)
        site = Sphinx(
            source,
            None,
            target,
            Path(scratch) / "doctrees",
            "html",
            confoverrides=SETTINGS,
            status=None,
            warningiserror=True,
            freshenv=True,
        )
        site.connect("autodoc-skip-member", unspoken)
        site.build()
    correct(target)
    return int(site.statuscode)


def unspoken(app: Any, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:  # noqa: FBT001 - as Sphinx calls it
    """Leave out the fields of a named tuple that only say which place they have."""
    del app, what, name, skip, options
    return (getattr(member, "__doc__", None) or "").startswith("Alias for field number") or None


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site").resolve()))
