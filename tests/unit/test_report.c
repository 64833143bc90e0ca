/** The four outputs: of small talks, the sample and the real pitches. */
#include <dirent.h>
#include <stdlib.h>

#include "harness/check.h"
#include "text/pii.h"
#include "text/report.h"

#define SAMPLE "samples/pitch.vtt"

/* All that comes out of one transcript. */
struct outputs {
	struct arena a;
	struct transcript t;
	struct analyst an;
	struct buf analysis;
	struct buf voice;
	struct json_object *structured;
	struct json_object *training;
};

static bool
outputs_init(struct outputs *o, struct slice raw)
{
	*o = (struct outputs){ .a = ARENA_INIT };
	if (transcript_parse(raw, TRANSCRIPT_AUTO, &o->a, &o->t) !=
	    TRANSCRIPT_OK)
		return false;
	analyst_run(&o->t, &o->a, &o->an);
	report_analysis(&o->an, &o->analysis);
	report_voice_prompt(&o->an, &o->voice);
	o->structured = report_structured(&o->an);
	o->training = report_training(&o->an);
	return true;
}

static void
outputs_fini(struct outputs *o)
{
	(void)json_object_put(o->structured);
	(void)json_object_put(o->training);
	buf_fini(&o->analysis);
	buf_fini(&o->voice);
	arena_fini(&o->a);
}

/** Is it there, with a line break of the cue as the space it is shown as? */
static bool
has_line(struct slice text, struct slice quote)
{
	struct buf line = BUF_INIT;
	bool found;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			buf_addc(&line, ' ');
		else
			buf_addc(&line, text.p[i]);
	found = slice_find(buf_slice(&line), quote) >= 0;
	buf_fini(&line);
	return found;
}

static bool
is_shown_cue(const struct transcript *t, struct slice quote)
{
	for (size_t i = 0; i < t->n; i++)
		if (has_line(t->cues[i].text, quote))
			return true;
	return false;
}

static bool
in_one_cue(const struct transcript *t, struct slice quote)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_find(t->cues[i].text, quote) >= 0)
			return true;
	return false;
}

static bool
is_verbatim(const struct transcript *t, struct json_object *value)
{
	struct slice s = { json_object_get_string(value),
		(size_t)json_object_get_string_len(value) };

	return in_one_cue(t, s);
}

/** Every “…” of the Markdown; how many, or -1 when one is not verbatim. */
static int
check_markdown(const struct outputs *o)
{
	struct slice rest = buf_slice(&o->analysis);
	int n = 0;

	for (;;) {
		long from = slice_find(rest, SLICE("“"));
		long to;
		struct slice quote;

		if (from < 0)
			return n;
		rest = slice_from_at(rest, (size_t)from + 3);
		to = slice_find(rest, SLICE("”\n"));
		if (to < 0)
			return -1;
		quote = slice_sub(rest, 0, (size_t)to);
		if (!is_shown_cue(&o->t, quote))
			return -1;
		rest = slice_from_at(rest, (size_t)to);
		n++;
	}
}

static bool
list_is_verbatim(const struct transcript *t, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!is_verbatim(t, json_object_array_get_idx(list, i)))
			return false;
	return true;
}

/** Are `examples` (and objection, response) of each entry verbatim? */
static bool
entries_are_verbatim(const struct transcript *t, struct json_object *list)
{
	static const char *const keys[] = { "objection", "response" };

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct json_object *v;

		if (!json_object_object_get_ex(o, "examples", &v) ||
		    !list_is_verbatim(t, v))
			return false;
		for (size_t k = 0; k < COUNT(keys); k++)
			if (json_object_object_get_ex(o, keys[k], &v) &&
			    !is_verbatim(t, v))
				return false;
	}
	return true;
}

static void
check_structured(const struct outputs *o)
{
	static const char *const lists[] = { "sales_techniques",
		"communication_strategies", "objection_handling",
		"closing_techniques" };
	static const char *const others[] = { "summary",
		"voice_agent_guidelines", "script_templates", "engine" };
	struct json_object *data;
	struct json_object *v;

	CHECK(json_object_object_get_ex(o->structured, "analysis_data", &data));
	for (size_t i = 0; i < COUNT(lists); i++) {
		CHECK(json_object_object_get_ex(data, lists[i], &v));
		CHECK(entries_are_verbatim(&o->t, v));
	}
	for (size_t i = 0; i < COUNT(others); i++)
		CHECK(json_object_object_get_ex(data, others[i], &v));
	CHECK(json_object_object_get_ex(data, "key_phrases", &v));
	CHECK(list_is_verbatim(&o->t, v));
}

static bool
is_clean(struct slice text)
{
	struct buf b = BUF_INIT;
	struct pii *pii = pii_learn(NULL);
	bool clean;

	pii_clean(pii, text, &b);
	clean = pii_total(pii_counts(pii)) == 0;
	buf_fini(&b);
	pii_free(pii);
	return clean;
}

static void
check_training(const struct outputs *o, size_t least)
{
	struct json_object *list;

	CHECK(json_object_object_get_ex(o->training, "examples", &list));
	CHECK(json_object_array_length(list) >= least);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *x = json_object_array_get_idx(list, i);
		struct json_object *in;
		struct json_object *out;

		struct json_object *context;
		int members = 2;

		if (json_object_object_get_ex(x, "context", &context)) {
			CHECK(json_object_get_string_len(context) > 0);
			CHECK(is_clean(
			    slice_from(json_object_get_string(context))));
			members++;
		}
		CHECK(json_object_object_length(x) == members);
		CHECK(json_object_object_get_ex(x, "input", &in));
		CHECK(json_object_object_get_ex(x, "output", &out));
		CHECK(json_object_get_string_len(in) > 0);
		CHECK(json_object_get_string_len(out) > 0);
		CHECK(is_clean(slice_from(json_object_get_string(in))));
		CHECK(is_clean(slice_from(json_object_get_string(out))));
	}
}

static void
check_outputs(struct outputs *o, size_t techniques, size_t pairs)
{
	int quotes = check_markdown(o);

	CHECK(quotes >= (int)techniques);
	CHECK(slice_find(slice_sub(buf_slice(&o->analysis), 0, 100),
		  SLICE("offline engine")) > 0);
	CHECK(o->an.n_techniques >= techniques);
	check_structured(o);
	CHECK(o->voice.n > 500 && is_clean(buf_slice(&o->voice)));
	check_training(o, pairs);
}

static bool
read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (f == NULL)
		return false;
	do {
		n = fread(buf_room(out, 4096), 1, 4096, f);
		out->n += n;
	} while (n != 0);
	(void)fclose(f);
	return true;
}

static void
test_real_pitches(void)
{
	const char *folder = getenv("PITCHES");
	struct dirent *entry;
	char path[1024];
	DIR *d;
	int n = 0;

	folder = folder != NULL ? folder : "../shared/data/pitches";
	(void)snprintf(path, sizeof(path), "%s/vtt", folder);
	d = opendir(path);
	if (d == NULL) {
		CHECK_SKIP("the folder of real pitches is not there");
		return;
	}
	while ((entry = readdir(d)) != NULL) {
		struct buf raw = BUF_INIT;
		struct outputs o;

		if (!slice_ends(slice_from(entry->d_name), SLICE(".vtt")))
			continue;
		(void)snprintf(
		    path, sizeof(path), "%s/vtt/%s", folder, entry->d_name);
		CHECK(read_file(path, &raw));
		CHECK(outputs_init(&o, buf_slice(&raw)));
		CHECK_SLICE(o.an.seller, "Persuader");
		CHECK_SLICE(o.an.buyer, "Persuadee");
		check_outputs(&o, 2, 2);
		if (check_failed) {
			(void)printf("# in %s\n", path);
			n = -1000;
		}
		outputs_fini(&o);
		buf_fini(&raw);
		n++;
	}
	(void)closedir(d);
	CHECK(n > 0);
}

static void
test_sample(void)
{
	static const char *const secrets[] = { "tom.barlow@", "0161 496",
		"+44 161", "4111 1111", "10.20.30.44", "lark-2041" };
	struct buf raw = BUF_INIT;
	struct outputs o;

	if (!read_file(SAMPLE, &raw)) {
		CHECK_SKIP("no file " SAMPLE);
		return;
	}
	CHECK(outputs_init(&o, buf_slice(&raw)));
	CHECK_SLICE(o.an.seller, "Maya Lindqvist");
	CHECK_SLICE(o.an.buyer, "Tom Barlow");
	CHECK(o.an.outcome == ANALYST_AGREED);
	CHECK(o.an.objections.n >= 6);
	CHECK(o.an.duration_ms > 360000 && o.an.duration_ms < 600000);
	check_outputs(&o, 10, 20);
	for (size_t i = 0; i < COUNT(secrets); i++) {
		struct slice secret = slice_from(secrets[i]);
		struct slice training =
		    slice_from(json_object_to_json_string(o.training));

		CHECK(slice_find(buf_slice(&raw), secret) >= 0);
		CHECK(slice_find(buf_slice(&o.voice), secret) < 0);
		CHECK(slice_find(training, secret) < 0);
	}
	outputs_fini(&o);
	buf_fini(&raw);
}

/* Little to go on: everything still comes out and says so. */
static void
test_little(void)
{
	static const char *const texts[] = { "x", "Ann: Hi",
		"Just some words. And more?", "Ann: Hi\nBo: Ho",
		"WEBVTT\n\n00:01.000 --> 00:02.000\n“odd” `quote`",
		"```\n> x" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct outputs o;

		CHECK_ROW((int)i, outputs_init(&o, slice_from(texts[i])));
		check_outputs(&o, 0, 0);
		if (!o.an.has_buyer)
			CHECK_ROW((int)i,
			    slice_find(buf_slice(&o.analysis),
				SLICE("Only one voice")) > 0);
		outputs_fini(&o);
	}
}

/* A quote is one line, a time over an hour has three parts. */
static void
test_quote_form(void)
{
	struct outputs o;

	CHECK(outputs_init(&o,
	    SLICE("WEBVTT\n\n01:00:05.000 --> 01:00:09.000\n"
		  "<v Ann>Would you like\nto donate today?\n")));
	CHECK(slice_find(buf_slice(&o.analysis),
		  SLICE("> [1:00:05] Ann: “Would you like to donate "
			"today?”\n")) > 0);
	outputs_fini(&o);
}

/* Nearly the same is said twice; what the buyer answers is told. */
static void
test_training(void)
{
	struct outputs o;

	CHECK(outputs_init(&o,
	    SLICE("Seller: I'll send you the order form today.\n"
		  "Buyer: How long does the setup of it take?\n"
		  "Seller: The setup takes one day at your office.\n"
		  "Buyer: How long does the setup of it take then?\n"
		  "Seller: The setup takes one day at your office.\n")));
	CHECK_SLICE(slice_from(json_object_to_json_string_ext(
			o.training, JSON_C_TO_STRING_PLAIN)),
	    "{\"examples\":[{\"input\":\"How long does the setup of it "
	    "take?\",\"output\":\"The setup takes one day at your "
	    "office.\",\"context\":\"I'll send you the order form "
	    "today.\"}],\"engine\":\"offline\"}");
	outputs_fini(&o);
}

static void
test_unified(void)
{
	struct report_parts parts = { SLICE("# A\n````\nx"), SLICE("{}\n"),
		SLICE("``"), SLICE("") };
	struct buf out = BUF_INIT;

	report_unified(&parts, &out);
	CHECK_SLICE(buf_slice(&out),
	    "## Analysis\n`````markdown\n# A\n````\nx\n`````\n\n"
	    "## Structured Data\n```json\n{}\n```\n\n"
	    "## Voice Prompt\n```\n``\n```\n\n"
	    "## Training Data\n```json\n```\n");
	buf_fini(&out);
}

int
main(void)
{
	return check_main((struct check_case[]){ CHECK_CASE(test_real_pitches),
	    CHECK_CASE(test_sample), CHECK_CASE(test_little),
	    CHECK_CASE(test_quote_form), CHECK_CASE(test_training),
	    CHECK_CASE(test_unified), { NULL, NULL } });
}
