/* A list of objects is drawn as one table, whose
 * columns are the members that hold no objects; those that do follow it, item by item. */
#include "meta_text.h"

#include <string.h>

#include "json_walk.h"
#include "report_table.h"

/* Columns of a table, whose names are this library's own and short. */
#define COLUMNS_MAX 64

/* --- Values ------------------------------------------------------------------------------ */

static bool ends_with(const struct quire_json_item *item, const char *end)
{
    size_t size = strlen(end);
    return item->key_size >= size && memcmp(item->key + item->key_size - size, end, size) == 0;
}

/* As people read it: of a size in MB, or a percentage, two digits behind the point. */
static const char *shown_text(struct quire_json_value *text, const struct quire_json_item *item)
{
    static const struct quire_option row = {.name = "value", .type = QUIRE_OPTION_NUMBER};
    static const struct quire_option_table table = {&row, 1, sizeof(double)};
    double number = 0;
    quire_json_value_text(text, item->value, item->end);
    if (!(ends_with(item, "_mb") || ends_with(item, "percent")) || item->value[0] == '"' ||
        strpbrk(text->bytes, ".eE") == NULL ||
        quire_options_set(&table, &number, "value", text->bytes, NULL) != 0)
        return text->bytes;
    snprintf(text->bytes, sizeof(text->bytes), "%.2f", number);
    return text->bytes;
}

/* --- Tables ------------------------------------------------------------------------------ */

/* The plain members that any item of a list has, in the order in which they first come. */
struct columns {
    struct quire_json_item members[COLUMNS_MAX];
    size_t size;
};

static bool same_key(const struct quire_json_item *a, const struct quire_json_item *b)
{
    return a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0;
}

static void collect_columns(const char *list, struct columns *columns)
{
    struct quire_json_item item, member;
    columns->size = 0;
    for (const char *at = list + 1; quire_json_next_item(&at, false, &item);) {
        for (const char *in = item.value + 1; quire_json_next_item(&in, true, &member);) {
            size_t i = 0;
            while (i < columns->size && !same_key(&columns->members[i], &member))
                i++;
            if (i == columns->size && i < COLUMNS_MAX && !quire_json_holds_objects(member.value))
                columns->members[columns->size++] = member;
        }
    }
}

static int begin_table(const struct columns *columns, struct quire_cli_report *report,
                       struct quire_error *error)
{
    char schema[COLUMNS_MAX * 64] = "";
    size_t used = 0;
    for (size_t i = 0; i < columns->size; i++)
        used += (size_t)snprintf(schema + used, sizeof(schema) - used, "%s`%.*s` string",
                                 i > 0 ? ", " : "", (int)columns->members[i].key_size,
                                 columns->members[i].key);
    return quire_cli_report_begin(report, schema, error);
}

/* The member of an object that a column shows; NULL when it has none, or a null. */
static const char *cell_text(const char *object, const struct quire_json_item *column,
                             struct quire_json_value *text)
{
    struct quire_json_item member;
    for (const char *at = object + 1; quire_json_next_item(&at, true, &member);) {
        if (!same_key(&member, column)) continue;
        if (quire_json_holds_objects(member.value) || strncmp(member.value, "null", 4) == 0)
            return NULL;
        return shown_text(text, &member);
    }
    return NULL;
}

static int print_table(struct quire_cli *cli, const char *list, struct quire_json_value *text,
                       struct quire_error *error)
{
    struct columns columns;
    struct quire_json_item item;
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    collect_columns(list, &columns);
    if (columns.size == 0) return 0;
    QUIRE_TRY(begin_table(&columns, &report, error));
    for (const char *at = list + 1; quire_json_next_item(&at, false, &item);) {
        for (size_t i = 0; i < columns.size; i++)
            QUIRE_TRY(quire_cli_report_text(
                &report, cell_text(item.value, &columns.members[i], text), error));
        QUIRE_TRY(quire_builder_end_row(report.rows, error));
    }
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
        quire_cli_print_plain(shown_text(text, &item), stdout);
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

int quire_cli_meta_report(struct quire_cli *cli, char *json)
{
    int code = 0;
    quire_cli_progress_clear();
    if (cli->common.json)
        printf("%s\n", json);
    else
        code = quire_cli_meta_print(cli, json, &cli->error);
    quire_free(json);
    return code;
}
