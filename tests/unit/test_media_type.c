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

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_media_type_find), { NULL, NULL } });
}
