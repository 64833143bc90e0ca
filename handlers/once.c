#include "handlers/once.h"

#include "io/hash.h"
#include "io/store_rest.h"

/* As other APIs with such keys have it. */
#define KEY_MAX 255

/* The key without the quotes that the draft has it in. */
int
once_key(const struct ctx *c, struct slice *key, struct err *e)
{
	struct slice k = slice_trim(c->req->idempotency_key);

	if (k.n >= 2 && k.p[0] == '"' && k.p[k.n - 1] == '"')
		k = slice_sub(k, 1, k.n - 2);
	*key = k;
	for (size_t i = 0; i < k.n && k.n <= KEY_MAX; i++)
		if (k.p[i] < ' ' || k.p[i] > '~')
			k.n = KEY_MAX + 1;
	if (k.n > KEY_MAX || (k.n == 0 && c->req->idempotency_key.n > 0))
		return err_field(e, ERR_BAD_REQUEST, "Idempotency-Key",
		    "Idempotency-Key must have 1 to %d visible ASCII "
		    "characters.",
		    KEY_MAX);
	return 0;
}

int
once_begin(struct ctx *c, struct slice key, struct slice what,
    struct buf *answer, struct err *e)
{
	struct store *s = ctx_store(c, e);
	char fingerprint[HASH_SIZE];

	if (s == NULL)
		return -1;
	if (key.n == 0)
		return 0;
	if (store_begin(s, e) != 0)
		return -1;
	hash_hex(c->req->path, what, fingerprint);
	if (store_once(s, &c->who, key, slice_from(fingerprint), answer, e) ==
	    0)
		return 0;
	store_rollback(s);
	return -1;
}

int
once_end(struct ctx *c, struct slice key, const struct buf *answer, int rc,
    struct err *e)
{
	if (key.n == 0)
		return rc;
	if (rc == 0)
		rc = store_once_keep(
		    c->store, &c->who, key, buf_slice(answer), e);
	if (rc == 0)
		rc = store_commit(c->store, e);
	store_rollback(c->store);
	return rc;
}
