/*
 * load MODE [NAME=VALUE]...: Socket.IO clients over polling, for measuring.
 *
 *   load events port=8080 clients=64 seconds=3
 *
 * prints one line of NAME=VALUE; the first error goes to standard error. Modes
 * and what they do are in load_modes.c, the options below. `hold` prints the
 * line `mode=hold state=held` as soon as all sessions are open.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "bench/load.h"

#define PROCESSES_MAX 16
#define WATCH_US      10000

struct row {
	const char *name;
	size_t at;
	int64_t min, max, otherwise;
};

#define AT(field) offsetof(struct load_options, field)

/* clang-format off */
static const struct row OPTIONS[] = {
	{ "port",       AT(port),       1, 65535,   8080 },
	{ "clients",    AT(clients),    1, 100000,  64 },
	{ "seconds",    AT(seconds),    1, 86400,   3 },
	{ "warm",       AT(warm),       0, 600,     1 },
	{ "processes",  AT(processes),  1, PROCESSES_MAX, 1 },
	{ "sources",    AT(sources),    0, 200,     0 },
	{ "rate",       AT(rate),       0, 100000,  0 },
	{ "opening",    AT(opening),    1, 100000,  64 },
	{ "life_ms",    AT(life_ms),    1, 600000,  1000 },
	{ "timeout_s",  AT(timeout_s),  1, 600,     10 },
	{ "open_s",     AT(open_s),     1, 600,     60 },
	{ "fresh",      AT(fresh),      0, 1,       0 },
	{ "leave",      AT(leave),      0, 1,       0 },
	{ "idle_posts", AT(idle_posts), 0, 1,       0 },
};
/* clang-format on */

static int64_t *
number_at(struct load_options *opt, const struct row *row)
{
	return (int64_t *)(void *)((char *)opt + row->at);
}

static bool
take_option(struct load_options *opt, struct slice rest)
{
	struct slice name;

	(void)slice_cut(&rest, '=', &name);
	if (slice_eqs(name, "path") && rest.p != NULL) {
		opt->path = rest.p;
		return true;
	}
	for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
		if (slice_eqs(name, OPTIONS[i].name))
			return num_parse(rest, OPTIONS[i].min, OPTIONS[i].max,
			    number_at(opt, &OPTIONS[i]));
	return false;
}

static bool
take_options(struct load_options *opt, int argc, char **argv)
{
	*opt = (struct load_options){ .mode = argc > 1 ? argv[1] : "",
		.path = "/socket.io/" };
	for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
		*number_at(opt, &OPTIONS[i]) = OPTIONS[i].otherwise;
	for (int i = 2; i < argc; i++)
		if (!take_option(opt, slice_from(argv[i]))) {
			(void)fprintf(stderr, "load: option %s?\n", argv[i]);
			return false;
		}
	if (load_mode_find(opt->mode) != NULL)
		return true;
	(void)fprintf(stderr,
	    "usage: load events|ceiling|hold|open|churn "
	    "[NAME=VALUE]...\n");
	return false;
}

/* ---- processes ------------------------------------------------------------- */

/* The part of `all` that process `k` of n has. */
static int
share(int64_t all, int64_t n, int64_t k)
{
	return (int)(all / n + (k < all % n ? 1 : 0));
}

static void
child(const struct load_options *opt, struct load_result *result, int k)
{
	struct load load = { .opt = opt,
		.mode = load_mode_find(opt->mode),
		.result = result,
		.n_clients = share(opt->clients, opt->processes, k),
		.rate = share(opt->rate, opt->processes, k),
		.net = { .port = (uint16_t)opt->port,
		    .sources = (int)opt->sources } };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (load.n_clients > 0)
		load_run(&load);
	_exit(0);
}

/* Time counts from when all clients of all processes are open. */
static bool
let_go(const struct load_options *opt, struct load_result *results)
{
	for (int64_t i = 0; i < opt->processes; i++)
		if (!results[i].ready)
			return false;
	for (int64_t i = 0; i < opt->processes; i++)
		results[i].go = true;
	if (strcmp(opt->mode, "hold") == 0)
		(void)printf("mode=hold state=held\n");
	(void)fflush(stdout);
	return true;
}

/* False when a process died. */
static bool
watch(const struct load_options *opt, struct load_result *results)
{
	bool went = false, fine = true;
	int64_t running = opt->processes;
	int status;

	while (running > 0) {
		if (!went)
			went = let_go(opt, results);
		if (waitpid(-1, &status, went ? 0 : WNOHANG) > 0) {
			running--;
			fine = fine && status == 0;
		} else {
			(void)usleep(WATCH_US);
		}
	}
	return fine;
}

/* ---- the line -------------------------------------------------------------- */

/* Added up; the rate is of events and sessions, each process in its window. */
static double
add_up(const struct load_result *results, int64_t n, struct load_result *sum)
{
	double rate = 0;

	for (const struct load_result *r = results; r < results + n; r++) {
		sum->events += r->events;
		sum->sessions += r->sessions;
		sum->acks += r->acks;
		sum->pongs += r->pongs;
		sum->errors += r->errors;
		sum->resent += r->resent;
		sum->held += r->held;
		sum->gone += r->gone;
		for (size_t i = 0; i < LOAD_BUCKETS; i++)
			sum->latency[i] += r->latency[i];
		if (r->window_us > 0)
			rate += (double)(r->events + r->sessions) * 1e6 /
			    (double)r->window_us;
		if (sum->why[0] == '\0')
			memcpy(sum->why, r->why, sizeof(sum->why));
	}
	return rate;
}

/* The middle of the bucket in which the q-th of all latencies is. */
static int64_t
quantile_us(const struct load_result *sum, double q)
{
	double rank = q * (double)(sum->events + sum->sessions), seen = 0;
	size_t i = 0, doublings;

	if (sum->events + sum->sessions == 0)
		return 0;
	while (i < LOAD_BUCKETS - 1 && seen + sum->latency[i] <= rank)
		seen += sum->latency[i++];
	doublings = i < 2 * LOAD_STEPS ? 0 : i / LOAD_STEPS - 1;
	return (int64_t)((i - doublings * LOAD_STEPS) << doublings) +
	    (INT64_C(1) << doublings) / 2;
}

/* Of all processes, in user mode and in the kernel. */
static int64_t
cpu_us(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_CHILDREN, &used) != 0)
		return 0;
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	    used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void
report(const struct load_options *opt, const struct load_result *results)
{
	static struct load_result sum;
	double rate = add_up(results, opt->processes, &sum);

	(void)printf("mode=%s clients=%" PRId64 " rate=%.0f events=%" PRId64
		     " acks=%" PRId64 " p50_us=%" PRId64 " p99_us=%" PRId64
		     " sessions=%" PRId64 " held=%" PRId64 " pongs=%" PRId64
		     " gone=%" PRId64 " resent=%" PRId64 " cpu_us=%" PRId64
		     " errors=%" PRId64 "\n",
	    opt->mode, opt->clients, rate, sum.events, sum.acks,
	    quantile_us(&sum, 0.50), quantile_us(&sum, 0.99), sum.sessions,
	    sum.held, sum.pongs, sum.gone, sum.resent, cpu_us(), sum.errors);
	if (sum.errors > 0)
		(void)fprintf(stderr, "load: first error: %s\n", sum.why);
}

int
main(int argc, char **argv)
{
	static struct load_options opt;
	struct load_result *results;
	struct rlimit lim;

	if (!take_options(&opt, argc, argv))
		return 2;
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
	results = mmap(NULL, (size_t)opt.processes * sizeof(*results),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return 1;
	for (int k = 0; k < (int)opt.processes; k++) {
		pid_t pid = fork();

		if (pid == 0)
			child(&opt, &results[k], k);
		if (pid == -1)
			return 1;
	}
	if (!watch(&opt, results)) {
		(void)fprintf(stderr, "load: a process died\n");
		return 1;
	}
	report(&opt, results);
	return 0;
}
