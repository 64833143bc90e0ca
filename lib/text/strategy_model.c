#include "text/strategy_chain.h"

#include "strategy_model.inc"

_Static_assert(sizeof(links) - 1 == STRATEGY_LINKS, "a link for each pair");

static const struct strategy_model shipped = {
	.rows = { seller_rows, buyer_rows },
	.n_rows = { SELLER_ROWS, BUYER_ROWS },
	.unit = UNIT,
	.links = links,
	.link_unit = LINK_UNIT,
	.favour = FAVOUR,
	.objects = OBJECTS,
};

const struct strategy_model *
strategy_shipped(void)
{
	return &shipped;
}

bool
strategy_trained_on(uint64_t digest)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (digests[i] == digest)
			return true;
	return false;
}
