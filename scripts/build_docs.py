"""Build the documentation into static/docs, where a running Sette serves it.

python scripts/build_docs.py          where it is older than docs/
python scripts/build_docs.py --check  elsewhere, to see that every link and page of it is right
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [ROOT / "mkdocs.yml", *(ROOT / "docs").rglob("*")]
BUILT = ROOT / "static" / "docs"


def main(*, check: bool) -> int:
    """0 where it is as it should be."""
    if check:
        with tempfile.TemporaryDirectory(prefix="sette-docs-") as folder:
            return build(Path(folder))
    newest = max(source.stat().st_mtime for source in SOURCES)
    index = BUILT / "index.html"
    return build(BUILT) if not index.exists() or index.stat().st_mtime < newest else 0


def build(folder: Path) -> int:
    """Have MkDocs write the pages; a link that leads nowhere fails."""
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    return subprocess.run(
        words, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
