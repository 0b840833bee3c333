#!/usr/bin/env bash
# Runs a command with a container engine of its own: tests/engine.sh COMMAND [ARGUMENT...]
#
# On Debian and Ubuntu, as root, it installs docker.io and busybox-static if they are missing, starts an
# engine in a temporary folder, and stops it whatever becomes of the command. DOCKER_HOST, when it is
# set, names the engine to use. Elsewhere the command runs without a private engine, and this says so.
set -euo pipefail

fail() {
  echo "engine.sh: no private engine, so docker records are proved only with one that is running: $1" >&2
  exec "${command[@]}"
}

install_missing() {
  local packages=()
  command -v dockerd > /dev/null || packages+=(docker.io)
  command -v busybox > /dev/null || packages+=(busybox-static)
  [[ ${#packages[@]} -gt 0 ]] || return 0
  export DEBIAN_FRONTEND=noninteractive
  timeout -k 10 300 apt-get -qq update
  if apt-cache show docker-cli > /dev/null 2>&1; then packages+=(docker-cli); fi
  timeout -k 10 600 apt-get -qq install --yes --no-install-recommends "${packages[@]}" > /dev/null
}

stop() {
  trap '' INT TERM
  if [[ -n $engine ]]; then
    kill "$engine" 2> /dev/null || true
    timeout -k 5 30 tail --pid="$engine" -f /dev/null || kill -9 "$engine" || true
    wait "$engine" || true
  fi
  awk -v root="$folder/" 'index($2, root) == 1 {print $2}' /proc/self/mounts | sort -r | xargs -r umount
  rm -rf --one-file-system "$folder"
}

start() {
  setsid dockerd --host "unix://$folder/docker.sock" --data-root "$folder/data" \
    --exec-root "$folder/exec" --pidfile "$folder/pid" \
    --iptables=false --bridge=none > "$folder/log" 2>&1 < /dev/null &
  engine=$!
}

answers() {
  local deadline=$((SECONDS + 60))
  until timeout -k 5 10 docker --host "unix://$folder/docker.sock" version > /dev/null 2>&1; do
    [[ $SECONDS -lt $deadline ]] && kill -0 "$engine" 2> /dev/null || return 1
    sleep 0.2
  done
}

command=("$@")
[[ ${#command[@]} -gt 0 ]] || { echo "usage: engine.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
[[ -z ${DOCKER_HOST:-} ]] || exec "${command[@]}"
[[ $(uname -s) == Linux ]] && command -v apt-get > /dev/null || fail "this is neither Debian nor Ubuntu"
[[ $(id -u) == 0 ]] || fail "this user is not root"
install_missing || fail "docker.io cannot be installed"

engine=''
folder=$(mktemp -d "${TMPDIR:-/tmp}/engine.XXXXXX")
trap stop EXIT
start
if answers; then
  export DOCKER_HOST="unix://$folder/docker.sock"
else
  echo "engine.sh: docker records are not proved here: dockerd does not start:" >&2
  tail -n 5 "$folder/log" >&2
fi
"${command[@]}"
