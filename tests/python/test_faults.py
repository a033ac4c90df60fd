"""What tries the faults sees what it must: a file that is not whole, a refusal that is not plain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Built
from pathways.errors import PathwaysError
from pathways.faults import Account, Ended, Ground, LostError, refused, small_disk, succeeds
from pathways.settings import Settings, load_settings
from pathways.warehouse import require_build_file_free


@pytest.fixture
def ground(built: Built, tmp_path: Path) -> Ground:
    """A ground on which the first edition of the data is published."""
    ground = Ground(replace(load_settings(PROJECT), target=tmp_path))
    ground.edit()
    shutil.copyfile(built.published_file, ground.published)
    change(
        ground,
        "update marts.dim_status set meaning = 'Edition 1: ' || meaning where status_code = 'reported'",
    )
    assert ground.published_edition() == 1
    return ground


def change(ground: Ground, sql: str) -> None:
    with duckdb.connect(str(ground.published)) as connection:
        connection.execute("set schema = 'marts'")
        connection.execute(sql)


def test_each_edition_is_another_text_of_the_same_seed(ground: Ground) -> None:
    seed = ground.project / "seeds" / "reference" / "status.csv"
    first = seed.read_text(encoding="utf-8")
    ground.edit()
    assert "Edition 1: The source gave a number" in first
    assert seed.read_text(encoding="utf-8") == first.replace("Edition 1", "Edition 2")


def test_a_new_edition_is_whole_and_told_from_the_old_one(ground: Ground) -> None:
    change(ground, "update marts.dim_status set meaning = replace(meaning, 'Edition 1', 'Edition 2')")
    assert ground.published_edition() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "delete from marts.fct_pathway_rate where rate_key = (select min(rate_key) from fct_pathway_rate)",
        "update marts.fct_pathway_figure set note = 'another' where value = 227",
        "drop table marts.rpt_coverage",
    ],
    ids=["row", "cell", "table"],
)
def test_a_published_file_that_is_not_whole_is_seen(ground: Ground, sql: str) -> None:
    change(ground, sql)
    with pytest.raises(LostError, match="not whole"):
        ground.published_edition()


def test_a_published_file_that_does_not_open_is_seen(ground: Ground) -> None:
    with ground.published.open("r+b") as file:
        file.truncate(100_000)
    with pytest.raises(LostError, match="can't be read"):
        ground.published_edition()
    ground.published.unlink()
    with pytest.raises(LostError, match="can't be read"):
        ground.published_edition()


@pytest.mark.parametrize(
    ("end", "complaint"),
    [
        (Ended(0, "The disk is full."), "ended with 0"),
        (Ended(-9, "The disk is full."), "ended with -9"),
        (Ended(1, "Traceback (most recent call last):\nThe disk is full."), "traceback"),
        (Ended(1, "The disk is full.\nSomething."), "was not said"),
    ],
)
def test_a_refusal_that_is_not_plain_is_seen(ground: Ground, end: Ended, complaint: str) -> None:
    ground.edit()
    with pytest.raises(LostError, match=complaint):
        refused(ground, end, "The disk is full")


def test_a_build_that_refused_and_published_is_seen(ground: Ground) -> None:
    assert ground.edition == 1
    with pytest.raises(LostError, match="was published"):
        refused(ground, Ended(1, "The disk is full."), "The disk is full")
    ground.edit()
    assert refused(ground, Ended(1, "The disk is full."), "The disk is full") == "The disk is full."


def test_a_build_that_published_the_old_figures_is_seen(ground: Ground) -> None:
    succeeds(ground, Ended(0, ""))
    ground.edit()
    with pytest.raises(LostError, match="did not publish the new figures"):
        succeeds(ground, Ended(0, ""))
    with pytest.raises(LostError, match="the build failed: no"):
        succeeds(ground, Ended(1, "no"))


def test_what_was_lost_is_counted_beside_what_was_tried() -> None:
    said: list[str] = []
    account = Account()

    def lose() -> str:
        raise LostError("a figure")

    account.hold("kill", lambda: "well", lambda line, style: said.append(line))
    account.hold("kill", lose, lambda line, style: said.append(line))
    assert account.tried == {"kill": 2}
    assert account.lost == ["kill 2: a figure"]
    assert said == ["kill 1: well", "kill 2: LOST: a figure"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    (folder / "kept").write_text("kept", encoding="utf-8")
    try:
        with small_disk(folder, 1):
            yield folder
    except PathwaysError as fault:
        pytest.skip(str(fault))
    assert (folder / "kept").read_text(encoding="utf-8") == "kept"


def test_a_small_disk_fills_and_keeps_what_was_there(disk: Path) -> None:
    assert (disk / "kept").read_text(encoding="utf-8") == "kept"
    with pytest.raises(OSError, match="No space left"):
        (disk / "filler").write_bytes(bytes(2_000_000))
    (disk / "filler").unlink()


@pytest.fixture
def killed(tmp_path: Path) -> Settings:
    """A build file with a log beside it that can't be read, as a run leaves it that was killed meanwhile."""
    settings = replace(load_settings(PROJECT), warehouse=tmp_path)
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute("create table a as select 1 as number")
    log = tmp_path / "build.duckdb.wal"
    connection = duckdb.connect(str(settings.build_file))
    connection.execute("pragma disable_checkpoint_on_shutdown")
    connection.execute("insert into a select * from range(1000)")
    connection.close()
    content = bytearray(log.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    log.write_bytes(content)
    return settings


def test_a_log_of_a_killed_run_that_cannot_be_read_goes_with_its_file(killed: Settings) -> None:
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(killed.build_file))
    require_build_file_free(killed)
    assert not killed.build_file.exists()
    assert not killed.build_file.with_name("build.duckdb.wal").exists()


def test_a_file_that_is_no_database_is_not_removed(tmp_path: Path) -> None:
    settings = replace(load_settings(PROJECT), warehouse=tmp_path)
    settings.build_file.write_text("notes of mine", encoding="utf-8")
    with pytest.raises(PathwaysError, match="can't be opened"):
        require_build_file_free(settings)
    assert settings.build_file.read_text(encoding="utf-8") == "notes of mine"
