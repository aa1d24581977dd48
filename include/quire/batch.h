/* Batches: making schemas, filling batches by row or by column, changing types,
 * comparing, and reading streams of them.
 *
 * Inputs are borrowed during the call unless it is said that they are taken; what is
 * put out is the caller's to release, and untouched on failure. Functions may be
 * called from several threads at once, but a builder or stream belongs to one at a
 * time. */
#ifndef QUIRE_BATCH_H
#define QUIRE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/arrow.h"
#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frees text that this library returned. NULL is fine. */
QUIRE_API void quire_text_free(char *text);

/* --- Schemas ----------------------------------------------------------------
 * The schema language is one line a field: `name type [not null] [# comment]`,
 * fields also separated by ',' or ';' on one line; names with other characters
 * than letters, digits and '_' stand in back quotes (doubled to mean itself).
 * Types: null bool int8..int64 uint8..uint64 float16 float32 float64
 * decimal(p,s) (decimal256 past 38 digits) decimal256(p,s) date date64 time(s|ms|us|ns)
 * timestamp(unit[, zone]) duration(unit) interval_months interval_day_time
 * interval string large_string string_view binary large_binary binary_view
 * fixed_binary(n) uuid json list<T> large_list<T> fixed_list<T, n>
 * struct<name:T [not null], …> map<K,V> dictionary<T> (also int, long, double, float, text as
 * synonyms). Also accepted: the JSON that quire_schema_print_json writes. */

/* Parses; errors give the line (as row) and byte. The caller releases *schema. */
QUIRE_API int quire_schema_parse(const char *text, size_t size, struct ArrowSchema *schema,
                                 struct quire_error *error);

/* What quire_schema_parse reads back to an equal schema, one line a field.
 * Metadata is written as comments. Freed with quire_text_free. A time zone that this
 * system does not know can be in a schema made elsewhere, where its values are written
 * in UTC; the language and its JSON do not take it. */
QUIRE_API int quire_schema_print(const struct ArrowSchema *schema, char **text,
                                 struct quire_error *error);
QUIRE_API int quire_schema_print_json(const struct ArrowSchema *schema, char **text,
                                      struct quire_error *error);

QUIRE_API int quire_schema_copy(const struct ArrowSchema *schema, struct ArrowSchema *copy,
                                struct quire_error *error);

/* Same names, types, order and nullability; not metadata. A difference is
 * described in *difference (cause and column), which may be NULL. */
QUIRE_API bool quire_schema_equal(const struct ArrowSchema *a, const struct ArrowSchema *b,
                                  struct quire_error *difference);

/* --- Builder ----------------------------------------------------------------
 * Fills batches of one schema. Not thread-safe. After a failed append the row
 * under construction is dropped and the builder can go on with the next.
 *
 * By row: one append for each column in order, then end_row. Appending fewer
 * columns leaves the rest null (an error naming the column when not nullable).
 * Nested values: begin, items or fields, end. */
struct quire_builder;

QUIRE_API int quire_builder_new(const struct ArrowSchema *schema, struct quire_builder **builder,
                                struct quire_error *error);
QUIRE_API void quire_builder_free(struct quire_builder *builder);

QUIRE_API int quire_builder_null(struct quire_builder *builder, struct quire_error *error);
QUIRE_API int quire_builder_bool(struct quire_builder *builder, bool value,
                                 struct quire_error *error);
/* Into any integer, float, date, time, timestamp or duration column; QUIRE_INPUT
 * when it does not fit (nothing is rounded or wrapped). */
QUIRE_API int quire_builder_int(struct quire_builder *builder, int64_t value,
                                struct quire_error *error);
QUIRE_API int quire_builder_uint(struct quire_builder *builder, uint64_t value,
                                 struct quire_error *error);
QUIRE_API int quire_builder_double(struct quire_builder *builder, double value,
                                   struct quire_error *error);
/* Into string and binary columns as it is (strings: UTF-8 checked), into others
 * by parsing the text as their type (ISO dates, decimals …). */
QUIRE_API int quire_builder_text(struct quire_builder *builder, const char *text, size_t size,
                                 struct quire_error *error);
/* Bytes of a binary column, or of a fixed-width value in Arrow's layout. */
QUIRE_API int quire_builder_bytes(struct quire_builder *builder, const void *bytes, size_t size,
                                  struct quire_error *error);
/* A list, struct or map value begins; each struct field or list item is then
 * appended in order (map: key, value, key, value …) until end. */
QUIRE_API int quire_builder_begin(struct quire_builder *builder, struct quire_error *error);
QUIRE_API int quire_builder_end(struct quire_builder *builder, struct quire_error *error);
QUIRE_API int quire_builder_end_row(struct quire_builder *builder, struct quire_error *error);

/* By column: copies all rows of an array (of the column's type, or one that casts
 * to it without loss) to the end of one top-level column. Columns must be of one
 * length again when the batch is finished. */
QUIRE_API int quire_builder_column(struct quire_builder *builder, size_t column,
                                   const struct ArrowSchema *schema, const struct ArrowArray *array,
                                   struct quire_error *error);

QUIRE_API int64_t quire_builder_rows(const struct quire_builder *builder);
/* Heap bytes held, to decide when to finish a batch. */
QUIRE_API size_t quire_builder_memory(const struct quire_builder *builder);
/* Moves what was built into *batch and starts anew. The caller releases it. */
QUIRE_API int quire_builder_finish(struct quire_builder *builder, struct ArrowArray *batch,
                                   struct quire_error *error);

/* --- Casts -------------------------------------------------------------------
 * Between all types where a value can be kept exactly: integers and floats of
 * every width, decimals, text from and to all that is not nested, dates, timestamps,
 * units, string and list layouts, dictionaries, and nested types by field name
 * (missing fields become null). What does not fit is QUIRE_INPUT with row and
 * column, or null and counted with allow_null. */
struct quire_cast_options {
    bool allow_null;  /* values that do not fit become null */
    bool allow_lossy; /* floats to integers truncate, time units round down */
    int64_t *nulled;  /* how many did; may be NULL */
};
QUIRE_API int quire_cast(const struct ArrowSchema *from, const struct ArrowArray *array,
                         const struct ArrowSchema *to, const struct quire_cast_options *options,
                         struct ArrowArray *result, struct quire_error *error);

/* --- Streams ----------------------------------------------------------------- */

/* Schema and next batch of any stream, with the structured error where the stream
 * is this library's and its errno and text where it is not. At the end *batch has
 * release == NULL. The caller releases what it gets. */
QUIRE_API int quire_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema,
                                  struct quire_error *error);
QUIRE_API int quire_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *batch,
                                struct quire_error *error);

/* A stream over batches already in memory; takes schema and batches (moves them). */
QUIRE_API int quire_stream_of_batches(struct ArrowSchema *schema, struct ArrowArray *batches,
                                      size_t batches_size, struct ArrowArrayStream *stream,
                                      struct quire_error *error);

/* The columns of a stream that are named ("a", "b.c": of struct b only field c), in
 * that order. Takes *source (moves it) on success. QUIRE_USAGE names the nearest
 * column for one that is not there. */
QUIRE_API int quire_stream_select(struct ArrowArrayStream *source, const char *const *columns,
                                  size_t columns_size, struct ArrowArrayStream *result,
                                  struct quire_error *error);

/* The first `rows` rows of a stream (QUIRE_USAGE below 0). Takes *source on success. */
QUIRE_API int quire_stream_limit(struct ArrowArrayStream *source, int64_t rows,
                                 struct ArrowArrayStream *result, struct quire_error *error);

/* Release if held; all accept structures already released. */
QUIRE_API void quire_schema_release(struct ArrowSchema *schema);
QUIRE_API void quire_array_release(struct ArrowArray *array);
QUIRE_API void quire_stream_release(struct ArrowArrayStream *stream);

/* Checks an array from a source that is not trusted: shapes, offsets, indices,
 * UTF-8. Afterwards reading it cannot leave its buffers. */
QUIRE_API int quire_array_validate(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                   struct quire_error *error);

/* Do both hold the same rows? Types must be equal; NaN equals NaN and -0.0 equals
 * only -0.0. A difference is described in *difference (row, column, both values). */
QUIRE_API bool quire_array_equal(const struct ArrowSchema *schema, const struct ArrowArray *a,
                                 const struct ArrowArray *b, struct quire_error *difference);

#ifdef __cplusplus
}
#endif
#endif
