#!/usr/bin/env bash
# adm/install, in a small tree of the test's own, with stand-ins for apt-get,
# dpkg-query, sudo and npm that write down how they were called.
#
# Cases are called by name, and the words are sourced:
# shellcheck disable=SC2317,SC2154,SC2034,SC2016
# shellcheck source=tests/e2e/run_vocabulary.sh
. "$(dirname "$0")/run_vocabulary.sh"

bin=$tmp/bin
calls=$tmp/calls
missing=$tmp/missing
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/director-install.conf

# stand_in NAME: its body is read from standard input.
stand_in() {
	{
		echo '#!/bin/sh'
		cat
	} >"$bin/$1"
	chmod 755 "$bin/$1"
}

# A tree with a page, everything installed, an ordinary user without sudo.
setup() {
	rm -rf "$bin" "$calls" "$missing" "$tmp/tree"
	mkdir -p "$bin" "$tmp/tree/www/src"
	: >"$calls"
	: >"$missing"
	cp -r "$top/adm" "$tmp/tree/"
	echo '{}' >"$tmp/tree/www/package.json"
	echo '{"lock":1}' >"$tmp/tree/www/package-lock.json"
	echo 'source' >"$tmp/tree/www/src/main.js"
	stand_in dpkg-query <<-END
		for p in "\$@"; do
			grep -qx "\$p" "$missing" || echo "installed \$p"
		done
	END
	stand_in npm <<-END
		echo "npm \$*" >>"$calls"
		case "\$*" in
		*' ci') mkdir -p node_modules ;;
		*' run build') mkdir -p dist && echo page >dist/index.html ;;
		esac
	END
	stand_in id <<-END
		[ "\$1" = -un ] && echo somebody || echo 1000
	END
	stand_in node </dev/null
	for program in lighttpd redis-server gcc make pkg-config curl; do
		stand_in "$program" </dev/null
	done
	stand_in sudo <<-END
		exit 1
	END
	stand_in apt-get <<-END
		echo "apt-get \$*" >>"$calls"
		[ ! -e $policy ] || cp $policy "$tmp/policy-seen"
		[ ! -e $cluster ] || cp $cluster "$tmp/cluster-seen"
		case "\$*" in
		*install*)
			[ ! -e "$tmp/apt-fails" ] || exit 100
			: >"$missing"
			;;
		esac
	END
	rm -f "$tmp/apt-fails" "$tmp/policy-seen" "$tmp/cluster-seen"
}

install() {
	PATH="$bin:$PATH" "$tmp/tree/adm/install" "$@" </dev/null \
		>"$tmp/stdout" 2>"$tmp/stderr"
}

called() {
	grep -c -e "$1" "$calls"
}

nothing_missing() {
	setup
	install run || fail "$(cat "$tmp/stderr")" || return 1
	: >"$calls"
	local begin took
	begin=$(now_ms)
	install run || fail "$(cat "$tmp/stderr")" || return 1
	took=$(($(now_ms) - begin))
	echo "# with nothing to do: $took ms"
	[ ! -s "$calls" ] || fail "called $(cat "$calls")" || return 1
	[ ! -s "$tmp/stderr" ] || fail "said $(cat "$tmp/stderr")" || return 1
	[ "$took" -lt 300 ] || fail "took $took ms"
}

page_when_due() {
	setup
	install run || fail "$(cat "$tmp/stderr")" || return 1
	[ "$(called ' ci$')" = 1 ] && [ "$(called 'run build$')" = 1 ] ||
		fail "first: $(cat "$calls")" || return 1
	echo 'changed' >"$tmp/tree/www/src/main.js"
	install run || return 1
	[ "$(called ' ci$')" = 1 ] && [ "$(called 'run build$')" = 2 ] ||
		fail "source changed: $(cat "$calls")" || return 1
	rm "$tmp/tree/www/src/main.js"
	install run || return 1
	[ "$(called 'run build$')" = 3 ] ||
		fail "source removed: $(cat "$calls")" || return 1
	echo '{"lock":2}' >"$tmp/tree/www/package-lock.json"
	install run || return 1
	[ "$(called ' ci$')" = 2 ] || fail "lock changed: $(cat "$calls")" ||
		return 1
	rm -r "$tmp/tree/www/dist"
	install run || return 1
	[ -s "$tmp/tree/www/dist/index.html" ] || fail 'not built again' ||
		return 1
	[ ! -s "$tmp/stdout" ] || fail 'something on standard output'
}

# Only the compiler's part: no page, no npm.
build_needs_no_page() {
	setup
	install build || fail "$(cat "$tmp/stderr")" || return 1
	[ ! -s "$calls" ] || fail "called $(cat "$calls")"
}

one_list_without_sudo() {
	setup
	printf 'libev-dev\nlibpcre2-dev\n' >"$missing"
	if install run; then
		fail 'ended with 0' || return 1
	fi
	grep -q 'apt-get install --no-install-recommends libev-dev libpcre2-dev$' \
		"$tmp/stderr" || fail "said: $(cat "$tmp/stderr")" || return 1
	[ "$(called apt-get)" = 0 ] || fail 'called apt-get'
}

# Without HOME, PATH's sbin and so on.
bare_environment() {
	setup
	echo libev-dev >"$missing"
	if env -i PATH="$bin:/usr/bin:/bin" "$tmp/tree/adm/install" run \
		</dev/null 2>"$tmp/stderr"; then
		fail 'ended with 0' || return 1
	fi
	grep -q 'libev-dev$' "$tmp/stderr" ||
		fail "said: $(cat "$tmp/stderr")" || return 1
	: >"$missing"
	env -i PATH="$bin:/usr/bin:/bin" "$tmp/tree/adm/install" run \
		</dev/null 2>"$tmp/stderr" || fail "$(cat "$tmp/stderr")"
}

with_sudo() {
	setup
	echo libev-dev >"$missing"
	stand_in sudo <<-END
		echo "sudo \$*" >>"$calls"
		[ "\$1" != -n ] || shift
		exec "\$@"
	END
	local before=none
	[ ! -e "$policy" ] || before=$(cat "$policy")
	install run || fail "$(cat "$tmp/stderr")" || return 1
	grep -q 'apt-get .* install libev-dev$' "$calls" ||
		fail "called: $(cat "$calls")" || return 1
	grep -q 'exit 101' "$tmp/policy-seen" ||
		fail 'servers would have been started' || return 1
	grep -q 'create_main_cluster = false' "$tmp/cluster-seen" ||
		fail 'a database would have been made' || return 1
	[ ! -e "$cluster" ] || fail 'the cluster file is left' || return 1
	if [ "$before" = none ]; then
		[ ! -e "$policy" ] || fail 'the policy file is left'
	else
		[ "$before" = "$(cat "$policy")" ] ||
			fail 'the policy file has changed'
	fi
}

apt_fails() {
	setup
	echo libev-dev >"$missing"
	: >"$tmp/apt-fails"
	stand_in id <<-END
		echo 0
	END
	local before=none
	[ ! -e "$policy" ] || before=$(cat "$policy")
	if install run; then
		fail 'ended with 0' || return 1
	fi
	[ "$(called update)" = 1 ] || fail "called: $(cat "$calls")" || return 1
	grep -q 'Please install them: .* libev-dev$' "$tmp/stderr" ||
		fail "said: $(cat "$tmp/stderr")" || return 1
	[ "$before" != none ] || [ ! -e "$policy" ] ||
		fail 'the policy file is left'
}

several_at_once() {
	setup
	local n pids=()
	for n in 1 2 3 4; do
		PATH="$bin:$PATH" "$tmp/tree/adm/install" run </dev/null \
			2>/dev/null &
		pids+=("$!")
	done
	for n in "${pids[@]}"; do
		wait "$n" || fail 'one failed' || return 1
	done
	[ "$(called 'run build$')" = 1 ] || fail "called: $(cat "$calls")"
}

test_case install_nothing_missing nothing_missing
test_case install_page_when_due page_when_due
test_case install_build_needs_no_page build_needs_no_page
test_case install_one_list_without_sudo one_list_without_sudo
test_case install_bare_environment bare_environment
test_case install_several_at_once several_at_once
if [ "$(id -u)" -eq 0 ]; then
	test_case install_with_sudo with_sudo
	test_case install_apt_fails apt_fails
else
	echo 'skip run_install_with_sudo: writes where root only may'
	echo 'skip run_install_apt_fails: writes where root only may'
fi
exit "$failed"
