"""The language of messages: the option, else the variable, else the locale."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.cli.main import main
from analysis.language import messages

NO_LOCALE = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None}


def language(monkeypatch, **variables):
    """The language that a locale with these variables means."""
    for name, value in (NO_LOCALE | variables).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return messages.locale_language()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_a_chinese_locale_means_chinese_any_other_english(monkeypatch, variables, expected):
    """The first variable that is set counts, as POSIX has it."""
    assert language(monkeypatch, **variables) == expected


@pytest.mark.parametrize(
    ("variable", "words", "first"),
    [
        ("zh", [], "楚雄"),
        ("en", [], "Chuxiong"),
        ("zh", ["--language", "en"], "Chuxiong"),
        (None, [], "楚雄"),
    ],
)
def test_the_option_comes_before_the_variable_and_that_before_the_locale(
    monkeypatch, variable, words, first
):
    """Here the locale is Chinese."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    environment = {"REGIONAL_SAFETY_LANGUAGE": variable}

    shown = CliRunner().invoke(
        main, ["explain", "chuxiong", "deaths", "2024", *words], env=environment
    )

    assert shown.stdout.startswith(first), shown.output


def test_an_unknown_language_is_refused_with_the_known_ones():
    """Wherever it comes from."""
    shown = CliRunner().invoke(main, ["check"], env={"REGIONAL_SAFETY_LANGUAGE": "fr"})

    assert shown.exit_code == 2
    assert "'fr' is not one of 'zh', 'en'" in shown.stderr


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e9", "x", ""])
@pytest.mark.parametrize("option", ["--deadline", "--wait"])
def test_what_is_no_number_of_seconds_is_refused(option, value):
    """Also "nan", which no comparison refuses."""
    done = CliRunner().invoke(main, ["run", option, value])

    assert done.exit_code == 2
    assert option in done.output


@pytest.mark.parametrize(
    ("option", "value"),
    [("--memory", "-1"), ("--memory", "1e3"), ("--jobs", "-1"), ("--jobs", "100000")],
)
def test_a_number_outside_its_range_is_refused(option, value):
    """Before anything is planned."""
    assert CliRunner().invoke(main, ["run", option, value]).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["trace"],
        ["accept"],
        ["compile", "--region", "x"],
        ["deck", "--update"],
        ["deck", "--template"],
    ],
)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_p35_a_pipe_or_device_is_no_file(tmp_path, words, kind):
    """P35: reading one would never end."""
    path = tmp_path / "pipe" if kind == "pipe" else Path("/dev/zero")
    if kind == "pipe":
        os.mkfifo(path)

    done = CliRunner().invoke(main, [*words, str(path)])

    assert done.exit_code == 2
    assert "is no plain file" in done.output


@pytest.mark.parametrize(
    ("output", "message"),
    [("no/review.xlsx", "there is no folder"), ("review.docx", "must end in .xlsx or .csv")],
)
def test_compile_refuses_an_output_in_no_folder_or_of_another_kind(tmp_path, output, message):
    """Before the report is read; no folder is made."""
    report = tmp_path / "report.txt"
    report.write_text("检查企业12家", encoding="utf-8")

    words = ["compile", str(report), "--output", str(tmp_path / output), "--language", "en"]
    done = CliRunner().invoke(main, words)

    assert done.exit_code == 2
    assert message in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]
