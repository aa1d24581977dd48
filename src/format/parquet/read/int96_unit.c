/* INT96 counts nanoseconds of more days than 64 bits can: coarser units reach further. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/read/footer_reader.h"
#include "format/parquet/read/parquet_decoder.h"

#define OPERATION "read parquet"

static struct quire_parquet_node *leaf_node(struct quire_parquet_node *node, size_t leaf)
{
    while (node->kind != QUIRE_NODE_LEAF) {
        size_t i = 0;
        while (leaf >= node->children[i].leaf_first + node->children[i].leaves_size)
            i++;
        node = &node->children[i];
    }
    return node;
}

/* Spark names itself by a key-value since 3.0, and before by that of its own schema. */
static bool is_of_spark(const struct quire_parquet_input *file)
{
    static const char prefix[] = "org.apache.spark.";
    const struct quire_parquet_key_value_list *pairs = &file->metadata.key_value_metadata;
    for (size_t i = 0; i < pairs->size; i++)
        if (strncmp((const char *)pairs->items[i].key.data, prefix, sizeof(prefix) - 1) == 0)
            return true;
    return false;
}

int quire_parquet_set_int96_unit(struct quire_parquet_input *file, int32_t unit,
                                 struct quire_error *error)
{
    static const struct {
        enum quire_time_unit unit;
        const char *format;
    } units[] = {
        [QUIRE_PARQUET_INT96_US] = {QUIRE_MICRO, "tsu:"},
        [QUIRE_PARQUET_INT96_MS] = {QUIRE_MILLI, "tsm:"},
    };
    if (unit == QUIRE_PARQUET_INT96_AUTO)
        unit = is_of_spark(file) ? QUIRE_PARQUET_INT96_US : QUIRE_PARQUET_INT96_NS;
    for (size_t i = 0; unit != QUIRE_PARQUET_INT96_NS && i < file->schema.leaves_size; i++) {
        if (quire_parquet_leaf_element(&file->schema, i)->type != QUIRE_PARQUET_INT96) continue;
        struct quire_parquet_node *node = leaf_node(file->schema.root, i);
        if (node->field->kind != QUIRE_KIND_TIMESTAMP) continue;
        struct quire_field *field = quire_arena_alloc(&file->arena, sizeof(*field));
        if (field == NULL) return quire_fail_memory(error, OPERATION);
        *field = *node->field;
        field->unit = units[unit].unit;
        field->format = units[unit].format;
        node->field = field;
    }
    return 0;
}
