#!/bin/sh
# Install uv into the folder $1, with nothing but a Python of 3.11 or newer. PYTHON names it when it is not found.
set -eu
folder=$1

python=
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$name" >/dev/null 2>&1 \
        && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    found=$( (${PYTHON:-python3} --version || echo "no ${PYTHON:-python3}") 2>/dev/null | head -n 1)
    echo "Ayni needs Python 3.11 or newer, and this machine has: $found." >&2
    echo "Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    echo "$("$python" --version) is here, but cannot make virtual environments: ensurepip or venv is missing." >&2
    echo "Install it (Debian, Ubuntu: apt install python3-venv), or put uv on the PATH, and run make again." >&2
    exit 1
fi

# A run that is cut short leaves no half of it behind.
rm -rf "$folder"
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
echo "Installing uv into $folder/ …"
"$python" -m venv "$folder"
if ! "$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'; then
    echo "uv could not be installed: is the internet reachable from here?" >&2
    exit 1
fi
trap - EXIT
