#!/usr/bin/env bash
# Runs a command where Chromium is installed: tests/browser.sh COMMAND [ARGUMENT...]
#
# On Debian, as root, it installs chromium unless a browser of its kind is there. Elsewhere the command
# runs without one, the tests of the site in a browser are skipped, and this says so.
set -euo pipefail

fail() {
  echo "browser.sh: the site is not tested in a browser: $1" >&2
  exec "${command[@]}"
}

install() {
  export DEBIAN_FRONTEND=noninteractive
  timeout -k 10 300 apt-get -qq update
  timeout -k 10 600 apt-get -qq install --yes --no-install-recommends chromium > /dev/null
}

command=("$@")
[[ ${#command[@]} -gt 0 ]] || { echo "usage: browser.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" > /dev/null; then exec "${command[@]}"; fi
done
[[ $(uname -s) == Linux ]] && command -v apt-get > /dev/null || fail "there is no Chromium, and this is not Debian"
[[ $(id -u) == 0 ]] || fail "there is no Chromium, and this user is not root"
install || fail "chromium cannot be installed"
"${command[@]}"
