#!/bin/sh
# Find a Python that fits and have it make .venv: environment.sh run|test. SETTE_PYTHON names one to use.
set -eu
cd "$(dirname "$0")/.."
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2])'
for python in ${SETTE_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$python" -c "$fits" 2>/dev/null; then
        exec "$python" scripts/environment.py "$1"
    fi
done
echo "Sette needs Python 3.11 or newer, and none was found (python3, python3.11 to python3.14)." >&2
echo "Install one, or name it: make $1 SETTE_PYTHON=/path/to/python3" >&2
exit 1
