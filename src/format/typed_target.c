/* A row that does not fit splits its batch: the rows before it are delivered, it is
 * refused, and the next call goes on after it. A refused record has no text of its own in a
 * file of columns: it is told as JSON. */
#include "format/typed_target.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column.h"
#include "format/json/json_value.h"
#include "quire/batch.h"

#define OPERATION "read"

/* --- Which columns --------------------------------------------------------------------- */

static bool has_name(const struct quire_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* Marks the columns of a name, of which there may be several. False when there is none. */
static bool want_name(const struct quire_field *file, const char *name, size_t size, bool *wanted)
{
    bool found = false;
    for (size_t i = 0; i < file->children_size; i++) {
        if (!has_name(&file->children[i], name, size)) continue;
        wanted[i] = true;
        found = true;
    }
    return found;
}

/* "a", or "a.b" for which the whole of a is given. */
static int want_columns(const struct quire_record_policy *policy, const struct quire_field *fields,
                        bool *wanted, struct quire_error *error)
{
    for (size_t i = 0; policy->columns != NULL && i < policy->columns_size; i++) {
        const char *name = policy->columns[i];
        if (want_name(fields, name, strlen(name), wanted) ||
            want_name(fields, name, strcspn(name, "."), wanted))
            continue;
        return quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"", name);
    }
    return 0;
}

static int check_missing(const struct quire_field *file, const struct quire_field *field,
                         struct quire_error *error)
{
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *column = &field->children[i];
        if (quire_field_child(file, column->name, column->name_size) >= 0) continue;
        return quire_fail(error, QUIRE_INPUT, OPERATION, "the file has no column \"%.200s\"",
                          column->name);
    }
    return 0;
}

static int check_extra(const struct quire_field *file, const struct quire_field *field,
                       struct quire_error *error)
{
    for (size_t i = 0; i < file->children_size; i++) {
        const struct quire_field *column = &file->children[i];
        if (quire_field_child(field, column->name, column->name_size) >= 0) continue;
        quire_fail(error, QUIRE_INPUT, OPERATION,
                   "the file has a column \"%.200s\" that the schema has not", column->name);
        quire_error_hint(error, "extra columns can be ignored");
        return QUIRE_INPUT;
    }
    return 0;
}

/* The schema of some fields of a struct. */
static int schema_of_some(const struct quire_field *all, const bool *wanted,
                          struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_field *fields = quire_alloc_zero(all->children_size + 1, sizeof(*fields));
    if (fields == NULL) return quire_fail_memory(error, OPERATION);
    struct quire_field some = *all;
    some.children = fields;
    some.children_size = 0;
    for (size_t i = 0; i < all->children_size; i++)
        if (wanted[i]) fields[some.children_size++] = all->children[i];
    return quire_field_to_schema(&some, schema, error);
}

static int settle_given(struct quire_typed_target *target, const struct quire_record_policy *policy,
                        const struct quire_field *file, const struct quire_field *full,
                        struct quire_error *error)
{
    if (policy->missing == QUIRE_MISSING_ERROR) QUIRE_TRY(check_missing(file, full, error));
    if (policy->extra == QUIRE_EXTRA_ERROR) QUIRE_TRY(check_extra(file, full, error));
    if (policy->columns == NULL && !policy->columns_given)
        return quire_schema_copy(policy->schema, &target->given, error);
    QUIRE_CLEANUP(quire_cleanup_free)
    bool *named = quire_alloc_zero(full->children_size + 1, sizeof(*named));
    if (named == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(want_columns(policy, full, named, error));
    return schema_of_some(full, named, &target->given, error);
}

/* Types that cannot become the others are told before any row is read. */
static int check_cast(const struct quire_typed_target *target, struct quire_error *error)
{
    struct quire_column *none = NULL;
    struct quire_field *field = NULL;
    struct ArrowArray empty = {.release = NULL}, result = {.release = NULL};
    int code = quire_field_open(&target->read, &field, error);
    if (code == 0) code = quire_column_new(field, &none, error);
    if (code == 0) code = quire_column_finish(none, &empty, error);
    if (code == 0) code = quire_cast(&target->read, &empty, &target->given, NULL, &result, error);
    quire_array_release(&result);
    quire_array_release(&empty);
    quire_column_free(none);
    quire_field_close(field);
    return code;
}

static int open_given(struct quire_typed_target *target, const struct quire_record_policy *policy,
                      const struct quire_field *file, bool *wanted, struct quire_error *error)
{
    struct quire_field *full = NULL, *given = NULL;
    int code = quire_field_open(policy->schema, &full, error);
    if (code == 0) code = settle_given(target, policy, file, full, error);
    quire_field_close(full);
    if (code == 0) code = quire_field_open(&target->given, &given, error);
    if (code != 0) return code;
    for (size_t i = 0; i < given->children_size; i++)
        want_name(file, given->children[i].name, given->children[i].name_size, wanted);
    quire_field_close(given);
    QUIRE_TRY(schema_of_some(file, wanted, &target->read, error));
    target->cast = !quire_schema_equal(&target->read, &target->given, NULL);
    return target->cast ? check_cast(target, error) : 0;
}

int quire_typed_target_open(struct quire_typed_target *target,
                            const struct quire_record_policy *policy,
                            const struct quire_field *file, bool *wanted, struct quire_error *error)
{
    target->on_bad = policy->on_bad;
    target->reject = policy->reject;
    target->reject_user = policy->reject_user;
    target->counts = policy->counts;
    bool some = policy->columns != NULL || policy->columns_given;
    if (policy->schema != NULL) return open_given(target, policy, file, wanted, error);
    for (size_t i = 0; i < file->children_size; i++)
        wanted[i] = !some;
    if (some) QUIRE_TRY(want_columns(policy, file, wanted, error));
    QUIRE_TRY(schema_of_some(file, wanted, &target->read, error));
    return quire_schema_copy(&target->read, &target->given, error);
}

void quire_typed_target_release(struct quire_typed_target *target)
{
    quire_array_release(&target->pending);
    quire_schema_release(&target->read);
    quire_schema_release(&target->given);
    *target = (struct quire_typed_target){.cast = false};
}

/* --- Casting --------------------------------------------------------------------------- */

static void locate(struct quire_error *error, int64_t row)
{
    if (error != NULL && error->row != QUIRE_NOWHERE) error->row += row;
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

static int reject_row(struct quire_typed_target *target, int64_t row, const struct quire_error *why,
                      struct quire_error *error)
{
    struct ArrowArray record = slice(&target->pending, row, 1);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error located = *why;
    located.row = target->pending_row + row + 1;
    QUIRE_TRY(record_text(&target->read, &record, &text, error));
    const struct quire_reject reject = {
        .error = &located, .record = (const char *)text.data, .record_size = text.size};
    if (target->counts != NULL) target->counts->rejected++;
    return target->reject != NULL ? target->reject(target->reject_user, &reject, error) : 0;
}

/* Casts as many rows as there are before the next that must be refused, and refuses it. */
static int cast_until_bad(struct quire_typed_target *target, struct ArrowArray *batch,
                          struct quire_error *error)
{
    int64_t start = target->pending_at, end = target->pending.length;
    struct quire_error why, now;
    for (bool bad = false;;) {
        struct ArrowArray part = slice(&target->pending, start, end - start);
        quire_error_clear(&now);
        int code = cast_rows(target, &part, batch, &now);
        if (code == 0) {
            target->pending_at = end + bad;
            code = bad ? reject_row(target, end, &why, error) : 0;
            if (code != 0) quire_array_release(batch);
            if (target->pending_at >= target->pending.length || code != 0)
                quire_array_release(&target->pending);
            return code;
        }
        if (code != QUIRE_INPUT || now.row < 1 || now.row > end - start) {
            locate(&now, target->pending_row + start);
            if (error != NULL) *error = now;
            return code;
        }
        end = start + now.row - 1;
        why = now;
        bad = true;
    }
}

int quire_typed_target_batch(struct quire_typed_target *target, struct ArrowArray *read,
                             int64_t row, struct ArrowArray *batch, struct quire_error *error)
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
            target->pending_row = row;
            read->release = NULL;
        }
        return cast_until_bad(target, batch, error);
    }
    int code = cast_rows(target, read, batch, error);
    if (code != 0) locate(error, row);
    quire_array_release(read);
    return code;
}
