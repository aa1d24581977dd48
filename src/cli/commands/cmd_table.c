/* table: the group of the commands on Delta tables; table create. */
#include <string.h>

#include "quire/table_write.h"

#include "input.h"
#include "table_identity.h"
#include "table_version.h"

/* --- table --------------------------------------------------------------------------------- */

/* Only reached with options before the command's second word. */
static int run_group(struct quire_cli *cli, int argc, char **argv)
{
    (void)argc;
    quire_fail(&cli->error, QUIRE_USAGE, "table", "the command comes before its options: %.80s",
               argv[0]);
    quire_error_hint(&cli->error, "the form is: quire table COMMAND [OPTIONS] TABLE");
    return QUIRE_USAGE;
}

const struct quire_command quire_command_table = {
    .name = "table",
    .operands = "COMMAND",
    .summary = "make, change, read and look after Delta tables",
    .description = "A table is a folder, or a prefix of a store, with Parquet files and a log of "
                   "the versions that they make.",
    .flags = QUIRE_COMMAND_GROUP,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_group,
};

/* --- table create -------------------------------------------------------------------------- */

struct create_options {
    char *schema;
    char *partition_by;
    struct quire_keyed *properties;
    struct quire_keyed *identities;
    bool if_not_exists;
};

/* What a table is made of; released whatever happens. */
struct creation {
    struct quire_context *context;
    struct ArrowSchema schema;
    struct quire_cli_columns partitions;
    struct quire_table_property *properties;
    size_t properties_size;
    struct quire_table_identity *identities;
    size_t identities_size;
};

static void creation_release(struct creation *creation)
{
    quire_schema_release(&creation->schema);
    quire_cli_columns_release(&creation->partitions);
    quire_free(creation->properties);
    quire_free(creation->identities);
    quire_context_free(creation->context);
}

int quire_cli_properties(const struct quire_keyed *given, struct quire_table_property **properties,
                         size_t *size, struct quire_error *error)
{
    size_t count = 0;
    for (const struct quire_keyed *one = given; one != NULL; one = one->next)
        count++;
    *properties = quire_alloc_zero(count + 1, sizeof(**properties));
    if (*properties == NULL) return quire_cli_fail_memory(error);
    for (const struct quire_keyed *one = given; one != NULL; one = one->next)
        (*properties)[(*size)++] = (struct quire_table_property){one->key, one->value};
    return 0;
}

static bool is_there(const char *url)
{
    struct quire_table *table = NULL;
    int code = quire_table_open(url, QUIRE_TABLE_NEWEST, &table, NULL);
    quire_table_close(table);
    return code != QUIRE_NOT_FOUND;
}

static int create(struct quire_cli *cli, const char *url, struct creation *creation)
{
    const struct create_options *options = cli->options;
    struct quire_error *error = &cli->error;
    QUIRE_TRY(quire_cli_context(cli, &creation->context, error));
    QUIRE_TRY(quire_cli_schema_read(options->schema, creation->context, &creation->schema, error));
    QUIRE_TRY(quire_cli_properties(options->properties, &creation->properties,
                                   &creation->properties_size, error));
    QUIRE_TRY(quire_cli_identities(options->identities, &creation->identities,
                                   &creation->identities_size, error));
    if (options->partition_by != NULL)
        QUIRE_TRY(quire_cli_columns_split("partition-by", options->partition_by,
                                          &creation->partitions, error));
    const struct quire_table_create_options create_options = {
        .partition_by = (const char *const *)creation->partitions.names,
        .partition_by_size = creation->partitions.size,
        .properties = creation->properties,
        .properties_size = creation->properties_size,
        .identities = creation->identities,
        .identities_size = creation->identities_size,
        .if_not_exists = options->if_not_exists,
        .durability = (enum quire_durability)cli->common.durability,
    };
    return quire_table_create(url, &creation->schema, &create_options, error);
}

static int run_create(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(creation_release) struct creation creation = {.context = NULL};
    const struct create_options *options = cli->options;
    (void)argc;
    if (options->schema == NULL) {
        quire_fail(&cli->error, QUIRE_USAGE, "table create", "--schema is missing");
        quire_error_hint(&cli->error, "--schema \"id int64 not null, at date\"");
        return QUIRE_USAGE;
    }
    bool created = !options->if_not_exists || !is_there(argv[0]);
    int code = create(cli, argv[0], &creation);
    if (code == QUIRE_EXISTS) quire_error_hint(&cli->error, "--if-not-exists leaves it as it is");
    if (code != 0 || !cli->common.json) return code;
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", argv[0]),
        QUIRE_CLI_TRUTH("created", created),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

#define AT(field) offsetof(struct create_options, field)
static const struct quire_option create_rows[] = {
    {.name = "schema",
     .type = QUIRE_OPTION_TEXT,
     .choices = "SCHEMA",
     .offset = AT(schema),
     .help = "the columns: a schema file, a schema (\"id int64, at date\"), or a data file whose "
             "schema to take"},
    {.name = "partition-by",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(partition_by),
     .help = "columns whose values get folders of their own: a,b"},
    {.name = "property",
     .type = QUIRE_OPTION_KEYED,
     .offset = AT(properties),
     .help = "property of the table, delta.appendOnly=true"},
    {.name = "identity",
     .type = QUIRE_OPTION_KEYED,
     .offset = AT(identities),
     .help = "column of int64 whose values the table gives, id=always or id=by-default (rows may "
             "bring their own); with a start and a step: id=always,start=100,step=10"},
    {.name = "if-not-exists",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(if_not_exists),
     .help = "leave a table that is there as it is"},
};

const struct quire_command quire_command_table_create = {
    .name = "table create",
    .operands = "TABLE",
    .summary = "make an empty table",
    .description = "Exit status 4 where there is a table already. --json prints one object: "
                   "table, created.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {create_rows, sizeof(create_rows) / sizeof(create_rows[0]),
                sizeof(struct create_options)},
    .run = run_create,
};
