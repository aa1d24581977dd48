/* The stored schema is opened as a tree of its own, which lives as long as the Parquet
 * schema: fields borrow their formats, zones and names from it. Both trees are walked
 * together, and a pair goes on only where both have the same structure. */
#include "format/parquet/schema_arrow.h"

#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/metadata.h"
#include "format/arrow/schema_message.h"
#include "quire/batch.h"

#define OPERATION "read arrow schema"

static int apply_field(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                       struct quire_field *field, const struct quire_field *stored);

/* --- Metadata ----------------------------------------------------------------------- */

static bool has_key(const char *metadata, const char *key)
{
    size_t size = 0;
    return quire_metadata_get(metadata, key, &size) != NULL;
}

static bool is_key(const struct quire_metadata_pair *pair, const char *key)
{
    return pair->key_size == strlen(key) && memcmp(pair->key, key, pair->key_size) == 0;
}

/* What names an extension type: of the two pairs, one never goes without the other. */
static bool is_extension(const struct quire_metadata_pair *pair)
{
    return is_key(pair, QUIRE_METADATA_EXTENSION_NAME) ||
           is_key(pair, QUIRE_METADATA_EXTENSION_DATA);
}

/* Appends the pairs of metadata, but for the field id or the extension where told so. */
static int append_pairs(const char *metadata, bool field_id, bool extension, struct quire_buf *out)
{
    struct quire_metadata_pair pair = {.next = metadata};
    while (quire_metadata_next(&pair)) {
        if (!field_id && is_key(&pair, QUIRE_PARQUET_FIELD_ID)) continue;
        if (!extension && is_extension(&pair)) continue;
        QUIRE_TRY(quire_metadata_append(out, pair.key, pair.key_size, pair.value, pair.value_size));
    }
    return 0;
}

static int keep_metadata(struct quire_parquet_schema *schema, const struct quire_buf *made,
                         struct quire_field *field)
{
    field->metadata = NULL;
    if (made->size == 0) return 0;
    field->metadata = quire_arena_strndup(&schema->arena, (const char *)made->data, made->size);
    return field->metadata != NULL ? 0 : QUIRE_MEMORY;
}

/* The stored metadata, with the field id that Parquet has, and the extension that Parquet
 * has where none is stored. A dictionary's extension is that of its values. */
static int apply_metadata(struct quire_parquet_schema *schema, struct quire_field *field,
                          const struct quire_field *stored)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf made = {0};
    const char *own = field->metadata;
    bool encoded = field->kind == QUIRE_KIND_DICTIONARY;
    bool named = has_key(stored->metadata, QUIRE_METADATA_EXTENSION_NAME);
    QUIRE_TRY(append_pairs(stored->metadata, !has_key(own, QUIRE_PARQUET_FIELD_ID), true, &made));
    QUIRE_TRY(append_pairs(own, true, !named && !encoded, &made));
    QUIRE_TRY(keep_metadata(schema, &made, field));
    if (named) field->extension = stored->extension;
    if (!encoded) return 0;
    quire_buf_clear(&made);
    QUIRE_TRY(append_pairs(own, false, true, &made));
    return keep_metadata(schema, &made, field->dictionary);
}

/* --- The trees ------------------------------------------------------------------------ */

static bool is_list(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_LIST && kind <= QUIRE_KIND_FIXED_LIST;
}

/* Fields with the same name in the same place. */
static int apply_struct(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                        const struct quire_field *field, const struct quire_field *stored)
{
    for (size_t i = 0; i < field->children_size && i < stored->children_size; i++) {
        struct quire_field *child = &field->children[i];
        const struct quire_field *other = &stored->children[i];
        if (child->name_size != other->name_size ||
            memcmp(child->name, other->name, child->name_size) != 0)
            continue;
        QUIRE_TRY(apply_field(schema, &node->children[i], child, other));
    }
    return 0;
}

/* What is within lists and maps is found by its place, and has the name that is stored:
 * Parquet's names for it are always the same. */
static int apply_item(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                      struct quire_field *field, const struct quire_field *stored)
{
    field->name = stored->name;
    field->name_size = stored->name_size;
    return apply_field(schema, node, field, stored);
}

/* Items of a fixed list that is null are there, and null; so are the fields of structs
 * and the items of fixed lists among them. */
static void lower_slots(struct quire_parquet_node *node, uint8_t from, uint8_t slot)
{
    if (node->def_slot != from) return;
    node->def_slot = slot;
    if (node->kind != QUIRE_NODE_STRUCT && node->field->kind != QUIRE_KIND_FIXED_LIST) return;
    for (size_t i = 0; i < node->children_size; i++)
        lower_slots(&node->children[i], from, slot);
}

static int apply_list(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                      struct quire_field *field, const struct quire_field *stored)
{
    field->kind = stored->kind;
    field->width = stored->width;
    field->format = stored->format;
    QUIRE_TRY(apply_item(schema, &node->children[0], &field->children[0], &stored->children[0]));
    if (field->kind == QUIRE_KIND_FIXED_LIST)
        lower_slots(&node->children[0], node->def_item, node->def_slot);
    return 0;
}

static int apply_map(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                     struct quire_field *field, const struct quire_field *stored)
{
    struct quire_parquet_node *pair = &node->children[0];
    struct quire_field *entries = &field->children[0];
    const struct quire_field *other = &stored->children[0];
    field->keys_sorted = stored->keys_sorted;
    entries->name = other->name;
    entries->name_size = other->name_size;
    QUIRE_TRY(apply_metadata(schema, entries, other));
    for (size_t i = 0; i < 2; i++)
        QUIRE_TRY(
            apply_item(schema, &pair->children[i], &entries->children[i], &other->children[i]));
    return 0;
}

/* A list of no items has nothing that says how many lists there are. */
static bool can_be_list(const struct quire_field *field, const struct quire_field *stored)
{
    if (field->kind != QUIRE_KIND_LIST || !is_list(stored->kind)) return false;
    return stored->kind != QUIRE_KIND_FIXED_LIST || stored->width > 0;
}

static int apply_field(struct quire_parquet_schema *schema, struct quire_parquet_node *node,
                       struct quire_field *field, const struct quire_field *stored)
{
    bool applied = true;
    if (node->kind == QUIRE_NODE_LEAF)
        QUIRE_TRY(quire_parquet_apply_arrow_leaf(schema, field, stored, &applied));
    else if (can_be_list(field, stored))
        QUIRE_TRY(apply_list(schema, node, field, stored));
    else if (field->kind == QUIRE_KIND_MAP && stored->kind == QUIRE_KIND_MAP)
        QUIRE_TRY(apply_map(schema, node, field, stored));
    else if (field->kind == QUIRE_KIND_STRUCT && stored->kind == QUIRE_KIND_STRUCT)
        QUIRE_TRY(apply_struct(schema, node, field, stored));
    else
        applied = false;
    return applied ? apply_metadata(schema, field, stored) : 0;
}

/* --- The text ------------------------------------------------------------------------- */

/* 0 and a tree, or a code. */
static int open_stored(const char *text, size_t size, struct quire_field **stored)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *message = quire_alloc(size / 4 * 3 + 3);
    size_t message_size = 0;
    struct ArrowSchema schema;
    if (message == NULL) return QUIRE_MEMORY;
    if (!quire_base64_decode(text, size, message, &message_size)) return QUIRE_CORRUPT;
    QUIRE_TRY(quire_schema_message_read_known(message, message_size, &schema, NULL));
    int code = quire_field_open(&schema, stored, NULL);
    quire_schema_release(&schema);
    return code;
}

int quire_parquet_apply_arrow_schema(const char *text, size_t size,
                                     struct quire_parquet_schema *schema, struct quire_error *error)
{
    struct quire_field *stored = NULL;
    int code = open_stored(text, size, &stored);
    if (code == 0) {
        schema->arrow = stored;
        code = apply_struct(schema, schema->root, schema->root->field, stored);
    }
    return code == QUIRE_MEMORY ? quire_fail_memory(error, OPERATION) : 0;
}
