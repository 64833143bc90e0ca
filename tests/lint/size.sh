#!/bin/sh
# No function over 80 lines, no file over 800. Exceeding one needs a NOLINT
# with its reason: for a function on a line of its head, for a file in its
# first ten lines.
set -u
cd "$(dirname "$0")/../.." || exit 1

find lib handlers fcgi adm tests -name node_modules -prune -o \
	-name '*.[ch]' -print | sort | xargs awk '
function file_end() {
	if (file != "" && lines > 800 && !file_excused) {
		print "#   " file ": " lines " lines"
		files_over++
	}
}
FNR == 1 {
	file_end()
	file = FILENAME
	file_excused = 0
	excused = -1
	since = 0
	start = 0
}
{ lines = FNR }
FNR <= 10 && /NOLINT.*[a-z]/ { file_excused = 1 }
/^$/ || /^}/ { if (!start) since = FNR }
/NOLINT.*function-size/ { excused = FNR }
/^\{/ { start = FNR }
/^}/ && start {
	n = FNR - start + 1
	length_of[++functions] = n
	if (n > 80 && excused <= since) {
		print "#   " file ":" start ": " n " lines"
		over++
	}
	start = 0
	since = FNR
}
END {
	file_end()
	for (n = 1; n <= functions; n++)
		count[length_of[n]]++
	for (n = 1; n < 2000; n++) {
		seen += count[n]
		if (!median && seen * 2 >= functions) median = n
		if (!most && seen * 10 >= functions * 9) most = n
	}
	printf "# %d functions: median %d, nine in ten up to %d lines\n",
	    functions, median, most
	print (over ? "not ok size: functions: " over " over 80 lines" : \
	    "ok size: functions")
	print (files_over ? "not ok size: files: " files_over \
	    " over 800 lines" : "ok size: files")
	exit (over + files_over > 0)
}'
