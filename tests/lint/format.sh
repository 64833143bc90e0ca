#!/bin/sh
# Every C file is as clang-format leaves it (.clang-format).
set -u
cd "$(dirname "$0")/../.." || exit 1

if ! command -v clang-format >/dev/null; then
	echo 'skip format: clang-format is not installed'
	exit 0
fi
bad=$(find lib handlers fcgi adm tests -name node_modules -prune -o \
	-name '*.[ch]' -print0 | sort -z | xargs -0 -n 20 -P 2 \
	clang-format --dry-run -Werror 2>&1 |
	sed -n 's/^\([^:]*\):\([0-9]*\):.* error: .*/\1/p' | sort | uniq -c)
if [ -z "$bad" ]; then
	echo 'ok format'
	exit 0
fi
echo 'not ok format: run: make format'
printf '%s\n' "$bad" | sed 's/^/#   /'
exit 1
