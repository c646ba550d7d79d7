"""URLs of stores and servers → names and open streams, through fsspec."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from stance.errors import ArticleError, MissingExtraError

__all__ = ["glob_remote", "open_remote", "remote_errors"]

# What the vendors behind fsspec raise beside OSError, where they are loaded at all.
_VENDOR_ERRORS = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)


def open_remote(url: str) -> Any:
    """Open a file for reading bytes."""
    files, path = _files_at(url)
    return files.open(path, "rb")


def glob_remote(url: str) -> list[tuple[str, int | None]] | None:
    """Return the sorted (URL, size) of a folder or glob; None where the URL is one file."""
    files, path = _files_at(url)
    # A web server has no folders, and "?" begins a query there.
    web = urlsplit(url).scheme in ("http", "https")
    try:
        if "*" in url or (not web and any(c in url for c in "?[")):
            found = files.glob(path, detail=True)
        elif not web and files.isdir(path):
            found = files.find(path, detail=True)
        else:
            return None
    except _listing_errors() as error:
        raise ArticleError(f"cannot be listed: {error}", url, "check address and access") from None
    return sorted(
        (str(files.unstrip_protocol(name)), info.get("size"))
        for name, info in found.items()
        if info.get("type") == "file"
    )


def remote_errors() -> tuple[type[Exception], ...]:
    """The vendors' own errors, of those that are loaded."""
    loaded = ((sys.modules.get(module), name) for module, name in _VENDOR_ERRORS)
    return tuple(getattr(module, name) for module, name in loaded if module)


def _listing_errors() -> tuple[type[Exception], ...]:
    return (OSError, ValueError, *remote_errors())


def _files_at(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtraError("reading URLs needs fsspec", url, extra="remote") from None
    try:
        files, path = url_to_fs(url)
    except ImportError as error:
        raise MissingExtraError(f"reading this URL needs more: {error}", url, extra="remote") from None
    except _listing_errors() as error:
        raise ArticleError(f"is no address that can be read: {error}", url, "check the address") from None
    return files, str(path)
