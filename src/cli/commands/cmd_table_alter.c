/* table constraint, table property: what a table is, changed. */
#include <inttypes.h>
#include <string.h>

#include "quire/table_alter.h"

#include "input.h"
#include "progress.h"

/* What was done, for people or as JSON. */
static int report(struct quire_cli *cli, const char *url, int64_t version)
{
    if (!cli->common.json) {
        quire_cli_print_plain(url, stderr);
        fprintf(stderr, ": version %" PRId64 "\n", version);
        return 0;
    }
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", url),
        QUIRE_CLI_NUMBER("version", version),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static void free_context(struct quire_context **context)
{
    quire_context_free(*context);
}

/* Fails for a first word that is none of two. */
static int fail_word(struct quire_cli *cli, const char *word, const char *forms)
{
    quire_fail(&cli->error, QUIRE_USAGE, cli->command->name, "\"%.40s\" is nothing to do", word);
    quire_error_hint(&cli->error, "the form is: quire %s %s", cli->command->name, forms);
    return QUIRE_USAGE;
}

/* --- table constraint ---------------------------------------------------------------------- */

#define CONSTRAINT_FORMS "add TABLE NAME EXPR | drop TABLE NAME"

/* Fails for a name or a condition too few or too many. */
static int fail_names(struct quire_cli *cli, bool add)
{
    quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
               add ? "the condition is missing" : "to drop a constraint its name is enough");
    quire_error_hint(&cli->error, "the form is: quire %s %s", cli->command->name, CONSTRAINT_FORMS);
    return QUIRE_USAGE;
}

static int run_constraint(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(free_context) struct quire_context *context = NULL;
    bool add = strcmp(argv[0], "add") == 0;
    int64_t version = 0;
    if (!add && strcmp(argv[0], "drop") != 0) return fail_word(cli, argv[0], CONSTRAINT_FORMS);
    if (argc != (add ? 4 : 3)) return fail_names(cli, add);
    QUIRE_TRY(quire_cli_context(cli, &context, &cli->error));
    const struct quire_table_alter_options options = {
        .durability = (enum quire_durability)cli->common.durability, .context = context};
    QUIRE_TRY(
        add ? quire_table_constraint_add(argv[1], argv[2], argv[3], &options, &version, &cli->error)
            : quire_table_constraint_drop(argv[1], argv[2], &options, &version, &cli->error));
    return report(cli, argv[1], version);
}

const struct quire_command quire_command_table_constraint = {
    .name = "table constraint",
    .operands = CONSTRAINT_FORMS,
    .summary = "add or drop a condition that all rows of a table make true",
    .description = "Rows that are there are checked before a constraint is added: exit status 1, "
                   "with how many break it and the first ones, where any do. A row for which the "
                   "condition is null breaks it, too. --json prints one object: table, version.",
    .operands_min = 3,
    .operands_max = 4,
    .run = run_constraint,
};

/* --- table property ------------------------------------------------------------------------ */

#define PROPERTY_FORMS "set TABLE NAME=VALUE... | unset TABLE NAME..."

static void free_properties(struct quire_table_property **properties)
{
    quire_free(*properties);
}

/* Cuts NAME=VALUE in two, in place. */
static int cut(struct quire_cli *cli, char *text, struct quire_table_property *property)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
                          "a property is set as NAME=VALUE, not \"%.80s\"", text);
    *equals = '\0';
    *property = (struct quire_table_property){text, equals + 1};
    return 0;
}

static int set(struct quire_cli *cli, int argc, char **argv,
               const struct quire_table_alter_options *options, int64_t *version)
{
    QUIRE_CLEANUP(free_properties)
    struct quire_table_property *properties = quire_alloc_zero((size_t)argc, sizeof(*properties));
    if (properties == NULL) return quire_cli_fail_memory(&cli->error);
    for (int i = 2; i < argc; i++)
        QUIRE_TRY(cut(cli, argv[i], &properties[i - 2]));
    return quire_table_property_set(argv[1], properties, (size_t)argc - 2, options, version,
                                    &cli->error);
}

static int run_property(struct quire_cli *cli, int argc, char **argv)
{
    const struct quire_table_alter_options options = {
        .durability = (enum quire_durability)cli->common.durability};
    bool sets = strcmp(argv[0], "set") == 0;
    int64_t version = 0;
    if (!sets && strcmp(argv[0], "unset") != 0) return fail_word(cli, argv[0], PROPERTY_FORMS);
    QUIRE_TRY(sets ? set(cli, argc, argv, &options, &version)
                   : quire_table_property_unset(argv[1], (const char *const *)argv + 2,
                                                (size_t)argc - 2, &options, &version, &cli->error));
    return report(cli, argv[1], version);
}

const struct quire_command quire_command_table_property = {
    .name = "table property",
    .operands = PROPERTY_FORMS,
    .summary = "set or unset properties of a table",
    .description = "Names that begin with \"delta.\" are checked, and their values too; what needs "
                   "a feature raises the table's protocol. --json prints one object: table, "
                   "version.",
    .operands_min = 3,
    .operands_max = -1,
    .run = run_property,
};
