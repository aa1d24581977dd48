/* A schema, understood: ArrowSchema's format strings parsed once into a tree that
 * encoders and decoders switch on.
 *
 * Arrow CDataInterface.rst "Data type description" gives the format strings; the
 * kinds below are those types, with the widths and encodings told apart because
 * that is what hot loops need. A tree is immutable once open and may be shared
 * by threads. */
#ifndef QUIRE_DATA_FIELD_H
#define QUIRE_DATA_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/time_text.h"
#include "quire/arrow.h"
#include "quire/error.h"

/* Nesting that a schema may have, and columns on one level. */
#define QUIRE_FIELD_DEPTH_MAX    64
#define QUIRE_FIELD_CHILDREN_MAX 100000

enum quire_kind {
    QUIRE_KIND_NULL,
    QUIRE_KIND_BOOL,
    QUIRE_KIND_INT8,
    QUIRE_KIND_INT16,
    QUIRE_KIND_INT32,
    QUIRE_KIND_INT64,
    QUIRE_KIND_UINT8,
    QUIRE_KIND_UINT16,
    QUIRE_KIND_UINT32,
    QUIRE_KIND_UINT64,
    QUIRE_KIND_FLOAT16,
    QUIRE_KIND_FLOAT32,
    QUIRE_KIND_FLOAT64,
    QUIRE_KIND_DECIMAL,   /* width 4, 8, 16 or 32 bytes; precision and scale */
    QUIRE_KIND_DATE32,    /* days */
    QUIRE_KIND_DATE64,    /* milliseconds, whole days */
    QUIRE_KIND_TIME32,    /* unit second or milli */
    QUIRE_KIND_TIME64,    /* unit micro or nano */
    QUIRE_KIND_TIMESTAMP, /* unit, zone */
    QUIRE_KIND_DURATION,  /* unit */
    QUIRE_KIND_INTERVAL_MONTHS,
    QUIRE_KIND_INTERVAL_DAY_TIME,
    QUIRE_KIND_INTERVAL_MONTH_DAY_NANO,
    QUIRE_KIND_STRING,
    QUIRE_KIND_LARGE_STRING,
    QUIRE_KIND_STRING_VIEW,
    QUIRE_KIND_BINARY,
    QUIRE_KIND_LARGE_BINARY,
    QUIRE_KIND_BINARY_VIEW,
    QUIRE_KIND_FIXED_BINARY, /* width bytes */
    QUIRE_KIND_LIST,
    QUIRE_KIND_LARGE_LIST,
    QUIRE_KIND_LIST_VIEW,
    QUIRE_KIND_LARGE_LIST_VIEW,
    QUIRE_KIND_FIXED_LIST, /* width items */
    QUIRE_KIND_STRUCT,
    QUIRE_KIND_MAP,        /* one child: struct of key, value */
    QUIRE_KIND_DICTIONARY, /* index_kind, and dictionary: the field of the values */
    QUIRE_KIND_UNION,      /* passed through by formats that can */
    QUIRE_KIND_RUN_END     /* children: run_ends, values */
};

/* Canonical extension types that change how a value is written. */
enum quire_extension { QUIRE_EXTENSION_NONE, QUIRE_EXTENSION_UUID, QUIRE_EXTENSION_JSON };

struct quire_field {
    enum quire_kind kind;
    enum quire_kind index_kind;     /* DICTIONARY: the kind of the indices */
    enum quire_extension extension; /* "arrow.uuid" on 16 bytes, "arrow.json" on strings */
    enum quire_time_unit unit;
    int32_t width;            /* bytes of a fixed-width value, or items of a fixed list; else 0 */
    int32_t precision, scale; /* DECIMAL */
    bool nullable;
    bool dictionary_ordered, keys_sorted;
    const char *name; /* "" when absent; valid UTF-8 */
    size_t name_size;
    const char *zone;              /* TIMESTAMP: NULL without zone */
    bool utc;                      /* TIMESTAMP: the zone is UTC by its name */
    struct quire_zone *zone_table; /* opened for zones other than UTC; NULL: offset 0 */
    const char *metadata;          /* Arrow's encoded key-values; NULL */
    struct quire_field *children;
    size_t children_size;
    struct quire_field *dictionary;
    const char *format; /* Arrow's format string; DICTIONARY: that of the indices */
};

/* Parses a schema into a tree that owns all it needs. Bad format strings, names
 * that are not UTF-8 and passed limits are QUIRE_USAGE naming the field path. A
 * zone that this system does not know has no table and is not utc: its instants are
 * still right and are written in UTC, but no wall clock is read in it. */
int quire_field_open(const struct ArrowSchema *schema, struct quire_field **root,
                     struct quire_error *error);
void quire_field_close(struct quire_field *root);

/* For QUIRE_CLEANUP. */
static inline void quire_field_cleanup(struct quire_field **root)
{
    quire_field_close(*root);
}

/* The ArrowSchema of a tree, made anew. */
int quire_field_to_schema(const struct quire_field *field, struct ArrowSchema *schema,
                          struct quire_error *error);

/* Index of a child by exact name; -1. */
int64_t quire_field_child(const struct quire_field *field, const char *name, size_t name_size);
/* Of the only child that is called so but for case; -1. */
int64_t quire_field_child_any_case(const struct quire_field *field, const char *name,
                                   size_t name_size);

/* The type as the schema language writes it ("timestamp(us, UTC)"), appended. */
int quire_field_type_text(const struct quire_field *field, struct quire_buf *out);

/* Value of a metadata key, or NULL; *size its length. Borrowed from metadata. */
const char *quire_metadata_get(const char *metadata, const char *key, size_t *size);

static inline bool quire_kind_is_integer(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_INT8 && kind <= QUIRE_KIND_UINT64;
}
static inline bool quire_kind_is_signed(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_INT8 && kind <= QUIRE_KIND_INT64;
}
static inline bool quire_kind_is_float(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_FLOAT16 && kind <= QUIRE_KIND_FLOAT64;
}
static inline bool quire_kind_is_string(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_STRING && kind <= QUIRE_KIND_STRING_VIEW;
}
static inline bool quire_kind_is_binary(enum quire_kind kind) /* without FIXED_BINARY */
{
    return kind >= QUIRE_KIND_BINARY && kind <= QUIRE_KIND_BINARY_VIEW;
}
static inline bool quire_kind_is_nested(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_LIST && kind <= QUIRE_KIND_MAP;
}

#endif
