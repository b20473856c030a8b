"""Under which account the embedded servers run.

PostgreSQL refuses root, so root starts them as somebody without rights.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Root's folders are often closed (0700). A server without rights reaches its files there with this one
# capability; the second is what a container leaves to root where it takes the first away.
CAPABILITIES = ("dac_read_search", "dac_override")


class EmbeddedError(Exception):
    """An embedded server can't be used; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The ids that a server runs as; `drop` says that we are root and have to change to them."""

    uid: int
    gid: int
    drop: bool

    def own(self, folder: Path) -> None:
        """Give a folder to this account."""
        if self.drop and folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)

    def prefix(self, death_signal: str | None, needed: list[Path]) -> list[str]:
        """What to write before a command so that it runs as this account and dies with us.

        It dies by `death_signal` (None: it lives on); `needed` are the folders that it must reach. Linux's
        `setpriv` does both without any code of ours between fork and exec; where it is missing, a server
        that outlives us is adopted at the next start.
        """
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            return []
        words = ["--pdeathsig", death_signal] if death_signal else []
        if self.drop:
            words += [
                "--reuid",
                str(self.uid),
                "--regid",
                str(self.gid),
                "--clear-groups",
                "--inh-caps",
                "-all",
            ]
            if not all(is_open(folder) for folder in needed):
                capability = _capability(setpriv)
                words[-1] += f",+{capability}"
                words += ["--ambient-caps", f"-all,+{capability}"]
        return [setpriv, *words] if words else []

    @property
    def popen_uid(self) -> int | None:
        """Popen's `user`, where there is no `setpriv` to change it."""
        return self.uid if self.drop and shutil.which("setpriv") is None else None

    @property
    def popen_gid(self) -> int | None:
        """Popen's `group`, likewise."""
        return self.gid if self.popen_uid is not None else None


def account_for(data: Path) -> Account:
    """The account for a server on `data`: ourselves; for root, the data's owner or one without rights."""
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise EmbeddedError(
                f"{data} belongs to uid {owner}: start Sette as that one, or set SETTE_VAR to another folder."
            )
        return Account(os.geteuid(), os.getegid(), drop=False)
    if owner:
        return Account(owner, data.stat().st_gid, drop=True)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, drop=True)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is no `nobody` here: start Sette as an ordinary account."
    )


def is_open(folder: Path) -> bool:
    """Whether everybody may enter `folder`'s parents and a server that owns or may read it so reaches it."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.resolve().parents)


@cache
def _capability(setpriv: str) -> str:
    """The capability that this machine lets us hand on: tried, for containers take different ones away."""
    for name in CAPABILITIES:
        words = [setpriv, "--inh-caps", f"-all,+{name}", "--ambient-caps", f"-all,+{name}", "true"]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            return name
    raise EmbeddedError(
        "The checkout lies in a folder closed to others, and PostgreSQL does not run as root: "
        "open the folder (chmod o+x), set SETTE_VAR to an open one, or start Sette as its owner."
    )
