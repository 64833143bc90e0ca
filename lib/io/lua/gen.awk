# lua/*.lua -> X(RDS_NAME, "name", "text") rows. The prelude stands before each
# script but those that say "No prelude" in their first lines.
# Comments and indentation do not go over the wire.
function quoted(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\"" line "\\n\""
}
FNR == 1 {
	if (name != "") finish()
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.lua$/, "", name)
	text = ""
	alone = 0
}
/No prelude/ { alone = 1 }
/^[ \t]*--/ { next }
/^[ \t]*$/ { next }
{ sub(/^[ \t]+/, ""); text = text "\n    " quoted($0) }
function finish() {
	if (name == "prelude") { prelude = text; return }
	printf "X(RDS_%s, \"%s\",%s%s)\n", toupper(name), name,
	    alone ? "" : prelude, text
}
END { finish() }
