#!/usr/bin/env bash
# The supervisor (director-run) with the real programs: what it promises about
# starting, stopping, being killed and saying what is wrong.
#
# BUILD is the folder of the programs (build/release). Prints `ok NAME`,
# `not ok NAME: why` or `skip NAME: why`; exit 0 or 1. Everything lives in one
# temporary folder and on ports that were free a moment ago.
#
# Cases are called by name, and the words are sourced:
# shellcheck disable=SC2317,SC2154
# shellcheck source=tests/e2e/run_vocabulary.sh
. "$(dirname "$0")/run_vocabulary.sh"
needs director-run director.fcgi director-worker

# ---- cases --------------------------------------------------------------------

ready_and_stop() {
	local var="$tmp/ready" port pids name pid
	port=$(free_port)
	start "$var" "$port" || return 1
	[ "$(wc -l <"$out")" -eq 1 ] || fail 'more than the ready line on stdout'
	answers "$port" || fail 'ready, but /readyz does not say 200' || return 1
	for name in director.fcgi lighttpd redis worker; do
		pid=$(cat "$var/$name.pid") || fail "no $name.pid" || return 1
		alive "$pid" || fail "$name.pid is of no process" || return 1
	done
	mapfile -t pids < <(tree_of "$run")
	stop "$run" "$1" || return 1
	none_alive "${pids[@]}" || fail 'a process is left' || return 1
	no_sockets_in "$var" || fail 'a socket is left' || return 1
	[ -z "$(find "$var" -name '*.pid')" ] || fail 'a pid file is left' ||
		return 1
	port_is_free "$port" || fail 'the port is still in use' || return 1
	[ -s "$var/redis.log" ] || fail 'no redis.log'
}

second_start_is_quick() {
	local var="$tmp/ready" begin took
	begin=$(now_ms)
	start "$var" "$(free_port)" || return 1
	took=$(($(now_ms) - begin))
	echo "# second start: $took ms"
	[ "$took" -lt 5000 ] || fail "took $took ms" || return 1
	stop "$run" TERM
}

# Kill -9 of the front, or of the supervisor behind it: nothing is left.
killed() {
	local var="$tmp/killed" port pids victim
	port=$(free_port)
	start "$var" "$port" || return 1
	mapfile -t pids < <(tree_of "$run")
	victim=$run
	[ "$1" = front ] || victim=$(ps -o ppid= -p "$(cat "$var/redis.pid")")
	kill_now "${victim// /}"
	wait_for 6 none_alive "${pids[@]}" || fail 'a process is left' ||
		return 1
	wait_for 1 no_sockets_in "$var" || fail 'a socket is left' || return 1
	[ -z "$(find "$var" -name '*.pid')" ] || fail 'a pid file is left' ||
		return 1
	wait "$run" 2>/dev/null
	port_is_free "$port" || fail 'the port is still in use'
}

starts_right_after_kill() {
	local var="$tmp/killed" port
	port=$(free_port)
	start "$var" "$port" || return 1
	kill_now "$run"
	start "$var" "$port" || return 1
	answers "$port" || fail 'no answer' || return 1
	stop "$run" TERM
}

starts_after_kill_of_everything() {
	local var="$tmp/killed" port pids
	port=$(free_port)
	start "$var" "$port" || return 1
	mapfile -t pids < <(tree_of "$run")
	kill_now "${pids[@]}"
	[ -S "$var/director.sock" ] || fail 'test: no stale socket' || return 1
	start "$var" "$port" || return 1
	answers "$port" || fail 'no answer' || return 1
	stop "$run" TERM
}

is_another() {
	local pid
	pid=$(cat "$1" 2>/dev/null) && [ "$pid" != "$2" ] && alive "$pid"
}

killed_child_comes_back() {
	local var="$tmp/child" port name old
	port=$(free_port)
	start "$var" "$port" || return 1
	for name in worker director.fcgi redis lighttpd; do
		old=$(cat "$var/$name.pid")
		kill -KILL "$old"
		wait_for 5 is_another "$var/$name.pid" "$old" ||
			fail "$name did not come back" || return 1
	done
	wait_for 10 answers "$port" || fail 'no answer afterwards' || return 1
	[ "$(grep -c 'starting it again' "$out.err")" -eq 4 ] ||
		fail "not one line a death: $(cat "$out.err")" || return 1
	stop "$run" TERM
}

# Requests under way are answered, those that come while director.fcgi is away
# wait for the next one.
restart_loses_no_request() {
	local var="$tmp/restart" port n pids=() old bad
	port=$(free_port)
	start "$var" "$port" || return 1
	for n in 1 2 3 4; do
		while [ ! -e "$tmp/enough" ]; do
			curl -s -m 10 -o /dev/null -w '%{http_code}\n' \
				"http://127.0.0.1:$port/readyz"
		done >"$tmp/codes.$n" &
		pids+=("$!")
	done
	for n in 1 2 3 4 5; do
		sleep 0.3
		old=$(cat "$var/director.fcgi.pid")
		kill -TERM "$old"
		wait_for 5 is_another "$var/director.fcgi.pid" "$old" ||
			fail 'it did not come back'
	done
	: >"$tmp/enough"
	wait "${pids[@]}"
	n=$(cat "$tmp"/codes.* | wc -l)
	bad=$(cat "$tmp"/codes.* | grep -vcx 200)
	echo "# $n requests over five restarts"
	[ "$bad" -eq 0 ] || fail "$bad of $n answers were not 200" || return 1
	stop "$run" TERM
}

# What does not listen to TERM is killed, with what it had started.
stubborn_worker() {
	local var="$tmp/stubborn" pids
	cat >"$tmp/stubborn-worker" <<-'END'
		#!/bin/sh
		trap '' TERM INT
		sleep 1000 &
		while :; do sleep 1000; done
	END
	chmod 755 "$tmp/stubborn-worker"
	start "$var" "$(free_port)" --worker "$tmp/stubborn-worker" || return 1
	mapfile -t pids < <(tree_of "$run")
	stop "$run" "$1" || return 1
	none_alive "${pids[@]}" || fail 'a process is left' || return 1
	start "$var" "$(free_port)" --worker "$tmp/stubborn-worker" || return 1
	mapfile -t pids < <(tree_of "$run")
	kill_now "$(ps -o ppid= -p "$(cat "$var/redis.pid")" | tr -d ' ')"
	wait_for 5 none_alive "${pids[@]}" || fail 'a process is left'
}

# A step of the start that fails: why, and a sentence that names the log; nothing
# is left.
migration_fails() {
	cat >"$tmp/no-migrate" <<-'END'
		#!/bin/sh
		echo 'no such table' >&2
		exit 1
	END
	chmod 755 "$tmp/no-migrate"
	local text rc
	text=$("$build/director-run" --root "$top" --port "$(free_port)" \
		--var "$tmp/migrate" --app "$tmp/no-migrate" 2>&1 >/dev/null)
	rc=$?
	[ "$rc" -eq 1 ] || fail "status $rc" || return 1
	[[ $text == "no such table"$'\n'*"see $tmp/migrate/director.fcgi.log" ]] ||
		fail "said: $text" || return 1
	no_sockets_in "$tmp/migrate" || fail 'a socket is left' || return 1
	grep -q 'no such table' "$tmp/migrate/director.fcgi.log" ||
		fail 'the log does not have it'
}

several_processes() {
	local var="$tmp/several" port name
	port=$(free_port)
	start "$var" "$port" --processes 3 || return 1
	for name in director.fcgi director.fcgi.2 director.fcgi.3; do
		alive "$(cat "$var/$name.pid")" || fail "no $name" || return 1
	done
	stop "$run" TERM
}

port_taken() {
	local port
	port=$(free_port)
	start "$tmp/taken" "$port" || return 1
	refused "port $port is taken" "$build/director-run" --root "$top" \
		--port "$port" --var "$tmp/taken2" || return 1
	refused 'already running' "$build/director-run" --root "$top" \
		--port "$(free_port)" --var "$tmp/taken" || return 1
	answers "$port" || fail 'the first one suffered' || return 1
	stop "$run" TERM
}

bad_port() {
	local port
	for port in 0 65536 x '' -1; do
		refused 'PORT is a number' "$build/director-run" --root "$top" \
			--port "$port" --var "$tmp/bad" || return 1
	done
}

# A tree that an ordinary user may read: our own may lie in /root.
public_tree() {
	mkdir -p "$tmp/tree/www/dist" "$tmp/tree/bin"
	cp "$build"/director-run "$build"/director.fcgi \
		"$build"/director-worker "$tmp/tree/bin/"
	cp lighttpd.conf "$tmp/tree/"
	cp -r sql samples "$tmp/tree/" 2>/dev/null
	chmod -R a+rX "$tmp/tree"
}

as_user=()
if [ "$(id -u)" -eq 0 ]; then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups
		env -u XDG_RUNTIME_DIR -u HOME)
fi

var_not_writable() {
	mkdir -p "$tmp/readonly"
	chmod 555 "$tmp/readonly"
	: >"$tmp/a_file"
	refused 'cannot write in' "${as_user[@]}" "$tmp/tree/bin/director-run" \
		--root "$tmp/tree" --port "$(free_port)" \
		--var "$tmp/readonly" || return 1
	refused 'cannot make the folder' "${as_user[@]}" \
		"$tmp/tree/bin/director-run" --root "$tmp/tree" \
		--port "$(free_port)" --var "$tmp/readonly/deeper" || return 1
	refused 'not a folder' "$build/director-run" --root "$top" \
		--port "$(free_port)" --var "$tmp/a_file"
}

redis_missing() {
	mkdir -p "$tmp/nothing"
	# In a name space of its own, where the program is no program.
	# shellcheck disable=SC2016 # the inner shell's
	refused 'redis-server is not installed' unshare -rm sh -c '
		mount --bind /dev/null /usr/bin/redis-server &&
		exec "$0" "$@"' "$build/director-run" --root "$top" \
		--port "$(free_port)" --var "$tmp/nothing"
}

ordinary_user() {
	local var="$tmp/home/var" port
	port=$(free_port)
	mkdir -p "$tmp/home"
	chmod 777 "$tmp/home"
	out=$(mktemp "$tmp/io/XXXXXX")
	"${as_user[@]}" "$tmp/tree/bin/director-run" --root "$tmp/tree" \
		--port "$port" --var "$var" >"$out" 2>"$out.err" &
	run=$!
	started+=("$run")
	wait_for 35 ready_or_gone "$run" "$out"
	answers "$port" || fail "not ready: $(head -c 300 "$out.err")" || return 1
	stop "$run" TERM
}

odd_path() {
	local port
	port=$(free_port)
	start "$1" "$port" || return 1
	answers "$port" || fail 'no answer' || return 1
	stop "$run" TERM || return 1
	no_sockets_in "$1" || fail 'a socket is left'
}

# Too long for a socket: they go elsewhere, and away again, even after kill -9.
long_path() {
	local var port elsewhere
	var="$tmp/$(printf 'long%.0s' {1..20})/$(printf 'path%.0s' {1..20})"
	mkdir -p "$tmp/runtime"
	chmod 700 "$tmp/runtime"
	port=$(free_port)
	XDG_RUNTIME_DIR=$tmp/runtime start "$var" "$port" || return 1
	elsewhere=$(find "$tmp/runtime" -name director.sock)
	[ -n "$elsewhere" ] || fail 'the socket is not in the private folder' ||
		return 1
	mapfile -t pids < <(tree_of "$run")
	kill_now "${pids[@]}"
	XDG_RUNTIME_DIR=$tmp/runtime start "$var" "$port" || return 1
	answers "$port" || fail 'no answer' || return 1
	stop "$run" TERM || return 1
	[ -z "$(ls "$tmp/runtime")" ] || fail 'the private folder is left'
}

relative_path() {
	mkdir -p "$tmp/tree2"
	cp lighttpd.conf "$tmp/tree2/"
	mkdir -p "$tmp/tree2/www/dist"
	local port
	port=$(free_port)
	out=$(mktemp "$tmp/io/XXXXXX")
	"$build/director-run" --root "$tmp/tree2" --port "$port" --var a/b \
		>"$out" 2>"$out.err" &
	run=$!
	started+=("$run")
	wait_for 35 ready_or_gone "$run" "$out"
	answers "$port" || fail "not ready: $(head -c 300 "$out.err")" || return 1
	[ -s "$tmp/tree2/a/b/redis.pid" ] || fail 'VAR is elsewhere' || return 1
	stop "$run" TERM
}

side_by_side() {
	local port1 port2 run1
	port1=$(free_port)
	start "$tmp/side1" "$port1" || return 1
	run1=$run
	port2=$(free_port)
	start "$tmp/side2" "$port2" || return 1
	answers "$port1" && answers "$port2" || fail 'one does not answer' ||
		return 1
	stop "$run1" INT || return 1
	answers "$port2" || fail 'stopping one stopped the other' || return 1
	stop "$run" INT
}

# A make that gets INT alone does not pass it on.
make_run() {
	local port pids var="$tmp/make run"
	port=$(free_port)
	out=$(mktemp "$tmp/io/XXXXXX")
	# Job control off gives a background job SIGINT ignored: undo that.
	env -u MAKEFLAGS -u MAKELEVEL --default-signal=INT \
		make -s run PORT="$port" VAR="$var" \
		BUILD="$(basename "$build")" >"$out" 2>"$out.err" &
	run=$!
	started+=("$run")
	wait_for 60 ready_or_gone "$run" "$out"
	answers "$port" || fail "not ready: $(tail -c 300 "$out.err")" || return 1
	[ "$(cat "$out")" = "ready http://127.0.0.1:$port/" ] ||
		fail "stdout: $(cat "$out")" || return 1
	mapfile -t pids < <(tree_of "$run")
	if [ "$1" = KILL ]; then
		kill_now "$run"
	else
		kill "-$1" "$run"
	fi
	wait_for 6 none_alive "${pids[@]}" || fail "a process is left after $1" ||
		return 1
	wait "$run" 2>/dev/null
	no_sockets_in "$var" || fail 'a socket is left'
}

test_case ready_and_int ready_and_stop INT
test_case ready_and_term ready_and_stop TERM
test_case second_start_is_quick second_start_is_quick
test_case killed_front killed front
test_case killed_supervisor killed supervisor
test_case starts_right_after_kill starts_right_after_kill
test_case starts_after_kill_of_everything starts_after_kill_of_everything
test_case killed_child_comes_back killed_child_comes_back
test_case restart_loses_no_request restart_loses_no_request
test_case stubborn_worker stubborn_worker INT
test_case migration_fails migration_fails
test_case several_processes several_processes
test_case port_taken port_taken
test_case bad_port bad_port
public_tree
test_case var_not_writable var_not_writable
if unshare -rm true 2>/dev/null; then
	test_case redis_missing redis_missing
else
	echo 'skip run_redis_missing: no name spaces here'
fi
test_case ordinary_user ordinary_user
test_case path_with_space odd_path "$tmp/a b  c/'d\" \$e#"
test_case path_with_utf8 odd_path "$tmp/äöü"
test_case long_path long_path
test_case relative_path relative_path
test_case side_by_side side_by_side
if [ "$build" = "$(realpath -m "$top/build/$(basename "$build")")" ]; then
	test_case make_run_int make_run INT
	test_case make_run_term make_run TERM
	test_case make_run_kill make_run KILL
else
	echo 'skip run_make_run: BUILD is not in this tree'
fi
exit $failed
