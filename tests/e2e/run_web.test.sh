#!/usr/bin/env bash
# lighttpd.conf: which addresses go to director.fcgi, what the static files come
# with, and its limits. The page is a small one of the test's own.
#
# Cases are called by name, and the words are sourced:
# shellcheck disable=SC2317,SC2154,SC2034
# shellcheck source=tests/e2e/run_vocabulary.sh
. "$(dirname "$0")/run_vocabulary.sh"
needs director-run director.fcgi director-worker

root="$tmp/tree"
mkdir -p "$root/www/dist/assets"
cp lighttpd.conf "$root/"
cp -r sql samples "$root/" 2>/dev/null
echo '<!doctype html><title>page</title>' >"$root/www/dist/index.html"
echo 'export default 1' >"$root/www/dist/assets/index-abc123.js"
echo 'body{}' >"$root/www/dist/assets/index-abc123.css"
echo 'secret' >"$tmp/secret"
ln -s "$tmp/secret" "$root/www/dist/link.txt"
port=$(free_port)
url=http://127.0.0.1:$port

# status PATH [CURL OPTION...]
status() {
	local path=$1
	shift
	curl -s -g -m 10 -o "$tmp/body" -D "$tmp/head" -w '%{http_code}' \
		--path-as-is "$@" "$url$path"
}

# A header of the last answer.
header() {
	tr -d '\r' <"$tmp/head" | sed -n "s/^$1: //Ip"
}

is() {
	[ "$1" = "$2" ] || fail "$3: $1, not $2"
}

page_headers() {
	is "$(status /)" 200 status || return 1
	is "$(header Content-Type)" 'text/html; charset=utf-8' type || return 1
	is "$(header Cache-Control)" no-cache cache || return 1
	is "$(header X-Content-Type-Options)" nosniff nosniff || return 1
	is "$(header Referrer-Policy)" no-referrer referrer || return 1
	[[ $(header Content-Security-Policy) == "default-src 'self'; "* ]] ||
		fail 'no policy' || return 1
	is "$(header Server)" '' server || return 1
	[ -n "$(header ETag)" ] || fail 'no ETag' || return 1
	is "$(status / -H "If-None-Match: $(header ETag)")" 304 'same ETag'
}

hashed_assets() {
	is "$(status /assets/index-abc123.js)" 200 status || return 1
	is "$(header Cache-Control)" 'public, max-age=31536000, immutable' \
		cache || return 1
	is "$(header Content-Type)" 'text/javascript; charset=utf-8' type ||
		return 1
	[ -n "$(header Content-Security-Policy)" ] || fail 'no policy' ||
		return 1
	is "$(status /assets/index-abc123.css)" 200 css || return 1
	is "$(header Content-Type)" 'text/css; charset=utf-8' type
}

nothing_else() {
	local path
	for path in /nope /assets/ /assets /../lighttpd.conf /link.txt \
		/%2e%2e/lighttpd.conf /..%2flighttpd.conf /.git/config; do
		case $(status "$path") in
		403 | 404 | 400 | 301) ;;
		*) fail "$path: $(head -c 100 "$tmp/body")" || return 1 ;;
		esac
		! grep -q -e secret -e server.modules "$tmp/body" ||
			fail "$path shows a file" || return 1
	done
}

foreign_host() {
	local host
	for host in evil.example evil.example:80 localhost.evil.example \
		127.0.0.1.evil.example; do
		is "$(status / -H "Host: $host")" 403 "$host" || return 1
		is "$(status /assets/index-abc123.js -H "Host: $host")" 403 \
			"$host asset" || return 1
	done
	for host in localhost localhost:1 127.0.0.1 "127.0.0.1:$port" '[::1]' \
		'[::1]:8080' LOCALHOST; do
		is "$(status / -H "Host: $host")" 200 "$host" || return 1
	done
}

# Whatever the answer, it is not lighttpd's own page of the status.
routed() {
	local path
	for path in /socket.io/?EIO=4 /socket.io /config/check /agent /session \
		/session/x /videodb/collection /api/v1/videos /api/v1/nope \
		/healthz /readyz /metrics; do
		status "$path" >"$tmp/code"
		! grep -q '<!DOCTYPE html PUBLIC' "$tmp/body" ||
			fail "$path: lighttpd answered $(cat "$tmp/code")" ||
			return 1
	done
	for path in /agents /sessions /socket.iox /healthzz /api; do
		is "$(status "$path")" 404 "$path" || return 1
		grep -q '<!DOCTYPE html PUBLIC' "$tmp/body" ||
			fail "$path is not lighttpd's" || return 1
	done
}

# A client makes a request for every packet; 100 is lighttpd's default.
keep_alive() {
	local n
	for ((n = 0; n < 300; n++)); do
		printf 'url = "%s/readyz"\noutput = /dev/null\n' "$url"
	done >"$tmp/curlrc"
	n=$(curl -s -m 30 -K "$tmp/curlrc" -w '%{num_connects}\n' |
		awk '{ n += $1 } END { print n, NR }')
	is "$n" '1 300' 'connections and requests'
}

too_large() {
	head -c 12000000 /dev/zero >"$tmp/large"
	is "$(status /api/v1/videos -X POST -H 'Expect:' \
		-H 'Content-Type: application/json' \
		--data-binary "@$tmp/large")" 413 '12 MB' || return 1
	[ -z "$(ls "$tmp/var/tmp")" ] || fail 'the body is left in VAR/tmp'
}

# An upload may be larger than anything else; it is director.fcgi that answers.
upload_limit() {
	status /videodb/collection/x/upload -X POST -H 'Expect:' \
		-H 'Content-Type: text/plain' \
		--data-binary "@$tmp/large" >/dev/null
	grep -q '"type":"/problems/' "$tmp/body" ||
		fail "lighttpd answered: $(head -c 100 "$tmp/body")" || return 1
	[ -z "$(ls "$tmp/var/tmp")" ] || fail 'the body is left in VAR/tmp'
}

media=m-0b5f6f0e-1111-4111-8111-0123456789ab
media_served() {
	echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$tmp/var/media/$media.svg"
	echo 0123456789 >"$tmp/var/media/$media.mp4"
	is "$(status "/media/$media.mp4" -H 'Range: bytes=2-4')" 206 range ||
		return 1
	is "$(cat "$tmp/body")" 234 'the range' || return 1
	is "$(header Content-Range)" 'bytes 2-4/11' Content-Range || return 1
	is "$(header Content-Type)" video/mp4 type || return 1
	is "$(header X-Content-Type-Options)" nosniff nosniff || return 1
	is "$(header Access-Control-Allow-Origin)" '*' origin || return 1
	is "$(header Content-Disposition)" '' 'a video is shown' || return 1
	is "$(status "/media/$media.svg")" 200 svg || return 1
	is "$(header Content-Type)" image/svg+xml type || return 1
	is "$(header Content-Disposition)" attachment 'no document' || return 1
	[[ $(header Content-Security-Policy) == *"; sandbox" ]] ||
		fail 'no sandbox'
}

media_nothing_else() {
	local path
	echo secret >"$tmp/var/media/.upload-$media"
	echo secret >"$tmp/var/media/index.html"
	ln -s "$tmp/secret" "$tmp/var/media/$media.bin"
	for path in "/media/.upload-$media" /media/index.html /media/ /media \
		"/media/$media.bin" "/media/$media" /media/../director.db \
		/media%2f..%2fdirector.db; do
		case $(status "$path") in
		403 | 404 | 400 | 301) ;;
		*) fail "$path: $(head -c 100 "$tmp/body")" || return 1 ;;
		esac
	done
	is "$(status "/media/$media.mp4" -H 'Host: evil.example')" 403 host
}

start "$tmp/var" "$port" || {
	echo "not ok run_web_start: $why"
	exit 1
}
test_case web_page_headers page_headers
test_case web_hashed_assets hashed_assets
test_case web_nothing_else nothing_else
test_case web_foreign_host foreign_host
test_case web_routed routed
test_case web_keep_alive keep_alive
test_case web_too_large too_large
test_case web_upload_limit upload_limit
test_case web_media_served media_served
test_case web_media_nothing_else media_nothing_else
exit "$failed"
