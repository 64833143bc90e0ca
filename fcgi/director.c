/*
 * director.fcgi: the FastCGI server with Director's tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/server.h"
#include "handlers/app.h"
#include "handlers/sample.h"
#include "handlers/stage.h"
#include "io/log.h"
#include "io/media_file.h"

#define PURPOSE \
	"Director's FastCGI server; its listening socket is file descriptor 0"

static int
migrate(const struct conf *conf, const char *sample)
{
	struct err e = ERR_INIT;
	struct store *s = store_open(conf->database_url, &e);
	int rc = s == NULL ? -1 : store_migrate(s, &e);

	/* Nice to have: an installation without the file is complete. */
	if (rc == 0 && sample != NULL && sample_load(s, sample, &e) != 0)
		log_warnx("%s", e.msg);

	media_file_sweep(conf->media);
	if (s != NULL)
		store_close(s);
	if (rc != 0)
		(void)fprintf(stderr, "director.fcgi: %s\n", e.msg);
	return rc != 0;
}

/* One line a route, tabs between: methods, path, bytes of a body, media types. */
static int
routes(void)
{
	struct buf methods = BUF_INIT;

	for (size_t i = 0; i < app_director.n_routes; i++) {
		const struct route *r = &app_director.routes[i];

		buf_clear(&methods);
		http_methods(&methods, r->methods);
		(void)printf("%s\t%s\t%zu\t%s\n", buf_cstr(&methods),
		    r->pattern, r->body_max, r->media != NULL ? r->media : "-");
	}
	buf_fini(&methods);
	return fflush(stdout) != 0;
}

static int
serve(const struct conf *conf)
{
	struct err e = ERR_INIT;
	char *prefix = NULL;
	int rc;

	if (conf_access(conf, &e) == 0)
		prefix = app_prefix(conf, &e);
	if (prefix == NULL) {
		(void)fprintf(stderr, "director.fcgi: %s\n", e.msg);
		return 1;
	}
	rc = server_run(&app_director, conf, prefix);
	free(prefix);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";
	struct conf conf;
	struct err e = ERR_INIT;
	int rc;

	if (strcmp(option, "--help") == 0) {
		conf_help("director.fcgi", PURPOSE);
		(void)puts(
		    "\nOptions:\n"
		    "  --migrate [FILE]  bring the store's tables up to "
		    "date and exit; an empty store\n"
		    "                    gets the transcript in FILE as "
		    "its first video\n"
		    "  --routes          print the addresses it answers: "
		    "methods, path, bytes of a body,\n"
		    "                    media types\n"
		    "  -t                check the configuration and exit");
		return 0;
	}
	if (conf_load(&conf, &e) != 0 || stage_check(&conf, &e) != 0 ||
	    (strcmp(option, "-t") == 0 && conf_access(&conf, &e) != 0) ||
	    rds_url_check(conf.redis_url, &e) != 0) {
		(void)fprintf(stderr, "director.fcgi: %s\n", e.msg);
		conf_fini(&conf);
		return 1;
	}
	log_set_level(log_level_parse(conf.log_level));
	if (strcmp(option, "-t") == 0)
		rc = puts("The configuration is good.") < 0;
	else if (strcmp(option, "--migrate") == 0)
		rc = migrate(&conf, argc > 2 ? argv[2] : NULL);
	else if (strcmp(option, "--routes") == 0)
		rc = routes();
	else if (*option != '\0')
		rc = (fprintf(stderr,
			  "director.fcgi: unknown option %s; see "
			  "--help\n",
			  option),
		    1);
	else
		rc = serve(&conf);
	conf_fini(&conf);
	return rc;
}
