#include "handlers/collection.h"
#include "handlers/health.h"
#include "handlers/job.h"
#include "handlers/media.h"
#include "handlers/openapi.h"
#include "handlers/polling.h"
#include "handlers/rest.h"
#include "handlers/rest_post.h"
#include "handlers/rest_write.h"
#include "handlers/search.h"
#include "handlers/session.h"
#include "handlers/setup.h"
#include "handlers/tables.h"
#include "handlers/training.h"
#include "handlers/upload.h"
#include "handlers/video.h"
#include "handlers/videodb.h"

/* Rows and settings are small; what is larger is a mistake or an attack. */
#define JSON_MAX ((size_t)1000 * 1000)
/* Ten hours of talk as WebVTT. */
#define TRANSCRIPT_MAX ((size_t)10 * 1000 * 1000)

#define JSON  "application/json"
#define PATCH "application/merge-patch+json application/json"
#define TRANSCRIPT \
	"text/vtt text/plain application/x-subrip text/srt application/json"

#define UPLOAD "multipart/form-data application/json"

#define COLLECTION "/videodb/collection"
#define AUDIO      COLLECTION "/{id}/audio"
#define IMAGE      COLLECTION "/{id}/image"
#define API        "/api/v1"
#define VIDEOS     API "/videos"

/* Rows that are everybody's; those that are small. (A POST depends on who asks: its
 * Idempotency-Key.) */
#define ROWS  (ROUTE_QUICK | ROUTE_ANYONE)
#define SMALL (ROWS | ROUTE_SHARES)

/* clang-format off */
const struct route routes_table[ROUTES_COUNT] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT, 0 },

	{ HTTP_GET, "/config/check", setup_check, 0, NULL, ROUTE_QUICK, 0 },
	{ HTTP_GET, "/agent/?", setup_agents, 0, NULL, ROUTE_QUICK, 0 },

	{ HTTP_GET, "/session/?", session_list, 0, NULL, 0, 0 },
	{ HTTP_GET, "/session/{id}", session_get, 0, NULL, 0, 0 },
	{ HTTP_DELETE, "/session/{id}", session_delete, 0, NULL, 0, 0 },

	{ HTTP_GET, COLLECTION "/?", collection_list, 0, NULL, 0, 0 },
	{ HTTP_POST, COLLECTION "/?", collection_add, JSON_MAX, JSON, 0, 0 },
	{ HTTP_GET, COLLECTION "/{id}", collection_get, 0, NULL, 0, 0 },
	{ HTTP_DELETE, COLLECTION "/{id}", collection_delete, 0, NULL, 0, 0 },
	{ HTTP_POST, COLLECTION "/{id}/upload", upload_run, 0, UPLOAD,
	  ROUTE_STREAM, 0 },
	{ HTTP_GET, COLLECTION "/{id}/video", collection_videos, 0, NULL, 0, 0 },
	{ HTTP_GET, COLLECTION "/{id}/video/{id}", collection_video, 0, NULL, 0, 0 },
	{ HTTP_DELETE, COLLECTION "/{id}/video/{id}", collection_video_delete,
	  0, NULL, 0, 0 },
	{ HTTP_GET, AUDIO, media_audio_list, 0, NULL, 0, 0 },
	{ HTTP_GET, AUDIO "/{id}", media_audio_get, 0, NULL, 0, 0 },
	{ HTTP_DELETE, AUDIO "/{id}", media_audio_delete, 0, NULL, 0, 0 },
	{ HTTP_GET, AUDIO "/{id}/generate_url", media_audio_url, 0, NULL, 0, 0 },
	{ HTTP_GET, IMAGE, media_image_list, 0, NULL, 0, 0 },
	{ HTTP_GET, IMAGE "/{id}", media_image_get, 0, NULL, 0, 0 },
	{ HTTP_DELETE, IMAGE "/{id}", media_image_delete, 0, NULL, 0, 0 },
	{ HTTP_GET, IMAGE "/{id}/generate_url", media_image_url, 0, NULL, 0, 0 },

	{ HTTP_GET, API "/collections", rest_list, 0, NULL, ROWS,
	  STORE_LIST_COLLECTIONS },
	{ HTTP_POST, API "/collections", rest_post, JSON_MAX, JSON, ROUTE_QUICK,
	  STORE_LIST_COLLECTIONS },
	{ HTTP_GET, API "/collections/{id}", rest_get, 0, NULL, ROWS,
	  STORE_LIST_COLLECTIONS },
	{ HTTP_PATCH, API "/collections/{id}", rest_patch, JSON_MAX, PATCH, ROWS,
	  STORE_LIST_COLLECTIONS },
	{ HTTP_DELETE, API "/collections/{id}", rest_delete, 0, NULL, ROWS,
	  STORE_LIST_COLLECTIONS },

	{ HTTP_GET, VIDEOS, rest_list, 0, NULL, SMALL, STORE_LIST_VIDEOS },
	{ HTTP_POST, VIDEOS, rest_post, JSON_MAX, JSON, ROUTE_QUICK, STORE_LIST_VIDEOS },
	{ HTTP_GET, VIDEOS "/{id}", rest_get, 0, NULL, SMALL, STORE_LIST_VIDEOS },
	{ HTTP_PATCH, VIDEOS "/{id}", rest_patch, JSON_MAX, PATCH, ROWS,
	  STORE_LIST_VIDEOS },
	{ HTTP_DELETE, VIDEOS "/{id}", rest_delete, 0, NULL, ROWS,
	  STORE_LIST_VIDEOS },
	{ HTTP_GET, VIDEOS "/{id}/transcript", video_transcript_get, 0, NULL,
	  ROUTE_BARE | ROUTE_ANYONE, 0 },
	{ HTTP_PUT, VIDEOS "/{id}/transcript", video_transcript_put,
	  TRANSCRIPT_MAX, TRANSCRIPT, ROUTE_BARE | ROUTE_ANYONE, 0 },
	{ HTTP_POST, VIDEOS "/{id}/transcript", videodb_transcript_post, 0, NULL,
	  ROUTE_BARE | ROUTE_ANYONE, 0 },
	{ HTTP_GET, VIDEOS "/{id}/chunks", video_below, 0, NULL, ROUTE_ANYONE,
	  STORE_LIST_CHUNKS },
	{ HTTP_GET, VIDEOS "/{id}/outputs", video_below, 0, NULL, ROUTE_ANYONE,
	  STORE_LIST_OUTPUTS },

	{ HTTP_GET, API "/transcripts", rest_list, 0, NULL, ROWS,
	  STORE_LIST_TRANSCRIPTS },
	{ HTTP_GET, API "/transcripts/{id}", rest_get, 0, NULL, ROWS,
	  STORE_LIST_TRANSCRIPTS },
	{ HTTP_DELETE, API "/transcripts/{id}", rest_delete, 0, NULL, ROWS,
	  STORE_LIST_TRANSCRIPTS },

	{ HTTP_GET, API "/chunks", rest_list, 0, NULL, ROWS, STORE_LIST_CHUNKS },
	{ HTTP_GET, API "/chunks/{id}", rest_get, 0, NULL, ROWS,
	  STORE_LIST_CHUNKS },

	{ HTTP_GET, API "/outputs", rest_list, 0, NULL, ROWS, STORE_LIST_OUTPUTS },
	{ HTTP_POST, API "/outputs", rest_post, JSON_MAX, JSON, ROUTE_QUICK,
	  STORE_LIST_OUTPUTS },
	{ HTTP_GET, API "/outputs/{id}", rest_get, 0, NULL, ROWS,
	  STORE_LIST_OUTPUTS },
	{ HTTP_PATCH, API "/outputs/{id}", rest_patch, JSON_MAX, PATCH, ROWS,
	  STORE_LIST_OUTPUTS },
	{ HTTP_DELETE, API "/outputs/{id}", rest_delete, 0, NULL, ROWS,
	  STORE_LIST_OUTPUTS },

	{ HTTP_GET, API "/sessions", rest_list, 0, NULL, ROUTE_QUICK,
	  STORE_LIST_SESSIONS },
	{ HTTP_GET, API "/sessions/{id}", session_read, 0, NULL, ROUTE_BARE, 0 },
	{ HTTP_DELETE, API "/sessions/{id}", session_delete, 0, NULL, ROUTE_BARE,
	  0 },
	{ HTTP_GET, API "/messages", rest_list, 0, NULL, ROUTE_QUICK,
	  STORE_LIST_MESSAGES },
	{ HTTP_GET, API "/jobs", rest_list, 0, NULL, ROUTE_QUICK, STORE_LIST_JOBS },
	{ HTTP_GET, API "/jobs/{id}", rest_get, 0, NULL, ROUTE_QUICK, STORE_LIST_JOBS },
	{ HTTP_DELETE, API "/jobs/{id}", job_delete, 0, NULL, ROUTE_BARE, 0 },
	{ HTTP_POST, API "/jobs/{id}/cancel", job_cancel, 0, NULL, ROUTE_BARE, 0 },
	{ HTTP_POST, API "/jobs/{id}/retry", job_retry, 0, NULL, ROUTE_BARE, 0 },
	{ HTTP_POST, API "/search", search_run, JSON_MAX, JSON, ROUTE_BARE | ROUTE_ANYONE, 0 },
	{ HTTP_GET, API "/training-data", training_list, 0, NULL, ROUTE_ANYONE, 0 },

	{ HTTP_GET, API "/openapi.json", openapi_get, 0, NULL,
	  ROUTE_PROBE | ROUTE_BARE, 0 },
	{ HTTP_GET, "/healthz", health_live, 0, NULL, ROUTE_PROBE, 0 },
	{ HTTP_GET, "/readyz", health_ready, 0, NULL, ROUTE_PROBE, 0 },
	{ HTTP_GET, "/metrics", health_metrics, 0, NULL,
	  ROUTE_LOOPBACK | ROUTE_PROBE, 0 },
};
/* clang-format on */
