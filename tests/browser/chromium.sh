# shellcheck shell=bash
# For the tests in a browser: Node.js, Debian's chromium, and the driver in a folder that is thrown away.

# Only what is missing: Node.js of another source brings its own npm, which Debian's package does not go with.
install_chromium() {
  local work=$1 missing=()
  command -v chromium >/dev/null || missing+=(chromium fonts-noto-cjk)
  command -v npm >/dev/null || missing+=(nodejs npm)
  command -v curl >/dev/null || missing+=(curl)
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
  # The registry does not always answer at once.
  local try
  for try in 1 2 3; do
    (cd "$work" && npm install --loglevel=error --no-fund --no-audit --no-save playwright-core@1.64.1 >/dev/null) && return
    sleep "$try"
  done
  return 1
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
