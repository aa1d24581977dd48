/* A column is its counts and the sizes of its buffers, then the buffers, each padded to eight
 * bytes, then its children. */
#include "data/column_bytes.h"

#include "base/fail.h"

struct head {
    int64_t length, null_count;
    uint64_t validity, values, bytes; /* sizes */
};

static const int64_t none[2];

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

static void put(const struct quire_buf *from, struct quire_buf *bytes)
{
    size_t room = padded(from->size);
    uint8_t *at = quire_buf_end(bytes);
    if (room == 0) return;
    memset(at + room - 8, 0, 8);
    memcpy(at, from->data, from->size);
    bytes->size += room;
}

int quire_column_save(const struct quire_column *column, struct quire_buf *bytes)
{
    const struct head head = {column->length, column->null_count, column->validity.size,
                              column->values.size, column->bytes.size};
    QUIRE_TRY(quire_buf_reserve(bytes, sizeof(head) + padded(head.validity) + padded(head.values) +
                                           padded(head.bytes)));
    memcpy(quire_buf_end(bytes), &head, sizeof(head));
    bytes->size += sizeof(head);
    put(&column->validity, bytes);
    put(&column->values, bytes);
    put(&column->bytes, bytes);
    for (size_t i = 0; i < column->children_size; i++)
        QUIRE_TRY(quire_column_save(&column->children[i], bytes));
    return 0;
}

static void set(struct quire_view *view, const struct head *head, const void *validity,
                const void *values, const void *bytes)
{
    view->length = head->length;
    view->offset = 0;
    view->null_count = head->null_count;
    view->validity = validity;
    view->values = values != NULL ? values : none;
    view->extra = bytes != NULL ? bytes : none;
    view->ordered = view->ascii = false;
}

static const uint8_t *take(const uint8_t **at, uint64_t size)
{
    const uint8_t *taken = size > 0 ? *at : NULL;
    *at += padded(size);
    return taken;
}

static const uint8_t *read_tree(struct quire_view *view, const uint8_t *at)
{
    struct head head;
    memcpy(&head, at, sizeof(head));
    at += sizeof(head);
    const uint8_t *validity = take(&at, head.validity);
    const uint8_t *values = take(&at, head.values);
    set(view, &head, validity, values, take(&at, head.bytes));
    for (size_t i = 0; i < view->children_size; i++)
        at = read_tree(&view->children[i], at);
    return at;
}

void quire_view_saved(struct quire_view *view, const uint8_t *bytes)
{
    (void)read_tree(view, bytes);
}

void quire_view_column(struct quire_view *view, const struct quire_column *column)
{
    const struct head head = {.length = column->length, .null_count = column->null_count};
    set(view, &head, column->validity.data, column->values.data, column->bytes.data);
    for (size_t i = 0; i < view->children_size; i++)
        quire_view_column(&view->children[i], &column->children[i]);
}
