# Makes C rows of the SQL files, for a dialect: sqlite or pg.
#
#   awk -v mode=query -v dialect=sqlite -f sql/text.awk -f sql/gen.awk \
#       sql/query/*.sql sql/query/sqlite/*.sql  > gen/store_queries_sqlite.inc
#   awk -v mode=query -v prefix=STORE_PART_ … sql/part/sqlite/*.sql
#   awk -v mode=schema … sql/schema/sqlite/*.sql
#
# query:  sections `-- name: x` become X(STORE_X, "x", true, "…"), the flag
#         telling that it only reads; a section of the dialect's folder
#         replaces the common one. `-- define: y` is the text of {y} in all
#         statements. Parameters are written $1.
# schema: statements, each ended by a `;` at the end of its line (a DO block
#         or function by its `$$;`, a trigger by its line `END;`), become
#         X(1, "0001_init", false, "…"); the number is 0 when the file has none
#         (run on every connection). A line `-- optional` before a statement
#         makes the flag true: its failing is no error.
# Comments stand on lines of their own and are dropped.

BEGIN { if (prefix == "") prefix = "STORE_" }
# Does the statement end with `line`?
function ends(statement, line) {
	if (statement ~ /^(DO|CREATE FUNCTION) /)
		return line ~ /\$\$;$/
	if (statement ~ /^CREATE TRIGGER /)
		return line ~ /^END;$/
	return line ~ /;$/
}
FNR == 1 {
	what = ""
	version = FILENAME
	sub(/.*\//, "", version)
	sub(/\.sql$/, "", version)
}
/^-- name: / || /^-- define: / {
	what = $2
	name = $3
	if (name !~ /^[a-z][a-z0-9_]*$/)
		fail("bad name")
	if (what == "define:") {
		define[name] = ""
		next
	}
	if (!(name in text))
		order[++count] = name
	else if (index(FILENAME, "/" dialect "/") == 0)
		fail("name used twice: " name)
	text[name] = ""
	next
}
mode == "schema" && /^-- optional$/ { optional = "true" }
/^[ \t]*--/ || /^[ \t]*$/ { next }
mode == "schema" {
	statement = statement (statement == "" ? "" : "\n") $0
	if (ends(statement, $0)) {
		printf "X(%d, \"%s\", %s,\n    %s)\n", version + 0, version,
		    optional == "" ? "false" : optional,
		    quoted(checked(statement, version))
		statement = optional = ""
	}
	next
}
what == "name:" { text[name] = text[name] (text[name] == "" ? "" : "\n") $0 }
what == "define:" {
	define[name] = define[name] (define[name] == "" ? "" : "\n") $0
}
what == "" { fail("text before the first section") }
END {
	if (failed)
		exit 1
	if (mode == "schema" && statement != "")
		fail("statement without an end: " statement)
	for (i = 1; i <= count; i++) {
		name = order[i]
		if (text[name] == "")
			fail("empty section: " name)
		printf "X(" prefix "%s, \"%s\", %s,\n    %s)\n", toupper(name), name,
		    text[name] ~ /^SELECT/ ? "true" : "false",
		    quoted(checked(expand(text[name], name), name))
	}
	exit failed
}
