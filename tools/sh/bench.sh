# shellcheck shell=bash
# ./dev bench: what the hub costs (tests/bench), what the npm package does (client-wasm/ts/bench), and how
# soon a page is connected (tests/browser/bench.mjs). Sourced by ./dev.

# bench [NAME…] [--json] [--list] [--quick] [--peer PROGRAM] [--hub PROGRAM]: the names decide which of
# the three run; without a name all do.
bench() {
  local word words=() names=() quiet=() of_package=() of_page=() of_hub=() status=0
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
    else
      of_hub+=("$word")
    fi
  done
  if ((${#names[@]} == 0 || ${#of_hub[@]} > 0)); then
    need_program release roomcast_bench
    build/release/roomcast_bench "${words[@]}" "${of_hub[@]}" || status=1
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

bench_package() { node client-wasm/ts/tools/bench.mjs "$@"; }
bench_page() { ROOMCAST_BINARY=$ROOT/$HUB node tests/browser/bench.mjs "$@"; }
