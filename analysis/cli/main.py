"""
The command line's entry point: the group of all commands, and errors as exit codes.

Commands import what they need when they are called, so that a run with nothing to do is fast.
"""

import gc
import sys
from typing import Any

import click

from analysis.errors import AnalysisError, BusyError, UsageError
from analysis.language.messages import LANGUAGE, say
from analysis.language.text import Text
from analysis.project import OBJECTS

from . import publish, reports, runs, streams, tables, translation

_EXTRAS = {
    "IPython": "notebooks",
    "docx": "reports",
    "duckdb": "panel",
    "ipywidgets": "notebooks",
    "nbconvert": "notebooks",
    "nbformat": "notebooks",
    "papermill": "notebooks",
    "pikepdf": "publish",
    "pptx": "publish",
    "pypdf": "reports",
    "xlsxwriter": "publish",
}


class _Group(click.Group):
    """A group that prints expected errors as one message and exits with their code."""

    language = "en"

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line with standard streams that are open, in the reader's language."""
        gc.set_threshold(OBJECTS)
        streams.open_closed()
        words = args[0] if args else extra.get("args")
        self.language = translation.chosen_language(sys.argv[1:] if words is None else [*words])
        translation.translate_click(self.language)
        click.Context.formatter_class = translation.help_formatter(self.language)
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; on an expected error, print it and exit."""
        ctx.meta[LANGUAGE] = self.language
        with streams.harmless_streams():
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AnalysisError as error:
            self._print(error.text)
            ctx.exit(_code(error))
        except ModuleNotFoundError as error:
            if error.name not in _EXTRAS:
                raise
            extra = f"pip install 'regional-safety[{_EXTRAS[error.name]}]'"
            self._print(say("cli.not_installed", name=error.name, command=extra))
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(130)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            words = f"{error.strerror or error}{where}"
            self._print(Text(words, words))
            ctx.exit(1)

    def _print(self, text: Text) -> None:
        click.echo(say("cli.error", text=text)[self.language], err=True)


def _code(error: AnalysisError) -> int:
    if isinstance(error, UsageError):
        return 2
    return 75 if isinstance(error, BusyError) else 1


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="regional-safety")
def main() -> None:
    """Compare the safety performance of regions from their published reports."""


for _command in (*runs.COMMANDS, *tables.COMMANDS, *reports.COMMANDS, *publish.COMMANDS):
    main.add_command(_command)
