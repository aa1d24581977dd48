/* The document comes from this library and is well formed, so that walking it needs no
 * more than where values begin and end. A list of objects is drawn as one table, whose
 * columns are the members that hold no objects; those that do follow it, item by item. */
#include "meta_text.h"

#include <string.h>

#include "report_table.h"

/* Columns of a table, whose names are this library's own and short. */
#define COLUMNS_MAX 64
/* Bytes of a member's value that are shown. */
#define VALUE_MAX 4096

/* --- Walking -------------------------------------------------------------------------- */

static const char *skip_string(const char *at)
{
    for (at++; *at != '"' && *at != '\0'; at++)
        if (*at == '\\' && at[1] != '\0') at++;
    return *at == '"' ? at + 1 : at;
}

/* The end of the value that begins at. */
static const char *skip_value(const char *at)
{
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
        if (depth == 0) at += strcspn(at, ",]}");
    } while (depth > 0 && *at != '\0');
    return at;
}

/* The next item of a list or member of an object; *at stands behind its opening or behind
 * the item before. False at its end. */
struct item {
    const char *key, *value, *end;
    size_t key_size;
};
static bool next_item(const char **at, bool keyed, struct item *item)
{
    const char *from = *at + (**at == ',');
    if (*from == ']' || *from == '}' || *from == '\0') return false;
    item->key = NULL;
    if (keyed) {
        const char *key_end = skip_string(from);
        item->key = from + 1;
        item->key_size = (size_t)(key_end - from) - 2;
        from = key_end + 1;
    }
    item->value = from;
    item->end = skip_value(from);
    *at = item->end;
    return true;
}

static bool holds_objects(const char *value)
{
    return value[0] == '{' || (value[0] == '[' && value[1] == '{');
}

/* --- Text of values -------------------------------------------------------------------- */

static void put_utf8(char **out, unsigned c)
{
    if (c < 0x80) {
        *(*out)++ = (char)c;
    } else if (c < 0x800) {
        *(*out)++ = (char)(0xC0 | c >> 6);
        *(*out)++ = (char)(0x80 | (c & 0x3F));
    } else {
        *(*out)++ = (char)(0xE0 | c >> 12);
        *(*out)++ = (char)(0x80 | (c >> 6 & 0x3F));
        *(*out)++ = (char)(0x80 | (c & 0x3F));
    }
}

static unsigned hex_digits(const char *at)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 4 | (unsigned)(at[i] <= '9' ? at[i] - '0' : (at[i] | 0x20) - 'a' + 10);
    return value;
}

/* One escape; at stands on the letter after the backslash. The writer of reports escapes
 * only control characters as \u. */
static const char *put_escape(char **out, const char *at)
{
    static const char letters[] = "nrtbf", values[] = "\n\r\t\b\f";
    const char *found = strchr(letters, *at);
    if (*at == 'u') {
        put_utf8(out, hex_digits(at + 1));
        return at + 5;
    }
    *(*out)++ = found != NULL ? values[found - letters] : *at;
    return at + 1;
}

/* A text that is being put together, up to VALUE_MAX bytes. */
struct text {
    char bytes[VALUE_MAX];
    char *end;
};

static bool is_full(const struct text *text)
{
    return text->end > text->bytes + VALUE_MAX - 8;
}

static void put_string(struct text *text, const char *at, const char *end)
{
    while (at < end && !is_full(text)) {
        if (*at == '\\')
            at = put_escape(&text->end, at + 1);
        else
            *text->end++ = *at++;
    }
}

/* A text without its quotes and escapes; of a list its items, with commas between. */
static void put_value(struct text *text, const char *value, const char *end)
{
    static const char comma[] = ", ";
    struct item item;
    const char *at = value + 1;
    if (value[0] == '"') {
        put_string(text, value + 1, end - 1);
    } else if (value[0] == '[') {
        while (next_item(&at, false, &item) && !is_full(text)) {
            if (item.value != value + 1) put_string(text, comma, comma + 2);
            put_value(text, item.value, item.end);
        }
    } else {
        put_string(text, value, end);
    }
}

static const char *value_text(struct text *text, const char *value, const char *end)
{
    text->end = text->bytes;
    put_value(text, value, end);
    *text->end = '\0';
    return text->bytes;
}

/* --- Tables ------------------------------------------------------------------------------ */

/* The plain members that any item of a list has, in the order in which they first come. */
struct columns {
    struct item members[COLUMNS_MAX];
    size_t size;
};

static bool same_key(const struct item *a, const struct item *b)
{
    return a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0;
}

static void collect_columns(const char *list, struct columns *columns)
{
    struct item item, member;
    columns->size = 0;
    for (const char *at = list + 1; next_item(&at, false, &item);) {
        for (const char *in = item.value + 1; next_item(&in, true, &member);) {
            size_t i = 0;
            while (i < columns->size && !same_key(&columns->members[i], &member))
                i++;
            if (i == columns->size && i < COLUMNS_MAX && !holds_objects(member.value))
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
static const char *cell_text(const char *object, const struct item *column, struct text *text)
{
    struct item member;
    for (const char *at = object + 1; next_item(&at, true, &member);) {
        if (!same_key(&member, column)) continue;
        if (holds_objects(member.value) || strncmp(member.value, "null", 4) == 0) return NULL;
        return value_text(text, member.value, member.end);
    }
    return NULL;
}

static int print_table(struct quire_cli *cli, const char *list, struct text *text,
                       struct quire_error *error)
{
    struct columns columns;
    struct item item;
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    collect_columns(list, &columns);
    if (columns.size == 0) return 0;
    QUIRE_TRY(begin_table(&columns, &report, error));
    for (const char *at = list + 1; next_item(&at, false, &item);) {
        for (size_t i = 0; i < columns.size; i++)
            QUIRE_TRY(quire_cli_report_text(
                &report, cell_text(item.value, &columns.members[i], text), error));
        QUIRE_TRY(quire_builder_end_row(report.rows, error));
    }
    return quire_cli_report_draw(cli, &report, error);
}

/* --- Parts --------------------------------------------------------------------------------- */

static int print_object(struct quire_cli *cli, const char *object, struct text *text,
                        struct quire_error *error);

/* The members of a list's items that hold objects. */
static int print_nested(struct quire_cli *cli, const struct item *list, struct text *text,
                        struct quire_error *error)
{
    struct item item, member;
    int number = 0;
    for (const char *at = list->value + 1; next_item(&at, false, &item); number++) {
        for (const char *in = item.value + 1; next_item(&in, true, &member);) {
            if (!holds_objects(member.value)) continue;
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

static int print_object(struct quire_cli *cli, const char *object, struct text *text,
                        struct quire_error *error)
{
    struct item item;
    for (const char *at = object + 1; next_item(&at, true, &item);) {
        if (holds_objects(item.value)) continue;
        printf("%.*s: ", (int)item.key_size, item.key);
        quire_cli_print_plain(value_text(text, item.value, item.end), stdout);
        putchar('\n');
    }
    for (const char *at = object + 1; next_item(&at, true, &item);) {
        if (!holds_objects(item.value)) continue;
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
    struct text *text = quire_alloc_zero(1, sizeof(*text));
    if (text == NULL) return quire_cli_fail_memory(error);
    int code = print_object(cli, json, text, error);
    quire_free(text);
    return code;
}
