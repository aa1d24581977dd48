/* Rows of a key are a list, whose first one stays first. */
#include "table/rows/merge_carry.h"

#include <string.h>

#include "base/fail.h"

int quire_merge_carry_begin(struct quire_merge_carry *carry, size_t keys)
{
    size_t bytes = keys * sizeof(size_t);
    quire_buf_clear(&carry->heads);
    QUIRE_TRY(quire_buf_reserve(&carry->heads, bytes + 1));
    memset(carry->heads.data, 0, bytes);
    carry->heads.size = bytes;
    return 0;
}

void quire_merge_carry_release(struct quire_merge_carry *carry)
{
    quire_buf_release(&carry->heads);
    quire_buf_release(&carry->nexts);
    quire_buf_release(&carry->values);
}

static size_t *numbers_of(const struct quire_buf *buf)
{
    return (size_t *)(void *)buf->data;
}

int quire_merge_carry_add(struct quire_merge_carry *carry, size_t key,
                          const struct quire_number *values)
{
    size_t *head = &numbers_of(&carry->heads)[key], none = 0;
    size_t row = carry->nexts.size / sizeof(size_t) + 1;
    QUIRE_TRY(quire_buf_append(&carry->values, values, carry->columns * sizeof(*values)));
    QUIRE_TRY(quire_buf_append(&carry->nexts, &none, sizeof(none)));
    if (*head == 0) {
        *head = row;
        return 0;
    }
    size_t *nexts = numbers_of(&carry->nexts);
    nexts[row - 1] = nexts[*head - 1];
    nexts[*head - 1] = row;
    return 0;
}

size_t quire_merge_carry_first(const struct quire_merge_carry *carry, size_t key)
{
    return carry->heads.size > 0 ? numbers_of(&carry->heads)[key] : 0;
}

size_t quire_merge_carry_next(const struct quire_merge_carry *carry, size_t row)
{
    return numbers_of(&carry->nexts)[row - 1];
}

const struct quire_number *quire_merge_carry_values(const struct quire_merge_carry *carry,
                                                    size_t row)
{
    const struct quire_number *values =
        (const struct quire_number *)(const void *)carry->values.data;
    return values + (row - 1) * carry->columns;
}

size_t quire_merge_carry_memory(const struct quire_merge_carry *carry)
{
    return carry->heads.capacity + carry->nexts.capacity + carry->values.capacity;
}
