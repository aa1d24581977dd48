/* The rows that commands share, and the structs that they fill. An option's name,
 * default and help stand here and nowhere else. */
#include "options.h"

#include <string.h>
#include <strings.h>

#include "log_place.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Tables --------------------------------------------------------------------------- */

#define COMMON(field) offsetof(struct quire_cli_common, field)
static const struct quire_option common_rows[] = {
    {.name = "json",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = COMMON(json),
     .help = "report as JSON on standard output, with stable names"},
    {.name = "progress",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "auto",
     .offset = COMMON(progress),
     .choices = "auto|bar|json|none",
     .help = "progress on standard error; auto draws a bar when that is a terminal"},
    {.name = "threads",
     .type = QUIRE_OPTION_INT,
     .default_text = "0",
     .offset = COMMON(threads),
     .max = 1024,
     .help = "threads that work; 0 is one a core, 1 makes none"},
    {.name = "memory",
     .type = QUIRE_OPTION_SIZE,
     .default_text = "256MB",
     .offset = COMMON(memory),
     .min = QUIRE_MEMORY_MIN,
     .max = INT64_C(1) << 40,
     .help = "memory that buffers may hold"},
    {.name = "durability",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "full",
     .offset = COMMON(durability),
     .choices = "full|rename|none",
     .help = "what is flushed to the disk before a file counts as written: the data and its "
             "name, the data, or nothing"},
    {.name = "log-level",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "warn",
     .offset = COMMON(log_level),
     .choices = "error|warn|info|debug",
     .help = "which messages to show on standard error"},
    {.name = "config",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = COMMON(config),
     .help = "file of \"name = value\" lines, or a YAML or JSON mapping (.yaml, .yml, .json), that "
             "gives the options of every command, of input, of output and of run logs (compression "
             "is of run logs, output.compression of output); arguments and the environment come "
             "before it"},
    {.name = "help",
     .type = QUIRE_OPTION_BOOL,
     .offset = COMMON(help),
     .help = "show the options of a command"},
};

/* The last of the reading rows are those of QUIRE_COMMAND_CHOOSES. */
#define CHOOSING_ROWS  5
#define READING(field) offsetof(struct quire_cli_reading, field)
static const struct quire_option reading_rows[] = {
    {.name = "from",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FORMAT",
     .offset = READING(from),
     .help = "format of the input; else known by its name, or by its content"},
    {.name = "schema",
     .type = QUIRE_OPTION_TEXT,
     .choices = "SCHEMA",
     .offset = READING(schema),
     .help = "types of the columns: a schema file, a schema (\"id int64, at date\"), or a data "
             "file whose schema to take"},
    {.name = "infer-rows",
     .type = QUIRE_OPTION_INT,
     .default_text = "10000",
     .offset = READING(infer_rows),
     .min = 1,
     .max = INT64_MAX,
     .help = "records that types are inferred from; --extra evolve looks at all"},
    {.name = "mixed",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "error",
     .offset = READING(mixed),
     .choices = "error|json",
     .help = "a column whose values have no common type: refuse it, or keep each value's JSON "
             "text"},
    {.name = "numbers",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "exact",
     .offset = READING(numbers),
     .choices = "exact|float",
     .help = "integers beyond 64 bits: decimals of up to 38 digits, or floats"},
    {.name = "on-bad",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "fail",
     .offset = READING(on_bad),
     .choices = "fail|null|reject",
     .help = "a record that does not fit: fail, make the value null, or put the record into the "
             "rejects file"},
    {.name = "rejects",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = READING(rejects),
     .help = "file for records that do not fit, with reason and place as JSON Lines; implies "
             "--on-bad reject"},
    {.name = "extra",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "error",
     .offset = READING(extra),
     .choices = "error|ignore|evolve",
     .help = "fields that are not in the schema: refuse them, leave them out, or look at all "
             "records first, so that every field has a column and every type holds all values "
             "(the input is then read twice)"},
    {.name = "missing",
     .type = QUIRE_OPTION_CHOICE,
     .default_text = "null",
     .offset = READING(missing),
     .choices = "null|error",
     .help = "fields that are not in the record"},
    {.name = "catalog",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILES",
     .offset = READING(catalog),
     .help = "files of shared symbol tables that Ion input imports, separated by ','"},
    {.name = "select",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = READING(select),
     .help = "columns to keep, in this order: a,b.c"},
    {.name = "where",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CONDITION",
     .offset = READING(where),
     .help = "rows to keep, as SQL says it: \"a > 5 AND b LIKE 'x%'\""},
    {.name = "delimiter",
     .type = QUIRE_OPTION_TEXT,
     .choices = "C",
     .offset = READING(delimiter),
     .help = "character between the fields of CSV, in and out"},
    {.name = "header",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "on",
     .offset = READING(header),
     .help = "CSV has a line of column names, in and out"},
    {.name = "set",
     .type = QUIRE_OPTION_KEYED,
     .offset = READING(set),
     .help = "option of the format on either side; in.NAME and out.NAME mean one side "
             "(\"quire formats\" lists them)"},
};

#define WRITING(field) offsetof(struct quire_cli_writing, field)
static const struct quire_option writing_rows[] = {
    {.name = "to",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FORMAT",
     .offset = WRITING(to),
     .help = "format of the output; else known by its name"},
    {.name = "compression",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CODEC",
     .offset = WRITING(compression),
     .help = "compression of the output and its level, \"zstd:3\"; else known by its name"},
    {.name = "row-group-rows",
     .type = QUIRE_OPTION_TEXT,
     .choices = "N",
     .offset = WRITING(row_group_rows),
     .help = "rows of a row group of Parquet"},
};

const struct quire_option_table quire_cli_common_table = {common_rows, COUNT(common_rows),
                                                          sizeof(struct quire_cli_common)};
const struct quire_option_table quire_cli_reading_table = {reading_rows, COUNT(reading_rows),
                                                           sizeof(struct quire_cli_reading)};
const struct quire_option_table quire_cli_choosing_table = {
    reading_rows + COUNT(reading_rows) - CHOOSING_ROWS, CHOOSING_ROWS,
    sizeof(struct quire_cli_reading)};
const struct quire_option_table quire_cli_writing_table = {writing_rows, COUNT(writing_rows),
                                                           sizeof(struct quire_cli_writing)};

size_t quire_cli_scopes(const struct quire_command *command, struct quire_cli *cli,
                        struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX])
{
    size_t size = 0;
    if (command->options.rows != NULL)
        scopes[size++] = (struct quire_cli_scope){"Options", &command->options,
                                                  cli != NULL ? cli->options : NULL};
    if (command->flags & QUIRE_COMMAND_WRITES)
        scopes[size++] = (struct quire_cli_scope){"Output", &quire_cli_writing_table,
                                                  cli != NULL ? &cli->writing : NULL};
    if (command->flags & QUIRE_COMMAND_READS)
        scopes[size++] = (struct quire_cli_scope){"Input", &quire_cli_reading_table,
                                                  cli != NULL ? &cli->reading : NULL};
    if (command->flags & QUIRE_COMMAND_CHOOSES)
        scopes[size++] = (struct quire_cli_scope){"Rows", &quire_cli_choosing_table,
                                                  cli != NULL ? &cli->reading : NULL};
    if (quire_cli_log_table(command) != NULL)
        scopes[size++] = (struct quire_cli_scope){"Run log", quire_cli_log_table(command),
                                                  cli != NULL ? &cli->runlog : NULL};
    scopes[size++] = (struct quire_cli_scope){"Common options", &quire_cli_common_table,
                                              cli != NULL ? &cli->common : NULL};
    return size;
}

bool quire_cli_is_shadowed(const struct quire_cli_scope *scopes, size_t scope, const char *name)
{
    for (size_t i = 0; i < scope; i++)
        for (size_t row = 0; row < scopes[i].table->rows_size; row++)
            if (strcmp(scopes[i].table->rows[row].name, name) == 0) return true;
    return false;
}

/* Values --------------------------------------------------------------------------- */

int quire_cli_options_init(struct quire_cli *cli, struct quire_error *error)
{
    const struct quire_option_table *own = &cli->command->options;
    QUIRE_TRY(quire_options_init(&quire_cli_common_table, &cli->common, error));
    QUIRE_TRY(quire_options_init(&quire_cli_reading_table, &cli->reading, error));
    QUIRE_TRY(quire_options_init(&quire_cli_writing_table, &cli->writing, error));
    QUIRE_TRY(quire_options_init(quire_runlog_options_table(), &cli->runlog, error));
    if (own->rows == NULL) return 0;
    cli->options = quire_alloc_zero(1, own->struct_size);
    if (cli->options == NULL) return quire_cli_fail_memory(error);
    return quire_options_init(own, cli->options, error);
}

void quire_cli_options_release(struct quire_cli *cli)
{
    quire_options_release(&quire_cli_common_table, &cli->common);
    quire_options_release(&quire_cli_reading_table, &cli->reading);
    quire_options_release(&quire_cli_writing_table, &cli->writing);
    quire_options_release(quire_runlog_options_table(), &cli->runlog);
    quire_free(cli->log_table);
    cli->log_table = NULL;
    if (cli->options == NULL) return;
    quire_options_release(&cli->command->options, cli->options);
    quire_free(cli->options);
    cli->options = NULL;
}

static void remember(struct quire_cli *cli, const struct quire_option *row)
{
    size_t at = 0;
    while (at < cli->given_size && cli->given[at] != row)
        at++;
    if (at == QUIRE_CLI_ROWS_MAX) return;
    if (at == cli->given_size) cli->given_size++;
    cli->given[at] = row;
    cli->places[at] = cli->place;
}

bool quire_cli_is_given(const struct quire_cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->given_size; i++) {
        if (strcmp(cli->given[i]->name, name) == 0) return true;
    }
    return false;
}

/* "KEY=VALUE" for the row `set` becomes the option `set.KEY`. */
static int set_pair(const struct quire_cli_scope *scope, const struct quire_option *row,
                    const char *pair, struct quire_error *error)
{
    /* A name in back quotes may have one in it. */
    const char *equals = pair != NULL ? strchr(pair + quire_cli_quoted_size(pair), '=') : NULL;
    if (equals == NULL || equals == pair)
        return quire_fail(error, QUIRE_USAGE, "", "--%s wants NAME=VALUE, not \"%s\"", row->name,
                          pair != NULL ? pair : "");
    size_t row_size = strlen(row->name), key_size = (size_t)(equals - pair);
    char *name = quire_alloc(row_size + 1 + key_size + 1);
    if (name == NULL) return quire_cli_fail_memory(error);
    memcpy(name, row->name, row_size);
    name[row_size] = '.';
    memcpy(name + row_size + 1, pair, key_size);
    name[row_size + 1 + key_size] = '\0';
    int code = quire_options_set(scope->table, scope->options, name, equals + 1, error);
    quire_free(name);
    return code;
}

const struct quire_option *quire_cli_other_name(const struct quire_option_table *table,
                                                const struct quire_option *row)
{
    for (size_t i = 0; i < table->rows_size; i++)
        if (table->rows[i].offset == row->offset && strcmp(table->rows[i].name, row->name) != 0)
            return &table->rows[i];
    return NULL;
}

int quire_cli_option_set(struct quire_cli *cli, const struct quire_cli_scope *scope,
                         const char *name, const char *value, struct quire_error *error)
{
    const struct quire_option *row = quire_options_find(scope->table, name);
    if (row != NULL && row->type == QUIRE_OPTION_KEYED && strcasecmp(row->name, name) == 0)
        QUIRE_TRY(set_pair(scope, row, value, error));
    else
        QUIRE_TRY(quire_options_set(scope->table, scope->options, name, value, error));
    /* Here, where it is known where the value stands. */
    if (row != NULL && scope->options == (void *)&cli->runlog)
        QUIRE_TRY(quire_runlog_option_check(&cli->runlog, row->name, error));
    remember(cli, row);
    return 0;
}
