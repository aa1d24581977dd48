/* A row that does not fit splits its batch: the rows before it are delivered, it is
 * refused, and the next call goes on after it. A refused record has no text of its own in a
 * file of columns: it is told as JSON. */
#include "format/typed_target.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/cast.h"
#include "format/field_select.h"
#include "format/json/json_value.h"
#include "quire/batch.h"

#define OPERATION "read"

/* --- What is given ----------------------------------------------------------------------- */

/* True when a struct has a field of that name; looked for from *hint on, as fields of two
 * schemas mostly come in one order. */
static bool has_child(const struct quire_field *in, const struct quire_field *field, size_t *hint)
{
    for (size_t i = 0; i < in->children_size; i++) {
        size_t at = (*hint + i) % in->children_size;
        const struct quire_field *other = &in->children[at];
        if (other->name_size != field->name_size ||
            memcmp(other->name, field->name, field->name_size) != 0)
            continue;
        *hint = at + 1;
        return true;
    }
    return false;
}

static int check_missing(const struct quire_field *file, const struct quire_field *wanted,
                         struct quire_error *error)
{
    size_t hint = 0;
    for (size_t i = 0; i < wanted->children_size; i++) {
        if (has_child(file, &wanted->children[i], &hint)) continue;
        return quire_fail(error, QUIRE_INPUT, OPERATION, "the file has no column \"%.200s\"",
                          wanted->children[i].name);
    }
    return 0;
}

static int check_extra(const struct quire_field *file, const struct quire_field *wanted,
                       struct quire_error *error)
{
    size_t hint = 0;
    for (size_t i = 0; i < file->children_size; i++) {
        if (has_child(wanted, &file->children[i], &hint)) continue;
        quire_fail(error, QUIRE_INPUT, OPERATION,
                   "the file has a column \"%.200s\" that the schema has not",
                   file->children[i].name);
        quire_error_hint(error, "extra columns can be ignored");
        return QUIRE_INPUT;
    }
    return 0;
}

static int settle_given(struct quire_typed_target *target, const struct quire_record_policy *policy,
                        const struct quire_field *file, const struct quire_field *full,
                        struct quire_error *error)
{
    if (policy->missing == QUIRE_MISSING_ERROR) QUIRE_TRY(check_missing(file, full, error));
    if (policy->extra == QUIRE_EXTRA_ERROR) QUIRE_TRY(check_extra(file, full, error));
    if (policy->columns == NULL && !policy->columns_given)
        return quire_schema_copy(policy->schema, &target->given, error);
    return quire_select_fields(full, policy->columns,
                               policy->columns != NULL ? policy->columns_size : 0, &target->given,
                               error);
}

int quire_typed_target_open(struct quire_typed_target *target,
                            const struct quire_record_policy *policy,
                            const struct quire_field *file, struct quire_error *error)
{
    target->on_bad = policy->on_bad;
    target->reject = policy->reject;
    target->reject_user = policy->reject_user;
    target->counts = policy->counts;
    if (policy->schema == NULL) return 0;
    struct quire_field *full = NULL;
    int code = quire_field_open(policy->schema, &full, error);
    if (code == 0) code = settle_given(target, policy, file, full, error);
    quire_field_close(full);
    return code != 0 ? code : quire_field_open(&target->given, &target->field, error);
}

/* Whether values of one field are values of another as they are: it may only allow nulls, too. */
static bool is_within(const struct quire_field *read, const struct quire_field *given)
{
    if (strcmp(read->name, given->name) != 0 || strcmp(read->format, given->format) != 0 ||
        read->extension != given->extension || read->keys_sorted != given->keys_sorted ||
        read->dictionary_ordered != given->dictionary_ordered ||
        (read->nullable && !given->nullable) || read->children_size != given->children_size ||
        (read->dictionary == NULL) != (given->dictionary == NULL))
        return false;
    if (read->dictionary != NULL && !is_within(read->dictionary, given->dictionary)) return false;
    for (size_t i = 0; i < read->children_size; i++)
        if (!is_within(&read->children[i], &given->children[i])) return false;
    return true;
}

int quire_typed_target_begin(struct quire_typed_target *target, const struct quire_field *read,
                             struct quire_error *error)
{
    QUIRE_TRY(quire_field_to_schema(read, &target->read, error));
    if (target->given.release == NULL) {
        QUIRE_TRY(quire_field_to_schema(read, &target->given, error));
        return quire_field_open(&target->given, &target->field, error);
    }
    target->cast =
        !quire_schema_equal(&target->read, &target->given, NULL) && !is_within(read, target->field);
    return target->cast ? quire_cast_types_check(&target->read, &target->given, error) : 0;
}

void quire_typed_target_release(struct quire_typed_target *target)
{
    quire_array_release(&target->pending);
    quire_field_close(target->field);
    quire_schema_release(&target->read);
    quire_schema_release(&target->given);
    *target = (struct quire_typed_target){.cast = false};
}

/* --- Casting ----------------------------------------------------------------------------- */

/* The row, from 1, of the file that row k of a batch is. */
static int64_t file_row(const struct quire_batch_rows *rows, int64_t k)
{
    int64_t row = rows->row_of(rows->place, k);
    return row == QUIRE_NOWHERE ? row : row + 1;
}

/* Makes a row of the part of a batch that begins at `from` one of the file. */
static void locate(struct quire_error *error, const struct quire_batch_rows *rows, int64_t from)
{
    if (error->row != QUIRE_NOWHERE) error->row = file_row(rows, from + error->row - 1);
}

static int cast_rows(struct quire_typed_target *target, const struct ArrowArray *read,
                     struct ArrowArray *batch, struct quire_error *error)
{
    int64_t nulled = 0;
    const struct quire_cast_options options = {.allow_null = target->on_bad == QUIRE_ON_BAD_NULL,
                                               .nulled = &nulled};
    QUIRE_TRY(quire_cast(&target->read, read, &target->given, &options, batch, error));
    if (target->counts != NULL) target->counts->nulled += nulled;
    return 0;
}

/* Rows of a struct array, borrowed: quire_cast only reads it. */
static struct ArrowArray slice(const struct ArrowArray *array, int64_t start, int64_t rows)
{
    struct ArrowArray part = *array;
    part.offset += start;
    part.length = rows;
    part.null_count = array->null_count == 0 ? 0 : -1;
    return part;
}

static int record_text(const struct ArrowSchema *schema, const struct ArrowArray *record,
                       struct quire_buf *text, struct quire_error *error)
{
    const struct quire_json_style style = {.replace_utf8 = true};
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    int code = quire_field_open(schema, &field, error);
    if (code == 0) code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, record, error);
    if (code == 0) code = quire_json_value_write(view, 0, &style, text, error);
    quire_view_free(view);
    quire_field_close(field);
    return code;
}

static int reject_row(struct quire_typed_target *target, int64_t row,
                      const struct quire_batch_rows *rows, const struct quire_error *why,
                      struct quire_error *error)
{
    struct ArrowArray record = slice(&target->pending, row, 1);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error located = *why;
    located.row = file_row(rows, row);
    QUIRE_TRY(record_text(&target->read, &record, &text, error));
    const struct quire_reject reject = {
        .error = &located, .record = (const char *)text.data, .record_size = text.size};
    if (target->counts != NULL) target->counts->rejected++;
    return target->reject != NULL ? target->reject(target->reject_user, &reject, error) : 0;
}

/* Casts as many rows as there are before the next that must be refused, and refuses it. */
static int cast_until_bad(struct quire_typed_target *target, const struct quire_batch_rows *rows,
                          struct ArrowArray *batch, struct quire_error *error)
{
    int64_t start = target->pending_at, end = target->pending.length;
    struct quire_error why, now;
    for (bool bad = false;;) {
        struct ArrowArray part = slice(&target->pending, start, end - start);
        quire_error_clear(&now);
        int code = cast_rows(target, &part, batch, &now);
        if (code == 0) {
            target->pending_at = end + bad;
            code = bad ? reject_row(target, end, rows, &why, error) : 0;
            if (code != 0) quire_array_release(batch);
            if (target->pending_at >= target->pending.length || code != 0)
                quire_array_release(&target->pending);
            return code;
        }
        if (code != QUIRE_INPUT || now.row == QUIRE_NOWHERE || now.row < 1 ||
            now.row > end - start) {
            locate(&now, rows, start);
            if (error != NULL) *error = now;
            return code;
        }
        end = start + now.row - 1;
        why = now;
        bad = true;
    }
}

int quire_typed_target_batch(struct quire_typed_target *target, struct ArrowArray *read,
                             const struct quire_batch_rows *rows, struct ArrowArray *batch,
                             struct quire_error *error)
{
    if (!target->cast) {
        *batch = *read;
        read->release = NULL;
        return 0;
    }
    if (target->on_bad == QUIRE_ON_BAD_REJECT) {
        if (!quire_typed_target_pending(target)) {
            target->pending = *read;
            target->pending_at = 0;
            read->release = NULL;
        }
        return cast_until_bad(target, rows, batch, error);
    }
    int code = cast_rows(target, read, batch, error);
    if (code != 0 && error != NULL) locate(error, rows, 0);
    quire_array_release(read);
    return code;
}
