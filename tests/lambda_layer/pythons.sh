#!/bin/sh
# Makes a small environment with the real runtime client for each CPython from 3.10 on that is installed, so that the
# layer is tested on it. Tests on an interpreter without such an environment are skipped and say so.
cd "$(dirname "$0")/../.." || exit 1
uv=.cache/uv/bin/uv
for python in "$HOME"/.pyenv/versions/3.1[0-9]*/bin/python $(command -v python3.10 python3.11 python3.12 python3.13 python3.14); do
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  [ -x ".cache/pythons/$version/bin/python" ] && continue
  $uv venv --quiet --python "$python" ".cache/pythons/$version" \
    && $uv pip install --quiet --python ".cache/pythons/$version/bin/python" "awslambdaric>=4.2" "boto3>=1.43"
done
# Libraries that want another botocore than the workspace's, or that it has no other use for.
[ -x .cache/pythons/others/bin/python ] || {
  $uv venv --quiet --python .venv/bin/python .cache/pythons/others \
    && $uv pip install --quiet --python .cache/pythons/others/bin/python "awslambdaric>=4.2" aioboto3 opentelemetry-sdk httpx
}
