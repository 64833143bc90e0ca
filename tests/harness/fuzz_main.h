/**
 * Runs a fuzz driver over the files named on the command line, without
 * libFuzzer: how `make check` replays each corpus. Include it last in a driver.
 */
#ifndef TESTS_HARNESS_FUZZ_MAIN_H
#define TESTS_HARNESS_FUZZ_MAIN_H

#ifdef FUZZ_REPLAY
#	include <stdio.h>
#	include <stdlib.h>
#	include <string.h>

static int
fuzz_replay(const char *path)
{
	/* An exact allocation per input: reading past it is caught. */
	FILE *f = fopen(path, "rbe");
	unsigned char *bytes;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0 ||
	    fseek(f, 0, SEEK_SET) != 0)
		return 1;
	bytes = malloc((size_t)n + !n);
	if (bytes == NULL || fread(bytes, 1, (size_t)n, f) != (size_t)n)
		abort();
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(bytes, (size_t)n);
	free(bytes);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	int failed = 0;

	name = name ? name + 1 : argv[0];
	for (int i = 1; i < argc; i++)
		failed += fuzz_replay(argv[i]);
	if (failed || argc < 2)
		return printf("not ok %s: no corpus\n", name), 1;
	(void)printf("ok %s (%d inputs)\n", name, argc - 1);
	return 0;
}
#endif

#endif
