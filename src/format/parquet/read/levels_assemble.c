/* Each node on the way to the leaf looks at all entries once: parquet_schema.h says
 * which of them begin a slot of it. What lies in a struct that is null is marked null
 * too, even in fields that are never null by themselves. */
#include <string.h>

#include "base/fail.h"
#include "data/column_private.h"
#include "format/parquet/levels.h"
#include "format/parquet/read/level_masks.h"

#define OPERATION     "read parquet"
#define MASKS_AT_ONCE 64

struct assembly {
    struct quire_level_entries entries;
    uint8_t def_max;
    struct quire_error *error;
};

static inline uint8_t def_at(const struct assembly *assembly, size_t i)
{
    return assembly->entries.def != NULL ? assembly->entries.def[i] : assembly->def_max;
}

static inline uint8_t rep_at(const struct assembly *assembly, size_t i)
{
    return assembly->entries.rep != NULL ? assembly->entries.rep[i] : 0;
}

static inline bool begins_slot(const struct assembly *assembly,
                               const struct quire_parquet_node *node, size_t i)
{
    return rep_at(assembly, i) <= node->rep && def_at(assembly, i) >= node->def_slot;
}

/* Of at most 64 entries from `at` on: which begin a slot of the node, and which are not null. */
struct masks {
    uint64_t begins, valid;
};

static uint64_t def_mask(const struct assembly *assembly, size_t at, size_t n, uint8_t least)
{
    if (assembly->entries.def == NULL) return quire_level_mask_all(n);
    return quire_level_mask(assembly->entries.def + at, n, least, UINT8_MAX);
}

static uint64_t rep_mask(const struct assembly *assembly, size_t at, size_t n, uint8_t most)
{
    if (assembly->entries.rep == NULL) return quire_level_mask_all(n);
    return quire_level_mask(assembly->entries.rep + at, n, 0, most);
}

static struct masks find_masks(const struct assembly *assembly,
                               const struct quire_parquet_node *node, size_t at, size_t n)
{
    uint64_t begins =
        rep_mask(assembly, at, n, node->rep) & def_mask(assembly, at, n, node->def_slot);
    return (struct masks){begins, begins & def_mask(assembly, at, n, node->def_valid)};
}

/* Bits for the end of a bitmap, gathered in a word. */
struct bit_writer {
    uint8_t *to; /* where the word goes */
    uint64_t word;
    unsigned size;
};

static void put_bits(struct bit_writer *writer, uint64_t bits, unsigned n)
{
    writer->word |= bits << writer->size;
    writer->size += n;
    if (writer->size < 64) return;
    memcpy(writer->to, &writer->word, 8);
    writer->to += 8;
    writer->size -= 64;
    writer->word = writer->size > 0 ? bits >> (n - writer->size) : 0;
}

/* Validity bits of the slots of so many words of entries; the bitmap has been started. */
static int append_bits(const struct assembly *assembly, struct quire_column *column,
                       const struct masks *masks, size_t words, int64_t slots)
{
    size_t size = (size_t)((column->length + slots + 7) / 8);
    if (quire_buf_reserve(&column->validity, size - column->validity.size) != 0)
        return quire_fail_memory(assembly->error, OPERATION);
    unsigned shift = (unsigned)(column->length & 7);
    struct bit_writer writer = {column->validity.data + (column->length >> 3), 0, shift};
    if (shift > 0) writer.word = *writer.to;
    for (size_t i = 0; i < words; i++) {
        uint64_t begins = masks[i].begins;
        if (begins == UINT64_MAX)
            put_bits(&writer, masks[i].valid, 64);
        else if (begins != 0)
            put_bits(&writer, quire_level_mask_pack(masks[i].valid, begins),
                     quire_level_mask_count(begins));
    }
    memcpy(writer.to, &writer.word, (writer.size + 7) / 8);
    column->validity.size = size;
    return 0;
}

struct counts {
    int64_t slots, valid;
};

/* Adds the slots' rows of a run of entries to the column. */
static int append_run(const struct assembly *assembly, const struct quire_parquet_node *node,
                      struct quire_column *column, size_t at, size_t n, struct counts *counts)
{
    struct masks masks[MASKS_AT_ONCE];
    int64_t slots = 0, valid = 0;
    size_t words = 0;
    for (size_t i = 0; i < n; i += QUIRE_LEVEL_MASK, words++) {
        size_t part = n - i < QUIRE_LEVEL_MASK ? n - i : QUIRE_LEVEL_MASK;
        masks[words] = find_masks(assembly, node, at + i, part);
        slots += quire_level_mask_count(masks[words].begins);
        valid += quire_level_mask_count(masks[words].valid);
    }
    bool bitmap = node->field->kind != QUIRE_KIND_NULL;
    if (bitmap && valid < slots && quire_column_start_validity(column) != 0)
        return quire_fail_memory(assembly->error, OPERATION);
    if (bitmap && column->validity.data != NULL)
        QUIRE_TRY(append_bits(assembly, column, masks, words, slots));
    column->length += slots;
    column->null_count += slots - valid;
    counts->slots += slots;
    counts->valid += valid;
    return 0;
}

/* Adds the slots' rows to the column, but for what its kind keeps in values. */
static int append_slots(const struct assembly *assembly, const struct quire_parquet_node *node,
                        struct quire_column *column, struct counts *counts)
{
    const size_t most = (size_t)MASKS_AT_ONCE * QUIRE_LEVEL_MASK;
    *counts = (struct counts){0};
    for (size_t at = 0, part; at < assembly->entries.size; at += part) {
        part = assembly->entries.size - at < most ? assembly->entries.size - at : most;
        QUIRE_TRY(append_run(assembly, node, column, at, part, counts));
    }
    return 0;
}

/* The offsets that follow `last` for the slots: each is that before it and its items. Items
 * before the first slot belong to the list that stands before it. */
#define DEFINE_FILL_OFFSETS(bits, type)                                                      \
    static int64_t fill_offsets_##bits(const struct assembly *assembly,                      \
                                       const struct quire_parquet_node *node, type *offsets) \
    {                                                                                        \
        type *end = offsets - 1;                                                             \
        int64_t last = *end;                                                                 \
        for (size_t at = 0, n; at < assembly->entries.size; at += n) {                       \
            n = assembly->entries.size - at;                                                 \
            if (n > QUIRE_LEVEL_MASK) n = QUIRE_LEVEL_MASK;                                  \
            uint64_t begins = find_masks(assembly, node, at, n).begins;                      \
            uint64_t items = rep_mask(assembly, at, n, node->rep + 1) &                      \
                             def_mask(assembly, at, n, node->def_item);                      \
            for (; begins != 0; begins &= begins - 1) {                                      \
                uint64_t before = (begins & (0 - begins)) - 1;                               \
                *end++ = (type)(last + quire_level_mask_count(items & before));              \
            }                                                                                \
            last += quire_level_mask_count(items);                                           \
        }                                                                                    \
        *end = (type)last;                                                                   \
        return last;                                                                         \
    }
DEFINE_FILL_OFFSETS(32, int32_t)
DEFINE_FILL_OFFSETS(64, int64_t)

/* Items before the first slot need a list that they belong to. */
static bool begins_with_slot(const struct assembly *assembly, const struct quire_parquet_node *node)
{
    for (size_t i = 0; i < assembly->entries.size; i++) {
        if (begins_slot(assembly, node, i)) return true;
        if (def_at(assembly, i) >= node->def_item) return false;
    }
    return true;
}

static int append_list(const struct assembly *assembly, const struct quire_parquet_node *node,
                       struct quire_column *column)
{
    struct counts counts;
    bool continues = assembly->entries.continues && column->length > 0;
    if (!continues && !begins_with_slot(assembly, node))
        return quire_fail(assembly->error, QUIRE_CORRUPT, OPERATION,
                          "levels that begin within a list");
    QUIRE_TRY(append_slots(assembly, node, column, &counts));
    size_t width = quire_column_offset_width(node->field->kind);
    size_t size = (size_t)counts.slots * width;
    if (quire_buf_reserve(&column->values, size) != 0)
        return quire_fail_memory(assembly->error, OPERATION);
    void *offsets = quire_buf_end(&column->values);
    column->values.size += size;
    if (width == 8) {
        fill_offsets_64(assembly, node, offsets);
        return 0;
    }
    if (fill_offsets_32(assembly, node, offsets) > INT32_MAX)
        return quire_fail(assembly->error, QUIRE_LIMIT, OPERATION,
                          "lists of more than 2^31 items in a batch");
    return 0;
}

static int check_levels(const struct assembly *assembly, const struct quire_parquet_leaf *leaf)
{
    const struct quire_level_entries *entries = &assembly->entries;
    uint8_t def = 0, rep = 0;
    for (size_t i = 0; entries->def != NULL && i < entries->size; i++)
        def = entries->def[i] > def ? entries->def[i] : def;
    for (size_t i = 0; entries->rep != NULL && i < entries->size; i++)
        rep = entries->rep[i] > rep ? entries->rep[i] : rep;
    if (def <= leaf->def_max && rep <= leaf->rep_max &&
        (entries->size == 0 || entries->continues || rep_at(assembly, 0) == 0))
        return 0;
    return quire_fail(assembly->error, QUIRE_CORRUPT, OPERATION,
                      "levels that the schema does not have");
}

static int append_node(const struct assembly *assembly, const struct quire_parquet_node *node,
                       struct quire_column *column)
{
    struct counts counts;
    if (node->kind == QUIRE_NODE_LIST && node->field->kind != QUIRE_KIND_FIXED_LIST)
        return append_list(assembly, node, column);
    return append_slots(assembly, node, column, &counts);
}

int quire_levels_assemble(const struct quire_parquet_schema *schema, size_t leaf,
                          const struct quire_level_entries *entries, struct quire_column *batch,
                          struct quire_level_leaf *result, struct quire_error *error)
{
    const struct quire_parquet_node *node = schema->root;
    struct assembly assembly = {*entries, schema->leaves[leaf].def_max, error};
    struct counts counts;
    QUIRE_TRY(check_levels(&assembly, &schema->leaves[leaf]));
    struct quire_parquet_node here = *node;
    while (node->kind != QUIRE_NODE_LEAF) {
        if (leaf == node->leaf_first) QUIRE_TRY(append_node(&assembly, &here, batch));
        size_t i = 0;
        while (leaf >= node->children[i].leaf_first + node->children[i].leaves_size)
            i++;
        /* Items of a fixed list have slots in a list that is null too. */
        uint8_t slot = node->kind != QUIRE_NODE_LIST || node->field->kind == QUIRE_KIND_FIXED_LIST
                           ? here.def_slot
                           : node->def_item;
        batch = &batch->children[i];
        node = &node->children[i];
        here = *node;
        here.def_slot = slot;
    }
    QUIRE_TRY(append_slots(&assembly, &here, batch, &counts));
    *result = (struct quire_level_leaf){batch, counts.slots, counts.valid};
    return 0;
}

size_t quire_levels_whole_rows(const uint8_t *rep, size_t n, bool at_end, int64_t *rows)
{
    size_t whole = at_end ? n : 0;
    *rows = 0;
    if (rep == NULL) {
        *rows = (int64_t)n;
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        if (rep[i] != 0) continue;
        if (!at_end) whole = i;
        ++*rows;
    }
    if (!at_end && *rows > 0) --*rows; /* the last may go on */
    return whole;
}

int quire_levels_check(const struct quire_column *batch, struct quire_error *error)
{
    enum quire_kind kind = batch->field->kind;
    int64_t items = batch->length;
    if (kind == QUIRE_KIND_DICTIONARY || batch->children_size == 0) return 0;
    if (quire_column_offset_width(kind) != 0) items = quire_column_last_offset(batch);
    if (kind == QUIRE_KIND_FIXED_LIST) items *= batch->field->width;
    for (size_t i = 0; i < batch->children_size; i++) {
        if (batch->children[i].length != items) {
            int code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "%lld values where %lld belong",
                                  (long long)batch->children[i].length, (long long)items);
            quire_error_at(error, QUIRE_NOWHERE, batch->children[i].field->name, QUIRE_NOWHERE);
            return code;
        }
        int code = quire_levels_check(&batch->children[i], error);
        if (code != 0) {
            quire_error_outer_column(error, batch->children[i].field->name);
            return code;
        }
    }
    return 0;
}
