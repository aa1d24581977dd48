/* Content checks: after them no accessor leaves the buffers, given that these are
 * as long as the C Data Interface demands. The first bad row is named; inside a
 * list it is the row of the list that holds the bad item. */
#include "base/fail.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/view.h"
#include "quire/batch.h"

#define OPERATION "check batch"

static int bad_row(struct quire_error *error, int64_t row, const char *cause)
{
    int code = quire_fail(error, QUIRE_INPUT, OPERATION, "%s", cause);
    quire_error_at(error, row + 1, NULL, QUIRE_NOWHERE);
    return code;
}

static int check_null_count(const struct quire_view *view, struct quire_error *error)
{
    if (view->validity == NULL || view->null_count < 0) return 0;
    int64_t nulls = 0, row = 0;
    for (; row < view->length && (row + view->offset) % 8 != 0; row++)
        nulls += quire_view_is_null(view, row);
    const uint8_t *bytes = view->validity + (row + view->offset) / 8;
    for (; view->length - row >= 64; row += 64, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof(word));
        nulls += 64 - __builtin_popcountll(word);
    }
    for (; row < view->length; row++)
        nulls += quire_view_is_null(view, row);
    if (nulls == view->null_count) return 0;
    return quire_fail(error, QUIRE_INPUT, OPERATION, "%lld nulls where the count says %lld",
                      (long long)nulls, (long long)view->null_count);
}

/* Are all offsets in order, the first of which is not negative? The highest bit tells: of
 * an offset that is negative, and of the difference of two that are not, which cannot
 * overflow. Without a way out of the loop and without comparing it runs at vector speed. */
static bool are_narrow_in_order(const int32_t *offsets, int64_t count)
{
    uint32_t high = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t next = (uint32_t)offsets[i + 1];
        high |= next | (next - (uint32_t)offsets[i]);
    }
    return high >> 31 == 0;
}

static bool are_wide_in_order(const int64_t *offsets, int64_t count)
{
    uint64_t high = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t next = (uint64_t)offsets[i + 1];
        high |= next | (next - (uint64_t)offsets[i]);
    }
    return high >> 63 == 0;
}

bool quire_offsets_in_order(const void *offsets, int width, int64_t count)
{
    return width == 4 ? are_narrow_in_order(offsets, count) : are_wide_in_order(offsets, count);
}

/* Offsets of strings, binaries, lists and maps: from 0 up, within limit (-1: the
 * interface does not tell the size). */
static int check_offsets(const struct quire_view *view, bool wide, int64_t limit,
                         struct quire_error *error)
{
    if (view->length == 0) return 0;
    const int32_t *narrow_offsets = (const int32_t *)view->values + view->offset;
    const int64_t *wide_offsets = (const int64_t *)view->values + view->offset;
    int64_t last = wide ? wide_offsets[0] : narrow_offsets[0];
    if (last < 0) return bad_row(error, 0, "an offset is negative");
    int64_t end = wide ? wide_offsets[view->length] : narrow_offsets[view->length];
    const void *offsets = wide ? (const void *)wide_offsets : narrow_offsets;
    if ((limit < 0 || end <= limit) &&
        (view->ordered || quire_offsets_in_order(offsets, wide ? 8 : 4, view->length)))
        return 0;
    for (int64_t row = 0; row < view->length; row++) {
        int64_t next = wide ? wide_offsets[row + 1] : narrow_offsets[row + 1];
        if (next < last) return bad_row(error, row, "an offset is less than the one before");
        if (limit >= 0 && next > limit) return bad_row(error, row, "an offset is past the items");
        last = next;
    }
    return 0;
}

static int check_utf8_row(const struct quire_view *view, int64_t row, struct quire_error *error)
{
    if (quire_view_is_null(view, row)) return 0;
    struct quire_bytes bytes = quire_view_bytes(view, row);
    size_t valid = quire_utf8_valid_prefix(bytes.data, bytes.size);
    if (valid == bytes.size) return 0;
    int code = quire_fail(error, QUIRE_INPUT, OPERATION,
                          "byte %zu of the string is not UTF-8 (0x%02x)", valid, bytes.data[valid]);
    quire_error_at(error, row + 1, NULL, QUIRE_NOWHERE);
    return code;
}

/* All rows lie side by side: one pass over their bytes proves most columns good,
 * when no row starts inside a character. */
static bool is_utf8_at_once(const struct quire_view *view)
{
    struct quire_bytes first = quire_view_bytes(view, 0);
    struct quire_bytes last = quire_view_bytes(view, view->length - 1);
    size_t size = (size_t)(last.data + last.size - first.data);
    size_t ascii = quire_utf8_ascii_prefix(first.data, size);
    if (ascii == size) return true;
    if (!quire_utf8_is_valid(first.data + ascii, size - ascii)) return false;
    for (int64_t row = 1; row < view->length; row++) {
        struct quire_bytes bytes = quire_view_bytes(view, row);
        if (bytes.size > 0 && (bytes.data[0] & 0xc0) == 0x80) return false;
    }
    return true;
}

static int check_strings(const struct quire_view *view, bool adjacent, struct quire_error *error)
{
    if (view->length == 0 || view->ascii || (adjacent && is_utf8_at_once(view))) return 0;
    for (int64_t row = 0; row < view->length; row++)
        QUIRE_TRY(check_utf8_row(view, row, error));
    return 0;
}

static int check_byte_views(const struct quire_view *view, struct quire_error *error)
{
    for (int64_t row = 0; row < view->length; row++) {
        if (quire_view_is_null(view, row)) continue;
        const uint8_t *entry = (const uint8_t *)view->values + (row + view->offset) * 16;
        int32_t part[4];
        memcpy(part, entry, sizeof(part));
        if (part[0] < 0) return bad_row(error, row, "a view's size is negative");
        if (part[0] <= 12) continue;
        if (part[2] < 0 || part[2] >= view->buffers_size - 3)
            return bad_row(error, row, "a view names a buffer that is not there");
        int64_t buffer_size = ((const int64_t *)view->extra)[part[2]];
        if (part[3] < 0 || (int64_t)part[3] + part[0] > buffer_size ||
            view->buffers[2 + part[2]] == NULL)
            return bad_row(error, row, "a view is past its buffer's end");
    }
    return 0;
}

static int check_list_views(const struct quire_view *view, struct quire_error *error)
{
    int64_t items = view->children[0].length;
    for (int64_t row = 0; row < view->length; row++) {
        if (quire_view_is_null(view, row)) continue;
        struct quire_range range = quire_view_range(view, row);
        if (range.start < 0 || range.size < 0 || range.start > items ||
            range.size > items - range.start)
            return bad_row(error, row, "a list is past the items");
    }
    return 0;
}

static int check_indices(const struct quire_view *view, struct quire_error *error)
{
    for (int64_t row = 0; row < view->length; row++) {
        if (quire_view_is_null(view, row)) continue;
        int64_t index = quire_view_index(view, row);
        if (index < 0 || index >= view->dictionary->length)
            return bad_row(error, row, "an index is not in the dictionary");
    }
    return 0;
}

static int check_run_ends(const struct quire_view *view, struct quire_error *error)
{
    const struct quire_view *ends = &view->children[0];
    int64_t last = 0;
    if (ends->length > view->children[1].length)
        return quire_fail(error, QUIRE_INPUT, OPERATION, "more run ends than values");
    for (int64_t run = 0; run < ends->length; run++) {
        if (quire_view_is_null(ends, run) || quire_view_i64(ends, run) <= last)
            return quire_fail(error, QUIRE_INPUT, OPERATION, "run end %lld does not increase",
                              (long long)run);
        last = quire_view_i64(ends, run);
    }
    if (last < view->offset + view->length)
        return quire_fail(error, QUIRE_INPUT, OPERATION, "the runs end before the rows");
    return 0;
}

static int check_union(const struct quire_view *view, struct quire_error *error)
{
    int32_t ids[128];
    int count = quire_field_union_ids(view->field->format, ids);
    bool dense = view->field->format[2] == 'd';
    for (int64_t row = 0; row < view->length; row++) {
        int64_t index = row + view->offset;
        int8_t id = ((const int8_t *)view->values)[index];
        int child = 0;
        while (child < count && ids[child] != id)
            child++;
        if (child == count) return bad_row(error, row, "a union's type id is not one of its types");
        int64_t at = dense ? ((const int32_t *)view->extra)[index] : index;
        if (at < 0 || at >= view->children[child].length)
            return bad_row(error, row, "a union's value is not there");
    }
    return 0;
}

static int check_own(const struct quire_view *view, struct quire_error *error)
{
    switch (view->field->kind) {
    case QUIRE_KIND_STRING:
        QUIRE_TRY(check_offsets(view, false, -1, error));
        return check_strings(view, true, error);
    case QUIRE_KIND_LARGE_STRING:
        QUIRE_TRY(check_offsets(view, true, -1, error));
        return check_strings(view, true, error);
    case QUIRE_KIND_BINARY: return check_offsets(view, false, -1, error);
    case QUIRE_KIND_LARGE_BINARY: return check_offsets(view, true, -1, error);
    case QUIRE_KIND_STRING_VIEW:
        QUIRE_TRY(check_byte_views(view, error));
        return check_strings(view, false, error);
    case QUIRE_KIND_BINARY_VIEW: return check_byte_views(view, error);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_MAP: return check_offsets(view, false, view->children[0].length, error);
    case QUIRE_KIND_LARGE_LIST: return check_offsets(view, true, view->children[0].length, error);
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW: return check_list_views(view, error);
    case QUIRE_KIND_DICTIONARY: return check_indices(view, error);
    case QUIRE_KIND_RUN_END: return check_run_ends(view, error);
    case QUIRE_KIND_UNION: return check_union(view, error);
    default: return 0;
    }
}

/* Turns the row of an item into the row of the list that holds it. */
static void blame_list_row(const struct quire_view *view, struct quire_error *error)
{
    if (error == NULL || error->row == QUIRE_NOWHERE) return;
    int64_t item = error->row - 1;
    error->row = QUIRE_NOWHERE;
    for (int64_t row = 0; row < view->length; row++) {
        if (quire_view_is_null(view, row)) continue;
        struct quire_range range = quire_view_range(view, row);
        if (item < range.start || item >= range.start + range.size) continue;
        error->row = row + 1;
        return;
    }
}

/* whole: with null counts and the values of dictionaries. */
static int validate(const struct quire_view *view, bool whole, struct quire_error *error)
{
    if (whole) QUIRE_TRY(check_null_count(view, error));
    QUIRE_TRY(check_own(view, error));
    for (size_t i = 0; i < view->children_size; i++) {
        const struct quire_view *child = &view->children[i];
        int code = validate(child, whole, error);
        if (code == 0) continue;
        if (quire_kind_is_nested(view->field->kind) && view->field->kind != QUIRE_KIND_STRUCT)
            blame_list_row(view, error);
        if (child->field->name_size > 0) quire_error_outer_column(error, child->field->name);
        return code;
    }
    if (view->dictionary == NULL || !whole) return 0;
    int code = validate(view->dictionary, true, error);
    /* A row of the dictionary is no row of the batch. */
    if (code != 0 && error != NULL) error->row = QUIRE_NOWHERE;
    return code;
}

int quire_view_validate(const struct quire_view *view, struct quire_error *error)
{
    return validate(view, true, error);
}

int quire_view_validate_rows(const struct quire_view *view, struct quire_error *error)
{
    return validate(view, false, error);
}

int quire_array_validate(const struct ArrowSchema *schema, const struct ArrowArray *array,
                         struct quire_error *error)
{
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    int code = quire_field_open(schema, &field, error);
    if (code == 0) code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0) code = quire_view_validate(view, error);
    quire_view_free(view);
    quire_field_close(field);
    return code;
}
