# Makes C rows of sql/list/*.sql, the lists that clients may ask for.
#
#   awk -v mode=list|column -v dialect=sqlite -f sql/text.awk -f sql/list.awk \
#       sql/query/sqlite/dialect.sql sql/list/*.sql
#
# list:   R(STORE_LIST_VIDEOS, "videos", "video", first column, columns, parameters that
#         `from` takes, "order", has an index that order, "from", "uuid", "key")
# column: C("id", REST_UUID, flags, "expression"), all lists' one after the other
#
#   -- list: videos               begins one,
#   -- one: video                 of which a single one is called so; what is
#                                 no comment is its `from`,
#   -- order: created_at.desc     with a WHERE at its end; its key comes last in
#   -- column: id uuid            the order by itself ("indexed" behind it: an
#                                 index has the rows in it)
#   -- column: at msec order null = updated_ms
#   -- uuid: id = {v_uuid}        a row by its address, when that is a uuid,
#   -- key: video_id = @v          and when it is not, or no row's
#
# The flags: filter, order, null, extra, key, indexed (struct rest_column); foreign:
# null where the table may be somebody else's, which is not so in SQLite.

function flags_of(words,    i, n, flags, word) {
	n = split(words, word, " ")
	flags = "0"
	for (i = 1; i <= n; i++) {
		if (word[i] == "filter" || word[i] == "order" || \
		    word[i] == "extra" || word[i] == "key" || \
		    word[i] == "indexed")
			flags = flags " | REST_" toupper(word[i])
		else if (word[i] == "null" || word[i] == "foreign") {
			if (word[i] == "null" || dialect != "sqlite")
				flags = flags " | REST_NULLABLE"
		} else
			fail("unknown flag " word[i])
	}
	return flags
}
function bound(text,    n) {
	for (n = 0; index(text, "$" (n + 1)) > 0; n++)
		;
	return n
}
FNR == 1 { what = "" }
/^-- define: / {
	what = $3
	define[what] = ""
	next
}
/^-- (name|list): / { what = "" }
/^-- list: / {
	lists++
	name[lists] = $3
	first[lists] = columns + 0
	next
}
/^-- one: / { one[lists] = $3; next }
/^-- order: / {
	order[lists] = $3
	ordered[lists] = $4 == "indexed" ? "true" : "false"
	next
}
/^-- uuid: / { uuid[lists] = substr($0, 10); next }
/^-- key: / { key[lists] = substr($0, 9); next }
/^-- column: / {
	line = substr($0, 12)
	expression = line
	if (sub(/^[^=]* = /, "", expression) == 0)
		expression = ""
	sub(/ = .*/, "", line)
	n = split(line, word, " ")
	if (n < 2)
		fail("a column needs a name and a type")
	flags = line
	sub(/^[^ ]+ [^ ]+ ?/, "", flags)
	column[columns + 0] = sprintf("C(\"%s\", REST_%s, %s, %s)", word[1],
	    toupper(word[2]), flags_of(flags),
	    quoted(expand(expression == "" ? word[1] : expression, word[1])))
	columns++
	count[lists]++
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
what != "" {
	define[what] = define[what] (define[what] == "" ? "" : "\n") $0
	next
}
lists > 0 { from[lists] = from[lists] (from[lists] == "" ? "" : "\n") $0 }
END {
	if (failed)
		exit 1
	for (i = 0; mode == "column" && i < columns; i++)
		print column[i]
	for (i = 1; mode == "list" && i <= lists; i++)
		printf "R(STORE_LIST_%s, \"%s\", \"%s\", %d, %d, %d, \"%s\", %s,\n    %s,\n    %s,\n    %s)\n",
		    toupper(name[i]), name[i], one[i], first[i], count[i],
		    bound(from[i]), order[i], ordered[i],
		    quoted(expand(from[i], name[i])),
		    quoted(expand(uuid[i], name[i])),
		    quoted(expand(key[i], name[i]))
	exit failed
}
