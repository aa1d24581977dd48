/* One key numbers its groups itself; several are a tuple of numbers, which has a number again. */
#include "sql/rollup/rollup_groups.h"

#include <string.h>

#include "base/civil.h"
#include "sql/values/sql_time.h"

void quire_rollup_groups_release(struct quire_rollup_groups *groups)
{
    quire_rollup_words_release(&groups->tuples);
    quire_free(groups->of_row);
    quire_free(groups->starts);
}

size_t quire_rollup_groups_bytes(const struct quire_rollup_groups *groups)
{
    return quire_rollup_words_bytes(&groups->tuples);
}

static int make_room(struct quire_rollup_groups *groups, int64_t rows)
{
    if (rows <= groups->capacity) return 0;
    quire_free(groups->of_row);
    quire_free(groups->starts);
    groups->capacity = 0;
    groups->of_row = quire_alloc((size_t)rows * sizeof(*groups->of_row));
    groups->starts = quire_alloc(((size_t)rows + 1) * sizeof(*groups->starts));
    if (groups->of_row == NULL || groups->starts == NULL) return QUIRE_MEMORY;
    groups->capacity = rows;
    return 0;
}

static int join_keys(struct quire_rollup_groups *groups, int64_t rows, const uint8_t *keep)
{
    const uint32_t *lists[QUIRE_ROLLUP_KEYS_MAX];
    size_t keys = groups->rollup->keys_size;
    for (size_t i = 0; i < keys; i++)
        lists[i] = groups->lists[i]->numbers;
    return quire_rollup_words_join(&groups->tuples, lists, keys, rows, keep, groups->of_row);
}

/* Group 0 is where rows go that do not count. */
static void number_groups(struct quire_rollup_groups *groups, const uint32_t *numbers, int64_t rows,
                          const uint8_t *keep)
{
    for (int64_t row = 0; row < rows; row++)
        groups->of_row[row] = keep[row] ? numbers[row] + 1 : 0;
}

static void find_stretches(struct quire_rollup_groups *groups, int64_t rows)
{
    const uint32_t *of_row = groups->of_row;
    size_t size = 1;
    groups->starts[0] = 0;
    for (int64_t row = 1; row < rows; row++) {
        groups->starts[size] = (uint32_t)row;
        size += of_row[row] != of_row[row - 1];
    }
    groups->starts[size] = (uint32_t)rows;
    groups->stretches = (struct quire_rollup_stretches){of_row, groups->starts, size};
}

int quire_rollup_groups_set(struct quire_rollup_groups *groups, int64_t rows, const uint8_t *keep)
{
    size_t keys = groups->rollup->keys_size;
    int code = rows < UINT32_MAX ? make_room(groups, rows) : QUIRE_LIMIT;
    if (code == 0 && keys > 1) code = join_keys(groups, rows, keep);
    if (code != 0) return code;
    groups->size = 2;
    if (keys == 0) {
        for (int64_t row = 0; row < rows; row++)
            groups->of_row[row] = keep[row];
    } else {
        number_groups(groups, keys > 1 ? groups->of_row : groups->lists[0]->numbers, rows, keep);
        groups->size = 1 + (keys > 1 ? groups->tuples.size : groups->lists[0]->words.size);
    }
    find_stretches(groups, rows);
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
    const struct quire_bytes bytes = groups->lists[key]->words.items[number];
    enum quire_rollup_key_kind kind = groups->rollup->keys[key].kind;
    if (bytes.data == NULL) return quire_column_append_null(column);
    if (kind == QUIRE_ROLLUP_COLUMN && quire_kind_is_string(column->field->kind))
        return quire_column_append_bytes(column, bytes.data, bytes.size);
    memcpy(&value, bytes.data, sizeof(value));
    if (kind == QUIRE_ROLLUP_COLUMN) return quire_column_append_int(column, value, &fits);
    return append_time(kind, value, column);
}
