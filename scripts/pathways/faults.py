"""Does to builds what can happen to them: kills, a full disk, no permission, readers, a file that goes.

Whatever is done, the published file has to open and be whole, as it was before or as it is after; what was
wrong has to be said in plain words; and the next build has to succeed without cleaning by hand.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children, synthetic_codes
from pathways.errors import PathwaysError
from pathways.settings import Settings, environment_under

Say = Callable[[str, str | None], None]

_KEPT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "target", "logs", "warehouse", "landing", "exports", "state", ".*_cache", ".hypothesis"
)
_EDITED, _SENTENCE = "seeds/reference/status.csv", "The source gave a number"
"""A seed of which two editions are built in turn, and what is rewritten in it."""

_HOLD = "import sys, duckdb; held = duckdb.connect(sys.argv[1], read_only=True); print('held', flush=True); "
_LET_GO = "sys.stdin.readline(); print(held.sql('select count(*) from marts.dim_status').fetchall()[0][0])"
_EDITION = re.compile(r"Edition (\d+): ")
_PLENTY_MB, _MOST_SECONDS = 400, 600
_TRACEBACK = "Traceback (most recent call last)"
_OTHER = "Another build is writing to"


class LostError(Exception):
    """Something that a fault must not do was done."""


@dataclass
class Account:
    """What was tried, and what was lost."""

    tried: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def hold(self, trial: str, attempt: Callable[[], str], say: Say) -> None:
        """Makes one attempt, counts it, and says what came of it."""
        self.tried[trial] = self.tried.get(trial, 0) + 1
        name = f"{trial} {self.tried[trial]}"
        try:
            say(f"{name}: {attempt()}", None)
        except LostError as fault:
            self.lost.append(f"{name}: {fault}")
            say(f"{name}: LOST: {fault}", "red")


@dataclass(frozen=True)
class Ended:
    """A build that has ended: its exit code (negative: killed) and what it said."""

    code: int
    output: str

    @property
    def last(self) -> str:
        """What was said in the end."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


class Ground:
    """A copy of the project, with a landing area, a warehouse and exports of its own, to do harm to."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.target / "faults"
        for disk in ("warehouse", "exports"):
            # an earlier run was killed while it had a disk of its own
            if (self.folder / disk).is_mount():
                subprocess.run(["umount", str(self.folder / disk)], check=True)
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.project = self.folder / "project"
        shutil.copytree(settings.project, self.project, ignore=_KEPT_OUT)
        self.landing, self.warehouse = self.folder / "landing", self.folder / "warehouse"
        self.exports = self.folder / "exports"
        for folder in (self.landing, self.warehouse, self.exports):
            folder.mkdir(mode=0o700)
        self.published = self.warehouse / "pathways.duckdb"
        self.environment = environment_under(self.folder)
        self.edition = 0
        self.digest = ""

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `pathways` in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pathways", *arguments],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def edit(self) -> None:
        """Makes another edition of the data, so that old and new can be told apart."""
        self.edition += 1
        seed = self.project / _EDITED
        text = seed.read_text(encoding="utf-8")
        text = _EDITION.sub("", text).replace(_SENTENCE, f"Edition {self.edition}: {_SENTENCE}", 1)
        seed.write_text(text, encoding="utf-8")

    def build(self) -> Ended:
        """Builds, to the end."""
        return ended(self.command("build"))

    def published_edition(self) -> int:
        """The edition that a reader finds: read-only, in every row of every table.

        Raises:
            LostError: the file does not open, or holds something else than the first build published.
        """
        import duckdb

        digest, edition = hashlib.sha256(), 0
        try:
            with duckdb.connect(str(self.published), read_only=True) as connection:
                tables = connection.execute(
                    "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"
                ).fetchall()
                for (name,) in tables:
                    text = repr(
                        (name, connection.execute(f"select * from marts.{name} order by all").fetchall())
                    )
                    edition = max([edition, *(int(number) for number in _EDITION.findall(text))])
                    digest.update(_EDITION.sub("", text).encode())
        except duckdb.Error as fault:
            raise LostError(f"the published file can't be read: {fault}") from fault
        self.digest = self.digest or digest.hexdigest()
        if digest.hexdigest() != self.digest:
            raise LostError(
                "the published file is not whole: its rows are others than those of the first build"
            )
        return edition


def ended(process: subprocess.Popen[str]) -> Ended:
    """Waits for a command.

    Raises:
        PathwaysError: it does not end.
    """
    try:
        output, _ = process.communicate(timeout=_MOST_SECONDS)
    except subprocess.TimeoutExpired as fault:
        os.killpg(process.pid, signal.SIGKILL)
        raise PathwaysError(f"A build did not end within {_MOST_SECONDS} s.") from fault
    return Ended(process.returncode, output)


def ended_after(process: subprocess.Popen[str], words: str, act: Callable[[], object]) -> Ended:
    """Acts as soon as a command says the words, and waits for its end."""
    said = []
    for line in process.stdout or ():
        said.append(line)
        if words in line:
            act()
            break
    end = ended(process)
    return Ended(end.code, "".join(said) + end.output)


def refused(ground: Ground, end: Ended, *words: str) -> str:
    """The sentence in which a build refused; the published file has to be as it was.

    Raises:
        LostError: it ended otherwise, showed a traceback, did not say the words, or was published.
    """
    if end.code != 1:
        raise LostError(f"the build ended with {end.code}, and 1 was expected: {end.last}")
    if _TRACEBACK in end.output:
        raise LostError("a traceback was shown")
    for word in words:
        if word not in end.last:
            raise LostError(f"{word!r} was not said, but: {end.last}")
    if ground.published_edition() == ground.edition:
        raise LostError("a build that failed was published")
    return end.last


def succeeds(ground: Ground, end: Ended) -> None:
    """Holds that a build ended well and published its edition.

    Raises:
        LostError: it did not.
    """
    if end.code:
        raise LostError(f"the build failed: {end.last}")
    if ground.published_edition() != ground.edition:
        raise LostError("the build did not publish the new figures")


def build_next(ground: Ground) -> None:
    """Builds another edition, with nothing cleaned up by hand."""
    ground.edit()
    succeeds(ground, ground.build())


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own, of this size, in place of a folder; what was in the folder is on it.

    Raises:
        PathwaysError: none can be mounted here.
    """
    kept = folder.with_name(f"{folder.name}.kept")
    folder.rename(kept)
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        folder.rmdir()
        kept.rename(folder)
        raise PathwaysError(f"No small disk can be mounted here to be filled: {mounted.stderr.strip()}")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
    finally:
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()
        kept.rename(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder into which nobody can write, its owner and root included."""
    with small_disk(folder, _PLENTY_MB):
        remount = ["mount", "-o"]
        subprocess.run([*remount, "remount,ro", str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run([*remount, "remount,rw", str(folder)], check=True)


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A reader in another process that opens a file and never lets go."""
    reader = subprocess.Popen(
        [sys.executable, "-c", _HOLD + _LET_GO, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if reader.stdout is None or reader.stdout.readline() != "held\n":
            raise PathwaysError(f"{path} could not be held open.")
        yield reader
    finally:
        reader.kill()
        reader.wait()


def kill_a_build(ground: Ground, moment: Callable[[], float]) -> str:
    """Kills a build and all that it started; a reader opens the published file, and the next build runs.

    A build that ended before its moment came was not killed: another is begun, with another moment.
    """
    while True:
        before, seconds = ground.published_edition(), moment()
        ground.edit()
        process = ground.command("build")
        try:
            output, _ = process.communicate(timeout=seconds)
            succeeds(ground, Ended(process.returncode, output))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            break
    found = ground.published_edition()
    if found not in (before, ground.edition):
        raise LostError(f"edition {found} is published, neither the old nor the new one")
    build_next(ground)
    which = "old" if found == before else "new"
    return f"killed after {seconds:.1f} s; the {which} file stood, and the next build ran"


def build_on_a_full_disk(ground: Ground) -> str:
    """The disk of the warehouse has no room for what dbt writes."""
    build_file = ground.warehouse / "build.duckdb"
    room = sum(path.stat().st_size for path in (build_file, ground.published)) // 1_000_000 + 3
    with small_disk(ground.warehouse, room):
        ground.edit()
        sentence = refused(ground, ground.build(), "The disk is full", "Nothing is published")
    build_next(ground)
    return sentence


def publish_on_a_full_disk(ground: Ground) -> str:
    """There is room for all that dbt writes, and none for the file that is to be published."""
    filler = ground.warehouse / "filler"

    def fill() -> None:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass

    ground.edit()
    with small_disk(ground.warehouse, _PLENTY_MB):
        end = ended_after(ground.command("build"), "Done. PASS", fill)
        sentence = refused(ground, end, "Nothing is published", "room on the disk")
        filler.unlink()
    build_next(ground)
    return sentence


def export_on_a_full_disk(ground: Ground) -> str:
    """The file is published, and there is no room for the files for people: the old ones stay."""
    used = sum(path.stat().st_size for path in ground.exports.rglob("*") if path.is_file()) // 1_000_000 + 1
    with small_disk(ground.exports, used):
        before = _names(ground.exports)
        ground.edit()
        end = ground.build()
        if end.code != 1 or _TRACEBACK in end.output or "No space left" not in end.last:
            raise LostError(f"the build ended with {end.code}: {end.last}")
        if _names(ground.exports) != before:
            raise LostError("the files for people are not those of before")
        if ground.published_edition() != ground.edition:
            raise LostError("the new file is not published")
    build_next(ground)
    return end.last


def _names(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file())


def build_without_permission(ground: Ground) -> str:
    """Nobody may write into the warehouse."""
    with read_only(ground.warehouse):
        ground.edit()
        sentence = refused(ground, ground.build(), "can't be written", "PATHWAYS_WAREHOUSE")
    build_next(ground)
    return sentence


def build_twice_at_once(ground: Ground) -> str:
    """Two builds begin together: one publishes, the other says who is at work."""
    ground.edit()
    ends = [ended(process) for process in [ground.command("build") for _ in range(2)]]
    good, bad = sorted(ends, key=lambda end: end.code)
    succeeds(ground, good)
    if bad.code != 1 or _TRACEBACK in bad.output or _OTHER not in bad.output:
        raise LostError(f"the other build ended with {bad.code}: {bad.last}")
    build_next(ground)
    return next(line for line in bad.output.splitlines() if _OTHER in line)


def build_past_a_reader(ground: Ground) -> str:
    """A reader holds the published file open, through builds, and goes on reading what it had."""
    with held(ground.published) as reader:
        build_next(ground)
        build_next(ground)
        count, _ = reader.communicate("\n", timeout=_MOST_SECONDS)
        if not count.strip().isdecimal():
            raise LostError(f"the reader could not go on: {count}")
    return f"two builds ran; the reader still counted {count.strip()} rows of its own file"


def build_past_a_reader_of_the_build_file(ground: Ground) -> str:
    """A reader holds the build file, into which only dbt writes."""
    with held(ground.warehouse / "build.duckdb"):
        ground.edit()
        sentence = refused(ground, ground.build(), "is in use by", "run the command again")
    build_next(ground)
    return sentence


def build_while_a_return_goes(ground: Ground) -> str:
    """A landed file is removed after the door has seen it, and before dbt reads it."""
    code = synthetic_codes([])[0]
    returns = ground.folder / "returns"
    returns.mkdir()
    write_returns(make_children(code, 50, range(2024, 2025), 1), returns, code, range(2024, 2025), seed=1)
    landed = ended(ground.command("land", str(returns)))
    if landed.code:
        raise LostError(f"a made-up return was not landed: {landed.last}")
    (gone,) = (ground.landing / "census" / "returns").glob("*/referral.parquet")
    aside = ground.folder / gone.name
    ground.edit()
    end = ended_after(ground.command("build"), "Running with dbt", lambda: gone.rename(aside))
    refused(ground, end, "Nothing is published")
    sentences = [line for line in end.output.splitlines() if "land its file again" in line]
    if not sentences:
        raise LostError("it was not said that a landed return is not whole")
    aside.rename(gone)
    build_next(ground)
    return sentences[0]


TRIALS: dict[str, Callable[[Ground], str]] = {
    "full disk, building": build_on_a_full_disk,
    "full disk, publishing": publish_on_a_full_disk,
    "full disk, exporting": export_on_a_full_disk,
    "no permission": build_without_permission,
    "two builds at once": build_twice_at_once,
    "reader of the published file": build_past_a_reader,
    "reader of the build file": build_past_a_reader_of_the_build_file,
    "landed file removed": build_while_a_return_goes,
}


def try_faults(settings: Settings, kills: int, seed: int, say: Say) -> Account:
    """Does everything to builds of a copy of the project, in ``target/faults``.

    The moments of the kills are drawn from ``seed``, over the time that a build takes here.

    Raises:
        PathwaysError: no small disk can be mounted here, or a build does not end.
    """
    ground, account = Ground(settings), Account()
    with small_disk(ground.exports, _PLENTY_MB):
        say("Disks can be mounted here, to be filled.", None)

    def first() -> str:
        build_next(ground)
        return "published"

    account.hold("first build", first, say)
    begun = time.monotonic()
    account.hold("second build", first, say)
    longest = time.monotonic() - begun
    if account.lost:
        return account
    for trial, attempt in TRIALS.items():
        account.hold(trial, lambda attempt=attempt: attempt(ground), say)  # type: ignore[misc]
    chance = random.Random(seed)
    for _ in range(kills):
        account.hold("build killed", lambda: kill_a_build(ground, lambda: chance.uniform(0, longest)), say)
    return account
