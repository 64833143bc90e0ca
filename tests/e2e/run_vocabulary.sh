# The words of the run_*.test.sh: sourced by them, not run.
#
# Sets: top (of the tree), build (folder of the programs, from BUILD), tmp (a
# folder of the test's own, taken away at the end), failed. Each case is a
# function that ends with 0, or says why not: `check || fail WHY || return 1`.
# shellcheck shell=bash disable=SC2317,SC2034

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
top=$PWD
build=${BUILD:-build/release}
build=$(realpath "$build")
failed=0
why=
run= # the pid of the last start
out= # and the file with its standard output; its errors are in $out.err
root=$top

# needs PROGRAM...: leaves the test, as skipped, when one is not built.
needs() {
	local program
	for program in "$@"; do
		[ -x "$build/$program" ] && continue
		echo "skip $(basename "$0" .test.sh): $program is not built"
		exit 0
	done
}

tmp=$(mktemp -d "${TMPDIR:-/tmp}/director-run.XXXXXX")
chmod 755 "$tmp"
started=()

cleanup() {
	local pid
	for pid in "${started[@]}"; do
		kill -TERM "$pid" 2>/dev/null
	done
	for pid in "${started[@]}"; do
		wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# ---- vocabulary -------------------------------------------------------------

now_ms() {
	local us=${EPOCHREALTIME/[.,]/}
	echo $((us / 1000))
}

fail() {
	why=${why:-$*}
	return 1
}

# Poll a command: wait_for SECONDS COMMAND...
wait_for() {
	local end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

port_is_free() {
	! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		port_is_free "$port" && break
	done
	echo "$port"
}

alive() {
	local state
	state=$(ps -o state= -p "$1" 2>/dev/null) || return 1
	[ "${state:0:1}" != Z ]
}

none_alive() {
	local pid
	for pid in "$@"; do
		alive "$pid" && return 1
	done
	return 0
}

# A process and all that came from it.
tree_of() {
	local pid child
	for pid in "$@"; do
		echo "$pid"
		for child in $(ps -o pid= --ppid "$pid"); do
			tree_of "$child"
		done
	done
}

no_sockets_in() {
	[ -z "$(find "$@" -type s 2>/dev/null)" ]
}

# start VAR PORT [OPTION...]: in `run` its pid; waits for the ready line.
start() {
	local var=$1 port=$2
	shift 2
	mkdir -p "$tmp/io"
	out=$(mktemp "$tmp/io/XXXXXX")
	"$build/director-run" --root "$root" --port "$port" --var "$var" "$@" \
		>"$out" 2>"$out.err" &
	run=$!
	started+=("$run")
	wait_for 35 ready_or_gone "$run" "$out"
	grep -qx "ready http://127.0.0.1:$port/" "$out" ||
		fail "no ready line: $(head -c 300 "$out.err")"
}

ready_or_gone() {
	[ -s "$2" ] || ! alive "$1"
}

answers() {
	[ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' \
		"http://127.0.0.1:$1/readyz")" = 200 ]
}

# stop PID SIGNAL: ends with 0 within 5 s.
stop() {
	local begin
	begin=$(now_ms)
	kill "-$2" "$1"
	wait "$1" || fail "status $? after $2" || return 1
	[ $(($(now_ms) - begin)) -lt 5000 ] || fail "took $(($(now_ms) - begin)) ms"
}

# kill -9, and no word from this shell about it.
kill_now() {
	kill -KILL "$@"
	[[ " $* " != *" $run "* ]] || wait "$run"
} 2>/dev/null

# refused EXPECTED COMMAND...: status 1 and one line on stderr that matches.
refused() {
	local want=$1 text rc
	shift
	text=$(timeout 20 "$@" 2>&1 >/dev/null)
	rc=$?
	[ "$rc" -eq 1 ] || fail "status $rc: $text" || return 1
	[ "$(wc -l <<<"$text")" -eq 1 ] || fail "not one line: $text" || return 1
	[[ $text == *$want* ]] || fail "said: $text"
}

test_case() {
	local name=$1
	why=
	shift
	if "$@"; then
		echo "ok run_$name"
	else
		echo "not ok run_$name: ${why:-no reason given}"
		failed=1
	fi
}

