/* Arrow fields and Parquet schema elements, each made from the other (LogicalTypes.md,
 * and "Nested Encoding" of the README for levels).
 *
 * Either way the result is a tree of nodes beside the fields: structs, lists (maps are
 * lists of entries) and leaves, each with the levels that tell its values apart. For
 * every entry of a column, with definition level d and repetition level r:
 *   a slot of a node begins where r <= node.rep and d >= node.def_slot (children of a
 *   struct that is null have a slot too, as in Arrow);
 *   what is around it is there where d >= node.def_parent;
 *   it is not null itself where d >= node.def_valid;
 *   a list's item begins where r <= node.rep + 1 and d >= node.def_item.
 * Immutable once made; threads may share it. */
#ifndef QUIRE_PARQUET_SCHEMA_H
#define QUIRE_PARQUET_SCHEMA_H

#include "data/field.h"
#include "format/parquet/parquet_metadata.h"

/* Key of a field's metadata that holds its Parquet field id as digits. */
#define QUIRE_PARQUET_FIELD_ID "PARQUET:field_id"

/* Elements within each other: a list takes three for one level of Arrow. */
#define QUIRE_PARQUET_DEPTH_MAX 192

enum quire_parquet_node_kind { QUIRE_NODE_LEAF, QUIRE_NODE_STRUCT, QUIRE_NODE_LIST };

struct quire_parquet_node {
    enum quire_parquet_node_kind kind;
    const struct quire_field *field;
    uint8_t rep, def_slot;
    uint8_t def_parent, def_valid;       /* one more when it may be null */
    uint8_t def_item;                    /* LIST */
    size_t leaf_first, leaves_size;      /* leaves at and below it */
    struct quire_parquet_node *children; /* of a LIST one: its items */
    size_t children_size;
};

/* A column of the file. */
struct quire_parquet_leaf {
    const struct quire_parquet_node *node;
    size_t element; /* its index */
    uint8_t def_max, rep_max;
    struct quire_binary_list path; /* path_in_schema */
};

struct quire_parquet_schema {
    struct quire_schema_element_list elements;
    struct quire_parquet_node *root; /* a STRUCT */
    struct quire_parquet_leaf *leaves;
    size_t leaves_size;
    struct quire_arena arena;
    struct quire_buf element_rows, leaf_rows; /* where elements and leaves are kept */
    struct quire_field *arrow;                /* owned; what fields have of ARROW:schema */
};

/* The schema to write for a struct field. Borrows fields while it is used.
 * QUIRE_UNSUPPORTED naming the column: unions, run ends, dictionaries of nested
 * values, structs without fields, decimals of more than 76 digits once a negative scale
 * is written out (values are multiplied by ten to it), empty fixed binaries. */
int quire_parquet_schema_of_fields(const struct quire_field *fields,
                                   struct quire_parquet_schema *schema, struct quire_error *error);

/* The schema of a file; root->field is the struct field that it is read as, and has no
 * need to be closed. Borrows elements. Annotations that are not known or do not fit
 * leave the physical type. QUIRE_CORRUPT for a list of elements that is no tree. */
int quire_parquet_schema_of_elements(const struct quire_schema_element_list *elements,
                                     struct quire_parquet_schema *schema,
                                     struct quire_error *error);

void quire_parquet_schema_release(struct quire_parquet_schema *schema);

/* Digits of a decimal that both Arrow and this library hold. */
#define QUIRE_PARQUET_PRECISION_MAX 76
/* Bytes that the unscaled value of a decimal of so many digits (1..76) takes. */
int32_t quire_parquet_decimal_bytes(int32_t precision);

/* How a leaf's values are read: an Arrow format string of at most 32 bytes with its
 * end, and a canonical extension. (schema_format.c) */
#define QUIRE_PARQUET_FORMAT_MAX 32
void quire_parquet_arrow_format(const struct quire_schema_element *element,
                                char format[QUIRE_PARQUET_FORMAT_MAX],
                                enum quire_extension *extension);

static inline const struct quire_schema_element *
quire_parquet_leaf_element(const struct quire_parquet_schema *schema, size_t leaf)
{
    return &schema->elements.items[schema->leaves[leaf].element];
}

/* Shared by both ways: a leaf is added at the end; path is copied. */
int quire_parquet_add_leaf(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                           size_t element, const struct quire_thrift_binary *path, size_t path_size,
                           struct quire_error *error);
/* Zeroed memory of the schema's arena; NULL when memory is out. */
void *quire_parquet_schema_alloc(struct quire_parquet_schema *schema, size_t count, size_t size);
void quire_parquet_schema_finish(struct quire_parquet_schema *schema);

#endif
