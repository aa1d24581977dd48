/* The first pass does not know how many values there are, and so not which place is looked for:
 * both searches of a percentile share what it counts. */
#include "sql/rollup/rollup_percentile.h"

#include <string.h>

#define STEP_BITS 16
#define PARTS     (1 << STEP_BITS)

static void drop_parts(struct quire_rollup_search *search)
{
    if (!search->borrows) quire_free(search->parts);
    search->parts = NULL;
    search->borrows = false;
}

void quire_rollup_percentile_release(struct quire_rollup_percentile *percentile)
{
    drop_parts(&percentile->low);
    drop_parts(&percentile->high);
}

/* IEEE 754: magnitudes order as numbers do; those below zero the other way round. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    value += 0.0; /* one zero */
    memcpy(&bits, &value, sizeof(bits));
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
    uint64_t bits = key >> 63 != 0 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static int begin_search(struct quire_rollup_search *search)
{
    if (search->found) return 0;
    search->parts = quire_alloc_zero(PARTS, sizeof(*search->parts));
    return search->parts != NULL ? 0 : QUIRE_MEMORY;
}

/* Where both look into one part, one count does for them. */
static void share_parts(struct quire_rollup_search *search, const struct quire_rollup_search *from)
{
    if (search->parts == NULL || from->parts == NULL || from->borrows ||
        search->bits != from->bits || search->prefix != from->prefix)
        return;
    drop_parts(search);
    search->parts = from->parts;
    search->borrows = true;
}

void quire_rollup_percentile_share(struct quire_rollup_percentile *percentile,
                                   const struct quire_rollup_percentile *from)
{
    struct quire_rollup_search *low = &percentile->low, *high = &percentile->high;
    bool same = high->borrows && high->parts == low->parts;
    if (percentile->column != from->column || low->borrows) return;
    share_parts(low, &from->low);
    share_parts(low, &from->high);
    if (same) high->parts = low->parts;
    if (high->borrows) return;
    share_parts(high, &from->low);
    share_parts(high, &from->high);
}

int quire_rollup_percentile_begin(struct quire_rollup_percentile *percentile, bool *wanted)
{
    bool first = percentile->low.bits == 0;
    *wanted = !percentile->low.found || !percentile->high.found;
    int code = begin_search(&percentile->low);
    if (code == 0 && !first) code = begin_search(&percentile->high);
    if (code == 0) share_parts(&percentile->high, &percentile->low);
    return code;
}

/* --- Counting ------------------------------------------------------------------------------- */

static void add_values(struct quire_rollup_search *search, const struct quire_rollup_lane *lane,
                       int64_t rows)
{
    int shift = 64 - STEP_BITS - search->bits;
    struct quire_rollup_part *parts = search->parts;
    if (parts == NULL || search->borrows) return;
    for (int64_t row = 0; row < rows; row++) {
        uint64_t key = key_of(lane->reals[row]), within = key >> shift;
        if (!lane->valid[row] || (search->bits > 0 && within >> STEP_BITS != search->prefix))
            continue;
        struct quire_rollup_part *part = &parts[within & (PARTS - 1)];
        if (part->count++ == 0) part->least = part->most = key;
        if (key < part->least) part->least = key;
        if (key > part->most) part->most = key;
    }
}

void quire_rollup_percentile_add(struct quire_rollup_percentile *percentile,
                                 const struct quire_rollup_lane *lane, int64_t rows)
{
    add_values(&percentile->low, lane, rows);
    add_values(&percentile->high, lane, rows);
}

/* --- Narrowing ------------------------------------------------------------------------------ */

/* To the part that the place is in. */
static void narrow(struct quire_rollup_search *search, const struct quire_rollup_part *parts)
{
    size_t i = 0;
    while (search->place >= parts[i].count)
        search->place -= parts[i++].count;
    search->prefix = search->prefix << STEP_BITS | i;
    search->bits += STEP_BITS;
    search->found = parts[i].least == parts[i].most || search->place == 0 ||
                    search->place == parts[i].count - 1;
    search->value = value_of(search->place == 0 ? parts[i].least : parts[i].most);
}

static void end_search(struct quire_rollup_search *search)
{
    if (search->parts != NULL) narrow(search, search->parts);
    drop_parts(search);
}

/* As percentile_functions.c has it: the place may be between two values. */
static void choose_places(struct quire_rollup_percentile *percentile)
{
    const struct quire_rollup_part *parts = percentile->low.parts;
    for (size_t i = 0; i < PARTS; i++)
        percentile->count += parts[i].count;
    if (percentile->count == 0) {
        percentile->low.found = percentile->high.found = true;
        return;
    }
    double at = percentile->part * (double)(percentile->count - 1);
    percentile->low.place = (int64_t)at;
    percentile->high.place =
        percentile->low.place + (percentile->low.place < percentile->count - 1);
    narrow(&percentile->high, parts);
    narrow(&percentile->low, parts);
}

void quire_rollup_percentile_end(struct quire_rollup_percentile *percentile)
{
    if (percentile->low.bits == 0 && percentile->low.parts != NULL) {
        choose_places(percentile);
        drop_parts(&percentile->low);
        return;
    }
    end_search(&percentile->high); /* which may borrow from the other */
    end_search(&percentile->low);
}

bool quire_rollup_percentile_value(const struct quire_rollup_percentile *percentile, double *value)
{
    if (percentile->count == 0) return false;
    double at = percentile->part * (double)(percentile->count - 1);
    double rest = at - (double)(int64_t)at;
    double low = percentile->low.value, high = percentile->high.value;
    *value = rest > 0 && high > low ? low + rest * (high - low) : low;
    return true;
}
