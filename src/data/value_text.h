/* One value as text and back: the table "The same value in every format", for
 * every format that writes text, and for casts.
 *
 * The text here is bare: no quotes, no escapes. CSV and JSON add theirs. */
#ifndef QUIRE_DATA_VALUE_TEXT_H
#define QUIRE_DATA_VALUE_TEXT_H

#include "base/buf.h"
#include "data/column.h"
#include "data/view.h"

/* How values are spelled. Zero means the contract's defaults. */
struct quire_value_style {
    bool binary_hex;      /* binary as hex instead of base64 */
    bool space_separator; /* "2024-01-01 10:00:00" instead of 'T' */
};

/* Appends the text of a value that is neither null nor nested (QUIRE_USAGE). Floats
 * are "nan", "inf", "-inf" when they are not finite. Dictionary values are decoded;
 * an index that points nowhere or at a null has no text. Timestamps with a zone are
 * in its local time, with the offset ("Z" for UTC). */
int quire_value_write(const struct quire_view *view, int64_t row,
                      const struct quire_value_style *style, struct quire_buf *out);

/* Enough reserved bytes for any value of the field's kind that has a bounded
 * text (0: strings, binaries and nested have none). */
size_t quire_value_text_max(const struct quire_field *field);

/* As quire_value_write for bounded kinds, into reserved memory; returns the end.
 * This is the hot path: inline dispatch on the kind is done once per column. */
typedef char *quire_value_writer(const struct quire_view *view, int64_t row,
                                 const struct quire_value_style *style, char *out);
quire_value_writer *quire_value_writer_of(const struct quire_field *field);

/* Why a text did not become a value. */
enum quire_value_result {
    QUIRE_VALUE_OK,
    QUIRE_VALUE_MEMORY,
    QUIRE_VALUE_FULL,     /* 32-bit offsets are full */
    QUIRE_VALUE_MISMATCH, /* not a value of this type */
    QUIRE_VALUE_RANGE,    /* of this type, but too large for it */
    QUIRE_VALUE_PRECISE,  /* would lose digits or time precision */
    QUIRE_VALUE_UTF8      /* a string that is not UTF-8 */
};

/* Parses text as a value of column->field (not nested) and appends it; on
 * failure nothing is appended. Booleans: true/false in any case. An empty text
 * is a value only of strings and binaries. Integers are digits with an optional
 * sign; floats may be "nan" and "inf"; nothing is rounded but floats. Timestamps:
 * into a column with a zone an offset is converted, and a text without offset is
 * UTC if the zone is, else a mismatch; into one without zone an offset is a
 * mismatch. */
enum quire_value_result quire_value_parse(struct quire_column *column, const char *text,
                                          size_t size, const struct quire_value_style *style);

/* Fills in an error for such a result: "\"12x\" is not an int32" with the text cut
 * to a readable length. Returns the code that fits. */
int quire_value_fail(enum quire_value_result result, const struct quire_field *field,
                     const char *text, size_t size, const char *operation,
                     struct quire_error *error);

#endif
