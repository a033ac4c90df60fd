"""The commands ``pathways foi``: from councils' documents to reviewed rows of seeds."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pathways.errors import PathwaysError
from pathways.foi.document import single_spaced
from pathways.settings import Settings, load_settings
from pathways.terminal import plain_errors, say

if TYPE_CHECKING:
    from pathways.foi.accept import Accepted
    from pathways.foi.proposal import Proposal
    from pathways.foi.reading import Told

foi_app = typer.Typer(help="Answers under the Freedom of Information Act.", no_args_is_help=True)


@foi_app.command("read")
def read_command(
    documents: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.")],
    reference: Annotated[str | None, typer.Option(help="Reference of the request, of one document.")] = None,
    authority: Annotated[
        str | None, typer.Option(help="Council that answered: its name or code, of one document.")
    ] = None,
    question_set: Annotated[
        str | None, typer.Option(help="Letter that was sent, such as england_2025.")
    ] = None,
    received: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which they came, where they bear no date."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write what was read to a file, .csv or .json.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Write the sure cells into seeds/foi.")] = False,
    accept_unsure: Annotated[
        bool,
        typer.Option(
            "--accept-unsure", help="Write the unsure ones too: you have compared them with the document."
        ),
    ] = False,
    details: Annotated[bool, typer.Option("--details", help="List every cell.")] = False,
) -> None:
    """Read answers, propose cells, and say which of them a person must look at."""
    with plain_errors():
        from pathways.foi.reading import Told

        settings = load_settings()
        paths, odd = _files(documents)
        if len(paths) > 1 and (reference or authority):
            raise PathwaysError(
                f"--reference and --authority are of one document; {len(paths)} were given. Read it alone."
            )
        if output is not None:
            _require_output(settings, output, paths)
        told = Told(question_set, reference, authority, received.date() if received else None)
        proposals, faults = _read(settings, paths, told) if paths else ([], [])
        faults = [*odd, *faults]
        _show(settings, proposals, faults, details=details)
        if output is not None:
            _write_output(output, proposals)
            say(f"Written: {output}")
        if accept or accept_unsure:
            if faults:
                raise PathwaysError(
                    "Nothing was accepted: mend or leave out the documents that were not read, "
                    "and run it again."
                )
            _accept(settings, proposals, with_unsure=accept_unsure)
        if faults:
            raise typer.Exit(1)


def _require_output(settings: Settings, output: Path, paths: list[Path]) -> None:
    if output.suffix.lower() not in (".csv", ".json"):
        raise PathwaysError(f"--output {output}: a name that ends in .csv or .json was expected.")
    if not output.parent.is_dir():
        raise PathwaysError(f"There is no folder {output.parent}. Make it first.")
    place = output.resolve()
    if place in {path.resolve() for path in paths} or place.is_relative_to(settings.seeds.resolve()):
        raise PathwaysError(f"--output {output} would write over a document or a seed. Give another name.")


def _files(documents: list[Path]) -> tuple[list[Path], list[str]]:
    """The documents, folders opened, and a sentence for each thing that is none.

    Hidden files and notes of programs are left out; so is what a folder has beside files, such as links that
    lead nowhere.
    """
    files: list[Path] = []
    faults: list[str] = []
    for path in documents:
        shown = single_spaced(str(path))
        try:
            if path.is_dir():
                found = (one for one in path.rglob("*") if not one.name.startswith((".", "~$")))
                files.extend(sorted(one for one in found if one.is_file()))
            elif path.is_file():
                files.append(path)
            elif path.is_symlink() or path.exists():
                faults.append(f"{shown} is no document, but a link that leads nowhere, a pipe or a device.")
            else:
                raise PathwaysError(
                    f"{shown} is not there. Give the path of a document, or of a folder of documents."
                )
        except OSError as fault:
            faults.append(f"{shown} cannot be opened ({fault.strerror or type(fault).__name__}).")
    unique = list({path.resolve(): path for path in files}.values())
    if not unique and not faults:
        raise PathwaysError("There is no document in what you gave.")
    return unique, faults


def _read(settings: Settings, paths: list[Path], told: Told) -> tuple[list[Proposal], list[str]]:
    from pathways.foi.dictionary import load_dictionary
    from pathways.foi.guarded import read_guarded
    from pathways.foi.work import read_path
    from pathways.progress import counting

    dictionary = load_dictionary(settings.seeds)
    if told.question_set:
        dictionary.question_set(told.question_set)
    with counting("Reading", len(paths)) as tick:
        outcomes = read_guarded(
            paths, partial(read_path, dictionary, told), tick=lambda path: tick(single_spaced(path.name))
        )
    proposals = [outcome.result for outcome in outcomes if outcome.result is not None]
    return proposals, [outcome.fault for outcome in outcomes if outcome.result is None]


def _show(settings: Settings, proposals: list[Proposal], faults: list[str], *, details: bool) -> None:
    from pathways.foi.page import write_pages
    from pathways.foi.screen import show_proposals

    index = write_pages(settings.target / "foi", proposals, faults)
    show_proposals(proposals, details=details)
    for fault in faults:
        say(fault, "bold red", error=True)
    if proposals:
        say(f"Look at them: {settings.relative(index)}")


def _write_output(output: Path, proposals: list[Proposal]) -> None:
    from pathways.files import write_whole
    from pathways.foi.proposal import as_csv, as_json

    text = as_json(proposals) if output.suffix.lower() == ".json" else as_csv(proposals)
    write_whole(output, text.encode())


def _accept(settings: Settings, proposals: list[Proposal], *, with_unsure: bool) -> None:
    from pathways.foi.accept import accept

    done, written = accept(settings, proposals, with_unsure=with_unsure)
    for one in done:
        say(_sentence(one), None if one.outcome == "known" else "green")
    if written:
        say(
            f"Written: {', '.join(settings.relative(path) for path in written)}. See them with "
            f"git diff, then run make build."
        )


def _sentence(one: Accepted) -> str:
    name = one.proposal.document.name
    if one.outcome == "known":
        left = f", {one.left_count} of its cells not written" if one.left_count else ""
        return f"Known already: {name} is {one.response_id}{left}."
    text = f"Accepted {name} as {one.response_id}: {one.cell_count} cells"
    if one.outcome == "completed":
        text = f"Completed {one.response_id} from {name}: {one.cell_count} cells more"
    text += f", in place of {one.supersedes}" if one.supersedes else ""
    if one.left_count:
        text += f"; {one.left_count} unsure cells were not written (compare them, then --accept-unsure)"
    if one.silent_count:
        text += (
            f". {one.silent_count} figures that the letter asks for were not found in it: see whether the "
            "document is silent on them, else type them in"
        )
    return text + "."


@foi_app.command("status")
def status_command(
    question_set: Annotated[str | None, typer.Option(help="Letter, such as england_2025; all, else.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the rows to a file, .csv or .json.")] = None,
) -> None:
    """Say which councils were asked, answered, refused or are silent, by letter, as of the last build."""
    with plain_errors():
        from pathways.files import write_whole
        from pathways.foi.status import as_text, foi_status, show_status

        if output is not None and output.suffix.lower() not in (".csv", ".json"):
            raise PathwaysError(f"--output {output}: a name that ends in .csv or .json was expected.")
        status = foi_status(load_settings(), question_set)
        show_status(status)
        if output is not None:
            write_whole(output, as_text(status, output.suffix.lower()).encode())
            say(f"Written: {output}")


@foi_app.command("template")
def template_command(
    question_set: Annotated[str, typer.Option(help="Letter that it goes with, such as england_2025.")],
    output: Annotated[Path, typer.Option(help="Workbook to write, .xlsx.")],
    reference: Annotated[
        str | None, typer.Option(help="Reference of the request; else the council writes its own.")
    ] = None,
) -> None:
    """Write a spreadsheet to send with the letter: the council fills it in, and it reads back whole."""
    with plain_errors():
        from pathways.files import write_whole
        from pathways.foi.template import template_content

        if output.suffix.lower() != ".xlsx":
            raise PathwaysError(f"--output {output}: a name that ends in .xlsx was expected.")
        if output.exists():
            raise PathwaysError(f"{output} is there already, and may be filled in. Give another name.")
        if not output.parent.is_dir():
            raise PathwaysError(f"There is no folder {output.parent}. Make it first.")
        write_whole(output, template_content(load_settings().seeds, question_set, reference))
        say(f"Written: {output}")
