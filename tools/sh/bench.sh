# shellcheck shell=bash
# ./dev bench: what the hub costs (tests/bench), how fast the simulator is (tests/simulation), what the
# npm package does (client-wasm/ts/bench), and how soon a page is connected (tests/browser/bench.mjs).
# Sourced by ./dev.

# bench [NAME…] [--json] [--list] [--quick] [--peer PROGRAM] [--hub PROGRAM]: the names decide which of
# the four run; without a name all do.
bench() {
  local word words=() names=() quiet=() of_package=() of_page=() of_hub=() of_simulator=() status=0
  while (($#)); do
    word=$1
    shift
    case $word in
      --peer | --hub)
        (($# > 0)) || die "bench $word PROGRAM"
        words+=("$word" "$1")
        shift
        ;;
      --json | --list)
        words+=("$word")
        quiet+=("$word")
        ;;
      -*) words+=("$word") ;;
      *) names+=("$word") ;;
    esac
  done
  setup
  for word in "${names[@]}"; do
    if bench_package --list | grep -x -- "$word" >/dev/null; then
      of_package+=("$word")
    elif bench_page --list | grep -x -- "$word" >/dev/null; then
      of_page+=("$word")
    elif [[ $word == "$SIMULATED" ]]; then
      of_simulator+=("$word")
    else
      of_hub+=("$word")
    fi
  done
  if ((${#names[@]} == 0 || ${#of_hub[@]} > 0)); then
    need_program release roomcast_bench
    build/release/roomcast_bench "${words[@]}" "${of_hub[@]}" || status=1
  fi
  if ((${#names[@]} == 0 || ${#of_simulator[@]} > 0)); then
    bench_simulator "${quiet[@]}" || status=1
  fi
  if ((${#names[@]} == 0 || ${#of_package[@]} > 0)); then
    need package >&2 || exit 1
    bench_package "${quiet[@]}" "${of_package[@]}" || status=1
  fi
  if ((${#names[@]} == 0 || ${#of_page[@]} > 0)); then
    { need package && need hub; } >&2 || exit 1
    bench_page "${quiet[@]}" "${of_page[@]}" || status=1
  fi
  return "$status"
}

SIMULATED=simulated_messages_per_s

# bench_simulator [--json] [--list]: the median of five runs over the same schedules.
bench_simulator() {
  local run value values=() form='%s %s 1/s\n'
  case " $* " in
    *" --list "*)
      echo "$SIMULATED"
      return
      ;;
    *" --json "*) form='{"name": "%s", "value": %s, "unit": "1/s"}\n' ;;
  esac
  need_program release roomcast_simulate >&2
  for run in 1 2 3 4 5; do
    value=$(build/release/roomcast_simulate --seeds 200 |
      sed -n 's/.* messages handled, \([0-9]*\) a second;.*/\1/p') || return 1
    [[ $value ]] || die "bench: run $run of the simulator told no figure"
    values+=("$value")
  done
  # shellcheck disable=SC2059
  printf "$form" "$SIMULATED" "$(printf '%s\n' "${values[@]}" | sort -n | sed -n 3p)"
}

bench_package() { node client-wasm/ts/tools/bench.mjs "$@"; }
bench_page() { ROOMCAST_BINARY=$ROOT/$HUB node tests/browser/bench.mjs "$@"; }
