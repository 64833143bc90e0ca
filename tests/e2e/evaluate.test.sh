#!/usr/bin/env bash
# `make evaluate` says what it found, here of two dialogues of our own. How good
# it is on the data set takes a minute, and is no test.
set -u
cd "$(dirname "$0")/../.." || exit 1
evaluate=$BUILD/evaluate
sample=tests/evaluate/sample.jsonl
out=$("$evaluate" "$sample") || echo "not ok evaluate: ended with status $?"

# line NAME PATTERN: one line of the output is this.
line() {
	if printf '%s\n' "$out" | grep -qE "^$2\$"; then
		echo "ok evaluate: $1"
	else
		echo "not ok evaluate: $1: no line is $2"
		printf '%s\n' "$out" | sed 's/^/#   /'
	fi
}
line 'dialogues it was not trained on get the shipped weights' \
	'2 dialogues: 2 by the shipped weights, 0 cross-validated in 10 folds'
# Chance is below 0.1; they were written after the model.
line 'most strategies are found' \
	'macro-F1 (0\.[6-9][0-9]|1\.00) accuracy (0\.[6-9][0-9]|1\.00)'
line 'both objections are found' \
	'objections precision [01]\.[0-9]{2} recall 1\.00 \(2 of 2, F1 [01]\.[0-9]{2}\)'

# refused NAME FILE WHY: it ends with status 1 and says why.
refused() {
	why=$("$evaluate" "$2" 2>&1 >/dev/null)
	status=$?
	if [ $status -eq 1 ] && [ "$why" = "$3" ]; then
		echo "ok evaluate: $1"
	else
		echo "not ok evaluate: $1: status $status, $why"
	fi
}
# judged FILE: its output is looked at by line(), what it says is in $TEST_DIR.
judged() {
	out=$("$evaluate" "$1" 2>"$TEST_DIR/said") ||
		echo "not ok evaluate: $1: ended with status $?"
}
# said NAME PATTERN: so is a line of what it said.
said() {
	if grep -qE "$2" "$TEST_DIR/said"; then
		echo "ok evaluate: $1"
	else
		echo "not ok evaluate: $1: $(cat "$TEST_DIR/said")"
	fi
}

bad=$TEST_DIR/bad.jsonl
echo '{"units": 1}' >"$bad"
refused 'a file that is none is named with its line' "$bad" \
	"$bad:1: a dialogue without units: left out
$bad: no dialogue in it"
: >"$bad"
refused 'an empty file is no result' "$bad" "$bad: no dialogue in it"
refused 'a folder is no file' "$TEST_DIR" "$TEST_DIR: Is a directory"

{
	printf '\357\273\277'
	cat "$sample"
	printf '%s\r\n' '' '{"units": []}' '{"units": [{' '[1]' '"x"' null \
		'{"units": [1, null, [], {"labels": [1], "text": 2}]}'
} >"$TEST_DIR/odd name.jsonl"
judged "$TEST_DIR/odd name.jsonl"
line 'a mark before the first line is skipped, as are lines that are none' \
	'3 dialogues: 3 by the shipped weights, 0 cross-validated in 10 folds'
said 'they are named' ':[0-9]+: a dialogue without units: left out$'

# More than the shipped weights have ever seen, in a moment.
yes '{"units": [{"speaker": "persuader", "text": "Hi"}]}' | head -n 5000 \
	>"$TEST_DIR/many.jsonl"
judged "$TEST_DIR/many.jsonl"
line 'none of many is cut' '5000 dialogues: 5000 by the shipped weights.*'

data=../shared/data/pitches/labels.jsonl
if [ ! -r "$data" ]; then
	echo "skip evaluate: known dialogues: no $data"
	exit 0
fi
head -n 2 "$data" >"$TEST_DIR/two.jsonl"
judged "$TEST_DIR/two.jsonl"
line 'two known dialogues are judged, and how is in the result' \
	'2 of them are what the shipped weights were trained on'
said 'and it is said' 'too little to train others'
line 'by weights that know something' 'macro-F1 0\.[1-9][0-9] .*'
head -n 12 "$data" | cat - "$sample" >"$TEST_DIR/few.jsonl"
judged "$TEST_DIR/few.jsonl"
line 'a few are each judged by what the rest of the file teaches' \
	'14 dialogues: 2 by the shipped weights, 12 cross-validated in 12 folds'
said 'which is little' 'only 12 known dialogues'
