#include "handlers/collection.h"
#include "handlers/health.h"
#include "handlers/polling.h"
#include "handlers/session.h"
#include "handlers/setup.h"
#include "handlers/tables.h"
#include "handlers/video.h"

/* Rows and settings are small; what is larger is a mistake or an attack. */
#define JSON_MAX ((size_t)1000 * 1000)
/* Ten hours of talk as WebVTT. */
#define TRANSCRIPT_MAX ((size_t)10 * 1000 * 1000)

#define JSON "application/json"
#define TRANSCRIPT \
	"text/vtt text/plain application/x-subrip text/srt application/json"

#define COLLECTION "/videodb/collection"
#define VIDEOS     "/api/v1/videos"

/* clang-format off */
const struct route routes_table[ROUTES_COUNT] = {
	{ HTTP_GET | HTTP_POST, "/socket.io/?", polling_run, 0, NULL,
	  ROUTE_TRANSPORT },

	{ HTTP_GET, "/config/check", setup_check, 0, NULL, 0 },
	{ HTTP_GET, "/agent/?", setup_agents, 0, NULL, 0 },

	{ HTTP_GET, "/session/?", session_list, 0, NULL, 0 },
	{ HTTP_GET, "/session/{id}", session_get, 0, NULL, 0 },
	{ HTTP_DELETE, "/session/{id}", session_delete, 0, NULL, 0 },

	{ HTTP_GET, COLLECTION "/?", collection_list, 0, NULL, 0 },
	{ HTTP_GET, COLLECTION "/{id}", collection_get, 0, NULL, 0 },
	{ HTTP_GET, COLLECTION "/{id}/video", collection_videos, 0, NULL, 0 },
	{ HTTP_GET, COLLECTION "/{id}/audio", collection_empty, 0, NULL, 0 },
	{ HTTP_GET, COLLECTION "/{id}/image", collection_empty, 0, NULL, 0 },
	{ HTTP_GET, COLLECTION "/{id}/video/{id}", collection_video, 0, NULL, 0 },

	{ HTTP_GET, VIDEOS, video_list, 0, NULL, 0 },
	{ HTTP_POST, VIDEOS, video_add, JSON_MAX, JSON, 0 },
	{ HTTP_GET, VIDEOS "/{id}", video_get, 0, NULL, 0 },
	{ HTTP_GET, VIDEOS "/{id}/transcript", video_transcript_get, 0, NULL, 0 },
	{ HTTP_PUT, VIDEOS "/{id}/transcript", video_transcript_put,
	  TRANSCRIPT_MAX, TRANSCRIPT, 0 },
	{ HTTP_GET, VIDEOS "/{id}/outputs", video_outputs, 0, NULL, 0 },

	{ HTTP_GET, "/healthz", health_live, 0, NULL, ROUTE_PROBE },
	{ HTTP_GET, "/readyz", health_ready, 0, NULL, ROUTE_PROBE },
	{ HTTP_GET, "/metrics", health_metrics, 0, NULL,
	  ROUTE_LOOPBACK | ROUTE_PROBE },
};
/* clang-format on */
