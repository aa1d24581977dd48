/* Entries wait in a block of their part until it is full, and are looked up together: the part's
 * table is then in the core's cache, which one table of all values would not be. A table is in the
 * order of its hashes, so that it grows by going through it once. */
#include "sql/rollup/rollup_distinct.h"

#include <string.h>

#include "base/fail.h"
#include "sql/sql_session.h"

#define PART_BITS 6
#define PARTS     ((size_t)1 << PART_BITS)
#define WAITING   ((size_t)128)
#define BLOCK     ((size_t)4096) /* entries of a run read at a time */

/* A run of the file. */
struct run {
    uint32_t part;
    size_t entries;
    int64_t at;
};

void quire_rollup_distinct_release(struct quire_rollup_distinct *distinct)
{
    for (size_t i = 0; i < PARTS && distinct->parts != NULL; i++)
        quire_free(distinct->parts[i].slots);
    quire_free(distinct->parts);
    quire_free(distinct->waiting);
    quire_sql_scratch_release(&distinct->file);
    quire_buf_release(&distinct->runs);
    *distinct = (struct quire_rollup_distinct){.bytes = 0};
}

size_t quire_rollup_distinct_bytes(const struct quire_rollup_distinct *distinct)
{
    if (distinct->parts == NULL) return 0;
    return distinct->bytes + distinct->runs.capacity +
           PARTS * (sizeof(*distinct->parts) + WAITING * sizeof(*distinct->waiting));
}

/* --- Tables --------------------------------------------------------------------------------- */

/* The same value is elsewhere in each group. Its first bits say the part, the next 26 the slice of
 * the part, and the last 32 the place in a table. */
static uint64_t key_of(const struct quire_rollup_entry *entry)
{
    return entry->low ^ entry->group * UINT64_C(0x9e3779b97f4a7c15);
}

static size_t part_of(const struct quire_rollup_entry *entry)
{
    return (size_t)(key_of(entry) >> (64 - PART_BITS));
}

static size_t slice_of(const struct quire_rollup_entry *entry, size_t slices)
{
    return (size_t)((key_of(entry) << PART_BITS >> 38) * slices >> 26);
}

static size_t place_of(const struct quire_rollup_entry *entry, size_t capacity)
{
    return (size_t)((key_of(entry) & UINT32_MAX) * capacity >> 32);
}

static bool is_same(const struct quire_rollup_entry *a, const struct quire_rollup_entry *b)
{
    return a->low == b->low && a->high == b->high && a->group == b->group;
}

/* Where it is, or belongs. */
static struct quire_rollup_entry *find(const struct quire_rollup_entries *part,
                                       const struct quire_rollup_entry *entry)
{
    size_t at = place_of(entry, part->capacity);
    while (part->slots[at].group != 0 && !is_same(&part->slots[at], entry))
        at = at + 1 < part->capacity ? at + 1 : 0;
    return &part->slots[at];
}

/* Three quarters full at the most. */
static int make_room(struct quire_rollup_distinct *distinct, struct quire_rollup_entries *part,
                     size_t more)
{
    size_t needed = part->size + more, capacity = part->capacity;
    if (needed <= capacity / 4 * 3) return 0;
    capacity += capacity / 4 + 64;
    if (capacity / 4 * 3 < needed) capacity = needed / 3 * 4 + 64;
    struct quire_rollup_entries grown = {.size = part->size, .capacity = capacity};
    grown.waiting = part->waiting;
    grown.slots = quire_alloc_zero(capacity, sizeof(*grown.slots));
    if (grown.slots == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < part->capacity; i++)
        if (part->slots[i].group != 0) *find(&grown, &part->slots[i]) = part->slots[i];
    distinct->bytes += (capacity - part->capacity) * sizeof(*grown.slots);
    quire_free(part->slots);
    *part = grown;
    return 0;
}

static int add_entries(struct quire_rollup_distinct *distinct, struct quire_rollup_entries *part,
                       const struct quire_rollup_entry *entries, size_t size)
{
    if (make_room(distinct, part, size) != 0) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++) {
        struct quire_rollup_entry *slot = find(part, &entries[i]);
        part->size += slot->group == 0;
        *slot = entries[i];
    }
    return 0;
}

static int look_up(struct quire_rollup_distinct *distinct, size_t part)
{
    struct quire_rollup_entries *entries = &distinct->parts[part];
    size_t size = entries->waiting;
    entries->waiting = 0;
    return add_entries(distinct, entries, distinct->waiting + part * WAITING, size);
}

static void forget(struct quire_rollup_distinct *distinct, struct quire_rollup_entries *part)
{
    distinct->bytes -= part->capacity * sizeof(*part->slots);
    quire_free(part->slots);
    *part = (struct quire_rollup_entries){.size = 0};
}

/* --- Adding --------------------------------------------------------------------------------- */

static int begin(struct quire_rollup_distinct *distinct)
{
    if (distinct->parts != NULL) return 0;
    distinct->waiting = quire_alloc(PARTS * WAITING * sizeof(*distinct->waiting));
    if (distinct->waiting == NULL) return QUIRE_MEMORY;
    distinct->parts = quire_alloc_zero(PARTS, sizeof(*distinct->parts));
    return distinct->parts != NULL ? 0 : QUIRE_MEMORY;
}

static int add_value(struct quire_rollup_distinct *distinct, const struct quire_rollup_hash *hash,
                     uint32_t group)
{
    const struct quire_rollup_entry entry = {group, hash->high, hash->low};
    size_t part = part_of(&entry);
    struct quire_rollup_entries *entries = &distinct->parts[part];
    distinct->waiting[part * WAITING + entries->waiting++] = entry;
    return entries->waiting == WAITING ? look_up(distinct, part) : 0;
}

/* The value at which a stretch begins, and those that begin in it. */
int quire_rollup_distinct_add(struct quire_rollup_distinct *distinct,
                              const struct quire_rollup_hashes *hashes,
                              const struct quire_rollup_stretches *stretches)
{
    size_t at = 0;
    if (begin(distinct) != 0) return QUIRE_MEMORY;
    for (size_t i = 0; i < stretches->size; i++) {
        uint32_t from = stretches->starts[i], to = stretches->starts[i + 1];
        uint32_t group = stretches->of_row[from];
        while (at + 1 < hashes->size && hashes->items[at + 1].row <= from)
            at++;
        for (;; at++) {
            const struct quire_rollup_hash *hash = &hashes->items[at];
            if (group != 0 && !hash->none && add_value(distinct, hash, group) != 0)
                return QUIRE_MEMORY;
            if (at + 1 == hashes->size || hashes->items[at + 1].row >= to) break;
        }
    }
    return 0;
}

/* --- The file ------------------------------------------------------------------------------- */

static int spill_part(struct quire_rollup_distinct *distinct, size_t at, struct quire_error *error)
{
    struct quire_rollup_entries *part = &distinct->parts[at];
    if (look_up(distinct, at) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    struct run run = {.part = (uint32_t)at, .entries = 0, .at = distinct->file.size};
    for (size_t i = 0; i < part->capacity; i++)
        if (part->slots[i].group != 0) part->slots[run.entries++] = part->slots[i];
    if (run.entries == 0) return 0;
    QUIRE_TRY(quire_sql_scratch_append(&distinct->file, part->slots,
                                       run.entries * sizeof(*part->slots), error));
    forget(distinct, part);
    if (quire_buf_append(&distinct->runs, &run, sizeof(run)) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return 0;
}

int quire_rollup_distinct_spill(struct quire_rollup_distinct *distinct, struct quire_error *error)
{
    for (size_t i = 0; i < PARTS && distinct->parts != NULL; i++)
        QUIRE_TRY(spill_part(distinct, i, error));
    return 0;
}

/* What of a run is of a slice. */
static int read_run(struct quire_rollup_distinct *distinct, const struct run *run, size_t slice,
                    size_t slices, struct quire_error *error)
{
    struct quire_rollup_entry *block = distinct->waiting; /* nothing waits any more */
    struct quire_rollup_entries *part = &distinct->parts[run->part];
    for (size_t done = 0; done < run->entries;) {
        if (quire_sql_session_check(distinct->session) != 0)
            return quire_sql_fail(distinct->session, SQLITE_INTERRUPT, NULL, error);
        size_t size = run->entries - done < BLOCK ? run->entries - done : BLOCK, kept = 0;
        QUIRE_TRY(quire_sql_scratch_read(&distinct->file,
                                         run->at + (int64_t)(done * sizeof(*block)), block,
                                         size * sizeof(*block), error));
        for (size_t i = 0; i < size; i++)
            if (slices == 1 || slice_of(&block[i], slices) == slice) block[kept++] = block[i];
        if (add_entries(distinct, part, block, kept) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        done += size;
    }
    return 0;
}

/* --- Counting ------------------------------------------------------------------------------- */

static void take_part(const struct quire_rollup_entries *part,
                      void (*take)(void *user, uint32_t group), void *user)
{
    for (size_t i = 0; i < part->capacity; i++)
        if (part->slots[i].group != 0) take(user, part->slots[i].group);
}

static size_t filed_entries(const struct quire_rollup_distinct *distinct, size_t part)
{
    const struct run *runs = (const struct run *)(const void *)distinct->runs.data;
    size_t entries = 0;
    for (size_t i = 0; i < distinct->runs.size / sizeof(*runs); i++)
        if (runs[i].part == part) entries += runs[i].entries;
    return entries;
}

/* A run is in the order of the hash: a table that grew with it would be full at its end and empty
 * elsewhere. It is made as large as may be needed, which is less than two slots an entry, and where
 * that is too much there are slices. */
static int count_filed(struct quire_rollup_distinct *distinct, size_t part, size_t bytes_max,
                       void (*take)(void *user, uint32_t group), void *user,
                       struct quire_error *error)
{
    const struct run *runs = (const struct run *)(const void *)distinct->runs.data;
    size_t entries = filed_entries(distinct, part);
    size_t slices = 1 + entries * 2 * sizeof(struct quire_rollup_entry) / (bytes_max + 1);
    for (size_t slice = 0; slice < slices; slice++) {
        if (make_room(distinct, &distinct->parts[part], entries / slices + BLOCK) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        for (size_t i = 0; i < distinct->runs.size / sizeof(*runs); i++)
            if (runs[i].part == part) QUIRE_TRY(read_run(distinct, &runs[i], slice, slices, error));
        take_part(&distinct->parts[part], take, user);
        forget(distinct, &distinct->parts[part]);
    }
    return 0;
}

int quire_rollup_distinct_count(struct quire_rollup_distinct *distinct, size_t bytes_max,
                                void (*take)(void *user, uint32_t group), void *user,
                                struct quire_error *error)
{
    if (distinct->parts == NULL) return 0;
    if (distinct->file.made) QUIRE_TRY(quire_rollup_distinct_spill(distinct, error));
    for (size_t i = 0; i < PARTS; i++) {
        if (distinct->file.made) {
            QUIRE_TRY(count_filed(distinct, i, bytes_max, take, user, error));
            continue;
        }
        if (look_up(distinct, i) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        take_part(&distinct->parts[i], take, user);
        forget(distinct, &distinct->parts[i]);
    }
    return 0;
}
