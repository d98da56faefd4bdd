"""
A papermill engine that runs the cells in the current process, without a kernel.

It is meant for a process that ends with the notebook. Other languages, interactive widgets and
``input()`` need papermill's kernel engine.
"""

import atexit
import io
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, cast

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

SAVE_EVERY = 1.0  # seconds; papermill's own way, twice a cell, costs more than a short notebook
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": sys.version_info.major},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": f"ipython{sys.version_info.major}",
    "version": platform.python_version(),
}

OnCell = Callable[[int, int, str], None]


class InProcess:
    """
    A papermill engine that runs cells in an IPython shell of the current process.

    It is registered as papermill's entry point ``in-process``. It does not inherit from
    ``papermill.engines.Engine``, because papermill loads entry points while it imports that module.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        *,
        on_cell: OnCell | None = None,
        **_options: Any,
    ) -> NotebookNode:
        """
        Run the cells of *nb* in order up to the first that fails.

        Parameters
        ----------
        nb
            The parameterised notebook; its outputs are filled in place.
        kernel_name
            Not used.
        output_path
            Where a partial copy is saved while the cells run; papermill writes the final one.
        on_cell
            Called before each code cell with its index, the number of cells and its first line.
        """
        del kernel_name
        from papermill.engines import NotebookExecutionManager

        manager = NotebookExecutionManager(nb, output_path=None, progress_bar=False)
        manager.notebook_start()
        nb.metadata["language_info"] = dict(_LANGUAGE)
        try:
            with _shell() as shell:
                _run(manager, shell, _Copy(nb, output_path), on_cell or (lambda *_: None))
        finally:
            manager.notebook_complete()
        return nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the kernel of the notebook, by which papermill chooses its translator."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the language of the notebook, by default Python."""
        del nb
        return language or "python"


class _Copy:
    """Saves the partial notebook, so that a process that is killed leaves its last cells."""

    def __init__(self, nb: NotebookNode, path: str | None) -> None:
        self.nb, self.path, self.due = nb, path, 0.0

    def save(self) -> None:
        if self.path is not None and time.monotonic() >= self.due:
            from papermill.iorw import write_ipynb

            write_ipynb(self.nb, self.path)
            self.due = time.monotonic() + SAVE_EVERY


class _Outputs(list[NotebookNode]):
    """The outputs of the running cell, joined and cleared as a front end does."""

    def __init__(self) -> None:
        super().__init__()
        self.displays: dict[str, list[NotebookNode]] = {}
        self.clear_next = False

    def add(self, output: NotebookNode, display: str | None = None) -> None:
        if self.clear_next:
            self.clear()
            self.clear_next = False
        self.append(output)
        if display:
            self.displays.setdefault(display, []).append(output)

    def write(self, name: str, text: str) -> None:
        if self and not self.clear_next and self[-1].get("name") == name:
            self[-1].text += text
        else:
            self.add(new_output("stream", name=name, text=text))

    def take(self) -> list[NotebookNode]:
        taken = list(self)
        self.clear()
        self.clear_next = False
        return taken


class _Stream(io.TextIOBase):
    """Standard output or error while a cell runs."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, outputs: _Outputs) -> None:
        self.name, self.outputs = name, outputs

    def write(self, text: str) -> int:
        if text:
            self.outputs.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1 if self.name == "stdout" else 2  # inherited by child processes of the notebook


def _outputs_of(part: Any) -> _Outputs:
    outputs: _Outputs = part.shell.cell_outputs
    return outputs


class _Publisher(DisplayPublisher):
    """Appends ``display(...)`` to the outputs of the cell, or updates an earlier display."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_options: Any,
    ) -> None:
        del source  # IPython no longer uses it
        outputs = _outputs_of(self)
        display = (transient or {}).get("display_id")
        if update:
            for shown in outputs.displays.get(str(display), []):
                shown.update(data=data, metadata=metadata or {})
            return
        outputs.add(new_output("display_data", data=data, metadata=metadata or {}), display)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002  IPython's signature
        outputs = _outputs_of(self)
        outputs.clear_next = wait
        if not wait:
            outputs.clear()


class _Hook(DisplayHook):
    """Appends the value of a cell's last line to its outputs."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        result = {"data": format_dict, "metadata": md_dict or {}}
        count = self.prompt_count
        outputs = _outputs_of(self)
        outputs.add(new_output("execute_result", **result, execution_count=count))

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Shell(InteractiveShell):
    """An IPython shell that appends all output to the running cell."""

    def __init__(self, **options: Any) -> None:
        self.cell_outputs = _Outputs()
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
        self.cell_outputs.add(new_output("error", **error))

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window to update."""

    def init_virtualenv(self) -> None:
        """Do nothing: the interpreter is already that of the environment."""

    def ask_exit(self) -> None:
        """Raise SystemExit: ``exit()`` stops the notebook early, as ``sys.exit()`` does."""
        raise SystemExit(0)


_spare: list[_Shell] = []


def prepare() -> None:
    """Run a trivial notebook and create the next shell, so that forked processes start faster."""
    import papermill

    cells = [new_code_cell("warm = 0", metadata={"tags": ["parameters"]})]
    about = {"kernelspec": {"name": "python3", "language": "python", "display_name": "python3"}}
    notebook = new_notebook(cells=cells, metadata=about)
    papermill.execute_notebook(notebook, None, {"warm": 1}, engine_name="in-process")
    if not _spare:
        _spare.append(_new_shell())


def _new_shell() -> _Shell:
    # Without history, whose writer thread would make forking unsafe.
    settings = Config({"HistoryManager": {"enabled": False}})
    main, hook = sys.modules["__main__"], sys.excepthook
    try:
        shell: _Shell = _Shell(
            config=settings, display_pub_class=_Publisher, displayhook_class=_Hook
        )
    finally:
        sys.modules["__main__"], sys.excepthook = main, hook
    return shell


@contextmanager
def _shell() -> Iterator[_Shell]:
    """Install a shell with an empty namespace as ``get_ipython()`` and ``__main__`` meanwhile."""
    before, main, path = InteractiveShell._instance, sys.modules["__main__"], list(sys.path)  # noqa: SLF001
    shell = _spare.pop() if _spare else _new_shell()
    InteractiveShell.clear_instance()
    for kind in (_Shell, InteractiveShell):
        setattr(kind, "_instance", shell)  # noqa: B010  typed as None by traitlets
    sys.modules["__main__"] = shell.user_module
    if "" not in sys.path:
        sys.path.insert(0, "")  # as a kernel does, so that modules beside the notebook import
    _adopt_inline_backend(shell)
    try:
        yield shell
    finally:
        sys.modules["__main__"], sys.path[:] = main, path
        atexit.unregister(shell.atexit_operations)  # it would keep the notebook's variables
        _Shell._instance = None  # noqa: SLF001
        InteractiveShell._instance = before  # noqa: SLF001


def _adopt_inline_backend(shell: _Shell) -> None:
    """Bind matplotlib's inline back end to *shell* if it was imported before."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline.configure_inline_support.current_backend = "unset"
        inline.configure_inline_support(shell, "module://matplotlib_inline.backend_inline")


def _run(manager: Any, shell: _Shell, copy: _Copy, on_cell: OnCell) -> None:
    cells = manager.nb.cells
    for index, cell in enumerate(cells):
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or skipped:
            cell.metadata.papermill["status"] = manager.COMPLETED
            continue
        on_cell(index, len(cells), cell.source.strip().splitlines()[0])
        manager.cell_start(cell, index)
        copy.save()
        error = _run_cell(shell, cell)
        if error is not None and "raises-exception" not in cell.metadata.get("tags", []):
            manager.cell_exception(cell, cell_index=index, exception=error)
        manager.cell_complete(cell, cell_index=index)
        if cell.metadata.papermill["status"] == manager.FAILED:
            break


def _run_cell(shell: _Shell, cell: NotebookNode) -> BaseException | None:
    """Run one cell, store its outputs, and return the exception it raised, if any."""
    outputs, run = shell.cell_outputs, cast("Callable[..., Any]", shell.run_cell)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cell.execution_count = shell.execution_count
    try:
        with (
            redirect_stdout(_Stream("stdout", outputs)),
            redirect_stderr(_Stream("stderr", outputs)),
        ):
            result = run(cell.source, store_history=True)
    finally:
        cell.outputs = outputs.take()
    raised: BaseException | None = result.error_before_exec or result.error_in_exec
    return raised
