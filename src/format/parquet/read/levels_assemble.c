/* Each node on the way to the leaf looks at all entries once: parquet_schema.h says
 * which of them begin a slot of it. What lies in a struct that is null is marked null
 * too, even in fields that are never null by themselves. */
#include <string.h>

#include "base/fail.h"
#include "data/column_private.h"
#include "format/parquet/levels.h"

#define OPERATION "read parquet"

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

struct counts {
    int64_t slots, valid;
};

/* Each combination of levels that are there has a loop of its own, which the compiler
 * turns into vectors; counts of a part fit 32 bits. */
#define COUNT_PART 65536

static void count_part(const struct assembly *assembly, const struct quire_parquet_node *node,
                       size_t start, size_t n, struct counts *counts)
{
    const uint8_t *def = assembly->entries.def + start;
    uint8_t rep_most = node->rep, slot = node->def_slot, valid = node->def_valid;
    uint32_t slots = 0, good = 0;
    if (assembly->entries.rep != NULL) {
        const uint8_t *rep = assembly->entries.rep + start;
        for (size_t i = 0; i < n; i++) {
            slots += (rep[i] <= rep_most) & (def[i] >= slot);
            good += (rep[i] <= rep_most) & (def[i] >= slot) & (def[i] >= valid);
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            slots += def[i] >= slot;
            good += (def[i] >= slot) & (def[i] >= valid);
        }
    }
    counts->slots += slots;
    counts->valid += good;
}

static struct counts count_slots(const struct assembly *assembly,
                                 const struct quire_parquet_node *node)
{
    struct counts counts = {0};
    size_t n = assembly->entries.size;
    if (assembly->entries.def == NULL) {
        for (size_t i = 0; i < n; i++)
            counts.slots += begins_slot(assembly, node, i);
        counts.valid = counts.slots; /* none is null: a list without items would be */
        return counts;
    }
    for (size_t start = 0; start < n; start += COUNT_PART)
        count_part(assembly, node, start, n - start < COUNT_PART ? n - start : COUNT_PART, &counts);
    return counts;
}

/* Bits are gathered in a word, which is as often written as it is full. */
struct bit_writer {
    uint8_t *bits;
    int64_t bit; /* of the word's first */
    uint64_t word;
    unsigned size;
};

static void flush_bits(struct bit_writer *writer)
{
    for (unsigned done = 0; done < writer->size;) {
        unsigned shift = (unsigned)(writer->bit & 7);
        writer->bits[writer->bit >> 3] |= (uint8_t)(writer->word >> done << shift);
        unsigned part = 8 - shift < writer->size - done ? 8 - shift : writer->size - done;
        writer->bit += part;
        done += part;
    }
    writer->word = 0;
    writer->size = 0;
}

/* Validity bits of the slots, of which some are null; the bitmap has been started. */
static int append_bits(const struct assembly *assembly, const struct quire_parquet_node *node,
                       struct quire_column *column, int64_t slots)
{
    size_t size = (size_t)((column->length + slots + 7) / 8);
    if (quire_buf_reserve(&column->validity, size - column->validity.size) != 0)
        return quire_fail_memory(assembly->error, OPERATION);
    uint8_t *bits = column->validity.data;
    memset(bits + column->validity.size, 0, size - column->validity.size);
    column->validity.size = size;
    struct bit_writer writer = {bits, column->length, 0, 0};
    for (size_t i = 0; i < assembly->entries.size; i++) {
        uint64_t begins = begins_slot(assembly, node, i);
        uint64_t valid = def_at(assembly, i) >= node->def_valid;
        writer.word |= (begins & valid) << writer.size;
        writer.size += (unsigned)begins;
        if (writer.size == 64) flush_bits(&writer);
    }
    flush_bits(&writer);
    return 0;
}

/* Adds the slots' rows to the column, but for what its kind keeps in values. */
static int append_slots(const struct assembly *assembly, const struct quire_parquet_node *node,
                        struct quire_column *column, struct counts *counts)
{
    *counts = count_slots(assembly, node);
    int64_t nulls = counts->slots - counts->valid;
    bool bitmap = node->field->kind != QUIRE_KIND_NULL;
    if (bitmap && nulls > 0 && quire_column_start_validity(column) != 0)
        return quire_fail_memory(assembly->error, OPERATION);
    if (bitmap && column->validity.data != NULL)
        QUIRE_TRY(append_bits(assembly, node, column, counts->slots));
    column->length += counts->slots;
    column->null_count += nulls;
    return 0;
}

/* The offsets that follow `last` for the slots: each is that before it and its items. Items
 * before the first slot belong to the list that stands before it. */
#define DEFINE_FILL_OFFSETS(bits, type)                                                      \
    static int64_t fill_offsets_##bits(const struct assembly *assembly,                      \
                                       const struct quire_parquet_node *node, type *offsets) \
    {                                                                                        \
        int64_t last = offsets[-1];                                                          \
        int64_t slot = -1;                                                                   \
        for (size_t i = 0; i < assembly->entries.size; i++) {                                \
            uint8_t def = def_at(assembly, i), rep = rep_at(assembly, i);                    \
            slot += rep <= node->rep && def >= node->def_slot;                               \
            last += rep <= node->rep + 1 && def >= node->def_item;                           \
            offsets[slot] = (type)last;                                                      \
        }                                                                                    \
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
