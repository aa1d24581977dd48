/* XXH3 with a seed that nobody knows. The same value often comes again at once. */
#include "sql/rollup/rollup_hashes.h"

#include "base/random.h"
#include "quire_config.h"
#include "sql/rollup/rollup_words.h"

#ifdef QUIRE_WITH_XXHASH
#include <xxhash.h>
#endif

bool quire_rollup_hash_is_built(void)
{
#ifdef QUIRE_WITH_XXHASH
    return true;
#else
    return false;
#endif
}

void quire_rollup_hashes_release(struct quire_rollup_hashes *hashes)
{
    quire_free(hashes->items);
    *hashes = (struct quire_rollup_hashes){.size = 0};
}

static int make_room(struct quire_rollup_hashes *hashes, int64_t rows)
{
    if (!hashes->seeded) hashes->seed = quire_random_entropy();
    hashes->seeded = true;
    hashes->size = 0;
    if (rows <= hashes->capacity) return 0;
    quire_free(hashes->items);
    hashes->capacity = 0;
    hashes->items = quire_alloc((size_t)rows * sizeof(*hashes->items));
    if (hashes->items == NULL) return QUIRE_MEMORY;
    hashes->capacity = rows;
    return 0;
}

static void add_hash(struct quire_rollup_hashes *hashes, int64_t row, struct quire_bytes value)
{
    struct quire_rollup_hash *hash = &hashes->items[hashes->size++];
#ifdef QUIRE_WITH_XXHASH
    XXH128_hash_t bits = XXH3_128bits_withSeed(value.data, value.size, hashes->seed);
    *hash = (struct quire_rollup_hash){bits.low64, (uint32_t)bits.high64, (uint32_t)row, false};
#else
    (void)value; /* the parser has refused it */
    *hash = (struct quire_rollup_hash){hashes->seed, 0, (uint32_t)row, false};
#endif
}

static void add_none(struct quire_rollup_hashes *hashes, int64_t row)
{
    if (hashes->size > 0 && hashes->items[hashes->size - 1].none) return;
    hashes->items[hashes->size++] = (struct quire_rollup_hash){.row = (uint32_t)row, .none = true};
}

static void add_texts(struct quire_rollup_hashes *hashes, const struct quire_view *view,
                      const uint8_t *keep)
{
    struct quire_bytes last = {NULL, 0};
    for (int64_t row = 0; row < view->length; row++) {
        if (!keep[row] || quire_view_is_null(view, row)) {
            add_none(hashes, row);
            continue;
        }
        struct quire_bytes value = quire_view_bytes(view, row);
        bool same = hashes->size > 0 && !hashes->items[hashes->size - 1].none &&
                    value.size == last.size &&
                    quire_rollup_has_same(value.data, last.data, value.size);
        if (!same) add_hash(hashes, row, value);
        last = value;
    }
}

static void add_numbers(struct quire_rollup_hashes *hashes, const struct quire_view *view,
                        const uint8_t *keep)
{
    int64_t last = 0;
    for (int64_t row = 0; row < view->length; row++) {
        if (!keep[row] || quire_view_is_null(view, row)) {
            add_none(hashes, row);
            continue;
        }
        int64_t value = quire_view_i64(view, row);
        bool same = hashes->size > 0 && !hashes->items[hashes->size - 1].none && value == last;
        const struct quire_bytes bytes = {(const uint8_t *)&value, sizeof(value)};
        if (!same) add_hash(hashes, row, bytes);
        last = value;
    }
}

int quire_rollup_hashes_set(struct quire_rollup_hashes *hashes, const struct quire_view *view,
                            const uint8_t *keep)
{
    if (make_room(hashes, view->length) != 0) return QUIRE_MEMORY;
    if (quire_kind_is_string(view->field->kind))
        add_texts(hashes, view, keep);
    else
        add_numbers(hashes, view, keep);
    return 0;
}
