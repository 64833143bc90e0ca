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

bad=$TEST_DIR/bad.jsonl
echo '{"units": 1}' >"$bad"
why=$("$evaluate" "$bad" 2>&1)
status=$?
if [ $status -eq 1 ] && [ "$why" = "$bad:1: a dialogue without units" ]; then
	echo 'ok evaluate: a file that is none is named with its line'
else
	echo "not ok evaluate: a bad file: status $status, $why"
fi
