# lua/*.lua -> one library of Redis functions, as C text. With name=NAME:
#
#   mode=library   #define RDS_LIBRARY "…"    the prelude, then of each file its
#                  functions, its steps as one more, and what registers that
#   mode=names     X(RDS_POLL, "NAME_poll")   a row for each file
#
# Functions are made once, when the library is loaded; a script would make them
# anew with each call, which costs more than all it does.
# Comments and indentation do not go over the wire.
function quoted(line) {
	# Not "\\\\": awks differ on what that puts in.
	gsub(/["\\]/, "\\\\&", line)
	return "\"" line "\\n\""
}
function emit(line) { if (mode == "library") print "    " quoted(line) " \\" }
function finish() {
	if (file == "prelude") return
	emit("local function run_" file "()")
	for (i = 1; i <= n; i++) emit(steps[i])
	emit("end")
	emit("register('" file "', run_" file ")")
	if (mode == "names")
		printf "X(RDS_%s, \"%s_%s\")\n", toupper(file), name, file
}
BEGIN {
	if (mode == "library") print "#define RDS_LIBRARY \\"
	emit("#!lua name=" name)
	emit("local LIBRARY = '" name "'")
}
FNR == 1 {
	if (file != "") finish()
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.lua$/, "", file)
	n = 0
	inside = 0
}
/^[ \t]*--/ { next }
/^[ \t]*$/ { next }
/^local function/ { inside = 1 }
{
	line = $0
	sub(/^[ \t]+/, "", line)
	if (inside || file == "prelude") emit(line)
	else steps[++n] = line
}
/^end/ { inside = 0 }
END {
	finish()
	if (mode == "library") print "    \"\""
}
