#!/usr/bin/env bash
# Installs the foreign programs that the tests and benchmarks talk to. It is the only place that names their
# versions. Run it once before `vitest --project clients`, and again whenever a version below has changed.
#
#   tools/install-clients.sh [clients|conformance|s3|peers|all]...   install what is missing (default: all)
#   tools/install-clients.sh --print                                 print NAME=path of what is there, install nothing
#
# clients      skopeo podman buildah docker containerd debootstrap busybox, crane oras regctl helm cosign,
#              terraform with Harbor's provider (both only where PATH has them)
# conformance  the OCI distribution-spec conformance runner
# s3           versitygw, an S3 server on a local folder
# peers        CNCF distribution, zot and nginx, which the benchmark compares with
#
# One line a tool goes to stdout: name, version, path. A tool that cannot be had is named on stderr with the
# reason, the others are still installed, and the exit code is 1. Go tools are built once into
# ${XDG_CACHE_HOME:-$HOME/.cache}/moorage/tools/<tool>-<version>/. Needs root (or sudo) for Debian's packages.
set -u

# tool group package-or-module version [path of the command inside the module]
catalogue() {
  cat <<'TABLE'
skopeo       clients      debian  -
podman       clients      debian  -
buildah      clients      debian  -
dockerd      clients      debian  docker.io
docker       clients      debian  docker.io
containerd   clients      debian  -
ctr          clients      debian  containerd
debootstrap  clients      debian  -
busybox      clients      debian  busybox-static
crane        clients      github.com/google/go-containerregistry                    v0.22.1                              cmd/crane
oras         clients      oras.land/oras                                            v1.2.3                               cmd/oras
regctl       clients      github.com/regclient/regclient                            v0.11.7                              cmd/regctl
helm         clients      helm.sh/helm/v3                                           v3.22.0                              cmd/helm
cosign       clients      github.com/sigstore/cosign/v3                             v3.1.3                               cmd/cosign
terraform    clients      path    -
terraform-provider-harbor clients path -
conformance  conformance  github.com/opencontainers/distribution-spec/conformance   v0.0.0-20260716174315-967efdc079b9   .
versitygw    s3           github.com/versity/versitygw                              v1.8.0                               cmd/versitygw
registry     peers        github.com/distribution/distribution/v3                   v3.1.1                               cmd/registry
nginx        peers        debian  -
zot          peers        path    -
TABLE
}

# An account without a home (a bare container, a system service) still gets one stable place.
if [ -n "${XDG_CACHE_HOME:-}" ]; then cache=$XDG_CACHE_HOME
elif [ -n "${HOME:-}" ]; then cache=$HOME/.cache
else
  cache=/var/tmp/moorage-$(id -u)
  export GOPATH="${GOPATH:-$cache/go}" GOCACHE="${GOCACHE:-$cache/go-build}"
fi
tools=$cache/moorage/tools
# Debian keeps debootstrap and nginx where an ordinary user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/go/bin

missing=0
fail() { printf '%s is not installed: %s\n' "$1" "$2" >&2; missing=1; }

located() { # tool source version
  case $2 in
    debian | path) command -v "$1" ;;
    *) [ -x "$tools/$1-$3/$1" ] && printf '%s\n' "$tools/$1-$3/$1" ;;
  esac
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo > /dev/null; then sudo -n "$@"
  else return 1
  fi
}

debian_fresh=
install_debian() { # tool package
  local package=$2 log
  [ "$package" = - ] && package=$1
  command -v apt-get > /dev/null || { fail "$1" "no apt-get here; install the package $package by hand"; return; }
  log=$(mktemp)
  if [ -z "$debian_fresh" ]; then as_root apt-get update -qq > "$log" 2>&1; debian_fresh=yes; fi
  # RUNLEVEL=1 keeps the package from starting its service: the tests start what they need, on loopback.
  # --no-remove: nothing that somebody installed from elsewhere makes way for Debian's version.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends --no-remove "$package" >> "$log" 2>&1 \
    || fail "$1" "apt-get install $package: $(tail -n 1 "$log")"
  rm -f "$log"
}

# A throw-away module that requires exactly one thing. It takes the path where `go install module@version`
# refuses (the proxy gives the version but no list of versions). Checksums are verified all the same.
build_by_requirement() { # package module version target
  cd "$work" && go mod init moorage.invalid/tool && go mod edit "-require=$2@$3" \
    && go build -mod=mod -trimpath -ldflags='-s -w' -o "$4" "$1"
}

install_go() { # tool module version command
  local work log package=$2 target
  [ "$4" = . ] || package=$2/$4
  command -v go > /dev/null || { fail "$1" "Go is not installed (1.24 or newer builds it)"; return; }
  work=$(mktemp -d); log=$work.log; target=$work/built/$1
  mkdir -p "$work/built" "$tools/$1-$3"
  GOBIN=$work/built CGO_ENABLED=0 nice -n 10 go install -trimpath -ldflags='-s -w' "$package@$3" > "$log" 2>&1 \
    || (export CGO_ENABLED=0; renice -n 10 -p $BASHPID; build_by_requirement "$package" "$2" "$3" "$target") >> "$log" 2>&1
  # The rename makes it appear whole or not at all, also when two runs build at once.
  if [ -x "$target" ]; then mv -f "$target" "$tools/$1-$3/$1"
  else
    rmdir "$tools/$1-$3" 2> /dev/null
    fail "$1" "go could not build $package@$3: $(grep -v -e downloading -e 'process priority' "$log" | tail -n 1)"
  fi
  rm -rf "$work" "$log"
}

install() { # tool source version command
  case $2 in
    debian) install_debian "$1" "$3" ;;
    path) printf '%s is skipped: put its binary on PATH to have it\n' "$1" >&2 ;;
    *) install_go "$1" "$2" "$3" "$4" ;;
  esac
}

version_of() { # tool source version path
  case $2 in
    debian) dpkg-query -W -f '${Version}' "$( [ "$3" = - ] && echo "$1" || echo "$3")" 2> /dev/null || echo unknown ;;
    path) echo unknown ;;
    *) echo "$3" ;;
  esac
}

print=
groups=
for argument in "$@"; do
  case $argument in
    --print) print=yes ;;
    clients | conformance | s3 | peers) groups="$groups $argument" ;;
    all) groups="clients conformance s3 peers" ;;
    *) sed -n '2,20s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
[ -n "$groups" ] || groups="clients conformance s3 peers"

# Read on descriptor 3, so that nothing started below can swallow the rest of the table.
while read -r tool group source version command <&3; do
  case " $groups " in *" $group "*) ;; *) continue ;; esac
  path=$(located "$tool" "$source" "$version")
  if [ -z "$path" ] && [ -z "$print" ]; then
    install "$tool" "$source" "$version" "${command:-}" < /dev/null
    hash -r
    path=$(located "$tool" "$source" "$version")
  fi
  [ -n "$path" ] || continue
  if [ -n "$print" ]; then printf '%s=%s\n' "$tool" "$path"
  else printf '%-12s %-36s %s\n' "$tool" "$(version_of "$tool" "$source" "$version")" "$path"
  fi
done 3< <(catalogue)

exit "$missing"
