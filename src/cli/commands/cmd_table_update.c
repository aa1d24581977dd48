/* table update: columns of the rows for which a condition is true. */
#include "table_change.h"

struct update_options {
    struct quire_keyed *set;
    char *where;
    bool all;
};

static int take_assignments(const struct update_options *options,
                            struct quire_table_assignment **set, size_t *set_size,
                            struct quire_error *error)
{
    size_t size = 0;
    for (const struct quire_keyed *one = options->set; one != NULL; one = one->next)
        size++;
    *set = quire_alloc_zero(size + 1, sizeof(**set));
    if (*set == NULL) return quire_cli_fail_memory(error);
    for (const struct quire_keyed *one = options->set; one != NULL; one = one->next) {
        size_t quoted = quire_cli_quoted_size(one->key);
        if (quoted > 0 && one->key[quoted] == '\0') quire_cli_unquote(one->key, quoted);
        (*set)[(*set_size)++] = (struct quire_table_assignment){one->key, one->value};
    }
    return 0;
}

static int check(const struct update_options *options, struct quire_error *error)
{
    if (options->set == NULL) {
        quire_fail(error, QUIRE_USAGE, "table update", "--set is missing");
        quire_error_hint(error, "--set \"price=price * 2\"");
        return QUIRE_USAGE;
    }
    if (options->where == NULL && !options->all) {
        quire_fail(error, QUIRE_USAGE, "table update", "--where is missing");
        quire_error_hint(error, "--all updates every row");
        return QUIRE_USAGE;
    }
    if (options->where == NULL || !options->all) return 0;
    return quire_fail(error, QUIRE_USAGE, "table update", "--where and --all both say which rows");
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct update_options *options = cli->options;
    struct quire_table_change_result result;
    struct quire_table_assignment *set = NULL;
    size_t set_size = 0;
    struct quire_context *context = NULL;
    (void)argc;
    QUIRE_TRY(check(options, &cli->error));
    QUIRE_TRY(quire_cli_context(cli, &context, &cli->error));
    const struct quire_table_change_options how = {
        .durability = (enum quire_durability)cli->common.durability, .context = context};
    int code = take_assignments(options, &set, &set_size, &cli->error);
    if (code == 0)
        code = quire_table_update(argv[0], set, set_size, options->all ? "true" : options->where,
                                  &how, &result, &cli->error);
    quire_free(set);
    quire_context_free(context);
    return code == 0 ? quire_cli_change_report(cli, argv[0], &result) : code;
}

#define AT(field) offsetof(struct update_options, field)
static const struct quire_option rows[] = {
    {.name = "set",
     .type = QUIRE_OPTION_KEYED,
     .choices = "COLUMN=VALUE",
     .offset = AT(set),
     .help = "column and its new value, an expression over the row as it was: \"n=n + 1\""},
    {.name = "where",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CONDITION",
     .offset = AT(where),
     .help = "rows to update, as SQL says it; those for which it is null stay"},
    {.name = "all", .type = QUIRE_OPTION_BOOL, .offset = AT(all), .help = "update every row"},
};

const struct quire_command quire_command_table_update = {
    .name = "table update",
    .operands = "TABLE",
    .summary = "set columns of rows of a table",
    .description = "One commit; where no row is to be updated there is none. --json prints one "
                   "object: " QUIRE_CLI_CHANGE_MEMBERS ".",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct update_options)},
    .run = run,
};
