/**
 * Who asks. Every request and job carries one, and every store call that
 * touches user data takes it. Until authentication lands it is the visitor of
 * the cookie, or nobody.
 *
 * Layer:  base (pure)
 */
#ifndef BASE_PRINCIPAL_H
#define BASE_PRINCIPAL_H

#include "base/slice.h"

struct principal {
	struct slice id; /* "" = anonymous */
};

#define PRINCIPAL_ANONYMOUS ((struct principal){ SLICE_EMPTY })

#endif
