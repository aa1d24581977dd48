/* Thrift structs in memory, described by tables of their fields: one reader and one
 * writer serve all the structs of parquet.thrift.
 *
 * A described struct begins with `uint32_t present`, whose bit N says that field N
 * is there. Required fields, and optional ones that are pointers (structs, lists,
 * binaries), are written by what they hold; optional numbers, bools and empty
 * structs when their bit is set. Unknown fields are passed over. */
#ifndef QUIRE_PARQUET_THRIFT_STRUCT_H
#define QUIRE_PARQUET_THRIFT_STRUCT_H

#include "base/alloc.h"
#include "format/parquet/thrift_compact.h"

#define QUIRE_THRIFT_BIT(id) (UINT32_C(1) << (id))

/* What a field is in C. */
enum quire_thrift_form {
    QUIRE_THRIFT_FORM_BOOL,   /* bool */
    QUIRE_THRIFT_FORM_I8,     /* int8_t */
    QUIRE_THRIFT_FORM_I16,    /* int16_t */
    QUIRE_THRIFT_FORM_I32,    /* int32_t, also for enums */
    QUIRE_THRIFT_FORM_I64,    /* int64_t */
    QUIRE_THRIFT_FORM_DOUBLE, /* double */
    QUIRE_THRIFT_FORM_BINARY, /* struct quire_thrift_binary */
    QUIRE_THRIFT_FORM_STRUCT, /* pointer to the struct of layout */
    QUIRE_THRIFT_FORM_EMPTY   /* a struct without fields: only its bit */
};

/* Read ones are in the arena, zero-terminated; NULL: absent. */
struct quire_thrift_binary {
    const uint8_t *data;
    size_t size;
};

/* Any of the typed lists: items, then how many. A list of structs has them in a row. */
struct quire_thrift_list {
    void *items;
    size_t size;
};

struct quire_thrift_member {
    uint8_t id;
    uint8_t form; /* of the field, or of the items of a list */
    bool list, required;
    uint16_t offset;
    const char *name;
    const struct quire_thrift_layout *layout; /* STRUCT */
};

struct quire_thrift_layout {
    const char *name;
    size_t size;
    const struct quire_thrift_member *members; /* by id */
    size_t members_size;
};

/* Reads a struct into zeroed memory of layout->size bytes; what it points to is the
 * arena's. A field of another type than the table's counts as unknown; a required
 * one that is missing is QUIRE_CORRUPT. Memory is at most a few hundred bytes for a byte read. */
int quire_thrift_read_struct(struct quire_thrift_reader *reader,
                             const struct quire_thrift_layout *layout, struct quire_arena *arena,
                             void *object, struct quire_error *error);

/* Appends; on failure (QUIRE_MEMORY) out is as it was. */
int quire_thrift_write_struct(struct quire_buf *out, const struct quire_thrift_layout *layout,
                              const void *object);

/* Rows of a layout's table. */
#define QUIRE_THRIFT_REQUIRED(type, number, what, field)                    \
    {                                                                       \
        .id = (number), .form = QUIRE_THRIFT_FORM_##what, .required = true, \
        .offset = offsetof(struct type, field), .name = #field              \
    }
#define QUIRE_THRIFT_OPTIONAL(type, number, what, field)                                          \
    {                                                                                             \
        .id = (number), .form = QUIRE_THRIFT_FORM_##what, .offset = offsetof(struct type, field), \
        .name = #field                                                                            \
    }
#define QUIRE_THRIFT_LIST_OF(type, number, what, field, needed)                               \
    {                                                                                         \
        .id = (number), .form = QUIRE_THRIFT_FORM_##what, .list = true, .required = (needed), \
        .offset = offsetof(struct type, field), .name = #field                                \
    }
#define QUIRE_THRIFT_STRUCT_OF(type, number, field, needed, table)                \
    {                                                                             \
        .id = (number), .form = QUIRE_THRIFT_FORM_STRUCT, .required = (needed),   \
        .offset = offsetof(struct type, field), .name = #field, .layout = (table) \
    }
#define QUIRE_THRIFT_STRUCTS_OF(type, number, field, needed, table)                           \
    {                                                                                         \
        .id = (number), .form = QUIRE_THRIFT_FORM_STRUCT, .list = true, .required = (needed), \
        .offset = offsetof(struct type, field), .name = #field, .layout = (table)             \
    }
#define QUIRE_THRIFT_EMPTY_OF(number, what)                             \
    {                                                                   \
        .id = (number), .form = QUIRE_THRIFT_FORM_EMPTY, .name = (what) \
    }
#define QUIRE_THRIFT_LAYOUT(symbol, type, table)                            \
    const struct quire_thrift_layout symbol = {.name = #type,               \
                                               .size = sizeof(struct type), \
                                               .members = (table),          \
                                               .members_size = sizeof(table) / sizeof((table)[0])}

#endif
