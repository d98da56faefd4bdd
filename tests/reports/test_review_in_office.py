"""A reviewed workbook that an office program saved again is accepted like the one we wrote."""

import os
import shutil
import subprocess

import openpyxl
import pytest
import qingshan
from qingshan import decided

from analysis.reports import accept, compilation, review

pytestmark = pytest.mark.slow


def saved_again(path, folder):
    """The workbook as LibreOffice writes it when a person presses Save."""
    if not shutil.which("soffice"):
        pytest.fail("the slow tests need LibreOffice: bash .ci/slow-tools")
    folder.mkdir()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", str(folder), str(path)],
        check=True,
        capture_output=True,
        timeout=240,
        env=os.environ | {"HOME": str(folder)},
    )
    return folder / path.name


@pytest.fixture(scope="module")
def blank():
    """The review workbook as compile writes it."""
    found = compilation.compiled(qingshan.TEXT, qingshan.DATA, region="qingshan")
    return review.workbook(found)


def test_an_office_program_loses_nothing_that_counts(blank, tmp_path):
    """The same rows from the workbook as it was and as LibreOffice saved it."""
    ours = decided(blank, tmp_path / "reviewed.xlsx")
    theirs = saved_again(ours, tmp_path / "saved")
    found = []
    for place, path in (("one", ours), ("other", theirs)):
        (tmp_path / place).mkdir()
        data = qingshan.tables(tmp_path / place)
        accept.accept(path, data)
        found.append(qingshan.content(data))

    assert found[0] == found[1]
    assert ours.read_bytes() != theirs.read_bytes()


def test_the_choices_and_the_protection_survive(blank, tmp_path):
    """A person can go on in another program: lists and locked cells stay."""
    path = tmp_path / "blank.xlsx"
    path.write_bytes(blank)
    page = openpyxl.load_workbook(saved_again(path, tmp_path / "saved"))["review"]
    lists = {str(v.sqref).split(":")[0] for v in page.data_validations.dataValidation}

    assert page.protection.sheet
    assert {"F2", "G2", "H2"} <= lists
    assert page["S2"].protection.locked
    assert not page["F2"].protection.locked
