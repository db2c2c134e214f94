#!/bin/sh
# Installs what l2g needs from Debian 12: sh scripts/install-dependencies.sh [ci]
# With "ci" also what the checks of .ci/run need. Does nothing when everything is there; without root and sudo it prints
# the command and stops.
set -eu
packages="g++ cmake ninja-build pkg-config ccache libeigen3-dev zlib1g-dev nlohmann-json3-dev libpcre2-dev libhts-dev liblua5.4-dev libcairo2-dev
  fonts-dejavu-core libcli11-dev libfmt-dev catch2"
case "${1:-}" in
  '') ;;
  ci) packages="$packages clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 tmux python3 binutils git" ;;
  *)
    echo "usage: sh scripts/install-dependencies.sh [ci]" >&2
    exit 2
    ;;
esac

missing=
for package in $packages; do
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian. Please install the counterparts of:" $packages >&2
    exit 1
  fi
  case $(dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null) in
    *'install ok installed'*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as_root=sudo
else
  printf 'Missing packages; please run as root:\n  apt-get update && %s\n' "$install" >&2
  exit 1
fi
echo "Installing:$missing"
$as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq \
  install -y --no-install-recommends $missing
