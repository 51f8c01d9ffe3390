# shellcheck shell=bash
# For scripts that wait for something: a slow machine gets its time, and what has ended is not waited for.

# wait_for PROCESS LOG WORDS: until this command succeeds, for two minutes, as long as the process lives.
wait_for() {
  local process=$1 log=$2 until=$((SECONDS + 120)) lives
  shift 2
  while true; do
    kill -0 "$process" 2>/dev/null && lives=yes || lives=no
    if "$@" >/dev/null 2>&1; then return 0; fi
    if [ "$lives" = no ] || [ "$SECONDS" -ge "$until" ]; then
      cat "$log" >&2
      echo "waited in vain (is its process there: $lives): $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# three_times WORDS: a command that a registry or a mirror has to answer, which it does not always at once.
three_times() {
  local try
  for try in 1 2 3; do
    if "$@"; then return 0; fi
    sleep "$((try * 2))"
  done
  return 1
}

# start_sandbox WXPAY FOLDER LOG OPTIONS: `wxpay sandbox` at free ports. Its process is in $sandbox then, and what its env.sh says
# is exported.
start_sandbox() {
  local wxpay=$1 keys=$2 log=$3
  shift 3
  "$wxpay" --lang en sandbox --listen 127.0.0.1:0 --control 127.0.0.1:0 --dir "$keys" "$@" >"$log" 2>&1 &
  sandbox=$!
  # The last file that it writes.
  wait_for "$sandbox" "$log" test -e "$keys/env.sh" || { kill "$sandbox" 2>/dev/null; return 1; }
  # shellcheck disable=SC1091 # written by the sandbox
  . "$keys/env.sh"
}
