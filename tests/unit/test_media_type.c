/* media_type.h: what is kept, and under which ending. */
#include "proto/media_type.h"

#include "harness/check.h"
#include "harness/guard.h"

static const struct {
	int line;
	const char *type;
	const char *filename;
	const char *found; /* "kind ending"; NULL: none of ours */
} ROWS[] = {
	{ __LINE__, "video/mp4", "a.mp4", "video mp4" },
	{ __LINE__, "Video/MP4; codecs=\"x\"", "", "video mp4" },
	/* The type counts, not the client's ending. */
	{ __LINE__, "image/png", "a.html", "image png" },
	{ __LINE__, "audio/x-m4a", "", "audio m4a" },
	{ __LINE__, "image/svg+xml", "", "image svg" },
	{ __LINE__, "video/x-new", "a.html", "video bin" },
	{ __LINE__, "image/../x", "", "image bin" },
	/* No type: the ending. */
	{ __LINE__, "", "my.talk.MP3", "audio mp3" },
	{ __LINE__, "application/octet-stream", "a.JPEG", "image jpeg" },
	{ __LINE__, "", "a.html", NULL },
	{ __LINE__, "", "mp4", NULL },
	{ __LINE__, "", "a.", NULL },
	{ __LINE__, "", "", NULL },
	{ __LINE__, "text/html", "a.mp4", NULL },
	{ __LINE__, "application/pdf", "", NULL },
	{ __LINE__, "video", "", NULL },
	{ __LINE__, "video/", "", NULL },
	{ __LINE__, "videos/mp4", "", NULL },
	{ __LINE__, "/mp4", "", NULL },
};

static void
test_media_type_find(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct guard type =
		    guard_copy(ROWS[i].type, strlen(ROWS[i].type));
		struct guard name =
		    guard_copy(ROWS[i].filename, strlen(ROWS[i].filename));
		struct media_type t;
		char text[32] = "";

		if (media_type_find(type.s, name.s, &t))
			(void)snprintf(text, sizeof(text), "%s %s",
			    media_kind_name(t.kind), t.ending);
		CHECK_ROW(ROWS[i].line,
		    strcmp(text, ROWS[i].found ? ROWS[i].found : "") == 0);
		guard_free(&type);
		guard_free(&name);
	}
}

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	int line;
	const char *bytes;
	size_t n;
	const char *type;
	const char *found;
} SNIFFED[] = {
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypisom"),
	    "text/html", "video mp4" },
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypisom"),
	    "", "video mp4" },
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypisom"),
	    "audio/mp4", "audio m4a" },
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypM4A "),
	    "video/mp4", "audio m4a" },
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypqt  "),
	    "video/mp4", "video mov" },
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "ftypavif"),
	    "", "image avif" },
	{ __LINE__, BYTES("\x1a\x45\xdf\xa3"), "video/webm", "video webm" },
	{ __LINE__, BYTES("\x1a\x45\xdf\xa3"), "audio/webm", "audio weba" },
	{ __LINE__, BYTES("\x1a\x45\xdf\xa3"), "video/x-matroska",
	    "video mkv" },
	{ __LINE__,
	    BYTES("OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\0\0\0\x13OpusHead"),
	    "video/ogg", "audio ogg" },
	{ __LINE__, BYTES("OggS\0\2"), "audio/ogg", "audio ogg" },
	{ __LINE__, BYTES("OggS\0\2"), "application/ogg", "video ogv" },
	{ __LINE__, BYTES("RIFF\1\2\3\4WAVE"), "video/mp4", "audio wav" },
	{ __LINE__, BYTES("RIFF\1\2\3\4AVI "), "", "video avi" },
	{ __LINE__, BYTES("RIFF\1\2\3\4WEBP"), "", "image webp" },
	{ __LINE__, BYTES("ID3\4"), "application/octet-stream", "audio mp3" },
	{ __LINE__, BYTES("\xff\xfb\x90"), "video/mp4", "audio mp3" },
	{ __LINE__, BYTES("\x89PNG\r\n\x1a\n"), "video/mp4", "image png" },
	{ __LINE__, BYTES("\xff\xd8\xff\xe0"), "", "image jpg" },
	/* Bytes that say nothing: the type, but of text. */
	{ __LINE__, BYTES("\x47\x40\0"), "video/mp2t", "video ts" },
	{ __LINE__, BYTES("xyz"), "video/x-new", "video bin" },
	{ __LINE__, BYTES("xyz"), "", NULL },
	{ __LINE__, BYTES("xyz"), "text/plain", NULL },
	{ __LINE__, BYTES(""), "video/mp4", NULL },
	{ __LINE__, BYTES("<!doctype html>"), "video/mp4", NULL },
	{ __LINE__, BYTES("\r\n <html>"), "image/png", NULL },
	{ __LINE__, BYTES("{\"error\":1}"), "audio/mpeg", NULL },
	{ __LINE__, BYTES("<svg xmlns="), "image/svg+xml", "image svg" },
	{ __LINE__, BYTES("<svg xmlns="), "text/html", NULL },
	{ __LINE__, BYTES("xyz"), "image/svg+xml", NULL },
	/* Cut in the middle. */
	{ __LINE__,
	    BYTES("\0\0\0\x20"
		  "fty"),
	    "", NULL },
	{ __LINE__, BYTES("RIFF"), "", NULL },
};

static void
test_media_type_sniff(void)
{
	for (size_t i = 0; i < COUNT(SNIFFED); i++) {
		struct guard bytes = guard_copy(SNIFFED[i].bytes, SNIFFED[i].n);
		struct media_type t;
		char text[32] = "";

		if (media_type_sniff(bytes.s, slice_from(SNIFFED[i].type), &t))
			(void)snprintf(text, sizeof(text), "%s %s",
			    media_kind_name(t.kind), t.ending);
		CHECK_ROW(SNIFFED[i].line,
		    strcmp(text, SNIFFED[i].found ? SNIFFED[i].found : "") ==
			0);
		guard_free(&bytes);
	}
}

int
main(void)
{
	return check_main(
	    (struct check_case[]){ CHECK_CASE(test_media_type_find),
		CHECK_CASE(test_media_type_sniff), { NULL, NULL } });
}
