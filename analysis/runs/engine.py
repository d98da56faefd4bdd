"""
A papermill engine that runs the cells in this very process, without a kernel.

It is meant for a disposable process: whatever a notebook breaks, the process takes with it.
Other languages, widgets that talk back and ``input()`` need the stock kernel engine.
"""

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

Told = Callable[[int, int, str], None]


class InProcess:
    """
    papermill's engine protocol, answered by an IPython shell in this process.

    It is registered under papermill's entry point as ``in-process``. It does not inherit from
    ``papermill.engines.Engine``, because papermill loads it while that module is half made.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        *,
        told: Told | None = None,
        **_options: Any,
    ) -> NotebookNode:
        """
        Run every cell of *nb* in order and stop behind the first that fails.

        Parameters
        ----------
        nb
            The parameterised notebook; its outputs are filled in place.
        kernel_name
            Not used: the kernel is this process.
        output_path
            Where an unfinished copy is kept while the cells run; papermill writes the last one.
        told
            Called as each code cell begins, with its place, the number of cells and its first line.
        """
        del kernel_name
        from papermill.engines import NotebookExecutionManager

        manager = NotebookExecutionManager(nb, output_path=None, progress_bar=False)
        manager.notebook_start()
        nb.metadata["language_info"] = dict(_LANGUAGE)
        try:
            with _shell() as shell:
                _run(manager, shell, _Copy(nb, output_path), told or (lambda *_: None))
        finally:
            manager.notebook_complete()
        return nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The kernel that the notebook names; papermill picks its translator by it."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language that the notebook names, Python where it names none."""
        del nb
        return language or "python"


class _Copy:
    """The unfinished notebook on disk, so that a process that dies leaves its last cells."""

    def __init__(self, nb: NotebookNode, path: str | None) -> None:
        self.nb, self.path, self.due = nb, path, 0.0

    def save(self) -> None:
        if self.path is not None and time.monotonic() >= self.due:
            from papermill.iorw import write_ipynb

            write_ipynb(self.nb, self.path)
            self.due = time.monotonic() + SAVE_EVERY


class _Outputs(list[NotebookNode]):
    """The outputs of the running cell, joined and cleared the way a front end does."""

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
        return 1 if self.name == "stdout" else 2  # what a child process of the notebook inherits


def _outputs_of(part: Any) -> _Outputs:
    outputs: _Outputs = part.shell.cell_outputs
    return outputs


class _Publisher(DisplayPublisher):
    """``display(...)`` appends to the running cell, or renews what it showed before."""

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
    """The value of a cell's last line becomes its result."""

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
    """An IPython shell whose every output goes into the running cell."""

    def __init__(self, **options: Any) -> None:
        self.cell_outputs = _Outputs()
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
        self.cell_outputs.add(new_output("error", **error))

    def enable_gui(self, gui: str | None = None) -> None:
        """No event loop: nobody watches."""

    def init_virtualenv(self) -> None:
        """The interpreter is already the right one."""

    def ask_exit(self) -> None:
        """``exit()`` ends the notebook early, which is a failure like ``sys.exit()``."""
        raise SystemExit(0)


_spare: list[_Shell] = []


def prepare() -> None:
    """Run an empty notebook and make the next shell now, so that forked processes need not."""
    import papermill

    cells = [new_code_cell("warm = 0", metadata={"tags": ["parameters"]})]
    about = {"kernelspec": {"name": "python3", "language": "python", "display_name": "python3"}}
    notebook = new_notebook(cells=cells, metadata=about)
    papermill.execute_notebook(notebook, None, {"warm": 1}, engine_name="in-process")
    if not _spare:
        _spare.append(_made())


def _made() -> _Shell:
    # No history: it would be a file, and a thread that writes it would make forking unsafe.
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
    """A shell with an empty namespace that is ``get_ipython()`` and ``__main__`` for now."""
    before, main, path = InteractiveShell._instance, sys.modules["__main__"], list(sys.path)  # noqa: SLF001
    shell = _spare.pop() if _spare else _made()
    InteractiveShell.clear_instance()
    for kind in (_Shell, InteractiveShell):
        setattr(kind, "_instance", shell)  # noqa: B010  typed as None by traitlets
    sys.modules["__main__"] = shell.user_module
    if "" not in sys.path:
        sys.path.insert(0, "")  # as a kernel does: a notebook may import what lies beside it
    _adopt_inline_backend(shell)
    try:
        yield shell
    finally:
        sys.modules["__main__"], sys.path[:] = main, path
        _Shell._instance = None  # noqa: SLF001
        InteractiveShell._instance = before  # noqa: SLF001


def _adopt_inline_backend(shell: _Shell) -> None:
    """Bind matplotlib's notebook back end to *shell*, if it was imported before the shell was."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline.configure_inline_support.current_backend = "unset"
        inline.configure_inline_support(shell, "module://matplotlib_inline.backend_inline")


def _run(manager: Any, shell: _Shell, copy: _Copy, told: Told) -> None:
    cells = manager.nb.cells
    for place, cell in enumerate(cells):
        if cell.cell_type != "code" or not cell.source.strip() or _skipped(cell):
            cell.metadata.papermill["status"] = manager.COMPLETED
            continue
        told(place, len(cells), cell.source.strip().splitlines()[0])
        manager.cell_start(cell, place)
        copy.save()
        failure = _run_cell(shell, cell)
        if failure is not None and "raises-exception" not in cell.metadata.get("tags", []):
            manager.cell_exception(cell, cell_index=place, exception=failure)
        manager.cell_complete(cell, cell_index=place)
        if cell.metadata.papermill["status"] == manager.FAILED:
            break


def _skipped(cell: NotebookNode) -> bool:
    return "skip-execution" in cell.metadata.get("tags", [])


def _run_cell(shell: _Shell, cell: NotebookNode) -> BaseException | None:
    """Run one cell, keep what it showed, and give what it raised."""
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
