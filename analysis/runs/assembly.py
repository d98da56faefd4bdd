"""The manifest of all jobs, assembled from their records."""

from collections.abc import Mapping

from analysis import files
from analysis.figures import manifest

from . import stage
from .plan import Plan, Stale

LONGEST_WAIT = 60.0  # seconds for another process that writes it, which takes far less


def holds(plan: Plan, stale: Stale) -> bool:
    """Whether the manifest is what the records of all jobs say."""
    here = files.read(plan.project.figures / manifest.MANIFEST)
    return here == _assembled(plan, stale.records)


def _assembled(plan: Plan, read: Mapping[str, manifest.Record | None]) -> bytes:
    """The manifest, from records that are *read* already or now."""
    folder = plan.project.figures
    names = [one.name for one in plan.jobs]
    records = [read[name] if name in read else manifest.record(folder / name) for name in names]
    return manifest.assemble([made for made in records if made is not None], plan.version)


def renew(plan: Plan) -> None:
    """
    Write the manifest from the records of all jobs, if it is not that already.

    Raises
    ------
    BusyError
        When another process holds it for longer than writing takes.
    OSError
        When it cannot be written.
    """
    path = plan.project.figures / manifest.MANIFEST
    with stage.lock(plan.project.figures, "manifest", wait=LONGEST_WAIT):
        data = _assembled(plan, {})
        if files.read(path) != data:
            stage.clear(path)
            files.write(path, data)
