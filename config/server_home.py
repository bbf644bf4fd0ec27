"""Where the embedded servers' data and programs lie. As root they run as nobody, from copies that nobody can read."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from config.data_folder import AlreadyRunning, locked

TEMPORARY = "temporary"  # the ending of a mark beside data that may go


class EmbeddedError(Exception):
    """An embedded server cannot run here. The text is a sentence for the person who started it."""


@dataclass(frozen=True)
class Home:
    """The folder that holds the servers' data, and the (uid, gid) they run as: None for our own."""

    folder: Path
    user: tuple[int, int] | None

    def data(self, name: str) -> Path:
        """A folder for one server's data, owned by whom it runs as."""
        path = self.folder / name
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            return path
        if self.user:
            os.chown(path, *self.user, follow_symlinks=False)
        return path


def home(data: Path) -> Home:
    """The home of the servers of FRONTDESK_DATA `data`.

    A plain user's is the folder itself. Root's too, unless nobody cannot get there: then a root-owned folder outside,
    named by the hash of the absolute path, and `data/where` says so. Without `where` the data folder was deleted by its
    owner, and what it left outside goes too.

    Raises:
        AlreadyRunning: servers run in what would have to be deleted.
    """
    data = data.absolute()
    if os.geteuid() != 0:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Home(data, None)
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    nobody = pwd.getpwnam("nobody")
    user = (nobody.pw_uid, nobody.pw_gid)
    if _others_enter(data.resolve(), nobody.pw_uid):
        return Home(data, user)
    outside = root_folder() / "data" / hashlib.sha256(str(data).encode()).hexdigest()[:16]
    where = data / "where"
    if outside.exists() and not where.exists():
        _forget(outside)
    for folder in (outside.parent, outside):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
    where.write_text(f"{outside}\n")
    return Home(outside, user)


def forget_temporary(parent: Path) -> None:
    """Remove what killed test runs left in the homes below `parent`: marked as temporary, and locked by nobody."""
    for mark in parent.glob(f"*/*.{TEMPORARY}"):
        with suppress(AlreadyRunning, OSError):
            _forget(mark.parent)


def _forget(outside: Path) -> None:
    with locked(outside / "postgres.lock"), locked(outside / "valkey.lock"):
        shutil.rmtree(outside)


def _others_enter(folder: Path, uid: int) -> bool:
    return all(
        found.st_mode & (stat.S_IXUSR if found.st_uid == uid else stat.S_IXOTH)
        for found in (path.stat() for path in (folder, *folder.parents))
    )


def root_folder() -> Path:
    """A folder only root writes and everyone may enter.

    Raises:
        EmbeddedError: none of the candidates can be made or trusted.
    """
    candidates = [
        Path(parent) / "frontdesk" for parent in ("/var/lib", "/opt", "/usr/local/lib", tempfile.gettempdir())
    ]
    for path in candidates:
        try:
            path.mkdir(mode=0o755)
            path.chmod(0o755)  # whatever the umask says
        except FileExistsError:
            pass
        except OSError:
            continue
        if _only_root_writes(path) and os.access(path, os.W_OK) and not os.statvfs(path).f_flag & os.ST_NOEXEC:
            return path
    raise EmbeddedError(
        "As root the embedded servers need a folder that only root writes and everyone may enter, and "
        f"{candidates[0]} cannot be it: set DATABASE_URL and REDIS_URL, or run as a plain user."
    )


def _only_root_writes(folder: Path) -> bool:
    """A link, someone else's folder, or one below a folder others may change could be swapped under our feet."""
    if folder.is_symlink():
        return False
    real = folder.resolve()
    for path in (real, *real.parents):
        found = path.stat()
        others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or others_write or not found.st_mode & stat.S_IXOTH:
            return False
    return True


def package(distribution: str, module: str) -> tuple[str, Path]:
    """An embedded server's version and the folder of its module, which is not imported.

    Raises:
        EmbeddedError: it is not installed, as in production.
    """
    found = importlib.util.find_spec(module)
    try:
        installed = version(distribution)
    except PackageNotFoundError:
        found = None
    if found is None or found.origin is None:
        raise EmbeddedError(
            f"The embedded servers are not installed ({distribution}): set DATABASE_URL and REDIS_URL, "
            "or install requirements-dev.txt."
        )
    return installed, Path(found.origin).parent


def readable_copy(name: str, sources: Mapping[str, Path]) -> Path:
    """A folder `name` in the root folder with a copy of each source under its relative path; made once, in one step."""
    target = root_folder() / name
    if target.exists():
        return target
    unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{name}-"))
    try:
        for relative, source in sources.items():
            shutil.copytree(source, unfinished / relative)
        for folder, _, files in os.walk(unfinished):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        unfinished.rename(target)
    except OSError:
        if not target.exists():  # else another start was faster
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target
