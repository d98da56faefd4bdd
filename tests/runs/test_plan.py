"""The plan as jobs: names, products of parameters, what each reads, and who is selected."""

import json

import pytest
from small import FOUR, Project

from analysis.errors import UsageError, WordError
from analysis.runs import parameters, plan, stale


@pytest.fixture
def project(tmp_path):
    """A small project."""
    return Project(tmp_path / "project")


def load(project):
    """The plan of the project."""
    return plan.load(plan.Project(project.root))


def test_a_job_is_named_after_its_notebook_and_values(project):
    """The product of the lists, in the order of the plan."""
    names = [job.name for job in load(project).jobs]

    assert names == [
        "draw-zh-deaths",
        "draw-zh-accidents",
        "draw-en-deaths",
        "draw-en-accidents",
    ]


def test_a_selection_of_the_descriptor_gives_the_values(project):
    """`each = { indicator = "shared" }` follows the descriptor of the tables."""
    descriptor = {"selections": {"shared": ["deaths", "fires"]}}
    (project.root / "data" / "datapackage.json").write_text(json.dumps(descriptor))
    project.plan('[[job]]\nnotebook = "draw"\neach = { indicator = "shared" }\n')

    assert [job.name for job in load(project).jobs] == ["draw-deaths", "draw-fires"]


def test_what_a_job_reads_follows_its_parameters(project):
    """Patterns, names filled from parameters, and lines of one value."""
    for name in ("east", "west"):
        project.table("indicator,value\n", f"observations/{name}")
    project.notebook("one", parameters='region: str = "east"\nindicator: str = "deaths"')
    project.plan(
        '[[job]]\nnotebook = "one"\neach = { region = ["west"], indicator = ["deaths"] }\n'
        'reads = ["observations/{region}", { table = "observations/*", where = "indicator" }]\n'
    )

    (job,) = load(project).jobs

    assert [(s.table, s.where, s.value) for s in job.reads] == [
        ("observations/west", "", ""),
        ("observations/east", "indicator", "deaths"),
        ("observations/west", "indicator", "deaths"),
    ]


def test_jobs_are_selected_by_name_notebook_or_pattern(project):
    """And an unknown name is answered with the nearest."""
    whole = load(project)

    assert [job.name for job in whole.select(["draw-zh-deaths"])] == ["draw-zh-deaths"]
    assert len(whole.select(["draw"])) == 4
    assert len(whole.select(["*-deaths"])) == 2
    with pytest.raises(WordError, match="did you mean draw-zh-deaths"):
        whole.select(["draw-zh-death"])


def test_a_region_must_have_a_report(project):
    """A report may have several; the descriptor lists each region once."""
    descriptor = {"selections": {"regions": ["east"]}}
    (project.root / "data" / "datapackage.json").write_text(json.dumps(descriptor))
    project.notebook("one", parameters='region: str = "east"')
    project.plan('[[job]]\nnotebook = "one"\neach = { region = ["west"] }\n')

    with pytest.raises(UsageError, match="region 'west' is not known; did you mean east"):
        load(project)


def test_the_deadline_and_the_kernel_of_a_job(project):
    """The plan's deadline holds unless the entry has its own; another kernel is the notebook's."""
    project.notebook("other", kernel="ir", language="R", parameters='language <- "zh"')
    project.plan(
        "deadline = 60\n" + FOUR + 'deadline = 5\nexecutor = "kernel"\n'
        '[[job]]\nnotebook = "other"\neach = { language = ["en"] }\n'
    )

    first, *_, last = load(project).jobs

    assert (first.deadline, first.kernel) == (5.0, "python3")
    assert (last.deadline, last.kernel) == (60.0, "ir")


def test_modules_of_a_job_are_warmed_where_it_is_run(project):
    """A run of the other job does not import them."""
    one = '[[job]]\nnotebook = "draw"\neach = { language = ["zh"] }\nwarm = ["wave", "colorsys"]\n'
    other = '[[job]]\nnotebook = "draw"\neach = { language = ["en"] }\n'
    project.plan('warm = ["colorsys"]\n' + one + other)
    whole = load(project)
    first, second = whole.jobs

    assert whole.warmed_for([second]).warm == ("colorsys",)
    assert whole.warmed_for([second, first]).warm == ("colorsys", "wave")


def test_the_formats_of_the_plan_hold_unless_a_job_has_its_own(project):
    """PDF for all but one; without a word in the plan, none is named."""
    assert {job.formats for job in load(project).jobs} == {()}
    project.plan(
        'formats = ["svg", "pdf"]\n[[job]]\nnotebook = "draw"\n'
        '[[job]]\nnotebook = "draw"\neach = { language = ["en"] }\nformats = ["png"]\n'
    )

    assert [job.formats for job in load(project).jobs] == [("svg", "pdf"), ("png",)]


def test_asking_for_another_format_makes_a_job_stale(project):
    """The formats are a part of what a job is made from; the usual ones leave its key alone."""
    (job, *_), state = load(project).jobs, stale.Stale(plan.Project(project.root))
    usual = state.parts(job)
    project.plan('formats = ["pdf"]\n' + FOUR)
    (asked, *_) = load(project).jobs

    assert "formats" not in usual
    assert state.parts(asked) == usual | {"formats": ["pdf"]}


@pytest.mark.parametrize(
    ("formats", "told"), [('["gif"]', "format 'gif'"), ('"pdf"', "must be a list")]
)
def test_an_unknown_format_is_refused_before_anything_runs(project, formats, told):
    """With the known ones."""
    project.plan(f"formats = {formats}\n" + FOUR)

    with pytest.raises(UsageError, match=told):
        load(project)


def test_the_overview_is_what_other_schedulers_need(project):
    """Names, inputs and outputs as paths from the root, and why a job is stale."""
    whole = load(project)

    first = stale.overview(whole, whole.jobs)[0]

    assert first == {
        "name": "draw-zh-deaths",
        "notebook": "notebooks/draw.ipynb",
        "parameters": {"language": "zh", "indicator": "deaths"},
        "inputs": ["notebooks/draw.ipynb", "data/observations/east.csv"],
        "outputs": [
            "figures/draw-zh-deaths/run.json",
            "figures/draw-zh-deaths/draw-zh-deaths.ipynb",
        ],
        "stale": True,
        "reason": "never made",
    }


@pytest.mark.parametrize(
    ("line", "value", "fits"),
    [
        ("x: int = 1", 2, True),
        ("x: int = 1", 2.5, False),
        ("x: float = 1", 2, True),
        ("x: int | None = 1", 2, True),
        ("x: list[str] = []", "a", True),
        ("x = 1", "a", False),
        ("x = None", "a", True),
        ('x: str = "a"  # a or b', "b", True),
        ('x: str = "a"  # one of: a, b, c', "d", False),
        ('x: str = "a"  # a code of data/x.csv', "d", True),
    ],
)
def test_a_value_must_fit_its_declaration(tmp_path, line, value, fits):
    """The annotation, else the default, decides the type; the comment may close the list."""
    cells = [{"source": line, "tags": ["parameters"]}]
    known = parameters.declared(tmp_path, parameters.Notebook(cells, "python3", "python"))

    if fits:
        parameters.check("x", {"x": value}, known, lambda _: [])
    else:
        with pytest.raises(UsageError):
            parameters.check("x", {"x": value}, known, lambda _: [])


DEFAULT = '[default]\neach = { language = ["zh", "en"] }\nreads = ["*"]\nwithout = ["play"]\n'


def test_a_notebook_that_no_job_names_runs_by_default(project):
    """Once a language, reading all tables; others only if they declare the parameters."""
    project.table("region\n", "regions")
    project.notebook("other")
    project.notebook("play")
    project.notebook("notes", parameters="x = 1")
    project.plan(DEFAULT)

    jobs = {job.name: job for job in load(project).jobs}

    assert jobs.keys() == {"draw-zh", "draw-en", "other-zh", "other-en"}
    assert [source.table for source in jobs["other-zh"].reads] == ["observations/east", "regions"]
    assert jobs["other-zh"].parameters == {"language": "zh"}


def test_a_job_says_only_what_differs_from_the_default(project):
    """Its values of other parameters are added; its own reads replace those of all."""
    project.table("region\n", "regions")
    project.plan(
        DEFAULT + '[[job]]\nnotebook = "draw"\neach = { indicator = ["deaths"] }\n'
        'reads = ["regions"]\n'
    )

    first, second = load(project).jobs

    assert (first.name, second.name) == ("draw-zh-deaths", "draw-en-deaths")
    assert [source.table for source in first.reads] == ["regions"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[default]\neach = 5\n", "default.each must be a table"),
        ("[default]\nread = []\n", "key 'read' is not known; did you mean reads"),
        ("default = 5\n", "default must be a table"),
    ],
)
def test_a_default_of_another_shape_is_refused(project, text, told):
    """As a job would be."""
    project.plan(text)

    with pytest.raises(UsageError, match=told.replace("?", ".")):
        load(project)


def test_a_job_of_given_parameters_needs_no_entry(project):
    """The others are the first in the plan; the plan itself is as before."""
    before = (project.root / plan.PLAN).read_bytes()

    job = plan.ad_hoc(plan.Project(project.root), "draw", ["indicator=fires"])

    assert job.name == "draw-zh-fires"
    assert job.parameters == {"language": "zh", "indicator": "fires"}
    assert "draw-zh-fires" not in {one.name for one in load(project).jobs}
    assert (project.root / plan.PLAN).read_bytes() == before


@pytest.mark.parametrize(("words", "expected"), [([], "en"), (["language=zh"], "zh")])
def test_a_job_without_an_entry_is_in_the_language_of_the_output(project, words, expected):
    """Unless its parameters name one."""
    words = ["indicator=fires", *words]

    job = plan.ad_hoc(plan.Project(project.root), "draw", words, "en")

    assert job.parameters["language"] == expected


@pytest.mark.parametrize("options", [[], ["--quiet"]])
def test_a_job_without_an_entry_prints_the_paths_of_its_figures(project, options):
    """On standard output, after the summary and also where they are up to date."""
    words = ("job", "draw", "-p", "indicator=accidents", "--language", "en", *options)
    path = "figures/draw-en-accidents/line.svg"
    expected = [] if options else [path]

    for _ in range(2):
        assert project.call(*words).stdout.splitlines()[1 - len(options) :] == expected
        assert (project.root / path).exists()


def test_a_figure_that_no_job_of_the_plan_drew_is_refused_with_its_entry(project):
    """The entry makes the same job, in the language that was asked for."""
    project.call("job", "draw", "-p", "indicator=fires", "--language", "zh")

    told = project.call("figures", "line", "--language", "en").stderr

    assert "drew line: add these lines to the end of plan.toml" in told, told
    assert "`regional-safety run draw`" in told
    text = (project.root / plan.PLAN).read_text()
    project.plan(f"{text}\n[[job]]{told.partition('[[job]]')[2]}")
    (job,) = [one for one in load(project).jobs if one.parameters["indicator"] == "fires"]
    assert (job.name, job.notebook.stem) == ("draw-en-fires", "draw")


def test_a_notebook_that_no_job_names_runs_with_the_defaults(project):
    """It reads what the default reads."""
    project.table("region\n", "regions")
    project.notebook("extra", parameters='language: str = "zh"\nyear: int = 2020')
    project.plan('[default]\neach = { language = ["en"] }\nreads = ["*"]\nwithout = ["extra"]\n')

    job = plan.ad_hoc(plan.Project(project.root), "extra", ["year=2024"])

    assert (job.name, job.parameters) == ("extra-en-2024", {"language": "en", "year": 2024})
    assert [source.table for source in job.reads] == [
        source.path.relative_to(project.root / "data").with_suffix("").as_posix()
        for source in job.reads
    ]
    assert "regions" in {source.table for source in job.reads}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["indicatr=deaths"], "parameter 'indicatr' is not known; did you mean indicator"),
        (["indicator"], "'indicator' is no parameter: write NAME=VALUE"),
        (["language=fr"], "language 'fr' is not known; did you mean zh, en"),
    ],
)
def test_a_parameter_that_no_notebook_takes_is_refused(project, words, told):
    """With the nearest name or value."""
    with pytest.raises(UsageError, match=told):
        plan.ad_hoc(plan.Project(project.root), "draw", words)


def test_a_subject_is_a_code_or_name_of_the_tables(project):
    """Of a family, a theme or an indicator, or empty; another one is refused before the run."""
    project.notebook("ask", parameters='subject: str = ""  # all if empty')
    for table, line in {
        "families": "family,name_zh,name_en\ndrills_in_all,演练,Drills\n",
        "indicators": "indicator,name_zh,name_en\nfires,火灾,Fires\n",
        "themes": "theme,name_zh,name_en\nduties,履职,Duties\n",
    }.items():
        project.table(line, table)
    where = plan.Project(project.root)

    for subject in ("", "drills_in_all", "演练", "Duties", "fires"):
        job = plan.ad_hoc(where, "ask", [f"subject={subject}"])
        assert job.parameters == {"subject": subject}
    with pytest.raises(WordError, match=r"subject 'drill_in_all' is not known.* drills_in_all"):
        plan.ad_hoc(where, "ask", ["subject=drill_in_all"])


def test_an_unknown_notebook_names_the_nearest(project):
    """As an entry of the plan would."""
    with pytest.raises(WordError, match="did you mean draw"):
        plan.ad_hoc(plan.Project(project.root), "drow", ["language=zh"])


@pytest.mark.parametrize(
    ("text", "kinds", "value"),
    [
        ("true", (bool,), True),
        ("2015", (int,), 2015),
        ("0.5", (float, int), 0.5),
        ("2015", (str,), "2015"),
        ("late", (int,), "late"),  # refused by the check of types
    ],
)
def test_a_word_becomes_the_declared_type(text, kinds, value):
    """The command line has text only."""
    known = {"given": parameters.Parameter("given", kinds, "")}

    assert parameters.typed([f"given={text}"], known) == {"given": value}


def test_a_fault_of_a_job_is_given_with_its_line(project):
    """The line of its header, comments and blank lines counted."""
    project.plan('# figures\n\n[[job]]\nnotebook = "draw"\n\n[[job]]\nnotebok = "draw"\n')

    with pytest.raises(WordError, match=r"plan.toml, line 6, job 2: key 'notebok'"):
        load(project)


@pytest.mark.parametrize("text", ["", 'formats = ["svg"]\n', "# nothing\n"])
def test_a_plan_without_a_job_is_refused(project, text):
    """It would do nothing, without a word."""
    project.plan(text)

    with pytest.raises(UsageError, match=r"plan.toml has no job: add \[\[job\]\] or \[default\]"):
        load(project)


def test_a_plan_may_start_with_a_byte_order_mark(project):
    """Editors of Windows write one."""
    names = [job.name for job in load(project).jobs]
    path = project.root / "plan.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert [job.name for job in load(project).jobs] == names
