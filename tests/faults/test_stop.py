"""Stopping, killing, hanging and two runs at once (P3, P4, P5, P6, P7, P13)."""

import json
import random
import signal
import time

import pytest
from small import (
    BUSY,
    FOUR,
    GUARD,
    RECORD,
    SKETCH,
    START,
    STUBBORN,
    command,
    environment,
    finished,
    gone,
    hanging,
    until,
)

_SEEDED = random.Random(5)  # noqa: S311  the same moments in every run
MOMENTS = [round(_SEEDED.uniform(0.1, 1.6), 2) for _ in range(10)]
NAP = "time.sleep(0.2)"
COUNT = "with open(os.environ['COUNT'], 'a') as file:\n    file.write('x')"
HELD = "while not os.path.exists(os.environ['COUNT'] + '.go'):\n    time.sleep(0.02)"


def test_p03_a_killed_run_is_repeated_and_leaves_no_rubbish(project):
    """P3: kill -9 at ten seeded moments; each next run heals what the dead one left."""
    project.notebook("draw", START, NAP, SKETCH, RECORD)
    project.run()
    good = project.drawn()
    for moment in MOMENTS:
        process = project.start("run", "--force", "-j", "2")
        time.sleep(moment)
        process.kill()
        process.communicate()
        assert {*project.drawn().values()} <= {*good.values()}, "torn by the kill"

        healed = project.call("run")

        assert healed.returncode == 0, (moment, healed.stderr)
        assert project.drawn() == good
        assert project.rubbish() == []
        assert project.processes() == []


def test_p03_p07_children_of_a_dead_run_are_ended_by_the_next(project, tmp_path):
    """P3, P7: its orphans end, its lock is free at once, and no person has to do anything."""
    project.notebook("draw", START, STUBBORN, SKETCH, RECORD)
    project.jobs("draw")
    dead = project.start("run", env=environment(HANGS=str(tmp_path / "pids")))
    forked, child = hanging(tmp_path / "pids")
    for process in project.processes():
        if "analysis.runs.forkserver" in command(process) and process.pid != forked:
            process.kill()  # else it would end its orphans by itself
    dead.kill()
    dead.communicate()
    until(lambda: gone(forked), 5)  # a notebook never outlives its run
    assert not gone(child)  # what a notebook started may, until the next run

    project.notebook("draw", START, SKETCH, RECORD)
    project.run()

    assert gone(child)
    assert project.rubbish() == []


def test_p03_a_killed_run_takes_all_it_started_with_it(project, tmp_path):
    """P3: kill -9 of the run alone: the warm process sees it, and ends what is below it."""
    project.notebook("draw", START, STUBBORN, SKETCH, RECORD)
    project.jobs("draw")
    dead = project.start("run", env=environment(HANGS=str(tmp_path / "pids")))
    pids = hanging(tmp_path / "pids")

    dead.kill()
    dead.communicate()

    until(lambda: all(gone(pid) for pid in pids), 5)
    until(lambda: project.processes() == [], 5)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_p04_stop_means_stop(project, tmp_path, name, code):
    """P4: the notebook ignores every polite signal and has a child in a session of its own."""
    project.notebook("draw", START, STUBBORN)
    project.jobs("draw")
    process = project.start("run", env=environment(HANGS=str(tmp_path / "pids")))
    pids = hanging(tmp_path / "pids")

    began = time.monotonic()
    process.send_signal(getattr(signal, name))
    done = finished(process)

    assert done.returncode == code, done.stderr
    assert time.monotonic() - began < GUARD
    assert all(gone(pid) for pid in pids)
    assert project.rubbish() == []
    assert project.processes() == []


@pytest.mark.parametrize("executor", ["local", "kernel"])
def test_p05_nothing_runs_for_ever(project, tmp_path, executor):
    """P5: past its deadline a job ends with all it started, and the message names the cell."""
    project.notebook("draw", START, STUBBORN)
    project.jobs("draw", deadline=1.0 if executor == "local" else 8.0 * BUSY)

    late = project.call(
        "run", "--executor", executor, env=environment(HANGS=str(tmp_path / "pids"))
    )

    assert late.returncode == 124, late.stderr
    assert "cell 4 (import signal, subprocess)" in late.stderr
    assert "over its deadline of" in late.stderr
    assert all(gone(pid) for pid in hanging(tmp_path / "pids"))
    assert project.processes() == []


def test_p05_the_deadline_of_the_run_holds_too(project, tmp_path):
    """P5: the run's own deadline stops what runs and starts nothing more."""
    project.notebook("draw", START, STUBBORN)
    began = time.monotonic()

    late = project.call("run", "--deadline", "2", env=environment(HANGS=str(tmp_path / "pids")))

    assert late.returncode == 124
    assert "2 late, 2 not run" in late.stdout
    assert time.monotonic() - began < GUARD


def test_p05_a_deadline_holds_while_it_warms_up(project):
    """P5: before the first process was forked."""
    began = time.monotonic()

    late = project.call("run", "--deadline", "0.1")

    assert late.returncode == 124, late.stderr
    assert time.monotonic() - began < GUARD
    assert project.processes() == []
    assert project.rubbish() == []


def test_p05_a_check_of_the_tables_that_hangs_holds_nothing_up(project):
    """P5: the run ends at its deadline, and publishes nothing from tables that nobody checked."""
    project.table("indicator\ndeaths\naccidents\n", "indicators")
    project.plan(f'warm_up = ["signal:pause"]\n\n{FOUR}')
    began = time.monotonic()

    late = project.call("run", "--deadline", "1")

    assert late.returncode == 124, late.stderr
    assert "the tables were not checked in time" in late.stderr
    assert time.monotonic() - began < GUARD
    assert project.processes() == []
    assert project.rubbish() == []
    assert [*project.figures.glob("*/line.*")] == []


def test_p05_a_thread_that_stays_does_not_keep_a_job(project):
    """P5: the notebook is done; a thread of its own that never ends does not matter."""
    thread = "import threading\nthreading.Thread(target=time.sleep, args=(300,)).start()"
    project.notebook("draw", START, SKETCH, RECORD, thread)
    project.jobs("draw", deadline=10)

    project.run()

    assert project.rubbish() == []


def test_p06_two_runs_at_once_make_one(project, tmp_path):
    """P6, P7: the second is refused with 75; or it waits, and finds nothing left to do."""
    project.notebook("draw", START, COUNT, HELD, SKETCH, RECORD)
    project.jobs("draw")
    variables = environment(COUNT=str(tmp_path / "count"))
    first = project.start("run", env=variables)
    until((project.figures / ".locks" / "run.lock").exists)
    waiting = project.start("run", "--wait", "60", env=variables)

    busy = project.call("run", env=variables)
    (tmp_path / "count.go").touch()

    assert busy.returncode == 75, busy.stderr
    assert "busy" in busy.stderr
    assert [finished(first).returncode, finished(waiting).returncode] == [0, 0]
    assert (tmp_path / "count").read_text() == "x"


def test_p06_one_job_at_once_is_made_once(project, tmp_path):
    """P6: two calls of one job: 75; calls of two jobs: both, side by side."""
    project.notebook("draw", START, COUNT, HELD, SKETCH, RECORD)
    variables = environment(COUNT=str(tmp_path / "count"))
    first = project.start("job", "draw-zh-deaths", env=variables)
    other = project.start("job", "draw-en-deaths", env=variables)
    until(lambda: (tmp_path / "count").exists() and (tmp_path / "count").read_text() == "xx")

    twin = project.call("job", "draw-zh-deaths", env=variables)
    (tmp_path / "count.go").touch()

    assert twin.returncode == 75, twin.stderr
    assert [finished(first).returncode, finished(other).returncode] == [0, 0]
    assert (tmp_path / "count").read_text() == "xx"
    assert {figure["job"] for figure in project.manifest()["figures"]} == {
        "draw-zh-deaths",
        "draw-en-deaths",
    }


def test_p06_two_jobs_that_claim_one_file_are_refused(project):
    """P6: found while planning, before anything runs."""
    project.plan('[[job]]\nnotebook = "draw"\neach = { language = ["zh", "zh"] }\n')

    refused = project.call("run")

    assert refused.returncode == 2
    assert "two jobs claim figures/draw-zh" in refused.stderr


def test_p13_one_bad_notebook_does_not_stop_the_rest(project, tmp_path):
    """P13: of five the second fails and the fourth hangs; the other three are published."""
    for name in ("one", "three", "five"):
        project.notebook(name, START, SKETCH, RECORD)
    project.notebook("two", START, "1 / 0")
    project.notebook("four", START, STUBBORN)
    project.jobs("one", "two", "three", "four", "five", deadline=2.0 * BUSY)

    mixed = project.call("run", env=environment(HANGS=str(tmp_path / "pids")))

    assert mixed.returncode == 1
    assert "3 done, 1 failed, 1 late" in mixed.stdout
    assert {name.split("/")[0] for name in project.drawn()} == {"one", "three", "five"}


def test_p13_fail_fast_starts_no_more(project):
    """P13: on request the first failure is the last start."""
    project.notebook("bad", START, "1 / 0")
    project.notebook("good", START, SKETCH, RECORD)
    project.jobs("bad", "good")

    stopped = project.call("run", "--fail-fast", "-j", "1", "--json")

    assert stopped.returncode == 1
    end = json.loads(stopped.stdout.splitlines()[-1])
    assert (end["failed"], end["left"], end["done"]) == (1, 1, 0)
