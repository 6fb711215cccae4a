# shellcheck shell=bash
# ./dev test: every step is named here, in the order in which it runs. A step that cannot run is a
# failure, never a silence. Sourced by ./dev.
#
# STEP: what it shows. Each test_STEP names what it needs built, then runs as one step of its own.
TEST_STEPS=(
  "layers       arrows between the folders, purity, sizes (tools/check_layers)"
  "tools        the tests of tools/ itself"
  "format       clang-format"
  "native       unit, simulation and corpus tests under ASan and UBSan"
  "tsan         tests labelled tsan, under ThreadSanitizer"
  "wasm         the same protocol and core tests as WebAssembly, in Node"
  "typescript   the npm package: its compiler and its tests"
  "demo         the demo page's own code"
  "size         what the npm package weighs"
  "release      what ships, compiled"
  "simulate     2,000 seeds of hub and clients on a hostile network; native and WASM agree"
  "end_to_end   the real hub against real clients"
  "conformance  WebSocket clients that are not ours, and what bombs cost"
  "bridge       the bridge against Python's gRPC"
  "browser      the page in headless Chromium"
  "packages     the npm package out of every bundler, in Chromium, Node and React"
)
# With --browsers all only: it needs a browser that nothing else does.
FIREFOX_STEP="firefox      the page in Firefox ESR, which is installed for it"
PASSED=0
FAILED=0
FAILURES=()

# tally STEP KIND STATUS LOG: adds up what a step counted. The kind says how its log counts; a
# `check` is one test. A failure that no count shows, and a step that ran nothing, are one failed test.
tally() {
  local name=$1 kind=$2 status=$3 log=$4 passed=0 failed=0
  if [[ $kind == check ]]; then
    passed=$((status == 0))
  else
    read -r passed failed < <("$PYTHON" tools/count_tests "$kind" "$log")
  fi
  ((status == 0 && passed > 0 || failed > 0)) || failed=1
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  ((failed == 0)) || FAILURES+=("$name: $failed failed: $log")
}

# run_tests STEP KIND COMMAND…
run_tests() {
  local name=$1 kind=$2 status=0
  shift 2
  step "test-$name" "$@" || status=$?
  tally "$name" "$kind" "$status" "$LOGS/test-$name.log"
}

# stands STEP BUILD…: what a step needs; without it the step is one failure.
stands() {
  local name=$1
  shift
  need "$@" && return 0
  printf '  %-24s          not run: a build that it needs failed\n' "test-$name"
  FAILED=$((FAILED + 1))
  FAILURES+=("$name: not run, because a build that it needs failed")
  return 1
}

run_ctest() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" -j "$JOBS" --timeout 300 --output-on-failure \
    --no-tests=error "$@"
}

# Each file is a unittest program; one that runs nothing is a failure. What failed is told once more
# at the end: that is what a failed step shows of its log.
run_python_tests() {
  local file status=0 found=0 said
  said=$(mktemp -d)
  for file in "$1"/*_test.py; do
    [[ -f $file ]] || continue
    found=1
    printf '== %s\n' "$file"
    ROOMCAST_BINARY=$ROOT/build/dev/roomcast timeout --kill-after=10 900 "$PYTHON" "$file" -v 2>&1 |
      tee "$said/last" || {
      status=1
      tell_failures "$file" <"$said/last" >>"$said/failures"
    }
  done
  ((found)) || printf 'no %s/*_test.py\n' "$1"
  [[ ! -f $said/failures ]] || cat "$said/failures"
  rm -r "$said"
  ((found && status == 0))
}

# tell_failures FILE: of its output, each failure with its traceback, and their names last.
tell_failures() {
  local all failures
  all=$(cat)
  failures=$(sed -n '/^={70}$/,/^Ran [0-9]* tests? in /{/^Ran /d;p}' -E <<<"$all")
  printf 'failed in %s\n%s\n' "$1" "${failures:-$(tail -n 30 <<<"$all")}"
  grep -E '^(FAIL|ERROR): ' <<<"$failures" || printf 'it ended before it told\n'
}

# A program that hangs ends its step, not the night. `timeout` stands before npm because it cannot
# start a function.
npm_test() {
  local NPM=(timeout --kill-after=10 900 "${NPM[@]}")
  ROOMCAST_BINARY=$ROOT/build/dev/roomcast npm_in "$1" run "${2:-test}"
}

test_layers() { run_tests layers check "$PYTHON" tools/check_layers; }
test_tools() { run_tests tools unittest run_python_tests tools; }
test_format() { run_tests format check "$PYTHON" tools/check_style format; }
test_native() { stands native dev && run_tests native ctest run_ctest dev; }
test_tsan() { stands tsan tsan && run_tests tsan ctest run_ctest tsan -L tsan; }
test_wasm() { stands wasm wasm && run_tests wasm ctest run_ctest wasm; }
test_typescript() {
  stands typescript package && run_tests typescript node npm_test client-wasm/ts
}
test_demo() { stands demo demo && run_tests demo node npm_test web-demo; }
test_size() { stands size package && run_tests size check "$PYTHON" tools/check_size; }
test_release() {
  local status=0
  need release || status=1
  tally release check "$status" "$LOGS/build-release.log"
}
test_simulate() {
  stands simulate release &&
    run_tests simulate check timeout --kill-after=10 900 build/release/roomcast_simulate --seeds 2000
  stands same_runs release wasm && run_tests same_runs check same_runs
}
# I8: a seed has the same bytes on the wire and the same ends natively and as WebAssembly.
same_runs() {
  local seeds=(--seeds 10) native wasm
  native=$(timeout --kill-after=10 300 build/release/roomcast_simulate "${seeds[@]}" | grep -o 'digest .*') &&
    wasm=$(timeout --kill-after=10 300 node build/wasm/roomcast_simulate.js "${seeds[@]}" | grep -o 'digest .*') || return 1
  printf 'native  %s\nwasm    %s\n' "$native" "$wasm"
  [[ $native == "$wasm" ]]
}
test_end_to_end() {
  stands end_to_end dev demo && run_tests end_to_end unittest run_python_tests tests/end_to_end
}
test_conformance() {
  stands conformance dev && run_tests conformance unittest run_python_tests tests/conformance
}
test_bridge() { stands bridge dev && run_tests bridge unittest run_python_tests tests/bridge; }
test_browser() { stands browser dev demo wasm && run_tests browser node npm_test tests/browser; }

test_packages() {
  stands packages dev package && run_tests packages node npm_test tests/packages
}

test_firefox() {
  command -v firefox-esr >/dev/null || step apt-firefox apt_install firefox-esr || true
  stands firefox dev demo && run_tests firefox node npm_test tests/browser test:firefox
}

test_names() { printf '%s\n' "${TEST_STEPS[@]%% *}"; }

test_all() {
  local chosen name line
  mapfile -t chosen < <(test_names)
  while (($#)); do
    case $1 in
      --only)
        (($# > 1)) || die "test --only STEP[,STEP]"
        IFS=, read -r -a chosen <<<"$2"
        shift 2
        ;;
      --browsers)
        [[ ${2:-} == all ]] || die "test --browsers all"
        TEST_STEPS+=("$FIREFOX_STEP")
        chosen+=(firefox)
        shift 2
        ;;
      --list)
        printf '  %s\n' "${TEST_STEPS[@]}"
        return
        ;;
      *) die "test knows --only STEP[,STEP], --browsers all and --list" ;;
    esac
  done
  for name in "${chosen[@]}"; do
    test_names | grep -x -- "$name" >/dev/null || die "there is no test step $name; ./dev test --list"
  done
  setup
  for name in "${chosen[@]}"; do
    "test_$name" || true
  done
  for line in "${FAILURES[@]}"; do say "failed: $line"; done
  say "$PASSED passed, $FAILED failed"
  ((FAILED == 0))
}
