#include "handlers/jobs.h"

#include <string.h>

#include "handlers/job_chat.h"
#include "handlers/job_fetch.h"

/* clang-format off */
static const struct job_type TABLE[] = {
	{ "chat",      job_chat_run, job_chat_give_up, job_chat_repeat,
	  false },
	{ "chat_echo", job_echo_run, job_echo_give_up, job_echo_repeat,
	  false },
	{ JOB_FETCH,   job_fetch_run, job_fetch_give_up, job_fetch_repeat,
	  true },
};
/* clang-format on */

const struct job_type *
jobs_find(const char *name)
{
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (strcmp(name, TABLE[i].name) == 0)
			return &TABLE[i];
	return NULL;
}
