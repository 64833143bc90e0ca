#!/bin/sh
# The pure archives ask nothing of the machine: no descriptor, clock,
# environment, thread, randomness or output among what they leave undefined.
# BUILD: the folder of the build (default build/release).
set -u
cd "$(dirname "$0")/../.." || exit 1
rc=0

io='(p?(read|write)v?(64)?|open(at)?(64)?|close|send(to|msg)?|recv(from|msg)?'
io="$io|socket|connect|accept4?|bind|listen|poll|select|epoll_.*|ioctl|fcntl(64)?"
io="$io|f(open|close|read|write|puts|putc|gets|getc|flush)(64)?|stdin|stdout"
io="$io|stderr|(v?f?printf|puts|putchar|perror)|__v?f?printf_chk|v?syslog"
io="$io|(f|l)?stat(64)?|unlink|rename|mkdir|opendir|readdir(64)?|mmap(64)?"
time='(time|clock(_gettime|_getres)?|gettimeofday|nanosleep|u?sleep|localtime(_r)?'
time="$time|gmtime(_r)?|mktime|strftime|timer.*"
other='(secure_)?getenv|setenv|system|exec.*|v?fork|kill|signal|sigaction|exit'
other="$other|s?rand(_r)?|s?random(_r)?|[dlmj]rand48.*|getrandom|getentropy"
other="$other|arc4random.*|pthread_.*|thrd_.*|mtx_.*|sem_.*|setlocale"
foreign='PQ.*|redis.*|FCGX_.*|FCGI_.*|curl_.*|sqlite3_.*|ev_.*|sodium_.*'
foreign="$foreign|randombytes.*|crypto_.*"

for layer in base proto text; do
	archive=${BUILD:-build/release}/lib$layer.a
	if [ ! -f "$archive" ]; then
		echo "skip pure: $layer: build it first: make"
		continue
	fi
	# An open parenthesis of one list must not change another: one each.
	found=$(nm -u "$archive" | awk '/ U / { print $2 }' | sort -u |
		grep -E -e "^$io)\$" -e "^$time)\$" -e "^($other)\$" \
			-e "^($foreign)\$")
	if [ -z "$found" ]; then
		echo "ok pure: $layer"
	else
		echo "not ok pure: $layer: uses $(echo "$found" | tr '\n' ' ')"
		rc=1
	fi
done
exit $rc
