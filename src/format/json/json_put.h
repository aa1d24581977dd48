/* Values as JSON text, for the two who write them: one value at a time at any
 * depth, and the encoder's columns at full speed. */
#ifndef QUIRE_FORMAT_JSON_PUT_H
#define QUIRE_FORMAT_JSON_PUT_H

#include "format/json/json_value.h"

/* As quire_json_value_write, for a value that stands `depth` levels deep (which
 * only pretty printing needs to know). */
int quire_json_put(const struct quire_view *view, int64_t row, const struct quire_json_style *style,
                   int depth, struct quire_buf *out, struct quire_error *error);

/* Reserved bytes that quire_json_put_bounded needs; 0: the kind has no bound. */
size_t quire_json_bounded_max(const struct quire_field *field);

/* A value of a bounded kind, not null, into reserved memory; returns the end, or
 * NULL for a float that is not finite where the style says error. */
char *quire_json_put_bounded(const struct quire_view *view, int64_t row,
                             const struct quire_json_style *style, char *out);

/* A float that is not finite, by policy; as above. */
char *quire_json_put_not_finite(double value, const struct quire_json_style *style, char *out);

/* QUIRE_INPUT for such a NULL. */
int quire_json_fail_float(struct quire_error *error);

#endif
