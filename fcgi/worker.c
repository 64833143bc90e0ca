#include "fcgi/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ck.h"
#include "io/log.h"
#include "io/rnd.h"

static void
slot_init(struct slot *s, struct program *p)
{
	struct err e = ERR_INIT;

	s->program = p;
	s->rds =
	    rds_new(p->conf->redis_url, p->conf->redis_timeout_ms, p->breaker);
	s->ctx = (struct job_ctx){
		.conf = p->conf,
		.store = store_open(p->conf->database_url, &e),
		.queue = { s->rds, p->prefix, QUEUE_JOBS },
		.room = { { s->rds, &p->eio }, &p->metrics },
		.metrics = &p->metrics,
		.http = http_client_new(p->conf->proxy, p->conf->private_hosts),
		.lost = &s->lost,
		.stop = &p->leave,
		.cancelled = &s->cancelled,
	};
	if (s->ctx.store == NULL)
		log_fatal("%s", e.msg);
}

static void
slot_fini(struct slot *s)
{
	http_client_free(s->ctx.http);
	store_close(s->ctx.store);
	rds_free(s->rds);
}

static struct program *the_program; /* for the signal handler alone */

static void
on_signal(int number)
{
	(void)number;
	atomic_store(&the_program->stop, true);
}

static void
take_signals(struct program *p)
{
	struct sigaction stop = { .sa_handler = on_signal };

	the_program = p;
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
begin(struct program *p)
{
	/* The last one is that of the quick lane. */
	p->n_slots = (size_t)p->conf->worker_threads + 1;
	p->slot = ck_calloc(p->n_slots, sizeof(*p->slot));
	p->slot[p->n_slots - 1].lane = QUEUE_QUICK;
	for (size_t i = 0; i < p->n_slots; i++)
		slot_init(&p->slot[i], p);
	atomic_store(&p->alive, (int)p->n_slots);
	for (size_t i = 0; i < p->n_slots; i++)
		if (pthread_create(&p->slot[i].thread, NULL,
			p->slot[i].lane == QUEUE_QUICK ? worker_quick
						       : worker_slot,
			&p->slot[i]) != 0)
			abort();
}

static void
end(struct program *p)
{
	for (size_t i = 0; i < p->n_slots; i++) {
		(void)pthread_join(p->slot[i].thread, NULL);
		slot_fini(&p->slot[i]);
	}
	free(p->slot);
	rds_breaker_free(p->breaker);
	free(p);
}

void
worker_run(const struct conf *conf, const char *prefix, worker_find *find)
{
	struct program *p = ck_calloc(1, sizeof(*p));
	struct rds *rds;
	struct store *store;
	struct err e = ERR_INIT;

	p->conf = conf;
	p->prefix = prefix;
	p->find = find;
	p->eio = (struct eio_store){ prefix, &p->wake, conf->ping_interval_ms,
		conf->ping_timeout_ms, conf->connect_timeout_ms,
		conf->recovery_ms };
	p->breaker = rds_breaker_new();
	rnd_id(p->consumer, 10);
	(void)pthread_mutex_init(&p->lock, NULL);
	take_signals(p);
	rds = rds_new(conf->redis_url, conf->redis_timeout_ms, p->breaker);
	store = store_open(conf->database_url, &e);
	if (store == NULL)
		log_fatal("%s", e.msg);
	begin(p);
	rds_warn_policy(rds);
	log_info("started, consumer %s", p->consumer);
	if (!worker_keep(p, store, rds)) {
		/* A thread hangs: what it has belongs to nobody any more. */
		log_info("stopped");
		_exit(0);
	}
	store_close(store);
	rds_free(rds);
	end(p);
	log_info("stopped");
}
