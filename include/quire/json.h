/* Reports as JSON: one small document, written member by member. For rows of data
 * there is the format "json". */
#ifndef QUIRE_JSON_H
#define QUIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A document under construction, compact, in memory. Failures are sticky and told
 * by quire_json_text. Inside an object every value follows its key; anything else
 * is the caller's mistake and makes the document QUIRE_USAGE. Nesting deeper than
 * 60 is QUIRE_LIMIT. Not thread-safe. */
struct quire_json;

/* *json is freed with quire_json_free. 0 or QUIRE_MEMORY. */
QUIRE_API int quire_json_new(struct quire_json **json, struct quire_error *error);
QUIRE_API void quire_json_free(struct quire_json *json); /* NULL is fine */

/* Starts the next document; the text of the last one is gone. */
QUIRE_API void quire_json_clear(struct quire_json *json);

QUIRE_API void quire_json_begin_object(struct quire_json *json);
QUIRE_API void quire_json_end_object(struct quire_json *json);
QUIRE_API void quire_json_begin_array(struct quire_json *json);
QUIRE_API void quire_json_end_array(struct quire_json *json);
QUIRE_API void quire_json_key(struct quire_json *json, const char *key);
/* NULL is null; what is not UTF-8 is repaired with U+FFFD. */
QUIRE_API void quire_json_string(struct quire_json *json, const char *text);
QUIRE_API void quire_json_i64(struct quire_json *json, int64_t value);
/* NaN and infinities are null. */
QUIRE_API void quire_json_f64(struct quire_json *json, double value);
QUIRE_API void quire_json_bool(struct quire_json *json, bool value);
QUIRE_API void quire_json_null(struct quire_json *json);
/* A value that is JSON already, such as quire_quality_report gives: put in as it stands. */
QUIRE_API void quire_json_raw(struct quire_json *json, const char *text, size_t size);

/* The whole document, zero-terminated and without a line end, valid until json is
 * written to, cleared or freed. size (without the zero) may be NULL. QUIRE_USAGE
 * when containers are open or nothing was written. */
QUIRE_API int quire_json_text(struct quire_json *json, const char **text, size_t *size,
                              struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
