#include "handlers/app.h"

#include <stdio.h>

#include "base/ck.h"
#include "handlers/tables.h"

const struct app app_director = {
	.routes = routes_table,
	.n_routes = ROUTES_COUNT,
	.namespaces = events_namespaces,
	.n_namespaces = EVENTS_NAMESPACES,
	.events = events_table,
	.n_events = EVENTS_COUNT,
	.versions = 1 << 4 | 1 << 3,
	.visitors = true,
	.wants_store = true,
};

char *
app_prefix(const struct conf *conf, struct err *e)
{
	char uuid[37], prefix[24];
	struct store *s;
	int rc;

	if (*conf->redis_prefix != '\0')
		return ck_strdup(conf->redis_prefix);
	s = store_open(conf->database_url, e);
	if (s == NULL)
		return NULL;
	rc = store_ready(s, e);
	if (rc == 0)
		rc = store_uuid(s, uuid, e);
	store_close(s);
	if (rc != 0)
		return NULL;
	(void)snprintf(prefix, sizeof(prefix), "director-%.13s", uuid);
	return ck_strdup(prefix);
}
