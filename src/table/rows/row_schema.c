#include "table/rows/row_schema.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/cast.h"
#include "data/field.h"

/* --- Names --------------------------------------------------------------------------------- */

/* The number of a column by its name: exactly, else whatever the case; -1. */
static int64_t find(const struct ArrowSchema *schema, const char *name)
{
    int64_t found = -1;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (strcmp(schema->children[i]->name, name) == 0) return i;
        if (quire_text_equal_ignore_case(schema->children[i]->name, name)) found = i;
    }
    return found;
}

static int fail_twice(const char *name, const char *verb, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, verb,
               "the rows have a column \"%.200s\" twice: names differ by more than case", name);
    quire_error_at(error, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

int quire_row_schema_spell(const struct ArrowSchema *table, struct ArrowSchema *rows,
                           const char *verb, struct quire_error *error)
{
    bool by_name = strcmp(rows->format, "+s") == 0 && strcmp(table->format, "+s") == 0;
    for (int64_t i = 0; i < rows->n_children; i++) {
        struct ArrowSchema *child = rows->children[i];
        int64_t number = by_name ? find(table, child->name) : i;
        if (number < 0 || number >= table->n_children) continue;
        const struct ArrowSchema *wanted = table->children[number];
        if (by_name) {
            /* Of one length: case is ignored for ASCII letters alone. */
            char *name;
            memcpy(&name, &child->name, sizeof(name)); /* made by quire_schema_copy: ours */
            memcpy(name, wanted->name, strlen(name));
            for (int64_t j = 0; j < i; j++)
                if (strcmp(rows->children[j]->name, name) == 0)
                    return fail_twice(name, verb, error);
        }
        QUIRE_TRY(quire_row_schema_spell(wanted, child, verb, error));
    }
    return 0;
}

/* --- Types --------------------------------------------------------------------------------- */

struct report {
    struct quire_buf text;
    const char *first; /* column */
    int code;
};

static int put_type(const struct ArrowSchema *column, struct quire_buf *out)
{
    struct quire_field *field = NULL;
    if (column == NULL) return quire_buf_append_text(out, "nothing");
    int code = quire_field_open(column, &field, NULL);
    if (code == 0) code = quire_field_type_text(field, out);
    if (code == 0 && !field->nullable) code = quire_buf_append_text(out, " not null");
    quire_field_close(field);
    return code;
}

/* "name: the table int32, the rows string". */
static void put_column(struct report *report, const struct ArrowSchema *table,
                       const struct ArrowSchema *rows)
{
    const char *name = table != NULL ? table->name : rows->name;
    if (report->first == NULL) report->first = name;
    if (report->code == 0)
        report->code = quire_buf_printf(&report->text, "%s%s: the table ",
                                        report->text.size > 0 ? "; " : "", name);
    if (report->code == 0) report->code = put_type(table, &report->text);
    if (report->code == 0) report->code = quire_buf_append_text(&report->text, ", the rows ");
    if (report->code == 0) report->code = put_type(rows, &report->text);
}

static void release_report(struct report *report)
{
    quire_buf_release(&report->text);
}

int quire_row_schema_check(const struct ArrowSchema *table, const struct ArrowSchema *rows,
                           const char *verb, struct quire_error *error)
{
    QUIRE_CLEANUP(release_report) struct report report = {.first = NULL};
    for (int64_t i = 0; i < table->n_children; i++) {
        const struct ArrowSchema *column = table->children[i];
        int64_t number = find(rows, column->name);
        bool needed = (column->flags & ARROW_FLAG_NULLABLE) == 0;
        const struct ArrowSchema *given = number >= 0 ? rows->children[number] : NULL;
        int code = given != NULL ? quire_cast_types_check(given, column, NULL) : 0;
        if (code == QUIRE_MEMORY) return quire_fail_memory(error, verb);
        if (code != 0 || (given == NULL && needed)) put_column(&report, column, given);
    }
    for (int64_t i = 0; i < rows->n_children; i++)
        if (find(table, rows->children[i]->name) < 0) put_column(&report, NULL, rows->children[i]);
    if (report.code == 0) report.code = quire_buf_terminate(&report.text);
    if (report.code != 0) return quire_fail_memory(error, verb);
    if (report.first == NULL) return 0;
    quire_fail(error, QUIRE_INPUT, verb, "the rows do not fit the columns of the table: %s",
               (const char *)report.text.data);
    quire_error_at(error, QUIRE_NOWHERE, report.first, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}
