/* Constraints of a table that is there (PROTOCOL.md, "CHECK Constraints"). */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/text.h"
#include "table/rows/row_check.h"
#include "table/schema/delta_schema.h"
#include "table/table_alter.h"
#include "table/table_read.h"

#define OPERATION    "constraint"
#define PREFIX       "delta.constraints."
#define EXAMPLES_MAX 3

/* Names are without case: the property has them small, as Spark writes it. */
static int property_of(const char *name, struct quire_buf *property, struct quire_error *error)
{
    if (*name == '\0') return quire_fail(error, QUIRE_USAGE, OPERATION, "a constraint has a name");
    int code = quire_buf_append_text(property, PREFIX);
    for (const char *at = name; *at != '\0' && code == 0; at++)
        code = quire_buf_push(property, (uint8_t)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at));
    if (code == 0) code = quire_buf_terminate(property);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int write_parameters(struct quire_table_alteration *alteration, const char *name,
                            const char *condition, struct quire_error *error)
{
    struct quire_json_writer writer = quire_json_writer_to(&alteration->parameters);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "name");
    quire_json_writer_string(&writer, name);
    if (condition != NULL) {
        quire_json_writer_key(&writer, "expr");
        quire_json_writer_string(&writer, condition);
    }
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0 || quire_buf_terminate(&alteration->parameters) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* --- Rows that are there ------------------------------------------------------------------- */

struct audit {
    struct quire_row_check check;
    struct quire_buf examples;
    int64_t broken, rows, shown;
};

static void release_audit(struct audit *audit)
{
    quire_row_check_release(&audit->check);
    quire_buf_release(&audit->examples);
}

static int audit_batch(struct audit *audit, struct ArrowArray *batch, struct quire_error *error)
{
    int64_t broken, first;
    QUIRE_TRY(quire_row_check_batch(&audit->check, batch, &broken, &first, error));
    audit->broken += broken;
    audit->rows += batch->length;
    if (broken == 0 || audit->shown == EXAMPLES_MAX) return 0;
    if (audit->shown++ > 0 && quire_buf_append_text(&audit->examples, "; ") != 0)
        return quire_fail_memory(error, OPERATION);
    return quire_row_check_show(&audit->check, batch, first, &audit->examples, error);
}

static int audit_rows(struct quire_snapshot *snapshot, const char *condition,
                      struct quire_context *context, struct audit *audit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_read_options reading = {.context = context};
    QUIRE_TRY(quire_snapshot_schema(snapshot, QUIRE_DELTA_LOGICAL, true, &schema, error));
    QUIRE_TRY(quire_row_check_open(condition, &schema, &audit->check, error));
    QUIRE_TRY(quire_snapshot_read(snapshot, NULL, &reading, &rows, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&rows, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(audit_batch(audit, &batch, error));
    }
}

static int check_rows(struct quire_table_alteration *alteration, const char *name,
                      const char *condition, struct quire_context *context,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(release_audit) struct audit audit = {.broken = 0};
    QUIRE_TRY(audit_rows(alteration->transaction->base, condition, context, &audit, error));
    if (audit.broken == 0) return 0;
    return quire_fail(error, QUIRE_INPUT, OPERATION,
                      "%" PRId64 " of %" PRId64 " rows break the constraint \"%.60s\" (%.120s): "
                      "%.200s%s",
                      audit.broken, audit.rows, name, condition, (const char *)audit.examples.data,
                      audit.broken > audit.shown ? "; ..." : "");
}

/* --- Adding and dropping ------------------------------------------------------------------- */

static int add(const char *url, const char *name, const char *condition,
               const struct quire_table_alter_options *options, int64_t *version,
               struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_alteration_release)
    struct quire_table_alteration alteration = {.transaction = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf property = {0};
    QUIRE_TRY(property_of(name, &property, error));
    QUIRE_TRY(quire_table_alteration_open(url, "add constraint", options, &alteration, error));
    struct quire_metadata_change *change = &alteration.change;
    const char *there = quire_metadata_change_get(change, (const char *)property.data);
    if (there != NULL)
        return quire_fail(error, QUIRE_EXISTS, OPERATION,
                          "the table has a constraint \"%.60s\" already: %.200s", name, there);
    /* Rows that others add meanwhile are not among those looked at. */
    quire_transaction_reads(alteration.transaction, NULL);
    QUIRE_TRY(
        check_rows(&alteration, name, condition, options != NULL ? options->context : NULL, error));
    QUIRE_TRY(quire_metadata_change_raise(change, "checkConstraints", error));
    QUIRE_TRY(quire_metadata_change_set(change, (const char *)property.data, condition, error));
    QUIRE_TRY(write_parameters(&alteration, name, condition, error));
    return quire_table_alteration_commit(&alteration, "ADD CONSTRAINT", version, error);
}

int quire_table_constraint_add(const char *url, const char *name, const char *condition,
                               const struct quire_table_alter_options *options, int64_t *version,
                               struct quire_error *error)
{
    int64_t ignored;
    int code = add(url, name, condition, options, version != NULL ? version : &ignored, error);
    quire_error_path(code != 0 ? error : NULL, url);
    return code;
}

static int drop(const char *url, const char *name, const struct quire_table_alter_options *options,
                int64_t *version, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_alteration_release)
    struct quire_table_alteration alteration = {.transaction = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf property = {0};
    QUIRE_TRY(property_of(name, &property, error));
    QUIRE_TRY(quire_table_alteration_open(url, "drop constraint", options, &alteration, error));
    struct quire_metadata_change *change = &alteration.change;
    const char *key = (const char *)property.data;
    /* delta-rs keeps the case that it was given. */
    for (size_t i = 0; i < change->metadata.configuration.size; i++) {
        const char *one = (const char *)change->metadata.configuration.items[i].key.data;
        if (one != NULL && quire_text_equal_ignore_case(one, key)) key = one;
    }
    if (quire_metadata_change_get(change, key) == NULL)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                          "the table has no constraint \"%.100s\"", name);
    QUIRE_TRY(quire_metadata_change_set(change, key, NULL, error));
    QUIRE_TRY(write_parameters(&alteration, name, NULL, error));
    return quire_table_alteration_commit(&alteration, "DROP CONSTRAINT", version, error);
}

int quire_table_constraint_drop(const char *url, const char *name,
                                const struct quire_table_alter_options *options, int64_t *version,
                                struct quire_error *error)
{
    int64_t ignored;
    int code = drop(url, name, options, version != NULL ? version : &ignored, error);
    quire_error_path(code != 0 ? error : NULL, url);
    return code;
}
