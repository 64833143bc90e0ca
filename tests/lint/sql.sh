#!/bin/sh
# SQL stands in sql/ and nowhere else: no string literal of the program may
# look like a statement. Prints what it finds and fails. Files may be named;
# all C files of the program otherwise.
set -u
cd "$(dirname "$0")/../.." || exit 1

# What only SQL puts together, in any case.
s='[[:space:]]+'
any="select$s(\\*|[a-z0-9_.]+\\(|[a-z0-9_.]+(,.*)?${s}from$s)|insert$s(or${s}[a-z]+$s)?into$s"
any="$any|update${s}[a-z_]+${s}set$s|delete${s}from$s|replace${s}into$s"
any="$any|(create|drop|alter)$s((unique|temp|virtual)$s)?(table|index|view)$s"
any="$any|pragma${s}[a-z_]+|begin$s(immediate|deferred|exclusive)"
any="$any|rollback${s}to$s|on${s}conflict$s|order${s}by$s"
# Literals that start with a verb in capitals (DELETE alone is HTTP's).
verb='SELECT|INSERT|UPDATE|PRAGMA|SAVEPOINT|RELEASE|COMMIT|ROLLBACK|BEGIN'
verb="\"[[:space:]]*($verb|VACUUM|ATTACH|DETACH|REINDEX|RETURNING|FROM|WHERE)"
verb="$verb([[:space:];\"]|\\\\n)"

if [ $# = 0 ]; then
	# Names of ours have no spaces.
	# shellcheck disable=SC2046
	set -- $(find lib handlers fcgi -name '*.[ch]' 2>/dev/null)
fi
bad=0
for f in "$@"; do
	# The string literals of each line, with its number.
	literals=$(awk '
	/^[ \t]*(\/\*|\*|#[ \t]*include)/ { next }
	{
		line = $0
		out = ""
		while (match(line, /"([^"\\]|\\.)*"/)) {
			out = out " " substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
		}
		if (out != "")
			print FNR ":" out
	}' "$f")
	for found in "$(printf '%s\n' "$literals" | grep -E -i -e "$any")" \
	    "$(printf '%s\n' "$literals" | grep -E -e "$verb")"; do
		[ -n "$found" ] || continue
		printf '%s\n' "$found" | sed "s|^|$f:|"
		bad=1
	done
done
if [ "$bad" = 1 ]; then
	echo 'not ok sql: make it a named statement in sql/query/'
	exit 1
fi
echo 'ok sql'
