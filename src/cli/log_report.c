/* Answers come as JSON; people get what of it they can take in. */
#include "log_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "args.h"
#include "json_walk.h"
#include "report_table.h"
#include "table_version.h"

int quire_cli_log_rules(struct quire_cli *cli, const char *path, struct quire_cli_rules *rules)
{
    if (path == NULL) path = cli->runlog.quality_rules;
    if (path == NULL) return 0;
    QUIRE_TRY(quire_cli_rules_read(cli, path, rules));
    return quire_runlog_limit_rules(&cli->runlog, rules->rules, &cli->error);
}

/* To the library 0 is the default, and what is below it 0. */
static double limit_of(double percent)
{
    return percent > 0 ? percent : -1;
}

int quire_cli_log_options(struct quire_cli *cli, const struct quire_cli_log_period *period,
                          struct quire_runlog_report_options *options)
{
    options->min_validation_rate = limit_of(cli->runlog.min_validation_rate);
    options->max_invalid_rows_percent = limit_of(cli->runlog.max_invalid_rows_percent);
    options->days = period->days > 0 ? period->days : -1;
    options->where = period->where;
    options->folder = quire_cli_environment_get("TMPDIR");
    options->process_limit = true;
    if (period->until != NULL) {
        QUIRE_TRY(quire_cli_time_parse_us(period->until, "--until", &options->end_us, &cli->error));
        options->end_given = true;
    }
    return quire_cli_context(cli, &options->context, &cli->error);
}

static int print_piece(struct quire_out *out, const void *bytes, size_t size,
                       struct quire_error *error)
{
    errno = 0;
    if (fwrite(bytes, 1, size, stdout) != size)
        return quire_fail(error, errno == EPIPE ? QUIRE_CLOSED : QUIRE_IO, "write",
                          "standard output: %s", errno != 0 ? strerror(errno) : "output failed");
    out->written += (int64_t)size;
    return 0;
}

struct quire_out *quire_cli_log_out(void)
{
    static const struct quire_out_ops ops = {.write = print_piece};
    static struct quire_out out = {.ops = &ops};
    return &out;
}

int quire_cli_log_print_sql(struct quire_cli *cli, const char *table, const char *report,
                            const struct quire_runlog_report_options *options)
{
    char *sql = NULL;
    QUIRE_TRY(quire_runlog_report_sql(table, report, options, &sql, &cli->error));
    fputs("-- Days and times are of UTC; on Spark, SET TIME ZONE 'UTC' first.\n", stdout);
    fputs(sql, stdout);
    quire_free(sql);
    return 0;
}

/* --- Members -------------------------------------------------------------------------------- */

static bool find_member(const char *object, const char *name, size_t name_size,
                        struct quire_json_item *member)
{
    for (const char *at = object + 1; quire_json_next_item(&at, true, member);)
        if (member->key_size == name_size && memcmp(member->key, name, name_size) == 0) return true;
    return false;
}

static bool find_path(const char *json, const char *path, struct quire_json_item *member)
{
    for (const char *object = json;; object = member->value) {
        size_t size = strcspn(path, ".");
        if (object[0] != '{' || !find_member(object, path, size, member)) return false;
        if (path[size] == '\0') return true;
        path += size + 1;
    }
}

static bool is_null(const struct quire_json_item *item)
{
    return strncmp(item->value, "null", 4) == 0;
}

const char *quire_cli_log_text(const char *json, const char *path,
                               char text[QUIRE_CLI_LOG_TEXT_SIZE])
{
    struct quire_json_item member;
    struct quire_json_value value;
    text[0] = '\0';
    if (find_path(json, path, &member) && !is_null(&member))
        snprintf(text, QUIRE_CLI_LOG_TEXT_SIZE, "%s",
                 quire_json_value_text(&value, member.value, member.end));
    return text;
}

/* By the library's own reading of numbers, whatever the locale. */
static double read_number(const struct quire_json_item *item)
{
    static const struct quire_option row = {.name = "value", .type = QUIRE_OPTION_NUMBER};
    static const struct quire_option_table table = {&row, 1, sizeof(double)};
    struct quire_json_value text;
    double number = 0;
    quire_json_value_text(&text, item->value, item->end);
    return quire_options_set(&table, &number, "value", text.bytes, NULL) == 0 ? number : 0;
}

double quire_cli_log_number(const char *json, const char *path)
{
    struct quire_json_item member;
    return find_path(json, path, &member) ? read_number(&member) : 0;
}

static bool is_real(const struct quire_json_item *item)
{
    size_t size = (size_t)(item->end - item->value);
    return memchr(item->value, '.', size) != NULL || memchr(item->value, 'e', size) != NULL;
}

#define NUMBER_MAX 1e30 /* what two digits behind the point leave room for in tables */

const char *quire_cli_log_figure(const char *json, const char *path, int digits, const char *unit,
                                 char text[QUIRE_CLI_LOG_FIGURE_SIZE])
{
    struct quire_json_item member;
    size_t room = QUIRE_CLI_LOG_FIGURE_SIZE;
    if (!find_path(json, path, &member) || is_null(&member)) {
        snprintf(text, room, "-");
    } else if (digits == QUIRE_CLI_LOG_WHOLE && !is_real(&member)) {
        snprintf(text, room, "%.*s%s", (int)(member.end - member.value), member.value, unit);
    } else {
        double number = read_number(&member);
        bool near = number < NUMBER_MAX && number > -NUMBER_MAX;
        snprintf(text, room, near ? "%.*f%s" : "%.*e%s",
                 near && digits < 0 ? 0
                 : near             ? digits
                                    : 5,
                 number, unit);
    }
    return text;
}

const char *quire_cli_log_plural(const char *figure)
{
    return QUIRE_CLI_PLURAL(strcmp(figure, "1") == 0 ? 1 : 0);
}

void quire_cli_log_print_head(const char *json)
{
    char table[QUIRE_CLI_LOG_TEXT_SIZE], since[QUIRE_CLI_LOG_TEXT_SIZE];
    char until[QUIRE_CLI_LOG_TEXT_SIZE], where[QUIRE_CLI_LOG_TEXT_SIZE];
    int64_t days = (int64_t)quire_cli_log_number(json, "report_period_days");
    quire_cli_log_text(json, "since", since);
    quire_cli_log_text(json, "until", until);
    quire_cli_print_plain(quire_cli_log_text(json, "table_fqn", table), stdout);
    if (since[0] != '\0')
        printf(": %" PRId64 " day%s, from %s to before %s\n", days, QUIRE_CLI_PLURAL(days), since,
               until);
    else if (until[0] != '\0')
        printf(": the whole history before %s\n", until);
    else
        printf(": the whole history\n");
    if (quire_cli_log_text(json, "where", where)[0] == '\0') return;
    fputs("only rows where ", stdout);
    quire_cli_print_plain(where, stdout);
    fputs(strlen(where) + 1 < sizeof(where) ? "\n" : " ...\n", stdout);
}

/* --- Tables --------------------------------------------------------------------------------- */

#define SCHEMA_MAX 1024

static int begin_table(const struct quire_cli_log_column *columns, size_t columns_size,
                       struct quire_cli_report *report, struct quire_error *error)
{
    static const char *const types[] = {"string", "decimal(38,0)", "decimal(38,2)"};
    char schema[SCHEMA_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < columns_size; i++)
        used += (size_t)snprintf(schema + used, sizeof(schema) - used, "%s`%s` %s",
                                 i > 0 ? ", " : "", columns[i].title, types[columns[i].kind]);
    return quire_cli_report_begin(report, schema, error);
}

/* A sum beyond 64 bits is a floating-point number. */
static bool is_wide(const struct quire_cli_log_column *column, const struct quire_json_item *member)
{
    return column->kind == QUIRE_CLI_LOG_COUNT && is_real(member);
}

static int add_cell(struct quire_cli_report *report, const struct quire_cli_log_column *column,
                    const struct quire_json_item *member, struct quire_error *error)
{
    struct quire_json_value text;
    char digits[64];
    if (column->kind == QUIRE_CLI_LOG_NUMBER || is_wide(column, member)) {
        double number = read_number(member);
        if (!(number < NUMBER_MAX && number > -NUMBER_MAX))
            return quire_builder_null(report->rows, error);
        snprintf(digits, sizeof(digits), "%.*f", column->kind == QUIRE_CLI_LOG_NUMBER ? 2 : 0,
                 number);
        return quire_cli_report_text(report, digits, error);
    }
    return quire_cli_report_text(report, quire_json_value_text(&text, member->value, member->end),
                                 error);
}

static int add_row(struct quire_cli_report *report, const char *object,
                   const struct quire_cli_log_column *columns, size_t columns_size,
                   struct quire_error *error)
{
    struct quire_json_item member;
    for (size_t i = 0; i < columns_size; i++) {
        const char *name = columns[i].member;
        if (!find_member(object, name, strlen(name), &member) || is_null(&member))
            QUIRE_TRY(quire_builder_null(report->rows, error));
        else
            QUIRE_TRY(add_cell(report, &columns[i], &member, error));
    }
    return quire_builder_end_row(report->rows, error);
}

int quire_cli_log_draw(struct quire_cli *cli, const char *json, const char *member,
                       const char *title, const struct quire_cli_log_column *columns,
                       size_t columns_size, int64_t limit)
{
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    struct quire_json_item list, item;
    int64_t rows = 0;
    if (!find_path(json, member, &list) || list.value[1] == ']') return 0;
    QUIRE_TRY(begin_table(columns, columns_size, &report, &cli->error));
    for (const char *at = list.value + 1; quire_json_next_item(&at, false, &item); rows++)
        if (limit == 0 || rows < limit)
            QUIRE_TRY(add_row(&report, item.value, columns, columns_size, &cli->error));
    if (limit != 0 && rows > limit)
        printf("\n%s (%" PRId64 " of %" PRId64 ")\n", title, limit, rows);
    else
        printf("\n%s\n", title);
    return quire_cli_report_draw(cli, &report, &cli->error);
}
