# shellcheck shell=bash
# What is built, and from what. Each build_NAME is one step; need() makes each at most once in a
# call of ./dev, and says whether it stands. Sourced by ./dev.

JOBS=$(nproc)
# What another clone on this machine compiled from the same files is not compiled again, neither
# natively nor by Emscripten.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1 EM_COMPILER_WRAPPER=ccache
declare -A BUILT=()

need() {
  local name
  for name; do
    if [[ -z ${BUILT[$name]:-} ]]; then
      if "build_$name"; then BUILT[$name]=yes; else BUILT[$name]=no; fi
    fi
    [[ ${BUILT[$name]} == yes ]] || return 1
  done
}

# Ninja notices a changed CMakeLists.txt, but neither changed presets nor a moved tree.
configure() {
  local sum
  sum=$(printf '%s\n' "$ROOT" | cat - CMakePresets.json | sha256sum | cut -d ' ' -f 1)
  if unchanged "cmake-$1" "$sum" && [[ -f build/$1/build.ninja ]]; then return 0; fi
  cmake --fresh --preset "$1" && remember "cmake-$1" "$sum"
}

# compile PRESET [TARGET…]
compile() {
  local preset=$1
  shift
  # acorn, which Emscripten's optimiser runs in Node, lies where only Debian's own Node looks.
  configure "$preset" &&
    NODE_PATH=/usr/share/nodejs ninja -C "build/$preset" -j "$JOBS" "$@"
}

has_target() { ninja -C "build/$1" -t targets all 2>/dev/null | grep "^$2: " >/dev/null; }

# What ships, and what is measured; the tests are built with sanitizers instead.
release_compile() {
  configure release || return
  local target targets=(roomcast roomcast_push_many)
  for target in roomcast_simulate roomcast_bench; do
    ! has_target release "$target" || targets+=("$target")
  done
  compile release "${targets[@]}"
}

build_hub() { step build-hub compile release roomcast roomcast_push_many; }
build_release() { step build-release release_compile; }
build_dev() { step build-dev compile dev; }
build_wasm() { step build-wasm compile wasm; }
build_sdk() { step build-sdk compile wasm roomcast_sdk; }
build_generated() { step build-generated compile dev roomcast_schema roomcast_bridge_stubs; }

tsan_compile() {
  configure tsan || return
  if has_target tsan roomcast_tsan_tests; then
    compile tsan roomcast_tsan_tests
  else
    compile tsan
  fi
}
build_tsan() { step build-tsan tsan_compile; }

# npm_build NAME FOLDER INPUT…: `npm run build` unless the same inputs were built before.
npm_build() {
  local name=$1 folder=$2 sum
  shift 2
  sum=$(digest "$@")
  if unchanged "$name" "$sum" && [[ -d $folder/dist ]]; then return 0; fi
  step "$name" npm_in "$folder" run build || return
  remember "$name" "$sum"
}

build_package() {
  need sdk && npm_build build-package client-wasm/ts client-wasm/ts build/wasm/roomcast_sdk.wasm
}

# The demo's input is the package as built, which is a function of the package's own inputs.
build_demo() {
  need package && npm_build build-demo web-demo web-demo client-wasm/ts build/wasm/roomcast_sdk.wasm
}

clean() {
  rm -rf build client-wasm/ts/dist web-demo/dist
  say "removed build/ and the dist folders; installed packages stay"
}
