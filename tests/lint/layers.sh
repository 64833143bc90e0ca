#!/bin/sh
# Includes go inward only: fcgi -> handlers -> io -> {proto, text} -> base, and
# adm -> base. A header's `Layer:` line names its folder. A foreign header is
# seen by its own family of files and nobody else.
set -u
cd "$(dirname "$0")/../.." || exit 1
rc=0

# say NAME FOUND: one line for the case, and what was found.
say() {
	if [ -z "$2" ]; then
		echo "ok layers: $1"
	else
		echo "not ok layers: $1: these lines must go"
		printf '%s\n' "$2" | sed 's/^/#   /'
		rc=1
	fi
}

# arrows FOLDER INCLUDE...: our includes of the folder that are none of these.
# Generated files (*.inc) stand in no folder.
arrows() {
	folder=$1
	shift
	allowed=$(echo "$*" | tr ' ' '|')
	grep -n '^[[:space:]]*#[[:space:]]*include "' "$folder"/*.[ch] |
		grep -v '"[a-z_]*\.inc"' | grep -vE "\"($allowed)/"
}
say 'base knows nobody' "$(arrows lib/base base)"
say 'proto -> base' "$(arrows lib/proto proto base)"
say 'text -> base' "$(arrows lib/text text base)"
say 'io -> proto, text, base' "$(arrows lib/io io proto text base)"
say 'handlers -> lib' "$(arrows handlers handlers io proto text base)"
say 'fcgi -> handlers, lib' "$(arrows fcgi fcgi handlers io proto text base)"
say 'adm -> base' "$(arrows adm adm base)"

say 'server and worker meet in Redis only' "$(
	grep -n '"fcgi/worker\.h"' fcgi/server.[ch] 2>/dev/null
	grep -nE '"(fcgi/(server|request|park|keeper)|proto/http|io/wake)\.h"' \
		fcgi/worker.[ch] 2>/dev/null | grep -v 'io/wake'
)"
say 'no test code in the program' "$(
	grep -nE '#[[:space:]]*if.*\<TEST\>|include "(tests|harness)/' \
		lib/*/*.[ch] handlers/*.[ch] fcgi/*.[ch] adm/*.[ch]
)"

say 'Layer: is the folder' "$(
	for h in lib/*/*.h handlers/*.h fcgi/*.h adm/*.h; do
		layer=$(basename "$(dirname "$h")")
		said=$(sed -n 's/^ \* Layer: *\([a-z]*\).*/\1/p' "$h" | head -n 1)
		[ "$said" = "$layer" ] || echo "$h: Layer: ${said:-is missing}"
	done
)"

# foreign HEADER FILES: who else includes a header of this family.
foreign() {
	say "$1" "$(
		grep -nE "#[[:space:]]*include <($1)" lib/*/*.[ch] \
			handlers/*.[ch] fcgi/*.[ch] adm/*.[ch] |
			grep -vE "^($2):"
	)"
}
foreign 'hiredis/' 'lib/io/rds(_[a-z]+)?\.[ch]'
foreign 'sqlite3' 'lib/io/store_sqlite[a-z_]*\.[ch]'
foreign 'libpq|postgres' 'lib/io/store_pg[a-z_]*\.[ch]'
foreign 'curl/' 'lib/io/http_client[a-z_]*\.[ch]'
foreign 'sodium' 'lib/io/(rnd|hash)\.c'
foreign 'ev\.h' 'fcgi/park[a-z_]*\.[ch]|lib/io/rds_async\.c'
foreign 'fcgiapp|fcgi_' 'fcgi/request\.c'
foreign 'pcre2' 'lib/text/[a-z_]+\.c'
foreign 'unicase' 'lib/base/like\.c'
foreign 'unictype' 'lib/text/words_query\.c'

say 'a Redis key stands in rds_keys.h' "$(
	grep -nE '"\{%s|:(e|o|r|due|jobs|later|wake|room):' \
		lib/io/*.[ch] handlers/*.[ch] fcgi/*.[ch] |
		grep -v '^lib/io/rds_keys.h:' | grep '"'
)"
exit $rc
