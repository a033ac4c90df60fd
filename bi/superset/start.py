"""Starts Superset on the published file, on this machine alone; imports the dashboards first.

Run by `make bi` in the environment of requirements-bi.txt. It keeps its state in `bi/superset/state`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import secrets
import socket
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
ASSETS = HERE / "assets"
HOST = "127.0.0.1"
DATABASE_FILE = "databases/early_help_pathways.yaml"
PLACE = "PUBLISHED_FILE"
"""Stands in the database's description for the path of the published file."""
ADMIN = "admin"


def fail(message: str) -> NoReturn:
    """Ends with one plain sentence."""
    print(message, file=sys.stderr)
    raise SystemExit(1)


def published_file() -> Path:
    """The published file, by the same setting as the warehouse's."""
    folder = Path(os.environ.get("PATHWAYS_WAREHOUSE") or "warehouse")
    path = (PROJECT / folder / "pathways.duckdb").resolve()
    if not path.is_file():
        fail(f"There is no {path} to show. Run `make build` first.")
    if "?" in str(path) or "#" in str(path):
        fail(f"{path}: a path with ? or # in it can't be written as an address. Move the warehouse.")
    return path


def free_port() -> int:
    """The port to listen on (PATHWAYS_BI_PORT, or 8088), if nobody else does."""
    text = os.environ.get("PATHWAYS_BI_PORT") or "8088"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        fail(f"PATHWAYS_BI_PORT is {text!r}; expected is a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as fault:
            fail(
                f"Port {text} can't be used: {fault.strerror}. Stop what listens there, or choose another: "
                "PATHWAYS_BI_PORT=8089 make bi"
            )
    return int(text)


def state_folder() -> Path:
    """The folder of the state, its owner's alone, with a secret key in it."""
    folder = Path(os.environ.get("PATHWAYS_BI_STATE") or HERE / "state").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = folder / "secret_key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return folder


def asset_texts(published: Path) -> dict[str, str]:
    """The files of the dashboards as Superset imports them, with the path of the published file put in."""
    texts = {
        path.relative_to(ASSETS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(ASSETS.rglob("*.yaml"))
    }
    texts[DATABASE_FILE] = texts[DATABASE_FILE].replace(PLACE, str(published))
    return texts


def set_up(published: Path, log: Path) -> str:
    """Brings Superset's own database up to date, imports the dashboards, and makes the account.

    It runs in a process of its own: what it opens, DuckDB's threads among it, must not be in the one that the
    server is forked from. What Superset says of its own beginnings goes to ``log``, for whoever looks for a
    fault.

    Returns:
        The password, where one was made: the first time, and where NEW_PASSWORD asks for it. It is kept as a
        hash alone.
    """
    logging.disable(logging.WARNING)
    with log.open("w", encoding="utf-8") as file, contextlib.redirect_stdout(file):
        import superset
        from flask_migrate import upgrade
        from superset.app import create_app
        from superset.extensions import appbuilder, db, security_manager

        with create_app().app_context():
            upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
            appbuilder.add_permissions(update_perms=True)
            security_manager.sync_role_definitions()
            admin = security_manager.find_user(ADMIN)
            password = "" if admin and not os.environ.get("NEW_PASSWORD") else secrets.token_urlsafe(15)
            if not admin:
                role = security_manager.find_role("Admin")
                admin = security_manager.add_user(
                    ADMIN, "Early help", "pathways", "admin@localhost", role, password
                )
            elif password:
                security_manager.reset_password(admin.id, password)
            if not admin:
                fail("Superset could not make the account. Delete its state folder and start again.")
            import_assets(asset_texts(published), admin)
            db.session.commit()
    return password


def import_assets(texts: dict[str, str], user: Any) -> None:
    """Puts database, data sets, charts and dashboards into Superset, over those that are there."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    with override_user(user):
        ImportAssetsCommand(texts).run()


def serve(port: int, log: Path) -> None:
    """Serves until it is stopped.

    One process with threads: Superset's own database is one SQLite file. It is loaded after the fork.
    """
    from gunicorn.app.base import BaseApplication

    # where a library crashes the server, its stacks stay behind
    faulthandler.enable(log.open("a", encoding="utf-8"))

    def is_loaded(_: Any) -> None:
        print(f"Open http://{HOST}:{port}/dashboard/list/ (stop with Ctrl+C)", flush=True)

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in {
                "bind": f"{HOST}:{port}",
                "workers": 1,
                "threads": 8,
                "timeout": 120,
                "graceful_timeout": 5,
                "loglevel": "warning",
                "post_worker_init": is_loaded,
            }.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            with log.open("a", encoding="utf-8") as file, contextlib.redirect_stdout(file):
                from superset.app import create_app

                return create_app()

    Server().run()


def main() -> None:
    """Checks what can be checked before Superset is loaded, sets it up, and serves."""
    published, port, state = published_file(), free_port(), state_folder()
    os.umask(0o077)
    os.environ["PATHWAYS_BI_STATE"] = str(state)
    os.environ["SUPERSET_CONFIG_PATH"] = str(HERE / "superset_config.py")
    os.environ["SUPERSET_HOME"] = str(state)
    logging.disable(logging.WARNING)
    print("Starting Superset (a minute the first time, half a minute later)", flush=True)
    log = state / "setup.log"
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        password = apart.submit(set_up, published, log).result()
    if password:
        print(f"Sign in as {ADMIN} with the password {password} (shown this once).", flush=True)
    else:
        print(f"Sign in as {ADMIN}. For a new password: make bi NEW_PASSWORD=1", flush=True)
    serve(port, log)


if __name__ == "__main__":
    main()
