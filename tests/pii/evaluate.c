/**
 * evaluate [-v] [FILE...]: precision and recall of the cleaner on the labelled
 * sentences; -v shows each sentence at fault in the development part. Given
 * files, it prints them cleaned, with what was found in brackets.
 */
#include <stdio.h>

#include "pii/score.h"

static void
print_row(const char *name, size_t labelled, size_t found, size_t exact,
    size_t covered)
{
	(void)printf("%-9s %6zu %6zu %6zu    %.3f  %.3f  %.3f    %.3f\n", name,
	    labelled, found, exact, score_ratio(exact, found),
	    score_ratio(exact, labelled), score_f1(exact, found, labelled),
	    score_ratio(covered, labelled));
}

static void
show(const char *marked)
{
	struct score_case c;
	struct pii_finds finds;

	score_read(marked, &c);
	score_find(buf_slice(&c.text), &finds);
	(void)printf("- %s\n", marked);
	for (size_t i = finds.items[0].right; i != 0; i = finds.items[i].right)
		(void)printf("    %s: %.*s\n",
		    pii_kind_name(finds.items[i].kind),
		    (int)(finds.items[i].to - finds.items[i].from),
		    c.text.p + finds.items[i].from);
	buf_fini(&c.text);
	free(finds.items);
}

static void
evaluate(const char *title, const char *const *cases, size_t n, bool verbose)
{
	struct score s = { .cases = 0 };

	for (size_t i = 0; i < n; i++)
		if (!score_add(cases[i], &s) && verbose)
			show(cases[i]);
	score_sum(&s);
	(void)printf(
	    "%s: %zu sentences, %zu without a fault\n", title, n, s.flawless);
	(void)printf("kind      labels  finds  exact    prec.  recall F1"
		     "       covered\n");
	for (size_t k = 0; k < PII_KIND__MAX; k++)
		print_row(pii_kind_name((enum pii_kind)k), s.kind[k].labelled,
		    s.kind[k].found, s.kind[k].exact, s.kind[k].covered);
	print_row(
	    "all", s.all.labelled, s.all.found, s.all.exact, s.all.covered);
	(void)printf("\n");
}

static int
clean_file(const char *path)
{
	FILE *f = fopen(path, "rbe");
	struct arena a = ARENA_INIT;
	struct buf in = BUF_INIT;
	struct buf out = BUF_INIT;
	struct transcript t = { TRANSCRIPT_TEXT, NULL, 0 };
	struct pii *pii;
	size_t n;

	if (f == NULL)
		return perror(path), 1;
	while ((n = fread(buf_room(&in, 4096), 1, 4096, f)) != 0)
		in.n += n;
	(void)fclose(f);
	if (transcript_parse(buf_slice(&in), TRANSCRIPT_AUTO, &a, &t) !=
	    TRANSCRIPT_OK)
		(void)fprintf(stderr, "%s: no transcript\n", path);
	pii = pii_learn(&t);
	for (size_t i = 0; i < t.n; i++) {
		buf_clear(&out);
		pii_clean(pii, t.cues[i].speaker, &out);
		buf_adds(&out, ": ");
		pii_clean(pii, t.cues[i].text, &out);
		(void)printf("%s\n", buf_cstr(&out));
	}
	pii_free(pii);
	buf_fini(&in);
	buf_fini(&out);
	arena_fini(&a);
	return 0;
}

int
main(int argc, char **argv)
{
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	int failed = 0;

	for (int i = 1 + verbose; i < argc; i++)
		failed |= clean_file(argv[i]);
	if (argc > 1 + verbose)
		return failed;
	evaluate("development", score_dev, COUNT(score_dev), verbose);
	evaluate("held out", score_held_out, COUNT(score_held_out), false);
	return 0;
}
