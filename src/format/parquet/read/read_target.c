/* A struct is cast field by field: of the file only fields that are wanted are read, and
 * those that it has not are null. */
#include "format/parquet/read/read_target.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/select.h"
#include "format/parquet/read/field_select.h"

#define OPERATION "read parquet"

/* --- Which columns --------------------------------------------------------------------- */

static const struct quire_parquet_node *child_of(const struct quire_parquet_node *node,
                                                 const struct quire_field *field, size_t *hint)
{
    for (size_t i = 0; i < node->children_size; i++) {
        size_t at = (*hint + i) % node->children_size;
        const struct quire_field *other = node->children[at].field;
        if (other->name_size != field->name_size ||
            memcmp(other->name, field->name, field->name_size) != 0)
            continue;
        *hint = at + 1;
        return &node->children[at];
    }
    return NULL;
}

/* Marks the leaves for the fields of a struct that are wanted; at least one of any struct,
 * for where it is null. */
static void want_fields(const struct quire_parquet_node *node, const struct quire_field *field,
                        bool *wanted)
{
    size_t hint = 0;
    bool any = false;
    if (node->kind == QUIRE_NODE_STRUCT && field->kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < field->children_size; i++) {
            const struct quire_parquet_node *child = child_of(node, &field->children[i], &hint);
            if (child != NULL) want_fields(child, &field->children[i], wanted);
            any = any || child != NULL;
        }
        if (!any && node->leaves_size > 0) wanted[node->leaf_first] = true;
        return;
    }
    for (size_t k = 0; k < node->leaves_size; k++)
        wanted[node->leaf_first + k] = true;
}

static int check_missing(const struct quire_parquet_node *root, const struct quire_field *field,
                         struct quire_error *error)
{
    size_t hint = 0;
    for (size_t i = 0; i < field->children_size; i++) {
        if (child_of(root, &field->children[i], &hint) != NULL) continue;
        return quire_fail(error, QUIRE_INPUT, OPERATION, "the file has no column \"%.200s\"",
                          field->children[i].name);
    }
    return 0;
}

static int check_extra(const struct quire_parquet_node *root, const struct quire_field *field,
                       struct quire_error *error)
{
    for (size_t i = 0; i < root->children_size; i++) {
        const struct quire_field *column = root->children[i].field;
        if (quire_field_child(field, column->name, column->name_size) >= 0) continue;
        quire_fail(error, QUIRE_INPUT, OPERATION,
                   "the file has a column \"%.200s\" that the schema has not", column->name);
        quire_error_hint(error, "extra columns can be ignored");
        return QUIRE_INPUT;
    }
    return 0;
}

static int open_given(struct quire_parquet_target *target, const struct quire_record_policy *policy,
                      const struct quire_parquet_schema *schema, bool some, bool *wanted,
                      struct quire_error *error)
{
    struct quire_field *full = NULL;
    QUIRE_TRY(quire_field_open(policy->schema, &full, error));
    int code = 0;
    if (policy->missing == QUIRE_MISSING_ERROR) code = check_missing(schema->root, full, error);
    if (code == 0 && policy->extra == QUIRE_EXTRA_ERROR)
        code = check_extra(schema->root, full, error);
    if (code == 0)
        code = some
                   ? quire_parquet_select_fields(full, policy->columns,
                                                 policy->columns != NULL ? policy->columns_size : 0,
                                                 &target->given, error)
                   : quire_schema_copy(policy->schema, &target->given, error);
    quire_field_close(full);
    if (code == 0) code = quire_field_open(&target->given, &target->field, error);
    if (code != 0) return code;
    size_t hint = 0;
    for (size_t i = 0; i < target->field->children_size; i++) {
        const struct quire_field *field = &target->field->children[i];
        const struct quire_parquet_node *node = child_of(schema->root, field, &hint);
        if (node != NULL) want_fields(node, field, wanted);
    }
    return 0;
}

int quire_parquet_target_open(struct quire_parquet_target *target,
                              const struct quire_record_policy *policy,
                              const struct quire_parquet_schema *schema, bool *wanted,
                              struct quire_error *error)
{
    bool some = policy->columns != NULL || policy->columns_given;
    target->on_bad = policy->on_bad;
    target->reject = policy->reject;
    target->reject_user = policy->reject_user;
    target->counts = policy->counts;
    if (policy->schema != NULL) return open_given(target, policy, schema, some, wanted, error);
    if (some)
        return quire_parquet_want(schema, policy->columns,
                                  policy->columns != NULL ? policy->columns_size : 0, wanted,
                                  error);
    memset(wanted, true, schema->leaves_size * sizeof(*wanted));
    return 0;
}

int quire_parquet_target_begin(struct quire_parquet_target *target, const struct quire_field *read,
                               struct quire_error *error)
{
    QUIRE_TRY(quire_field_to_schema(read, &target->read, error));
    if (target->given.release == NULL) {
        QUIRE_TRY(quire_field_to_schema(read, &target->given, error));
        return quire_field_open(&target->given, &target->field, error);
    }
    target->cast = !quire_schema_equal(&target->read, &target->given, NULL);
    if (!target->cast) return 0;
    /* Types that cannot become the others are told before any row is read. */
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

void quire_parquet_target_release(struct quire_parquet_target *target)
{
    quire_array_release(&target->pending);
    quire_field_close(target->field);
    quire_schema_release(&target->read);
    quire_schema_release(&target->given);
    *target = (struct quire_parquet_target){0};
}

/* --- Casting --------------------------------------------------------------------------- */

/* Makes a row of a batch one of the file, from 1. */
static void locate(struct quire_error *error, const struct quire_parquet_batch_place *place,
                   int64_t from)
{
    if (error->row == QUIRE_NOWHERE) return;
    int64_t row = quire_parquet_batch_row(place, from + error->row - 1);
    error->row = row == QUIRE_NOWHERE ? QUIRE_NOWHERE : row + 1;
}

static int cast_rows(struct quire_parquet_target *target, const struct ArrowArray *read,
                     struct ArrowArray *batch, struct quire_error *error)
{
    int64_t nulled = 0;
    const struct quire_cast_options options = {.allow_null = target->on_bad == QUIRE_ON_BAD_NULL,
                                               .nulled = &nulled};
    QUIRE_TRY(quire_cast(&target->read, read, &target->given, &options, batch, error));
    if (target->counts != NULL) target->counts->nulled += nulled;
    return 0;
}

/* Rows start..start + rows of a struct array, borrowed: quire_cast only reads it. */
static struct ArrowArray slice(const struct ArrowArray *array, int64_t start, int64_t rows)
{
    struct ArrowArray part = *array;
    part.offset += start;
    part.length = rows;
    part.null_count = array->null_count == 0 ? 0 : -1;
    return part;
}

static int reject_row(struct quire_parquet_target *target, int64_t row,
                      const struct quire_parquet_batch_place *place, const struct quire_error *why,
                      struct quire_error *error)
{
    struct ArrowArray record = slice(&target->pending, row, 1);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error located = *why;
    int64_t at = quire_parquet_batch_row(place, row);
    located.row = at == QUIRE_NOWHERE ? at : at + 1;
    QUIRE_TRY(quire_parquet_record_text(&target->read, &record, &text, error));
    const struct quire_reject reject = {
        .error = &located, .record = (const char *)text.data, .record_size = text.size};
    if (target->counts != NULL) target->counts->rejected++;
    return target->reject != NULL ? target->reject(target->reject_user, &reject, error) : 0;
}

/* Casts as many rows as there are before the next that must be refused, and refuses it. */
static int cast_until_bad(struct quire_parquet_target *target,
                          const struct quire_parquet_batch_place *place, struct ArrowArray *batch,
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
            code = bad ? reject_row(target, end, place, &why, error) : 0;
            if (code != 0) quire_array_release(batch);
            if (target->pending_at >= target->pending.length || code != 0)
                quire_array_release(&target->pending);
            return code;
        }
        if (code != QUIRE_INPUT || now.row == QUIRE_NOWHERE || now.row < 1 ||
            now.row > end - start) {
            locate(&now, place, start);
            if (error != NULL) *error = now;
            return code;
        }
        end = start + now.row - 1;
        why = now;
        bad = true;
    }
}

int quire_parquet_target_batch(struct quire_parquet_target *target, struct ArrowArray *read,
                               const struct quire_parquet_batch_place *place,
                               struct ArrowArray *batch, struct quire_error *error)
{
    if (!target->cast) {
        *batch = *read;
        read->release = NULL;
        return 0;
    }
    if (target->on_bad == QUIRE_ON_BAD_REJECT) {
        if (!quire_parquet_target_pending(target)) {
            target->pending = *read;
            target->pending_at = 0;
            read->release = NULL;
        }
        return cast_until_bad(target, place, batch, error);
    }
    int code = cast_rows(target, read, batch, error);
    if (code != 0 && error != NULL) locate(error, place, 0);
    quire_array_release(read);
    return code;
}
