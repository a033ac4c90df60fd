"""Superset for one machine: read-only on the published file, loopback, nothing fetched from elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from superset.superset_typing import CacheConfig
from superset.utils.log import AbstractEventLogger

STATE = Path(os.environ["PATHWAYS_BI_STATE"])
"""Folder of what this Superset keeps: its own database, and its secret key."""

SECRET_KEY = (STATE / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}"

# DuckDB is a file for Superset, which it will not open unless told that this is meant
PREVENT_UNSAFE_DB_CONNECTIONS = False
# a new published file shows at the next look, so nothing that was read is kept
NO_CACHE: CacheConfig = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = NO_CACHE
CACHE_CONFIG = NO_CACHE
# what a dashboard's filters are set to is kept in the state, not in memory
FILTER_STATE_CACHE_CONFIG: CacheConfig = {
    "CACHE_TYPE": "SupersetMetastoreCache",
    "CACHE_DEFAULT_TIMEOUT": 86400,
}
EXPLORE_FORM_DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG


class NoEventLogger(AbstractEventLogger):
    """Keeps no record of who looked at what, which would cost each chart several writes to the state."""

    def log(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing."""


EVENT_LOGGER = NoEventLogger()

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
# One machine speaks to itself without TLS. No page may ask another host: Superset's own pages have a picture
# of a service that counts who looks at them, and a browser keeps to this policy.
TALISMAN_ENABLED = True
TALISMAN_CONFIG: dict[str, Any] = {
    "force_https": False,
    "session_cookie_secure": False,
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        # Superset compiles its templates in the browser
        "script-src": ["'self'", "'unsafe-eval'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
}
CONTENT_SECURITY_POLICY_WARNING = False

APP_NAME = "Early help pathways"
LOGO_TARGET_PATH = "/dashboard/list/"
# the published file is a thing to read: no uploads
ALLOWED_EXTENSIONS: set[str] = set()
