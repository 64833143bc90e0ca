#include "proto/media_type.h"

#include <string.h>

#include "proto/http.h"

/* Of what is in no table. */
#define OTHER "bin"

/* Of each type the usual ending first. */
static const struct {
	struct slice type;
	enum media_kind kind;
	const char *ending;
} TABLE[] = {
	{ SLICE_INIT("video/mp4"), MEDIA_VIDEO, "mp4" },
	{ SLICE_INIT("video/mp4"), MEDIA_VIDEO, "m4v" },
	{ SLICE_INIT("video/webm"), MEDIA_VIDEO, "webm" },
	{ SLICE_INIT("video/quicktime"), MEDIA_VIDEO, "mov" },
	{ SLICE_INIT("video/x-matroska"), MEDIA_VIDEO, "mkv" },
	{ SLICE_INIT("video/ogg"), MEDIA_VIDEO, "ogv" },
	{ SLICE_INIT("video/mpeg"), MEDIA_VIDEO, "mpeg" },
	{ SLICE_INIT("video/mp2t"), MEDIA_VIDEO, "ts" },
	{ SLICE_INIT("video/x-msvideo"), MEDIA_VIDEO, "avi" },
	{ SLICE_INIT("audio/mpeg"), MEDIA_AUDIO, "mp3" },
	{ SLICE_INIT("audio/mp4"), MEDIA_AUDIO, "m4a" },
	{ SLICE_INIT("audio/x-m4a"), MEDIA_AUDIO, "m4a" },
	{ SLICE_INIT("audio/aac"), MEDIA_AUDIO, "aac" },
	{ SLICE_INIT("audio/wav"), MEDIA_AUDIO, "wav" },
	{ SLICE_INIT("audio/x-wav"), MEDIA_AUDIO, "wav" },
	{ SLICE_INIT("audio/ogg"), MEDIA_AUDIO, "ogg" },
	{ SLICE_INIT("audio/ogg"), MEDIA_AUDIO, "opus" },
	{ SLICE_INIT("audio/webm"), MEDIA_AUDIO, "weba" },
	{ SLICE_INIT("audio/flac"), MEDIA_AUDIO, "flac" },
	{ SLICE_INIT("image/png"), MEDIA_IMAGE, "png" },
	{ SLICE_INIT("image/jpeg"), MEDIA_IMAGE, "jpg" },
	{ SLICE_INIT("image/jpeg"), MEDIA_IMAGE, "jpeg" },
	{ SLICE_INIT("image/gif"), MEDIA_IMAGE, "gif" },
	{ SLICE_INIT("image/webp"), MEDIA_IMAGE, "webp" },
	{ SLICE_INIT("image/avif"), MEDIA_IMAGE, "avif" },
	{ SLICE_INIT("image/svg+xml"), MEDIA_IMAGE, "svg" },
};

static const struct slice KINDS[MEDIA_KIND__MAX] = {
	[MEDIA_VIDEO] = SLICE_INIT("video"),
	[MEDIA_AUDIO] = SLICE_INIT("audio"),
	[MEDIA_IMAGE] = SLICE_INIT("image"),
};

const char *
media_type_ending(size_t i)
{
	if (i < COUNT(TABLE))
		return TABLE[i].ending;
	return i == COUNT(TABLE) ? OTHER : NULL;
}

const char *
media_kind_name(enum media_kind kind)
{
	return KINDS[kind].p;
}

char
media_kind_letter(enum media_kind kind)
{
	static const char LETTERS[MEDIA_KIND__MAX] = { 'm', 'a', 'i' };

	return LETTERS[kind];
}

static bool
by_type(struct slice type, struct media_type *out)
{
	struct slice top = slice_sub(type, 0, slice_chr(type, '/'));

	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (slice_eq_nocase(type, TABLE[i].type)) {
			*out = (struct media_type){ TABLE[i].kind,
				TABLE[i].ending };
			return true;
		}
	for (int kind = 0; kind < MEDIA_KIND__MAX; kind++)
		if (top.n + 1 < type.n && slice_eq_nocase(top, KINDS[kind])) {
			*out =
			    (struct media_type){ (enum media_kind)kind, OTHER };
			return true;
		}
	return false;
}

static bool
by_ending(struct slice filename, struct media_type *out)
{
	struct slice rest = filename, ending = SLICE_EMPTY;

	while (slice_cut(&rest, '.', &ending))
		;
	for (size_t i = 0; i < COUNT(TABLE); i++)
		if (ending.n < filename.n &&
		    slice_eq_nocase(ending, slice_from(TABLE[i].ending))) {
			*out = (struct media_type){ TABLE[i].kind,
				TABLE[i].ending };
			return true;
		}
	return false;
}

bool
media_type_find(
    struct slice content_type, struct slice filename, struct media_type *out)
{
	struct slice type = http_media_type(content_type);

	if (type.n == 0 ||
	    slice_eq_nocase(type, SLICE("application/octet-stream")))
		return by_ending(filename, out);
	return by_type(type, out);
}

/* Of the bytes at `at`, and at `also_at`, what a file begins with. */
static const struct magic {
	struct slice bytes;
	size_t at;
	struct slice also;
	size_t also_at;
	struct media_type type;
	const char *sound; /* its ending where there is no picture, or NULL */
} MAGIC[] = {
#define MAGIC_ROW(bytes, at, also, also_at, kind, ending, sound)  \
	{                                                         \
		SLICE_INIT(bytes), at, SLICE_INIT(also), also_at, \
		    { kind, ending }, sound                       \
	}
	MAGIC_ROW("ftyp", 4, "M4A ", 8, MEDIA_AUDIO, "m4a", NULL),
	MAGIC_ROW("ftyp", 4, "M4B ", 8, MEDIA_AUDIO, "m4a", NULL),
	MAGIC_ROW("ftyp", 4, "avif", 8, MEDIA_IMAGE, "avif", NULL),
	MAGIC_ROW("ftyp", 4, "qt  ", 8, MEDIA_VIDEO, "mov", NULL),
	MAGIC_ROW("ftyp", 4, "", 0, MEDIA_VIDEO, "mp4", "m4a"),
	MAGIC_ROW("\x1a\x45\xdf\xa3", 0, "", 0, MEDIA_VIDEO, "webm", "weba"),
	MAGIC_ROW("OggS", 0, "OpusHead", 28, MEDIA_AUDIO, "ogg", NULL),
	MAGIC_ROW("OggS", 0, "\x01vorbis", 28, MEDIA_AUDIO, "ogg", NULL),
	MAGIC_ROW("OggS", 0,
	    "\x7f"
	    "FLAC",
	    28, MEDIA_AUDIO, "ogg", NULL),
	MAGIC_ROW("OggS", 0, "Speex", 28, MEDIA_AUDIO, "ogg", NULL),
	MAGIC_ROW("OggS", 0, "", 0, MEDIA_VIDEO, "ogv", "ogg"),
	MAGIC_ROW("RIFF", 0, "WAVE", 8, MEDIA_AUDIO, "wav", NULL),
	MAGIC_ROW("RIFF", 0, "AVI ", 8, MEDIA_VIDEO, "avi", NULL),
	MAGIC_ROW("RIFF", 0, "WEBP", 8, MEDIA_IMAGE, "webp", NULL),
	MAGIC_ROW("\0\0\x01\xba", 0, "", 0, MEDIA_VIDEO, "mpeg", NULL),
	MAGIC_ROW("\0\0\x01\xb3", 0, "", 0, MEDIA_VIDEO, "mpeg", NULL),
	MAGIC_ROW("fLaC", 0, "", 0, MEDIA_AUDIO, "flac", NULL),
	MAGIC_ROW("ID3", 0, "", 0, MEDIA_AUDIO, "mp3", NULL),
	MAGIC_ROW("\xff\xfb", 0, "", 0, MEDIA_AUDIO, "mp3", NULL),
	MAGIC_ROW("\xff\xf3", 0, "", 0, MEDIA_AUDIO, "mp3", NULL),
	MAGIC_ROW("\xff\xf2", 0, "", 0, MEDIA_AUDIO, "mp3", NULL),
	MAGIC_ROW("\xff\xf1", 0, "", 0, MEDIA_AUDIO, "aac", NULL),
	MAGIC_ROW("\xff\xf9", 0, "", 0, MEDIA_AUDIO, "aac", NULL),
	MAGIC_ROW("\x89PNG\r\n\x1a\n", 0, "", 0, MEDIA_IMAGE, "png", NULL),
	MAGIC_ROW("\xff\xd8\xff", 0, "", 0, MEDIA_IMAGE, "jpg", NULL),
	MAGIC_ROW("GIF8", 0, "", 0, MEDIA_IMAGE, "gif", NULL),
#undef MAGIC_ROW
};

static bool
has(struct slice bytes, size_t at, struct slice what)
{
	return slice_eq(slice_sub(bytes, at, what.n), what);
}

/* Of the endings that one container has, the one that was said. */
static void
by_container(const struct magic *m, const struct media_type *said,
    struct media_type *out)
{
	*out = m->type;
	if (m->sound != NULL && said->kind == MEDIA_AUDIO)
		*out = (struct media_type){ MEDIA_AUDIO, m->sound };
	/* Of WebM and Matroska the first bytes are the same. */
	else if (strcmp(m->type.ending, "webm") == 0 &&
	    strcmp(said->ending, "mkv") == 0)
		*out = *said;
}

/* Text is none of them, but for images that are drawn by it. */
static bool
is_text(struct slice bytes)
{
	struct slice text = slice_trim(bytes);

	return text.n != 0 && (text.p[0] == '<' || text.p[0] == '{');
}

bool
media_type_sniff(
    struct slice bytes, struct slice content_type, struct media_type *out)
{
	struct slice type = http_media_type(content_type);
	struct media_type said = { MEDIA_VIDEO, "" };
	bool known = by_type(type, &said);

	for (size_t i = 0; i < COUNT(MAGIC); i++)
		if (has(bytes, MAGIC[i].at, MAGIC[i].bytes) &&
		    has(bytes, MAGIC[i].also_at, MAGIC[i].also)) {
			by_container(&MAGIC[i], &said, out);
			return true;
		}
	*out = said;
	return known && bytes.n != 0 &&
	    is_text(bytes) == (strcmp(said.ending, "svg") == 0);
}
