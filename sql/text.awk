# What gen.awk and list.awk share: `define[x]` is the text of {x}; `dialect` is
# set on the command line.

function fail(why) {
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}
function quoted(text) {
	# Not "\\\\": awks differ on what that puts in.
	gsub(/["\\]/, "\\\\&", text)
	gsub(/\n/, "\\n\"\n    \"", text)
	return "\"" text "\""
}
# A C string literal may hold 4095 bytes.
function checked(text, name) {
	if (length(text) > 4000) {
		print name ": statement too long" > "/dev/stderr"
		failed = 1
	}
	return text
}
function expand(text, name,    at, key, turns) {
	while (match(text, /\{[a-z][a-z0-9_]*\}/)) {
		at = RSTART
		key = substr(text, at + 1, RLENGTH - 2)
		if (!(key in define) || ++turns > 100) {
			print name ": no define {" key "}" > "/dev/stderr"
			failed = 1
			return text
		}
		text = substr(text, 1, at - 1) define[key] \
		    substr(text, at + length(key) + 2)
	}
	if (dialect == "sqlite")
		while (match(text, /\$[0-9]/))
			text = substr(text, 1, RSTART - 1) "?" \
			    substr(text, RSTART + 1)
	return text
}
