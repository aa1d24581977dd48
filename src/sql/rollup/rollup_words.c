/* A dictionary of open addressing over bytes, whatever they stand for. */
#include "sql/rollup/rollup_words.h"

#include "base/civil.h"
#include "base/hash.h"
#include "sql/values/sql_time.h"

#define NOTHING UINT32_MAX /* the number of a row that does not count */

/* --- Words ---------------------------------------------------------------------------------- */

void quire_rollup_words_release(struct quire_rollup_words *words)
{
    quire_arena_release(&words->arena);
    quire_free(words->items);
    quire_free(words->after);
    quire_free(words->slots);
    *words = (struct quire_rollup_words){.size = 0};
}

size_t quire_rollup_words_bytes(const struct quire_rollup_words *words)
{
    size_t each = sizeof(*words->items) + sizeof(*words->after) + 2 * sizeof(*words->slots);
    return words->bytes + words->capacity * each;
}

static inline bool is_same(struct quire_bytes a, struct quire_bytes b)
{
    /* A null has no bytes, which is not the text without any. */
    return a.size == b.size && (a.data == NULL) == (b.data == NULL) &&
           quire_rollup_has_same(a.data, b.data, a.size);
}

static uint64_t hash_of(struct quire_bytes value)
{
    return quire_hash_bytes(value.data, value.size);
}

static int grow_words(struct quire_rollup_words *words)
{
    size_t capacity = words->capacity > 0 ? 2 * words->capacity : 64;
    struct quire_bytes *items = quire_realloc(words->items, capacity * sizeof(*items));
    if (items == NULL) return QUIRE_MEMORY;
    words->items = items;
    uint32_t *after = quire_realloc(words->after, capacity * sizeof(*after));
    if (after == NULL) return QUIRE_MEMORY;
    words->after = after;
    uint32_t *slots = quire_alloc_zero(2 * capacity, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    quire_free(words->slots);
    words->slots = slots;
    words->capacity = capacity;
    words->mask = 2 * capacity - 1;
    for (size_t i = 0; i < words->size; i++) {
        uint64_t at = hash_of(items[i]);
        while (slots[at & words->mask] != 0)
            at++;
        slots[at & words->mask] = (uint32_t)i + 1;
    }
    return 0;
}

static int keep_word(struct quire_rollup_words *words, struct quire_bytes value)
{
    struct quire_bytes kept = {NULL, value.size};
    if (value.data != NULL) {
        kept.data = (const uint8_t *)quire_arena_strndup(
            &words->arena, value.size > 0 ? (const char *)value.data : "", value.size);
        if (kept.data == NULL) return QUIRE_MEMORY;
    }
    words->bytes += value.size + 1;
    words->after[words->size] = 0;
    words->items[words->size++] = kept;
    return 0;
}

static int look_up(struct quire_rollup_words *words, struct quire_bytes value, uint32_t *number)
{
    if (words->size == words->capacity) {
        if (words->size >= NOTHING / 4) return QUIRE_LIMIT;
        int code = grow_words(words);
        if (code != 0) return code;
    }
    uint64_t at = hash_of(value);
    uint32_t slot;
    for (; (slot = words->slots[at & words->mask]) != 0; at++)
        if (is_same(words->items[slot - 1], value)) break;
    if (slot == 0) {
        int code = keep_word(words, value);
        if (code != 0) return code;
        slot = words->slots[at & words->mask] = (uint32_t)words->size;
    }
    *number = slot - 1;
    return 0;
}

/* The same value often comes again, or what came after the last one before: steps run in turn. */
static inline int add_word(struct quire_rollup_words *words, struct quire_bytes value,
                           uint32_t *number)
{
    if (words->size > 0) {
        uint32_t next = words->after[words->last];
        if (is_same(words->items[words->last], value)) {
            *number = words->last;
            return 0;
        }
        if (is_same(words->items[next], value)) {
            *number = words->last = next;
            return 0;
        }
    }
    bool first = words->size == 0;
    int code = look_up(words, value, number);
    if (code != 0) return code;
    if (!first) words->after[words->last] = *number;
    words->last = *number;
    return 0;
}

/* --- Keys of rows --------------------------------------------------------------------------- */

#define HOUR        INT64_C(3600)
#define SECONDS_MAX (QUIRE_SQL_DAYS_MAX * CIVIL_DAY_S)

static struct quire_bytes value_bytes(const struct quire_view *view, int64_t row, int64_t *number)
{
    static const uint8_t empty = 0;
    if (quire_view_is_null(view, row)) return (struct quire_bytes){NULL, 0};
    if (quire_kind_is_string(view->field->kind)) {
        struct quire_bytes text = quire_view_bytes(view, row);
        return text.size > 0 ? text : (struct quire_bytes){&empty, 0};
    }
    *number = quire_view_i64(view, row);
    return (struct quire_bytes){(const uint8_t *)number, sizeof(*number)};
}

static int number_words(struct quire_rollup_words *words, const struct quire_view *view,
                        const uint8_t *keep, uint32_t *numbers)
{
    for (int64_t row = 0; row < view->length; row++) {
        int64_t number;
        if (!keep[row]) continue;
        int code = add_word(words, value_bytes(view, row, &number), &numbers[row]);
        if (code != 0) return code;
    }
    return 0;
}

/* The same value often comes again in times, too: a day is looked up once while it lasts. */
struct span {
    int64_t from, to;
    uint32_t number;
};

/* The day or hour that a value is in, in seconds, and its span. */
static int64_t cut_time(int64_t value, int64_t size, int64_t seconds, struct span *span)
{
    int64_t rest;
    int64_t cut = civil_floor(value, size, &rest);
    if (__builtin_mul_overflow(cut, size, &span->from) ||
        __builtin_add_overflow(span->from, size, &span->to))
        span->to = span->from = 0;
    return cut * seconds;
}

static int number_times(struct quire_rollup_words *words, int64_t seconds,
                        const struct quire_view *view, const uint8_t *keep, uint32_t *numbers)
{
    int64_t size = seconds * quire_time_unit_scale(view->field->unit);
    struct span span = {.from = 0, .to = 0};
    for (int64_t row = 0; row < view->length; row++) {
        struct span now = {.from = 0, .to = 0};
        struct quire_bytes bytes = {NULL, 0};
        int64_t cut = 0;
        if (!keep[row]) continue;
        if (!quire_view_is_null(view, row)) {
            int64_t value = quire_view_i64(view, row);
            if (value >= span.from && value < span.to) {
                numbers[row] = span.number;
                continue;
            }
            cut = cut_time(value, size, seconds, &now);
            bool far = cut < -SECONDS_MAX || cut > SECONDS_MAX;
            if (!far) bytes = (struct quire_bytes){(const uint8_t *)&cut, sizeof(cut)};
        }
        int code = add_word(words, bytes, &numbers[row]);
        if (code != 0) return code;
        span = now;
        span.number = numbers[row];
    }
    return 0;
}

int quire_rollup_words_number(struct quire_rollup_words *words, enum quire_rollup_key_kind kind,
                              const struct quire_view *view, const uint8_t *keep, uint32_t *numbers)
{
    if (kind == QUIRE_ROLLUP_DATE) return number_times(words, CIVIL_DAY_S, view, keep, numbers);
    if (kind == QUIRE_ROLLUP_HOUR) return number_times(words, HOUR, view, keep, numbers);
    return number_words(words, view, keep, numbers);
}

int quire_rollup_words_join(struct quire_rollup_words *words, const uint32_t *const *lists,
                            size_t size, int64_t rows, const uint8_t *keep, uint32_t *numbers)
{
    for (int64_t row = 0; row < rows; row++) {
        uint32_t tuple[QUIRE_ROLLUP_KEYS_MAX];
        if (!keep[row]) continue;
        for (size_t i = 0; i < size; i++)
            tuple[i] = lists[i][row];
        const struct quire_bytes bytes = {(const uint8_t *)tuple, size * sizeof(*tuple)};
        int code = add_word(words, bytes, &numbers[row]);
        if (code != 0) return code;
    }
    return 0;
}
