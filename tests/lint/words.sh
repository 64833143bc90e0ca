#!/bin/sh
# What belongs to one machine or one network has no place in the tree: absolute
# paths of somebody's folders, hosts of package registries, addresses to
# download from. Lock files name packages by version and hash alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
rc=0

files() {
	git ls-files -co --exclude-standard 2>/dev/null ||
		find . \( -name build -o -name node_modules -o -name dist \
			-o -name .git -o -name 'var*' \) -prune -o -type f -print
}

# check NAME PATTERN [FILES]: a line of the tree that matches is at fault.
# This file names what it looks for.
check() {
	found=$(files | grep -v '^\(\./\)\?tests/lint/words\.sh$' |
		grep -E -e "${3-.}" | tr '\n' '\0' |
		xargs -0 grep -InE -e "$2" -- 2>/dev/null | cut -c 1-160)
	if [ -z "$found" ]; then
		echo "ok words: $1"
	else
		echo "not ok words: $1"
		printf '%s\n' "$found" | head -n 20 | sed 's/^/#   /'
		rc=1
	fi
}

# A path of somebody's machine, not a part of a longer path or address.
begin='(^|[^A-Za-z0-9_.}/)-])'
check 'paths of one machine' "$begin/(work|home/[a-z]+|root|Users)/"
check 'registries' \
	'registry\.(npmjs|yarnpkg)|npmjs\.(org|com)|pypi\.org|crates\.io|(deb|ftp)\.debian\.org|static\.rust-lang'
check 'addresses to download from' \
	'https?://[^ "]+\.(tgz|tar\.[a-z0-9]+|zip|deb|whl|crate)([ "?#]|$)'
check 'addresses in lock files' '"resolved"|https?://[^"]*\.tgz' \
	'(package-lock|npm-shrinkwrap)\.json$|yarn\.lock$'
exit $rc
