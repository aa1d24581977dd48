/* Private to table: a table's schema as a tree that can be changed and written again (PROTOCOL.md,
 * "Schema Serialization Format"): for what a schema says beyond types, and for its evolution.
 *
 * All of a tree lives in one arena. Members of "metadata" are kept as they stand. */
#ifndef QUIRE_TABLE_DELTA_TYPE_H
#define QUIRE_TABLE_DELTA_TYPE_H

#include "base/buf.h"
#include "base/json_tree.h"
#include "quire/error.h"
#include "table/log/action.h"

enum quire_delta_kind {
    QUIRE_DELTA_PRIMITIVE,
    QUIRE_DELTA_STRUCT,
    QUIRE_DELTA_ARRAY,
    QUIRE_DELTA_MAP
};

/* A member of a column's metadata. */
struct quire_delta_member {
    const char *key;
    struct quire_bytes raw; /* its value, JSON */
    const char *text;       /* of a value that is a string; else NULL */
    int64_t number;         /* of a value that is a whole number; else QUIRE_LOG_NONE */
    struct quire_delta_member *next;
};

struct quire_delta_field;

struct quire_delta_type {
    enum quire_delta_kind kind;
    const char *name;                 /* PRIMITIVE: "long" */
    struct quire_delta_field *fields; /* STRUCT */
    size_t fields_size;
    struct quire_delta_type *key;     /* MAP */
    struct quire_delta_type *element; /* ARRAY; the values of a MAP */
    bool contains_null;               /* containsNull, valueContainsNull */
};

struct quire_delta_field {
    const char *name;
    struct quire_delta_type *type;
    bool nullable;
    struct quire_delta_member *metadata;
};

/* Reads the schema of a table. QUIRE_CORRUPT where it cannot be understood. */
int quire_delta_type_read(const struct quire_bytes *text, struct quire_arena *arena,
                          struct quire_delta_type **root, struct quire_error *error);
/* Appends the JSON. 0 or QUIRE_MEMORY. */
int quire_delta_type_write(const struct quire_delta_type *root, struct quire_buf *out);

/* A member of a field's metadata; NULL when it is not there. */
const struct quire_delta_member *quire_delta_field_get(const struct quire_delta_field *field,
                                                       const char *key);
/* Sets a member to JSON that is copied, or to a text, or to a number. 0 or QUIRE_MEMORY. */
int quire_delta_field_set(struct quire_arena *arena, struct quire_delta_field *field,
                          const char *key, const struct quire_bytes *raw);
int quire_delta_field_set_text(struct quire_arena *arena, struct quire_delta_field *field,
                               const char *key, const char *text);
int quire_delta_field_set_number(struct quire_arena *arena, struct quire_delta_field *field,
                                 const char *key, int64_t number);

/* A field of a struct by its name, whatever the case; NULL. */
struct quire_delta_field *quire_delta_type_find(const struct quire_delta_type *type,
                                                const char *name);
/* Puts a copy of a field at the end of a struct. 0 or QUIRE_MEMORY. */
int quire_delta_type_push(struct quire_arena *arena, struct quire_delta_type *type,
                          const struct quire_delta_field *field);

/* Calls back with each field of the tree, outer ones first. Ends early with what the callback
 * returns that is not 0. */
typedef int quire_take_delta_field(void *user, struct quire_delta_field *field);
int quire_delta_type_each(struct quire_delta_type *type, quire_take_delta_field *take, void *user);

#endif
