# shellcheck shell=bash
# For the tests in a browser: Node.js, Debian's chromium, and the driver in a folder that is thrown away.
# shellcheck source=tests/patience.sh
. "$(dirname "${BASH_SOURCE[0]}")/../patience.sh"

# Only what is missing: Node.js of another source brings its own npm, which Debian's package does not go with.
install_chromium() {
  local work=$1 missing=()
  command -v chromium >/dev/null || missing+=(chromium fonts-noto-cjk)
  command -v npm >/dev/null || missing+=(nodejs npm)
  if [ ${#missing[@]} -gt 0 ]; then
    three_times apt-get update -qq
    three_times apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
  three_times npm install --prefix "$work" --loglevel=error --no-fund --no-audit --no-save playwright-core@1.64.1 >/dev/null
}
