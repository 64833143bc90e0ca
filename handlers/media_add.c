#include "handlers/media_add.h"

#include <stdio.h>

#include "base/utf8.h"
#include "io/rnd.h"
#include "io/store_media.h"
#include "io/store_video.h"
#include "proto/jval.h"

/* Bytes of a name: file systems have no longer ones. */
#define NAME_BYTES 255

struct slice
media_add_name(struct slice filename)
{
	size_t end;

	for (size_t i = filename.n; i > 0; i--)
		if (filename.p[i - 1] == '/' || filename.p[i - 1] == '\\') {
			filename = slice_from_at(filename, i);
			break;
		}
	for (end = filename.n; end > 1; end--)
		if (filename.p[end - 1] == '.')
			break;
	if (end > 1)
		filename.n = end - 1;
	return utf8_prefix(utf8_trim(filename), NAME_BYTES);
}

void
media_add_init(struct media_add *m, const char *uuid)
{
	if (uuid != NULL)
		(void)snprintf(m->uuid, sizeof(m->uuid), "%s", uuid);
	else
		rnd_uuid(m->uuid);
	media_file_owner(
	    m->owner, media_kind_letter(m->type.kind), slice_from(m->uuid));
}

static int
add_video(struct store *s, const struct principal *who,
    const struct media_add *m, struct slice file, struct json_object **row,
    struct err *e)
{
	struct json_object *metadata = json_object_new_object();
	struct store_video_new new = { .id = slice_from(m->uuid),
		.collection_id = m->collection_id,
		.metadata = metadata };
	int rc;

	jval_put_str(metadata, "name", m->name);
	jval_put_str(metadata, "file", file);
	rc = store_video_add(s, who, &new, row, e);
	(void)json_object_put(metadata);
	return rc;
}

int
media_add_row(struct store *s, const struct principal *who,
    const struct media_add *m, struct json_object **row, struct err *e)
{
	char file[MEDIA_FILE_NAME];
	struct store_media_new new = { slice_from(m->owner), m->collection_id,
		m->type.kind, m->name, SLICE_EMPTY, NULL };

	(void)snprintf(file, sizeof(file), "%s.%s", m->owner, m->type.ending);
	new.file = slice_from(file);
	if (m->type.kind == MEDIA_VIDEO)
		return add_video(s, who, m, new.file, row, e);
	return store_media_add(s, who, &new, row, e);
}
