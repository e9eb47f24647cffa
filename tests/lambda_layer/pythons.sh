#!/bin/sh
# Makes a small environment with the real runtime client and the tests' own libraries for each CPython from 3.10 on that
# is installed, so that the layer is tested on it. Tests on an interpreter without such an environment are skipped and say so.
cd "$(dirname "$0")/../.." || exit 1
uv=.cache/uv/bin/uv
status=0

# environment FOLDER PYTHON PACKAGE...: makes it where it is not there, and brings what it lacks
environment() {
  folder=.cache/pythons/$1
  [ -x "$folder/bin/python" ] || $uv venv --quiet --python "$2" "$folder" || return
  shift 2
  $uv pip install --quiet --compile-bytecode --python "$folder/bin/python" "awslambdaric>=4.2" "$@"
}

for python in "$HOME"/.pyenv/versions/3.1[0-9]*/bin/python $(command -v python3.10 python3.11 python3.12 python3.13 python3.14); do
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  environment "$version" "$python" "boto3>=1.43" "pytest>=9" "pytest-asyncio>=1.3" hypothesis \
    "aws-lambda-powertools>=3.37" "aws-xray-sdk>=2.15" || status=1
done
# Libraries that want another botocore than the workspace's, or that it has no other use for.
environment others .venv/bin/python aioboto3 opentelemetry-sdk httpx || status=1
exit $status
