#include "proto/sio_binary.h"

#include "harness/check.h"

#define ROW(name, args, attachments, status, sent, order) \
	{ name, SLICE_INIT(args), attachments, status, sent, order },
static const struct row {
	const char *name;
	struct slice args;
	unsigned attachments;
	enum sio_status status;
	const char *sent, *order;
} ROWS[] = {
#include "vectors/sio_binary.h"
};
#undef ROW

/* The rows come from another file: their name is the better address. */
static void
check_row(const struct row *row, bool good, const char *what)
{
	if (!good) {
		(void)printf("# row \"%s\"\n", row->name);
		check_fail(__FILE__, __LINE__, what);
	}
}

static struct json_object *
parse(struct slice text)
{
	struct json_object *value;

	CHECK(jval_parse(text, &value) == JVAL_OK);
	return value;
}

static bool
prints(struct json_object *value, const char *want)
{
	struct buf b = BUF_INIT;
	bool same;

	jval_print(&b, value);
	same = slice_eqs(buf_slice(&b), want);
	buf_fini(&b);
	return same;
}

static void
test_check(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *args = parse(ROWS[i].args);

		check_row(&ROWS[i],
		    sio_binary_check(args, ROWS[i].attachments) ==
			ROWS[i].status,
		    "status");
		json_object_put(args);
	}
}

static bool
is_order(const struct sio_attachments *got, const char *want)
{
	if (got->n != strlen(want))
		return false;
	for (unsigned i = 0; i < got->n; i++)
		if (got->from[i] != (unsigned)(want[i] - '0'))
			return false;
	return true;
}

static void
check_collected(const struct row *row, struct json_object *args)
{
	struct sio_attachments order;
	struct json_object *out = args;
	enum sio_status status =
	    sio_binary_collect(args, row->attachments, &out, &order);

	check_row(row, status == row->status, "status");
	check_row(row, is_order(&order, row->order), "order");
	if (status == SIO_OK) {
		check_row(row, prints(out, row->sent), "sent");
		check_row(row, (out == args) == (order.n == 0), "copied");
	} else {
		check_row(row, out == NULL, "nothing");
	}
	json_object_put(out);
}

static void
test_collect(void)
{
	for (size_t i = 0; i < COUNT(ROWS); i++) {
		struct json_object *args = parse(ROWS[i].args);
		struct buf before = BUF_INIT;

		jval_print(&before, args);
		check_collected(&ROWS[i], args);
		check_row(
		    &ROWS[i], prints(args, buf_cstr(&before)), "unchanged");
		buf_fini(&before);
		json_object_put(args);
	}
}

/* A packet may name one attachment often; sent, each place is one. */
static void
test_too_many_places(void)
{
	struct sio_attachments order;
	struct json_object *args, *out;
	struct buf b = BUF_INIT;

	buf_adds(&b, "[\"a\"");
	for (int i = 0; i <= SIO_ATTACHMENTS_MAX; i++)
		buf_adds(&b, ",{\"_placeholder\":true,\"num\":0}");
	buf_addc(&b, ']');
	args = parse(buf_slice(&b));
	CHECK(sio_binary_check(args, 1) == SIO_OK);
	CHECK(sio_binary_collect(args, 1, &out, &order) == SIO_ATTACHMENTS);
	CHECK(out == NULL && order.n == 0);
	json_object_put(args);
	buf_fini(&b);
}

static void
test_null_arguments(void)
{
	struct sio_attachments order;
	struct json_object *out;

	CHECK(sio_binary_check(NULL, 1) == SIO_OK);
	CHECK(sio_binary_collect(NULL, 1, &out, &order) == SIO_OK);
	CHECK(out == NULL && order.n == 0);
}

int
main(void)
{
	return check_main((struct check_case[]){
	    CHECK_CASE(test_check),
	    CHECK_CASE(test_collect),
	    CHECK_CASE(test_too_many_places),
	    CHECK_CASE(test_null_arguments),
	    { NULL, NULL },
	});
}
