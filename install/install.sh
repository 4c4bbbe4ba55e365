#!/bin/sh
# Installs lifeblood for one user, without root, or takes it away again.
#
#   sh install.sh [FILE | URL]      a downloaded file, its address, or that of a folder (ends in /) that has one for each platform
#   sh install.sh --uninstall       the program and what belongs to it; farms, settings and keys stay
#
# Without FILE or URL it takes what lies beside this script for this machine. The file's SHA-256 sum is checked against
# FILE.sha256 or SHA256SUMS beside it, or against --sha256 SUM.
set -eu

prefix=${HOME:-}/.local
sum=
source=
uninstall=

say() { printf '%s\n' "$*"; }
fail() {
	printf 'install.sh: %s\n' "$*" >&2
	exit 1
}

usage() {
	sed -n '2,8s/^# \{0,1\}//p' "$0"
	say '--prefix DIR: where bin/lifeblood and the completions go, ~/.local by default'
}

while [ "$#" -gt 0 ]; do
	case $1 in
	--help | -h)
		usage
		exit 0
		;;
	--uninstall) uninstall=yes ;;
	--prefix | --sha256)
		[ "$#" -ge 2 ] || fail "$1 needs a value; --help says more"
		case $1 in --prefix) prefix=$2 ;; *) sum=$2 ;; esac
		shift
		;;
	--prefix=*) prefix=${1#*=} ;;
	--sha256=*) sum=${1#*=} ;;
	-*) fail "there is no option $1; --help says which there are" ;;
	*)
		[ -z "$source" ] || fail "one file or address, not also $1"
		source=$1
		;;
	esac
	shift
done

case $prefix in
/.local) fail 'HOME is not set: say where to install with --prefix DIR' ;;
/*) ;;
*) prefix=$(pwd)/$prefix ;;
esac

program=$prefix/bin/lifeblood
bash_completion=$prefix/share/bash-completion/completions/lifeblood
zsh_completion=$prefix/share/zsh/site-functions/_lifeblood
fish_completion=$prefix/share/fish/vendor_completions.d/lifeblood.fish

case $(uname -s) in
Linux)
	system=linux
	caches=${XDG_CACHE_HOME:-${HOME:-}/.cache}/lifeblood/program
	;;
Darwin)
	system=macos
	caches=${XDG_CACHE_HOME:-${HOME:-}/Library/Caches}/lifeblood/program
	;;
*) fail "there is no executable for $(uname -s); docs/install.md says how it runs with Node.js" ;;
esac

if [ -n "$uninstall" ]; then
	if [ ! -e "$program" ] && [ ! -L "$program" ]; then
		fail "nothing is installed at $program; --prefix says where else"
	fi

	rm -f "$program" "$bash_completion" "$zsh_completion" "$fish_completion"
	rm -rf "$caches"
	say "lifeblood is gone from $program."
	if [ "$system" = macos ]; then
		set -- "${HOME:-}/Library/Preferences/lifeblood" "${HOME:-}/Library/Application Support/lifeblood" "${HOME:-}/Library/Logs/lifeblood"
	else
		set -- "${XDG_CONFIG_HOME:-${HOME:-}/.config}/lifeblood" "${XDG_DATA_HOME:-${HOME:-}/.local/share}/lifeblood" "${XDG_STATE_HOME:-${HOME:-}/.local/state}/lifeblood"
	fi
	# Root's other installations run from there, too.
	if [ "$(id -u)" -eq 0 ] && [ -d /var/cache/lifeblood/program ]; then
		say "Files of root's programs that are still there: /var/cache/lifeblood/program"
	fi
	for folder in "${LIFEBLOOD_CONFIG_LOCATION:-${HOME:-}/lifeblood}" "$@"; do
		[ ! -d "$folder" ] || say "Farms, settings and keys that are still there: $folder"
	done
	exit 0
fi

case $(uname -m) in
x86_64 | amd64) machine=x64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "there is no executable for the processor $(uname -m); docs/install.md says how it runs with Node.js" ;;
esac
# A shell that macOS translates for an Apple processor is told x86_64.
if [ "$system" = macos ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then
	machine=arm64
fi

name=lifeblood-$system-$machine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fetch() {
	if command -v curl >/dev/null; then
		curl --fail --silent --show-error --location --proto '=http,https' --output "$2" "$1"
	elif command -v wget >/dev/null; then
		wget --quiet --output-document="$2" "$1"
	else
		fail 'neither curl nor wget is installed: download the file another way and give it by its path'
	fi
}

case $source in
'')
	case $0 in
	*/*) folder=${0%/*} ;;
	*) folder=. ;;
	esac
	[ -f "$folder/$name" ] || fail "there is no $name beside this script: give a file or an address"
	source=$folder/$name
	;;
esac

case $source in
http://* | https://*)
	case $source in
	*/) source=$source$name ;;
	*) name=${source##*/} ;;
	esac
	say "downloading $source"
	fetch "$source" "$work/$name" || fail "$source could not be downloaded"
	if [ -z "$sum" ]; then
		fetch "$source.sha256" "$work/sums" ||
			fetch "${source%/*}/SHA256SUMS" "$work/sums" ||
			fail "there is no sum to check it by at $source.sha256: give one with --sha256"
	fi
	file=$work/$name
	;;
*)
	[ -f "$source" ] || fail "there is no file $source"
	file=$source
	name=${source##*/}
	folder=$(dirname "$source")
	if [ -n "$sum" ]; then
		:
	elif [ -f "$source.sha256" ]; then
		cp "$source.sha256" "$work/sums"
	elif [ -f "$folder/SHA256SUMS" ]; then
		cp "$folder/SHA256SUMS" "$work/sums"
	else
		fail "there is no sum to check it by at $source.sha256: give one with --sha256"
	fi
	;;
esac

if [ -z "$sum" ]; then
	sum=$(awk -v name="$name" '{sub(/^\*/, "", $2)} $2 == name {print $1; exit}' "$work/sums")
	[ -n "$sum" ] || fail "the list of sums has none for $name"
fi

if command -v sha256sum >/dev/null; then
	found=$(sha256sum <"$file")
else
	found=$(shasum -a 256 <"$file")
fi
found=${found%% *}
if [ "$found" != "$sum" ]; then
	fail "$name is damaged or not what was published: its SHA-256 sum is $found, and $sum is expected; download it again"
fi

mkdir -p "$prefix/bin" || fail "$prefix/bin cannot be made: say where to install with --prefix DIR"
# Renamed into place: a farm that runs goes on with the old file.
fresh=$prefix/bin/.lifeblood.$$
trap 'rm -rf "$work" "$fresh"' EXIT
cp "$file" "$fresh" || fail "$prefix/bin cannot be written: say where to install with --prefix DIR"
chmod 755 "$fresh"
if [ "$system" = macos ]; then
	# Apple's processors run nothing unsigned. A signature without a name is made here, after the sum was checked.
	codesign --force --sign - "$fresh" 2>/dev/null || fail 'codesign could not sign the program, and macOS does not run it without'
	xattr -d com.apple.quarantine "$fresh" 2>/dev/null || :
fi
version=$("$fresh" --version) || fail "$name does not run on this machine"
mv -f "$fresh" "$program"

for pair in "bash:$bash_completion" "zsh:$zsh_completion" "fish:$fish_completion"; do
	target=${pair#*:}
	if ! mkdir -p "${target%/*}" || ! "$program" completion "${pair%%:*}" >"$target"; then
		say "completion for ${pair%%:*} could not be written to $target"
	fi
done

say "lifeblood $version is installed at $program."
case :${PATH:-}: in
*:"$prefix/bin":*) ;;
*) say "Your PATH does not have it yet; add this line to your shell's start file:  export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
case ${SHELL:-} in
*/zsh)
	if ! grep -qs 'zsh/site-functions' "${ZDOTDIR:-${HOME:-}}/.zshrc"; then
		say "Zsh completes it once this stands in ~/.zshrc, before compinit:  fpath=(\"${zsh_completion%/*}\" \$fpath)"
	fi
	;;
esac
say
say 'What to do next'
say '  lifeblood up         a farm on this machine alone, with the viewer in front'
say '  lifeblood scheduler  the scheduler of a farm; it prints how workers join it'
say '  lifeblood doctor     looks at this machine and says what is missing'
