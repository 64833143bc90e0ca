/**
 * Does a JSON value hold a schema? For arguments that a language model gives to
 * a tool, and for its answers: the part of JSON Schema that OpenAI's API uses.
 *
 *   type          one of the seven names, or an array of them
 *   enum          of strings, numbers, booleans, null
 *   properties, required, additionalProperties (false, true or a schema)
 *   items, minItems, maxItems
 *   minLength, maxLength (characters), minimum, maximum
 *
 * Other keywords (title, description, format …) say nothing here. Schemas are
 * ours: one that breaks these rules (`"type": 5`) holds nothing.
 *
 * Failure: ERR_UNPROCESSABLE, the place in the value as the field
 * (`items[2].name`), and a sentence that may be given back to the model: of the
 * value it quotes types, sizes and the names of members, as letters and digits.
 * Layer:  proto (pure)
 * Spec:   JSON Schema 2020-12, Validation, 6
 */
#ifndef PROTO_JSCHEMA_H
#define PROTO_JSCHEMA_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/err.h"

/** Deeper than any schema of ours; values have their own (jval.h). */
#define JSCHEMA_DEPTH_MAX 32

/** NULL is JSON's null, as the value and as the schema, which holds nothing. */
int jschema_check(struct json_object *schema, struct json_object *value,
    struct err *e) MUST_CHECK NONNULL(3);
/**
 * May OpenAI's strict mode have it, which keeps a model to the schema: an object
 * whose objects have additionalProperties false and require all of their
 * properties, without limits of length?
 */
bool jschema_strict(struct json_object *schema);

#endif
