"""The engine that needs no kernel leaves the notebook that a kernel would have left."""

from contextlib import suppress

import nbformat
import papermill
import pytest
from small import RECORD, SKETCH, START, Project, notebook

SAMPLES = {
    "streams": "import sys\nprint('a'); print('b')\nprint('c', file=sys.stderr)",
    "result": "1 + 1",
    "silent": "1 + 1;",
    "rich": "from IPython.display import HTML\ndisplay(HTML('<b>x</b>'))\nHTML('<i>y</i>')",
    "update": "handle = display('one', display_id=True)\nhandle.update('two')",
    "clear": "from IPython.display import clear_output\nprint('a'); clear_output(); print('b')",
    "clear_later": "print('a'); clear_output(wait=True); print('b')",
    "magic": "%precision 3\n3.14159",
    "awaits": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "main": "__name__, In[1][:8]",
    "pickles": "import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A()))).__name__",
    "underscore": "_",
    "shell": "!echo from the shell",
    "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.gcf().get_size_inches()",
}


def executed(tmp_path, made):
    """The notebook *made* by the engine, failed or not."""
    path = str(tmp_path / "executed.ipynb")
    with suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            made, path, {"language": "en"}, engine_name="in-process", progress_bar=False
        )
    return nbformat.read(path, as_version=4)


def shape(nb):
    """What a reader sees of a notebook, without pictures' bytes and colours of tracebacks."""
    seen = []
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            output.pop("traceback", None)
            output.get("data", {}).pop("image/png", None)
        seen.append((cell.source, cell.get("execution_count"), cell.get("outputs")))
    return seen


def test_the_same_notebook_comes_out_as_of_a_kernel(tmp_path):
    """Every kind of output, in the same cells, with the same counts."""
    project = Project(tmp_path / "project")
    project.notebook("all", *SAMPLES.values(), START, SKETCH, RECORD)
    project.jobs("all")
    made = []
    for executor in ("local", "kernel"):
        project.run("--force", "--executor", executor)
        made.append(nbformat.read(project.figures / "all" / "all.ipynb", as_version=4))

    ours, stock = made

    assert shape(ours) == shape(stock)
    assert ours.metadata == stock.metadata


@pytest.mark.parametrize("source", ["1 / 0", "import sys\nsys.exit(3)", "(", "exit()"])
def test_a_failing_cell_is_the_last(tmp_path, source):
    """Its error is in the notebook, and the cells behind it did not run."""
    nb = executed(tmp_path, notebook("1", source, "2"))

    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    failed = next(cell for cell in cells if cell.source == source)
    assert failed.outputs[-1].output_type == "error"
    assert cells[-1].execution_count is None
    assert failed.metadata.papermill.status == "failed"


def test_the_process_is_left_as_it_was(tmp_path):
    """So that a second notebook in one process starts clean."""
    import sys

    main, path, out = sys.modules["__main__"], list(sys.path), sys.stdout

    executed(tmp_path, notebook("mine = 1"))
    nb = executed(tmp_path, notebook("'mine' in globals()"))

    assert nb.cells[-1].outputs[0].data["text/plain"] == "False"
    assert (sys.modules["__main__"], sys.path, sys.stdout) == (main, path, out)


def test_each_cell_is_reported_as_it_begins(tmp_path):
    """For the bar, and for saying where a notebook hung."""
    began = []
    papermill.execute_notebook(
        notebook("first = 1\nsecond = 2"),
        str(tmp_path / "a.ipynb"),
        {"language": "en"},
        engine_name="in-process",
        progress_bar=False,
        on_cell=lambda *about: began.append(about),
    )

    assert began[-1] == (3, 4, "first = 1")


def test_a_cell_tagged_to_be_skipped_is_skipped(tmp_path):
    """As nbclient does."""
    made = notebook("1 / 0", "2")
    made.cells[2].metadata["tags"] = ["skip-execution"]

    nb = executed(tmp_path, made)

    assert [cell.execution_count for cell in nb.cells[3:]] == [None, 3]
