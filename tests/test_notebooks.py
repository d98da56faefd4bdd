"""The rules of a notebook, and that each of them runs as it stands, in both languages."""

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import papermill
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from analysis import check_parameters, project
from analysis.errors import WordError

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "notebooks" / "templates" / "new_question.ipynb"
NOTEBOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), TEMPLATE]
PARAMETER = re.compile(r"\w+: (?:str|int|float|bool) = \S.*  # \S.*")
SPEAKERS = {"findings"}  # the module that words a title
MOST_CELLS, MOST_LINES = 30, 12


def complaints(nb):
    """What is wrong with a notebook of the plan, in words; nothing, in a good one."""
    return [*_parameters(nb.cells[1]), *story(nb)]


def story(nb):
    """What is wrong with a notebook that is read, whether it takes parameters or not."""
    cells = nb.cells
    return [
        *_opening(cells),
        *(word for before, cell in pairwise(cells) for word in _cell(before, cell)),
        *_titles(cells),
        *_ids(cells),
        *(["more than 30 cells"] if len(cells) > MOST_CELLS else []),
    ]


def _opening(cells):
    first = cells[0]
    question = re.match(r"# .+[?？]\n", first.source + "\n")
    if first.cell_type != "markdown" or not question:
        yield "does not open with its question as a heading"


def _parameters(cell):
    if "parameters" not in cell.metadata.get("tags", []):
        yield "the second cell is not tagged parameters"
    for line in cell.source.splitlines():
        if not PARAMETER.fullmatch(line):
            yield f"a parameter without type or comment: {line}"
    if not cell.source.startswith('language: str = "zh"  # zh or en'):
        yield "the first parameter is not the language"


def _cell(before, cell):
    if cell.cell_type != "code":
        return
    if before.cell_type != "markdown":
        yield f"no prose before: {cell.source}"
    if re.search(r"^\s*(def|class|async def) |\blambda\b", cell.source, re.MULTILINE):
        yield f"a definition belongs in the package: {cell.source}"
    if len(cell.source.splitlines()) > MOST_LINES:
        yield f"more than {MOST_LINES} lines: {cell.source}"
    if cell.outputs or cell.execution_count is not None:
        yield f"committed with outputs: {cell.source}"
    if re.search(r"['\"]/|\.\./|os\.environ|warnings\.", cell.source):
        yield f"a path or a setting of a machine: {cell.source}"


def _titles(cells):
    """Every title is computed: a call of a speaking module, or a name bound to one."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    tree = ast.parse(TransformerManager().transform_cell(code))  # a line with ! is a call
    spoken = {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(map(_speaks, ast.walk(node.value)))
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    for node in ast.walk(tree):
        titles = [node.value] if isinstance(node, ast.keyword) and node.arg == "title" else []
        if isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else "" for key in node.keys]
            titles += [v for k, v in zip(keys, node.values, strict=True) if k == "title"]
        for title in titles:
            if not _speaks(title) and getattr(title, "id", "") not in spoken:
                yield f"a title typed by hand: {ast.unparse(title)}"


def _speaks(node):
    call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if not call:
        return False
    home = node.func.value
    return getattr(home, "id", getattr(home, "attr", "")) in SPEAKERS  # findings, rs.findings


def _ids(cells):
    ids = [cell.get("id", "") for cell in cells]
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in ids):
        yield "a cell without an id: it would get another one at every save"
    if len(set(ids)) < len(ids):
        yield "two cells with one id"


def read(path):
    """A notebook as it stands in its file."""
    return nbformat.v4.reads_json(path.read_text("utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_reads_as_one_story(path):
    """A question, typed parameters, prose before short cells, computed titles, no outputs."""
    assert complaints(read(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_stripped(path):
    """What nbformat accepts, without the traces of an editor."""
    nb = read(path)
    nbformat.validate(nb)

    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert set(nb.metadata) <= {"kernelspec", "language_info"}
    assert all(set(cell.metadata) <= {"tags"} for cell in nb.cells)


def test_nbstripout_would_change_nothing():
    """The filter that contributors may install agrees; ids stay, so that differences stay small."""
    command = [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", *map(str, NOTEBOOKS)]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout + found.stderr


def good():
    """A small notebook without a fault."""
    cells = [
        nbformat.v4.new_markdown_cell("# What is there?\n\nA few words."),
        nbformat.v4.new_code_cell('language: str = "zh"  # zh or en'),
        nbformat.v4.new_markdown_cell("The figure"),
        nbformat.v4.new_code_cell("figure = charts.trend(rows, title=findings.trend(rows))"),
    ]
    cells[1].metadata["tags"] = ["parameters"]
    return nbformat.v4.new_notebook(cells=cells)


FAULTS = {
    "committed with outputs": lambda nb: nb.cells[3].outputs.append(
        nbformat.v4.new_output("stream", text="1")
    ),
    "committed with outputs: figure": lambda nb: nb.cells[3].update(execution_count=3),
    "a title typed by hand": lambda nb: nb.cells[3].update(source="draw(title='Deaths')"),
    "a title typed by hand: Text": lambda nb: nb.cells[3].update(source="draw(title=Text('x'))"),
    "a title typed by hand: rs": lambda nb: nb.cells[3].update(
        source="draw(title=rs.charts.style.x())"
    ),
    "a title typed by hand: name": lambda nb: nb.cells[3].update(
        source="name = f'Deaths {indicator}'\ndraw(**{'title': name})"
    ),
    "a definition belongs": lambda nb: nb.cells[3].update(source="def draw():\n    pass"),
    "more than 12 lines": lambda nb: nb.cells[3].update(source="x = 1\n" * 13),
    "no prose before": lambda nb: nb.cells.insert(3, nbformat.v4.new_code_cell("x = 1")),
    "without type or comment": lambda nb: nb.cells[1].update(
        source=nb.cells[1].source + "\nyear = 2020"
    ),
    "not tagged parameters": lambda nb: nb.cells[1].metadata.clear(),
    "does not open with its question": lambda nb: nb.cells[0].update(source="# Coverage"),
    "two cells with one id": lambda nb: nb.cells[3].update(id=nb.cells[2].id),
    "a cell without an id": lambda nb: nb.cells[3].pop("id"),
    "a path or a setting": lambda nb: nb.cells[3].update(source="tables.load('/data')"),
}


def test_the_small_notebook_is_good():
    """So that each fault below is the only one."""
    assert complaints(good()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_rule_notices_its_fault(fault):
    """One fault, and the complaint that names it."""
    nb = good()
    FAULTS[fault](nb)

    assert any(fault.partition(":")[0] in word for word in complaints(nb))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_its_defaults(path, language, tmp_path, monkeypatch):
    """Each in both languages: figures with their records, no word on standard error."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage"))
    executed = tmp_path / "executed.ipynb"

    papermill.execute_notebook(
        str(path), str(executed), {"language": language}, engine_name="in-process",
        progress_bar=False,
    )  # fmt: skip

    names = {file.name for file in (tmp_path / "stage").iterdir()}
    stems = {name.rpartition(".")[0] for name in names}
    assert stems
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("svg", "png", "json")}
    assert all(language in stem.split("-") for stem in stems)
    outputs = [o for c in nbformat.read(executed, 4).cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    assert any("image/png" in o.get("data", {}) for o in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_unknown_parameter_stops_a_notebook_before_its_first_figure(path, tmp_path, monkeypatch):
    """The message has the nearest name; nothing is drawn with the default instead."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage"))

    with pytest.raises(papermill.PapermillExecutionError, match="'languag' is not known; did you"):
        papermill.execute_notebook(
            str(path), str(tmp_path / "executed.ipynb"), {"languag": "en"},
            engine_name="in-process", progress_bar=False,
        )  # fmt: skip

    assert not (tmp_path / "stage").exists()


def test_stock_papermill_refuses_an_unknown_parameter(tmp_path):
    """In a kernel, as other programs run notebooks."""
    words = [sys.executable, "-m", "papermill", "2_trend.ipynb", str(tmp_path / "executed.ipynb")]

    ended = subprocess.run(
        [*words, "-p", "indicatr", "deaths", "--no-progress-bar"],
        cwd=ROOT / "notebooks", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "parameter 'indicatr' is not known; did you mean indicator?" in ended.stderr


@pytest.mark.parametrize(
    ("line", "given", "near"),
    [
        ('subject: str = ""  # all if empty', "outcome", "outcomes"),
        ('subject: str = ""  # all if empty', "DRILLS_HELD", "drills_held"),
        ('region: str = ""  # empty: the first', "chuxoing", "chuxiong"),
        ('indicator: str = "deaths"', "deths", "deaths"),
    ],
)
def test_a_value_that_is_not_in_the_tables_is_refused_in_the_first_cell(line, given, near):
    """As stock papermill gives it; an empty one is no value where its comment says so."""
    name = line.partition(":")[0]
    cells = ["", line, f"# Parameters\n{name} = {given!r}\n", "check_parameters(globals())"]

    with pytest.raises(WordError, match=f"{name} '{given}' is not known; did you mean {near}"):
        check_parameters({"In": cells, name: given})
    if "empty" in line:
        cells[2] = f"# Parameters\n{name} = ''\n"
        check_parameters({"In": cells, name: ""})


def test_a_notebook_opened_by_hand_is_not_held_to_its_parameters():
    """Names that a reader adds at a prompt are no parameters."""
    cells = ["", "language: str = 'zh'  # zh or en", "extra = 5", "check_parameters(globals())"]

    check_parameters({"In": cells, "language": "zh", "extra": 5})
