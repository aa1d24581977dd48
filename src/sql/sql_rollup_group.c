/* A key is a number in a dictionary of its own, whatever its type: of text its bytes, of whole
 * numbers and times eight bytes, of null none. Several keys are a tuple of such numbers, which is
 * looked up the same way. */
#include "sql/sql_rollup_group.h"

#include <string.h>

#include "base/civil.h"
#include "base/hash.h"
#include "sql/sql_time.h"

#define NOTHING UINT32_MAX /* the number of a row that does not count */

/* --- Words ---------------------------------------------------------------------------------- */

void quire_rollup_words_release(struct quire_rollup_words *words)
{
    quire_arena_release(&words->arena);
    quire_free(words->items);
    quire_free(words->slots);
}

static bool is_same(struct quire_bytes a, struct quire_bytes b)
{
    /* A null has no bytes, which is not the text without any. */
    return a.size == b.size && (a.data == NULL) == (b.data == NULL) &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
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
    words->items[words->size++] = kept;
    return 0;
}

int quire_rollup_words_add(struct quire_rollup_words *words, struct quire_bytes value,
                           uint32_t *number)
{
    if (words->size > 0 && is_same(words->items[words->last], value)) {
        *number = words->last;
        return 0;
    }
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
    *number = words->last = slot - 1;
    return 0;
}

/* --- Keys of rows --------------------------------------------------------------------------- */

#define HOUR INT64_C(3600)
#define SECONDS_MAX \
    (INT64_C(3652425) * CIVIL_DAY_S) /* either way from 1970, as in sql_calendar.c */

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

int quire_rollup_words_of(struct quire_rollup_words *words, const struct quire_view *view,
                          const uint8_t *keep, uint32_t *numbers)
{
    for (int64_t row = 0; row < view->length; row++) {
        int64_t number;
        if (!keep[row]) continue;
        int code = quire_rollup_words_add(words, value_bytes(view, row, &number), &numbers[row]);
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
        int code = quire_rollup_words_add(words, bytes, &numbers[row]);
        if (code != 0) return code;
        span = now;
        span.number = numbers[row];
    }
    return 0;
}

static int number_values(struct quire_rollup_words *words, enum quire_rollup_key_kind kind,
                         const struct quire_view *view, const uint8_t *keep, uint32_t *numbers)
{
    if (kind == QUIRE_ROLLUP_DATE) return number_times(words, CIVIL_DAY_S, view, keep, numbers);
    if (kind == QUIRE_ROLLUP_HOUR) return number_times(words, HOUR, view, keep, numbers);
    return quire_rollup_words_of(words, view, keep, numbers);
}

/* --- Groups --------------------------------------------------------------------------------- */

void quire_rollup_groups_release(struct quire_rollup_groups *groups)
{
    for (size_t i = 0; i < QUIRE_ROLLUP_KEYS_MAX; i++)
        quire_rollup_words_release(&groups->keys[i]);
    quire_rollup_words_release(&groups->tuples);
    quire_free(groups->of_row);
}

size_t quire_rollup_words_bytes(const struct quire_rollup_words *words)
{
    return words->bytes + words->capacity * (sizeof(*words->items) + 2 * sizeof(*words->slots));
}

size_t quire_rollup_groups_bytes(const struct quire_rollup_groups *groups)
{
    size_t bytes = quire_rollup_words_bytes(&groups->tuples);
    for (size_t i = 0; i < groups->rollup->keys_size; i++)
        bytes += quire_rollup_words_bytes(&groups->keys[i]);
    return bytes;
}

static int make_room(struct quire_rollup_groups *groups, int64_t rows)
{
    if (rows <= groups->rows_capacity) return 0;
    size_t lists = 1 + QUIRE_ROLLUP_KEYS_MAX;
    uint32_t *grown = quire_realloc(groups->of_row, (size_t)rows * lists * sizeof(*grown));
    if (grown == NULL) return QUIRE_MEMORY;
    groups->of_row = grown;
    groups->rows_capacity = rows;
    return 0;
}

static int number_tuples(struct quire_rollup_groups *groups, int64_t rows, const uint8_t *keep)
{
    size_t keys = groups->rollup->keys_size;
    const uint32_t *numbers = groups->of_row + groups->rows_capacity;
    for (int64_t row = 0; row < rows; row++) {
        uint32_t tuple[QUIRE_ROLLUP_KEYS_MAX];
        if (!keep[row]) continue;
        for (size_t i = 0; i < keys; i++)
            tuple[i] = numbers[i * (size_t)groups->rows_capacity + (size_t)row];
        const struct quire_bytes bytes = {(const uint8_t *)tuple, keys * sizeof(*tuple)};
        int code = quire_rollup_words_add(&groups->tuples, bytes, &groups->of_row[row]);
        if (code != 0) return code;
    }
    return 0;
}

int quire_rollup_groups_set(struct quire_rollup_groups *groups,
                            const struct quire_view *const *columns, int64_t rows,
                            const uint8_t *keep)
{
    size_t keys = groups->rollup->keys_size;
    int code = make_room(groups, rows);
    for (size_t i = 0; i < keys && code == 0; i++) {
        const struct quire_rollup_key *key = &groups->rollup->keys[i];
        uint32_t *numbers =
            groups->of_row + (keys > 1 ? (1 + i) * (size_t)groups->rows_capacity : 0);
        code = number_values(&groups->keys[i], key->kind, columns[key->column], keep, numbers);
    }
    if (code == 0 && keys > 1) code = number_tuples(groups, rows, keep);
    if (code != 0) return code;
    for (int64_t row = 0; row < rows; row++)
        groups->of_row[row] = keep[row] ? (keys > 0 ? groups->of_row[row] + 1 : 1) : 0;
    groups->size = 1 + (keys > 1 ? groups->tuples.size : keys > 0 ? groups->keys[0].size : 1);
    return 0;
}

/* --- Keys of groups ------------------------------------------------------------------------- */

static int append_time(enum quire_rollup_key_kind kind, int64_t seconds,
                       struct quire_column *column)
{
    char text[QUIRE_TIME_TEXT_MAX];
    char *end = kind == QUIRE_ROLLUP_DATE ? quire_time_format_date(seconds / CIVIL_DAY_S, text)
                                          : quire_sql_time_format(seconds, QUIRE_SECOND, text);
    return quire_column_append_bytes(column, text, (size_t)(end - text));
}

int quire_rollup_groups_key(const struct quire_rollup_groups *groups, size_t key, size_t group,
                            struct quire_column *column)
{
    uint32_t number = (uint32_t)group - 1;
    int64_t value;
    bool fits = true;
    if (groups->rollup->keys_size > 1)
        memcpy(&number, groups->tuples.items[group - 1].data + key * sizeof(number),
               sizeof(number));
    const struct quire_bytes bytes = groups->keys[key].items[number];
    enum quire_rollup_key_kind kind = groups->rollup->keys[key].kind;
    if (bytes.data == NULL) return quire_column_append_null(column);
    if (kind == QUIRE_ROLLUP_COLUMN && quire_kind_is_string(column->field->kind))
        return quire_column_append_bytes(column, bytes.data, bytes.size);
    memcpy(&value, bytes.data, sizeof(value));
    if (kind == QUIRE_ROLLUP_COLUMN) return quire_column_append_int(column, value, &fits);
    return append_time(kind, value, column);
}
