#include "proto/media_type.h"

#include "proto/http.h"

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
media_kind_name(enum media_kind kind)
{
	return KINDS[kind].p;
}

char
media_kind_letter(enum media_kind kind)
{
	return kind == MEDIA_VIDEO ? 'm' : *KINDS[kind].p;
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
			    (struct media_type){ (enum media_kind)kind, "bin" };
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
