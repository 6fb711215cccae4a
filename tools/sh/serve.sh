# shellcheck shell=bash
# ./dev run, push and fuzz: programs of ours, started and ended. Sourced by ./dev.

HUB=build/release/roomcast
HUB_LOG=$LOGS/hub.log
# Where the running hub listens for backends; push reads it.
BRIDGE_NOTE=build/stamp/bridge-port

# Binds the port for a moment, as the hub will, but without SO_REUSEPORT: a hub that shares its
# port with another program would start, and silently get half of the connections.
probe_port() {
  local port=$1 what=$2 holder
  "$PYTHON" - "$port" <<'PYTHON' && return 0
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
        probe.listen()
    except (OSError, OverflowError):
        sys.exit(1)
PYTHON
  holder=$(ss -Hltnp "sport = :$port" 2>/dev/null |
    sed -n 's/.*(("\([^"]*\)",pid=\([0-9]*\).*/\1, pid \2/p' | head -n 1) || true
  die "port $port ($what) is busy${holder:+: $holder}; choose another with --$what N"
}

is_ready() {
  "$PYTHON" - "$1" <<'PYTHON' 2>/dev/null
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(f"http://127.0.0.1:{sys.argv[1]}/readyz", timeout=1)
PYTHON
}

end_hub() {
  trap '' INT TERM
  rm -f "$BRIDGE_NOTE"
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# A certificate for this machine alone, signed by itself; made again a week before it ends.
DEV_CERTIFICATE=build/tls/certificate.pem
DEV_KEY=build/tls/key.pem

need_dev_certificate() {
  [[ -f $DEV_CERTIFICATE && -f $DEV_KEY ]] &&
    openssl x509 -noout -checkend 604800 -in "$DEV_CERTIFICATE" >/dev/null && return
  mkdir -p build/tls
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
    -subj "/CN=Roomcast development" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" \
    -keyout "$DEV_KEY" -out "$DEV_CERTIFICATE" 2>"$LOGS/certificate.log" ||
    die "openssl made no certificate; it said why in $LOGS/certificate.log"
}

is_port() { [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && (($1 < 65536)); }

serve() {
  local port=8080 bridge_port=8081 ops_port=8082 scheme=http tls=()
  while (($#)); do
    case $1 in
      --release) shift ;;
      --tls)
        scheme=https
        tls=(--set "listeners.public.tls.certificate_file=$DEV_CERTIFICATE"
          --set "listeners.public.tls.key_file=$DEV_KEY")
        shift
        ;;
      --port | --bridge-port | --ops-port)
        is_port "${2:-}" || die "$1 takes a port number, 1 to 65535"
        local name=${1#--}
        printf -v "${name//-/_}" '%s' "$2"
        shift 2
        ;;
      --)
        shift
        break
        ;;
      *) die "run knows --port, --bridge-port, --ops-port and --tls, not $1; the hub's own flags go after --" ;;
    esac
  done
  setup
  probe_port "$port" port
  probe_port "$bridge_port" bridge-port
  probe_port "$ops_port" ops-port
  need hub && need demo || exit 1
  unlock_tree

  # In a session of its own, so that Ctrl-C reaches only this script, which ends the hub once.
  mkdir -p "$LOGS"
  [[ $scheme == http ]] || need_dev_certificate
  # The demo's load slider goes to 2,000 messages a second.
  local flood=(--set limits.publishes_per_second=4000 --set limits.publish_burst=8000
    --set limits.commands_per_second=4000 --set limits.command_burst=8000)
  # Known to this run alone; it makes the token for the dashboard.
  local secret
  secret=$("$PYTHON" -c 'import secrets; print(secrets.token_hex(16))')
  local flags=(--dev --static-dir web-demo/dist --port "$port" --bridge-port "$bridge_port"
    --ops-port "$ops_port" --set "auth.development_secret=$secret" "${flood[@]}" "${tls[@]}" "$@")
  setsid "$HUB" serve "${flags[@]}" >"$HUB_LOG" 2>&1 </dev/null &
  local hub=$! tries=0 status=0
  trap 'end_hub $hub; say "ended"; exit 0' INT TERM
  until is_ready "$ops_port"; do
    kill -0 "$hub" 2>/dev/null || {
      tail -n 40 "$HUB_LOG"
      die "the hub did not start; its log is $HUB_LOG"
    }
    ((++tries < 300)) || {
      end_hub "$hub"
      die "the hub was not ready after 30 s; its log is $HUB_LOG"
    }
    sleep 0.1
  done
  printf '%s\n' "$bridge_port" >"$BRIDGE_NOTE"
  announce "$scheme" "$port" "$ops_port" "$("$HUB" token operator --admin --ttl 12h "${flags[@]}")"
  [[ $scheme == http ]] || tls_note
  wait "$hub" || status=$?
  rm -f "$BRIDGE_NOTE"
  tail -n 10 "$HUB_LOG"
  die "the hub ended by itself, with status $status; its log is $HUB_LOG"
}

tls_note() {
  say "  The certificate is this machine's own: accept it once, or trust $DEV_CERTIFICATE"
}

announce() {
  cat <<TEXT

  The demo:      $1://127.0.0.1:$2/
  Push into it:  ./dev push chat:lobby "Hello from a backend"
  The dashboard: $1://127.0.0.1:$2/dashboard.html#token=$4

  Metrics http://127.0.0.1:$3/metrics · log $HUB_LOG · Ctrl-C ends it
TEXT
}

push() {
  (($# >= 2)) || die 'push ROOM TEXT, for example: ./dev push chat:lobby "Hello from a backend"'
  [[ -x $HUB ]] || die "the hub is not built yet; ./dev run builds and starts it"
  local port=8081
  [[ ! -f $BRIDGE_NOTE ]] || port=$(<"$BRIDGE_NOTE")
  exec "$HUB" publish --bridge "${ROOMCAST_BRIDGE:-127.0.0.1:$port}" "${@:3}" -- "$1" "$2"
}

fuzz_targets() {
  find tests/fuzz -name CMakeLists.txt -exec cat {} + |
    sed -n 's/^ *roomcast_fuzz(\([a-z0-9_]*\).*/\1/p' | sort
}

fuzz() {
  local seconds=60 target status=0 targets=()
  while (($#)); do
    if [[ $1 =~ ^[0-9]+$ ]]; then seconds=$1; else targets+=("$1"); fi
    shift
  done
  setup
  mapfile -t all < <(fuzz_targets)
  ((${#targets[@]})) || targets=("${all[@]}")
  for target in "${targets[@]}"; do
    printf '%s\n' "${all[@]}" | grep -x -- "$target" >/dev/null ||
      die "there is no fuzz target $target; there are: ${all[*]}"
  done
  step build-fuzz compile fuzz "${targets[@]}" || exit 1
  unlock_tree
  for target in "${targets[@]}"; do
    fuzz_one "$target" "$seconds" || status=1
  done
  return "$status"
}

# New inputs that reach new code go to build/fuzz-findings/TARGET/corpus, crashes beside it.
fuzz_one() {
  local target=$1 seconds=$2 found=build/fuzz-findings/$1 program
  program=$(find build/fuzz -name "$target" -type f -perm -u+x -print -quit)
  mkdir -p "$found/corpus" "tests/fuzz/corpus/$target"
  step "fuzz-$target" "$program" "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 "-artifact_prefix=$found/" "$found/corpus" "tests/fuzz/corpus/$target" ||
    { say "    the input that did it is in $found; keep it in tests/fuzz/corpus/$target" && return 1; }
}
