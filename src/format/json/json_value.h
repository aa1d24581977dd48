/* One Arrow value as JSON text and back: any type, nested ones included. What
 * the JSON formats, CSV cells with nested values and the drawn table share.
 *
 * The spelling is RFC 8259's. Structs are objects; lists are arrays; a map is an
 * object when its keys are strings and none comes twice, else an array of
 * {"key":…,"value":…} (by the names that the entries have); dictionary values are decoded;
 * decimals, dates, times, durations and binaries are strings; strings of the extension arrow.json
 * stand as the JSON they hold, without blanks between tokens. */
#ifndef QUIRE_FORMAT_JSON_VALUE_H
#define QUIRE_FORMAT_JSON_VALUE_H

#include <stdbool.h>

#include "base/buf.h"
#include "data/column.h"
#include "data/view.h"
#include "quire/format.h"

/* Containers within containers that a JSON text may have. */
#define QUIRE_JSON_DEPTH_MAX 1024

/* Whether a map's values are objects in JSON: its keys are strings. */
static inline bool quire_json_map_has_names(const struct quire_field *map)
{
    const struct quire_field *key = &map->children[0].children[0];
    if (key->kind == QUIRE_KIND_DICTIONARY) key = key->dictionary;
    return quire_kind_is_string(key->kind) && key->extension != QUIRE_EXTENSION_JSON;
}

/* What becomes of NaN and infinities. */
enum quire_json_floats {
    QUIRE_JSON_FLOATS_NULL,
    QUIRE_JSON_FLOATS_STRING,
    QUIRE_JSON_FLOATS_ERROR
};

/* How values are spelled. Zero means the contract's defaults. */
struct quire_json_style {
    enum quire_json_floats floats;
    bool ascii;          /* what is not ASCII as \uXXXX */
    bool decimal_number; /* decimals as numbers instead of strings */
    bool binary_hex;     /* binary as hex instead of base64 */
    bool epoch;          /* timestamps as integers of their unit since 1970 */
    bool omit_nulls;     /* struct fields that are null are left out */
    bool spaced;         /* ", " and ": " as Python's json module writes them */
    bool pretty;         /* members on lines of their own, indented by two */
    bool replace_utf8;   /* strings that are not UTF-8 are repaired, not refused */
};

/* Appends the value of a row (`null` for a null). QUIRE_INPUT, with the field
 * path inside the value as column, when a string is not UTF-8, a float is not
 * finite and the style says error, or an arrow.json text is not JSON;
 * QUIRE_UNSUPPORTED for unions and run-end encoded values; QUIRE_MEMORY. On
 * failure out may hold a part of the value. Thread-safe on different buffers. */
int quire_json_value_write(const struct quire_view *view, int64_t row,
                           const struct quire_json_style *style, struct quire_buf *out,
                           struct quire_error *error);

/* Which of several members of one name counts. */
enum quire_json_repeated {
    QUIRE_JSON_REPEATED_LAST,
    QUIRE_JSON_REPEATED_ERROR,
    QUIRE_JSON_REPEATED_FIRST
};

/* How values are read. Zero means the contract's defaults. */
struct quire_json_read {
    enum quire_json_repeated repeated;
    enum quire_extra extra;     /* members that a struct has no field for */
    enum quire_missing missing; /* fields that an object does not have */
    bool any_case;              /* members are fields that are called so but for case, too */
    bool escape_names;          /* U+0000 in the names of a record's members is \u0000 */
    bool replace_utf8;          /* ill-formed UTF-8 and lone surrogates become U+FFFD */
    bool epoch;                 /* numbers are taken as timestamps of the column's unit */
    bool binary_hex;            /* binary is hex */
};

/* Parses text, which must be exactly one JSON value with blanks around it at
 * most, into one more row of column, of any type that columns have. On failure
 * nothing is appended. QUIRE_INPUT with byte (within text) and the field path
 * inside the value as column; QUIRE_LIMIT; QUIRE_MEMORY. */
int quire_json_value_parse(struct quire_column *column, const uint8_t *text, size_t size,
                           const struct quire_json_read *read, struct quire_error *error);

/* Is text exactly one JSON text of RFC 8259 (in UTF-8, within the depth limit)?
 * 0, or QUIRE_INPUT or QUIRE_LIMIT with the byte where it is not. A byte order
 * mark is not JSON; lone surrogates in escapes are let pass. */
int quire_json_check(const uint8_t *text, size_t size, struct quire_error *error);

/* Appends a JSON text without the blanks between its tokens, ASCII only when
 * asked for. Fails as quire_json_check does; out is then unchanged. */
int quire_json_compact(const uint8_t *text, size_t size, bool ascii, struct quire_buf *out,
                       struct quire_error *error);

#endif
