/* table delete: the rows for which a condition is true, out of a table. */
#include "table_change.h"

struct delete_options {
    char *where;
    bool all;
    bool deletion_vectors;
};

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct delete_options *options = cli->options;
    struct quire_table_change_result result;
    struct quire_context *context = NULL;
    (void)argc;
    if (options->where == NULL && !options->all) {
        quire_fail(&cli->error, QUIRE_USAGE, "table delete", "--where is missing");
        quire_error_hint(&cli->error, "--all deletes every row");
        return QUIRE_USAGE;
    }
    if (options->where != NULL && options->all)
        return quire_fail(&cli->error, QUIRE_USAGE, "table delete",
                          "--where and --all both say which rows");
    QUIRE_TRY(quire_cli_context(cli, &context, &cli->error));
    const struct quire_table_change_options how = {
        .deletion_vectors = options->deletion_vectors,
        .durability = (enum quire_durability)cli->common.durability,
        .context = context,
    };
    int code = quire_table_delete(argv[0], options->all ? "true" : options->where, &how, &result,
                                  &cli->error);
    quire_context_free(context);
    return code == 0 ? quire_cli_change_report(cli, argv[0], &result) : code;
}

#define AT(field) offsetof(struct delete_options, field)
static const struct quire_option rows[] = {
    {.name = "where",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CONDITION",
     .offset = AT(where),
     .help = "rows to delete, as SQL says it; those for which it is null stay"},
    {.name = "all", .type = QUIRE_OPTION_BOOL, .offset = AT(all), .help = "delete every row"},
    {.name = "deletion-vectors",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(deletion_vectors),
     .help = "mark rows as deleted instead of copying the others, from now on "
             "(delta.enableDeletionVectors); readers must know of it"},
};

const struct quire_command quire_command_table_delete = {
    .name = "table delete",
    .operands = "TABLE",
    .summary = "delete rows of a table",
    .description = "One commit; where no row is to be deleted there is none. --json prints one "
                   "object: " QUIRE_CLI_CHANGE_MEMBERS ".",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct delete_options)},
    .run = run,
};
