/**
 * Transcripts as people have them: WebVTT, SubRip (SRT) or plain text with
 * `Name:` lines, read into one array of cues.
 *
 * A cue's text has its tags removed and its entities decoded; its lines stay
 * lines (joined by '\n') and only white space at its edges is dropped. Times
 * are milliseconds, -1 where the source has none. Plain text gives one cue a
 * line. A speaker nobody named is the empty slice.
 *
 * Ownership: all that `out` points to is in the arena; `raw` may go.
 * Failure: an enum, 0 is good; transcript_strerror() has the sentence for
 * people. `out` is zeroed on failure.
 * Layer:  text (pure)
 * Spec:   WebVTT: The Web Video Text Tracks Format, sections 4 and 6
 */
#ifndef TEXT_TRANSCRIPT_H
#define TEXT_TRANSCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/** Ten hours of talk are about 1 MB; the body limit of the upload route. */
#define TRANSCRIPT_MAX_BYTES ((size_t)10 * 1024 * 1024)
/** Ten hours with a cue a second, and room; bounds the array to 8 MB. */
#define TRANSCRIPT_MAX_CUES 100000u
/** Longer than any name and title; a longer "name" is taken as speech. */
#define TRANSCRIPT_MAX_NAME 80u

enum transcript_format {
	TRANSCRIPT_AUTO, /* look at the text */
	TRANSCRIPT_VTT,
	TRANSCRIPT_SRT,
	TRANSCRIPT_TEXT,
	TRANSCRIPT_FORMAT__MAX
};

enum transcript_status {
	TRANSCRIPT_OK,
	TRANSCRIPT_EMPTY, /* no bytes, or white space only */
	TRANSCRIPT_TOO_LARGE,
	TRANSCRIPT_NOT_UTF8,
	TRANSCRIPT_HAS_NUL,
	TRANSCRIPT_NO_SPEECH, /* well-formed, but nobody says a word */
	TRANSCRIPT_TOO_MANY_CUES,
	TRANSCRIPT_STATUS__MAX
};

struct transcript_cue {
	int64_t start_ms; /* -1: unknown */
	int64_t end_ms;   /* -1: unknown */
	struct slice speaker;
	struct slice text; /* never empty */
	size_t index;      /* its place in `cues` */
};

struct transcript {
	enum transcript_format format; /* what it was read as, never AUTO */
	struct transcript_cue *cues;
	size_t n;
};

/** A sentence: an exact piece of the text of the cue with that index. */
struct transcript_sentence {
	size_t cue;
	struct slice text;
};

struct transcript_sentences {
	struct transcript_sentence *items;
	size_t n;
};

/**
 * Read `raw`. The signature "WEBVTT" decides over `hint`, which decides over
 * what the text looks like.
 */
enum transcript_status
transcript_parse(struct slice raw, enum transcript_format hint, struct arena *a,
    struct transcript *out) MUST_CHECK NONNULL(3, 4);

/** A sentence that tells the user what to do; "" for TRANSCRIPT_OK. */
const char *transcript_strerror(enum transcript_status status);
/** "vtt", "srt", "text" or "auto". */
const char *transcript_format_name(enum transcript_format format);
/** The other way round (also "webvtt", "txt"); AUTO for anything else. */
enum transcript_format transcript_format_from(struct slice name);

/** Every cue cut into sentences, in order; no sentence is empty. */
void transcript_sentences(const struct transcript *t, struct arena *a,
    struct transcript_sentences *out) NONNULL(1, 2, 3);

/** "Name: text" (or "text") a line: the form kept as full_text. */
struct slice
transcript_full_text(const struct transcript *t, struct arena *a) NONNULL(1, 2);
/** White-space separated words of a text. */
size_t transcript_words(struct slice text);

#endif
