/* A list of objects is drawn as one table, whose
 * columns are the members that hold no objects; those that do follow it, item by item. */
#include "meta_text.h"

#include <string.h>

#include "json_walk.h"
#include "report_table.h"

/* Columns of a table. */
#define COLUMNS_MAX 64

/* --- Tables ------------------------------------------------------------------------------ */

/* The schema of a table: the plain members of the first item, all texts. */
static int table_schema(const char *first, char *schema, size_t size)
{
    struct quire_json_item item;
    size_t used = 0, columns = 0;
    for (const char *at = first + 1;
         quire_json_next_item(&at, true, &item) && columns < COLUMNS_MAX;) {
        if (quire_json_holds_objects(item.value)) continue;
        int put = snprintf(schema + used, size - used, "%s`%.*s` string", columns > 0 ? ", " : "",
                           (int)item.key_size, item.key);
        if (put < 0 || (size_t)put >= size - used) break;
        used += (size_t)put;
        columns++;
    }
    return (int)columns;
}

static int table_row(struct quire_cli_report *report, const char *object, int columns,
                     struct quire_json_value *text, struct quire_error *error)
{
    struct quire_json_item item;
    int column = 0;
    for (const char *at = object + 1; quire_json_next_item(&at, true, &item) && column < columns;) {
        if (quire_json_holds_objects(item.value)) continue;
        bool null = strncmp(item.value, "null", 4) == 0;
        const char *shown = null ? NULL : quire_json_value_text(text, item.value, item.end);
        QUIRE_TRY(quire_cli_report_text(report, shown, error));
        column++;
    }
    return quire_builder_end_row(report->rows, error);
}

static int print_table(struct quire_cli *cli, const char *list, struct quire_json_value *text,
                       struct quire_error *error)
{
    char schema[4096];
    struct quire_json_item item;
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    int columns = table_schema(list + 1, schema, sizeof(schema));
    if (columns == 0) return 0;
    QUIRE_TRY(quire_cli_report_begin(&report, schema, error));
    for (const char *at = list + 1; quire_json_next_item(&at, false, &item);)
        QUIRE_TRY(table_row(&report, item.value, columns, text, error));
    return quire_cli_report_draw(cli, &report, error);
}

/* --- Parts --------------------------------------------------------------------------------- */

static int print_object(struct quire_cli *cli, const char *object, struct quire_json_value *text,
                        struct quire_error *error);

/* The members of a list's items that hold objects. */
static int print_nested(struct quire_cli *cli, const struct quire_json_item *list,
                        struct quire_json_value *text, struct quire_error *error)
{
    struct quire_json_item item, member;
    int number = 0;
    for (const char *at = list->value + 1; quire_json_next_item(&at, false, &item); number++) {
        for (const char *in = item.value + 1; quire_json_next_item(&in, true, &member);) {
            if (!quire_json_holds_objects(member.value)) continue;
            printf("\n%.*s %d: %.*s\n", (int)list->key_size, list->key, number,
                   (int)member.key_size, member.key);
            if (member.value[0] == '{')
                QUIRE_TRY(print_object(cli, member.value, text, error));
            else
                QUIRE_TRY(print_table(cli, member.value, text, error));
        }
    }
    return 0;
}

static int print_object(struct quire_cli *cli, const char *object, struct quire_json_value *text,
                        struct quire_error *error)
{
    struct quire_json_item item;
    for (const char *at = object + 1; quire_json_next_item(&at, true, &item);) {
        if (quire_json_holds_objects(item.value)) continue;
        printf("%.*s: ", (int)item.key_size, item.key);
        quire_cli_print_plain(quire_json_value_text(text, item.value, item.end), stdout);
        putchar('\n');
    }
    for (const char *at = object + 1; quire_json_next_item(&at, true, &item);) {
        if (!quire_json_holds_objects(item.value)) continue;
        printf("\n%.*s\n", (int)item.key_size, item.key);
        if (item.value[0] == '{') {
            QUIRE_TRY(print_object(cli, item.value, text, error));
            continue;
        }
        QUIRE_TRY(print_table(cli, item.value, text, error));
        QUIRE_TRY(print_nested(cli, &item, text, error));
    }
    return 0;
}

int quire_cli_meta_print(struct quire_cli *cli, const char *json, struct quire_error *error)
{
    struct quire_json_value *text = quire_alloc_zero(1, sizeof(*text));
    if (text == NULL) return quire_cli_fail_memory(error);
    int code = print_object(cli, json, text, error);
    quire_free(text);
    return code;
}
