/** Whatever a user types is read: what is found stands in the text. */
#include <stdint.h>
#include <stdlib.h>

#include "text/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
within(struct slice text, struct slice part)
{
	if (part.n != 0 &&
	    (part.p < text.p || part.p + part.n > text.p + text.n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size }, a, b;
	struct plan p;

	plan_read(text, &p);
	if (p.n > PLAN_STEPS_MAX)
		abort();
	for (size_t i = 0; i < p.n; i++) {
		if (p.step[i].intent == PLAN_NOTHING)
			abort();
		within(text, p.step[i].text);
		within(text, p.step[i].subject);
		within(text, p.step[i].other);
		if (p.step[i].intent == PLAN_UPLOAD &&
		    plan_url(p.step[i].subject).n != p.step[i].subject.n)
			abort();
	}
	within(text, plan_url(text));
	if (plan_pair(text, &a, &b)) {
		within(text, a);
		within(text, b);
	}
	return 0;
}

#include "harness/fuzz_main.h"
