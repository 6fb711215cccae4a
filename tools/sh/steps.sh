# shellcheck shell=bash
# Steps: a command with its output in build/log/NAME.log, one line on the terminal while it runs and
# one when it has ended. Sourced by ./dev, which has set `set -euo pipefail` and stands in the root.

LOGS=build/log
TICKER=

die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# Shows what a running step said last: in place on a terminal, else a line a minute.
tick() {
  local name=$1 log=$2 since=$SECONDS last width turns=0
  # Short sleeps, with nothing of ours open: one may outlive this function's end by its length.
  while sleep 0.5 >/dev/null 2>&1; do
    [[ -t 1 ]] || ((++turns % 120 == 0)) || continue
    last=$(tail -c 600 "$log" 2>/dev/null | tr -cd '[:print:]\n' | grep -v '^ *$' | tail -n 1) || true
    if [[ -t 1 ]]; then
      width=$((${COLUMNS:-$(tput cols 2>/dev/null || echo 80)} - 36))
      ((width > 0)) || width=20
      printf '\r\033[K  %-24s %5d s  %s' "$name" $((SECONDS - since)) "${last:0:width}"
    else
      printf '  %-24s %5d s  … %s\n' "$name" $((SECONDS - since)) "${last:0:60}"
    fi
  done
}

stop_ticker() {
  [[ -n $TICKER ]] || return 0
  kill "$TICKER" 2>/dev/null || true
  wait "$TICKER" 2>/dev/null || true
  TICKER=
  [[ ! -t 1 ]] || printf '\r\033[K'
}

# step NAME COMMAND…: the command's status is the step's. The command may be a function, written
# with && between its parts: `set -e` does not reach into it.
step() {
  local name=$1 log=$LOGS/$1.log status=0 since
  shift
  mkdir -p "$LOGS"
  : >"$log"
  tick "$name" "$log" 9>&- &
  TICKER=$!
  since=$(now_ms)
  "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
  stop_ticker
  local took=$(($(now_ms) - since))
  local shown="$((took / 1000)).$((took % 1000 / 100))"
  if ((status == 0)); then
    printf '  %-24s %7s s  ok\n' "$name" "$shown"
  else
    printf '  %-24s %7s s  FAILED: %s\n' "$name" "$shown" "$log"
    tail -n 40 "$log" | sed 's/^/    | /'
  fi
  return "$status"
}

now_ms() {
  local at=${EPOCHREALTIME//[.,]/}
  printf '%s' $((at / 1000))
}

# One set-up or build in this tree at a time. Held by descriptor 9 until it is closed.
lock_tree() {
  mkdir -p build
  exec 9>build/.lock
  flock -n 9 || {
    say "another ./dev is building here; waiting for it"
    flock 9
  }
}

unlock_tree() { exec 9>&-; }

# A digest of the files named, or of all files below the folders named, less what is installed or
# built in them. Paths belong to it, times do not.
digest() {
  find "$@" \( -name node_modules -o -name dist -o -name __pycache__ \) -prune -o -type f -print0 |
    sort -z | xargs -0 -r sha256sum | sha256sum | cut -d ' ' -f 1
}

# unchanged NAME DIGEST / remember NAME DIGEST: what a step was last done for.
unchanged() { [[ -f build/stamp/$1 && $(<"build/stamp/$1") == "$2" ]]; }

remember() {
  mkdir -p build/stamp
  printf '%s\n' "$2" >"build/stamp/$1"
}
