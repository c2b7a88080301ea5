#!/usr/bin/env bash
# Installs LibreOffice Calc and its Python: the newest from this Debian's backports where there are
# any, else the stock one. A LibreOffice that is there already is left alone.
set -euo pipefail

packages=(libreoffice-calc python3-uno)
added=/etc/apt/sources.list.d/ips-backports

if command -v soffice >/dev/null; then
  soffice --version
  exit
fi
if ! command -v apt-get >/dev/null; then
  echo "LibreOffice cannot be installed here: there is no apt-get" >&2
  exit 1
fi

# The stanza or line of the machine's own sources that names the release, naming its backports.
derive() {
  local release=$1 sources
  sources=$(find /etc/apt/sources.list.d -name '*.sources' ! -path "$added*")
  [ -z "$sources" ] || awk -v release="$release" -v RS= -v ORS='\n\n' '
    $0 ~ "(^|\n)Suites:([^\n]*[ \t])?" release "([ \t\n]|$)" && $0 !~ "(^|\n)Enabled:[ \t]*no" {
      sub(/Suites:[^\n]*/, "Suites: " release "-backports"); print; exit
    }' $sources >"$added.sources"
  [ -s "$added.sources" ] && return
  rm -f "$added.sources"
  find /etc/apt -maxdepth 2 -name '*.list' ! -path "$added*" -exec cat {} + |
    sed -nE "s/^(deb[[:space:]].*[[:space:]])$release([[:space:]].*)$/\1$release-backports\2/p" |
    head -n 1 >"$added.list"
  [ -s "$added.list" ]
}

export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -q --no-install-recommends)
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
if [ -n "$release" ] && derive "$release" && apt-get update -q &&
  "${install[@]}" -t "$release-backports" "${packages[@]}"; then
  echo "from the backports of $release"
else
  rm -f "$added".*
  apt-get update -q
  "${install[@]}" "${packages[@]}"
  echo "the stock one of $release"
fi
soffice --version
