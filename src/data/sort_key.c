/* Numbers become big-endian with the sign bit turned, so that bytes order as values do;
 * text is ended by two zero bytes, and a zero byte within is followed by 0xFF, so that a
 * beginning comes before what it begins. A descending value has all its bytes turned. */
#include "data/sort_key.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/options.h"
#include "quire/option.h"

#define OPERATION "sort"

/* The first byte of each value; it is not turned, so that nulls are last either way. */
enum { MARK_VALUE = 0, MARK_NULL = 1 };

/* --- Names --------------------------------------------------------------------------- */

static bool has_order(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) return has_order(field->dictionary);
    if (field->kind == QUIRE_KIND_INTERVAL_DAY_TIME ||
        field->kind == QUIRE_KIND_INTERVAL_MONTH_DAY_NANO)
        return false;
    return field->kind <= QUIRE_KIND_FIXED_BINARY;
}

static int fail_unknown(const struct quire_field *batch, const char *name,
                        struct quire_error *error)
{
    int code =
        quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\" to sort by", name);
    const char **names = quire_alloc_zero(batch->children_size + 1, sizeof(*names));
    if (names == NULL) return code;
    for (size_t i = 0; i < batch->children_size; i++)
        names[i] = batch->children[i].name;
    const char *nearest = quire_options_nearest(names, batch->children_size, name);
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%s\"?", nearest);
    quire_free(names);
    return code;
}

/* A whole name is tried before it is taken apart at its dots. */
static const struct quire_field *resolve(const struct quire_field *field, const char *name,
                                         struct quire_sort_column *column)
{
    while (field->kind == QUIRE_KIND_STRUCT && column->path_size < QUIRE_FIELD_DEPTH_MAX) {
        size_t size = strlen(name);
        int64_t child = quire_field_child(field, name, size);
        if (child < 0) {
            size = strcspn(name, ".");
            child = name[size] != '\0' ? quire_field_child(field, name, size) : -1;
        }
        if (child < 0) return NULL;
        column->path[column->path_size++] = (size_t)child;
        field = &field->children[child];
        if (name[size] == '\0') return field;
        name += size + 1;
    }
    return NULL;
}

static bool same_path(const struct quire_sort_column *a, const struct quire_sort_column *b)
{
    return a->path_size == b->path_size &&
           memcmp(a->path, b->path, a->path_size * sizeof(*a->path)) == 0;
}

static int add_column(struct quire_sort_key *key, const struct quire_field *batch, const char *name,
                      struct quire_error *error)
{
    struct quire_sort_column *column = &key->columns[key->columns_size];
    const struct quire_field *field = resolve(batch, name, column);
    if (field == NULL && name[0] == '-') {
        name++;
        *column = (struct quire_sort_column){.descending = true};
        field = resolve(batch, name, column);
    }
    if (field == NULL) return fail_unknown(batch, name, error);
    if (!has_order(field))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "rows cannot be sorted by the column \"%.200s\": its type has no order",
                          name);
    for (size_t i = 0; i < key->columns_size; i++)
        if (same_path(&key->columns[i], column))
            return quire_fail(error, QUIRE_USAGE, OPERATION, "the column \"%.200s\" is named twice",
                              name);
    key->columns_size++;
    return 0;
}

int quire_sort_key_init(struct quire_sort_key *key, const struct quire_field *batch,
                        const char *const *names, size_t names_size, struct quire_error *error)
{
    *key = (struct quire_sort_key){NULL, 0};
    if (names_size == 0 || names_size > QUIRE_SORT_COLUMNS_MAX)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "rows are sorted by 1 to %d columns",
                          QUIRE_SORT_COLUMNS_MAX);
    key->columns = quire_alloc_zero(names_size, sizeof(*key->columns));
    if (key->columns == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < names_size; i++) {
        int code = add_column(key, batch, names[i], error);
        if (code == 0) continue;
        quire_sort_key_release(key);
        return code;
    }
    return 0;
}

void quire_sort_key_release(struct quire_sort_key *key)
{
    quire_free(key->columns);
    *key = (struct quire_sort_key){NULL, 0};
}

/* --- Values -------------------------------------------------------------------------- */

static int put_u64(struct quire_buf *out, uint64_t value)
{
    uint64_t big = __builtin_bswap64(value);
    return quire_buf_append(out, &big, sizeof(big));
}

#define SIGN64 (UINT64_C(1) << 63)

static int put_double(struct quire_buf *out, double value)
{
    uint64_t bits = UINT64_MAX; /* NaN */
    if (value == 0) value = 0;  /* of both signs */
    if (value == value) {
        memcpy(&bits, &value, sizeof(bits));
        bits = (bits & SIGN64) != 0 ? ~bits : bits | SIGN64;
    }
    return put_u64(out, bits);
}

static int put_decimal(struct quire_buf *out, const uint8_t *value, size_t width)
{
    QUIRE_TRY(quire_buf_reserve(out, width));
    for (size_t i = 0; i < width; i++)
        quire_buf_end(out)[i] = value[width - 1 - i];
    quire_buf_end(out)[0] ^= 0x80;
    out->size += width;
    return 0;
}

static int put_bytes(struct quire_buf *out, struct quire_bytes bytes)
{
    static const uint8_t zero[2] = {0, 0xFF}, end[2] = {0, 0};
    while (bytes.size > 0) {
        const uint8_t *found = memchr(bytes.data, 0, bytes.size);
        size_t size = found != NULL ? (size_t)(found - bytes.data) : bytes.size;
        QUIRE_TRY(quire_buf_append(out, bytes.data, size));
        if (found == NULL) break;
        QUIRE_TRY(quire_buf_append(out, zero, 2));
        bytes = (struct quire_bytes){found + 1, bytes.size - size - 1};
    }
    return quire_buf_append(out, end, 2);
}

static int put_float(struct quire_buf *out, const struct quire_view *view, int64_t row)
{
    const void *value = quire_view_fixed(view, row);
    uint16_t half;
    float single;
    double wide;
    switch (view->field->kind) {
    case QUIRE_KIND_FLOAT16:
        memcpy(&half, value, sizeof(half));
        return put_double(out, quire_number_half_to_double(half));
    case QUIRE_KIND_FLOAT32:
        memcpy(&single, value, sizeof(single));
        return put_double(out, (double)single);
    default: memcpy(&wide, value, sizeof(wide)); return put_double(out, wide);
    }
}

static int put_value(struct quire_buf *out, const struct quire_view *view, int64_t row)
{
    enum quire_kind kind = view->field->kind;
    if (kind == QUIRE_KIND_BOOL) return quire_buf_push(out, quire_view_bool(view, row));
    if (quire_kind_is_float(kind)) return put_float(out, view, row);
    if (kind == QUIRE_KIND_DECIMAL)
        return put_decimal(out, quire_view_fixed(view, row), (size_t)view->field->width);
    if (quire_kind_is_integer(kind) && !quire_kind_is_signed(kind))
        return put_u64(out, (uint64_t)quire_view_i64(view, row));
    if (kind < QUIRE_KIND_STRING) return put_u64(out, (uint64_t)quire_view_i64(view, row) ^ SIGN64);
    return put_bytes(out, quire_view_bytes(view, row));
}

static int append_column(const struct quire_sort_column *column, const struct quire_view *view,
                         int64_t row, struct quire_buf *out)
{
    bool null = false;
    for (size_t i = 0; i < column->path_size && !null; i++) {
        view = &view->children[column->path[i]];
        null = quire_view_is_null(view, row);
    }
    if (!null && view->field->kind == QUIRE_KIND_DICTIONARY) {
        row = quire_view_index(view, row);
        view = view->dictionary;
        null = quire_view_is_null(view, row);
    }
    if (null) return quire_buf_push(out, MARK_NULL);
    QUIRE_TRY(quire_buf_push(out, MARK_VALUE));
    size_t start = out->size;
    QUIRE_TRY(put_value(out, view, row));
    if (column->descending)
        for (size_t i = start; i < out->size; i++)
            out->data[i] = (uint8_t)~out->data[i];
    return 0;
}

int quire_sort_key_append(const struct quire_sort_key *key, const struct quire_view *batch,
                          int64_t row, struct quire_buf *out)
{
    for (size_t i = 0; i < key->columns_size; i++)
        QUIRE_TRY(append_column(&key->columns[i], batch, row, out));
    return 0;
}
