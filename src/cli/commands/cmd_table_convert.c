/* table convert: a folder of Parquet becomes a table, in place. */
#include <inttypes.h>
#include <string.h>

#include "quire/table_convert.h"

#include "input.h"
#include "progress.h"

struct convert_options {
    char *partition_by;
    struct quire_keyed *properties;
};

static void free_properties(struct quire_table_property **properties)
{
    quire_free(*properties);
}

static int report(struct quire_cli *cli, const char *url,
                  const struct quire_table_convert_result *result)
{
    if (!cli->common.json) {
        quire_cli_print_plain(url, stderr);
        fprintf(stderr, ": version 0, %" PRId64 " row%s in %" PRId64 " file%s\n", result->rows,
                QUIRE_CLI_PLURAL(result->rows), result->files, QUIRE_CLI_PLURAL(result->files));
        return 0;
    }
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", url),
        QUIRE_CLI_NUMBER("files", result->files),
        QUIRE_CLI_NUMBER("rows", result->rows),
        QUIRE_CLI_NUMBER("bytes", result->bytes),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static int run_convert(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema folders = {.release = NULL};
    QUIRE_CLEANUP(free_properties) struct quire_table_property *properties = NULL;
    const struct convert_options *given = cli->options;
    struct quire_table_convert_result result = {0, 0, 0};
    size_t size = 0;
    (void)argc;
    if (given->partition_by != NULL)
        QUIRE_TRY(quire_schema_parse(given->partition_by, strlen(given->partition_by), &folders,
                                     &cli->error));
    QUIRE_TRY(quire_cli_properties(given->properties, &properties, &size, &cli->error));
    const struct quire_table_convert_options options = {
        .partition_by = folders.release != NULL ? &folders : NULL,
        .properties = properties,
        .properties_size = size,
        .durability = (enum quire_durability)cli->common.durability,
    };
    QUIRE_TRY(quire_table_convert(argv[0], &options, &result, &cli->error));
    return report(cli, argv[0], &result);
}

#define AT(field) offsetof(struct convert_options, field)
static const struct quire_option convert_rows[] = {
    {.name = "partition-by",
     .type = QUIRE_OPTION_TEXT,
     .choices = "SCHEMA",
     .offset = AT(partition_by),
     .help =
         "the columns that folders are named by (part=x), with their types: \"a int, b string\""},
    {.name = "property",
     .type = QUIRE_OPTION_KEYED,
     .offset = AT(properties),
     .help = "property of the table, delta.appendOnly=true"},
};

const struct quire_command quire_command_table_convert = {
    .name = "table convert",
    .operands = "DIR",
    .summary = "make a table of a folder of Parquet, in place",
    .description = "Only footers are read: the columns of all files put together, and their "
                   "statistics. Exit status 4 where there is a table already, 2 where one lies "
                   "below the folder, 1 where files disagree on a column. --json prints one "
                   "object: table, files, rows, bytes.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {convert_rows, sizeof(convert_rows) / sizeof(convert_rows[0]),
                sizeof(struct convert_options)},
    .run = run_convert,
};
