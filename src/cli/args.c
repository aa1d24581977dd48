/* Arguments are walked twice: first for --config alone, because what the file says
 * comes before the environment and the arguments, then for everything. */
#include "args.h"

#include <stdio.h>
#include <string.h>

#include "options.h"

/* One argument taken apart. */
struct argument {
    const char *name;  /* of the option, without dashes */
    const char *value; /* NULL: none was given */
    const struct quire_cli_scope *scope;
    const struct quire_option *row;
};

struct walk {
    struct quire_cli *cli;
    struct quire_cli_scope scopes[QUIRE_CLI_SCOPES_MAX];
    size_t scopes_size;
    char **argv;
    int argc, at;
    struct quire_cli_columns pairs;   /* "name=KEY" of the command's own, as they were given */
    struct quire_cli_columns aliases; /* "name=VALUE" of options that have two names */
};

static bool find_row(struct walk *walk, const char *name, struct argument *argument)
{
    for (size_t i = 0; i < walk->scopes_size; i++) {
        const struct quire_option *row = quire_options_find(walk->scopes[i].table, name);
        if (row == NULL) continue;
        argument->scope = &walk->scopes[i];
        argument->row = row;
        argument->name = name;
        return true;
    }
    return false;
}

static int fail_unknown(struct walk *walk, const char *dashes, const char *name,
                        struct quire_error *error)
{
    const char *command = walk->cli->command->name;
    const char *names[QUIRE_CLI_ROWS_MAX];
    size_t size = 0;
    for (size_t i = 0; i < walk->scopes_size; i++) {
        const struct quire_option_table *table = walk->scopes[i].table;
        for (size_t row = 0; row < table->rows_size && size < QUIRE_CLI_ROWS_MAX; row++)
            names[size++] = table->rows[row].name;
    }
    const char *nearest = quire_options_nearest(names, size, name);
    quire_fail(error, QUIRE_USAGE, command, "there is no option %s%s", dashes, name);
    if (nearest != NULL)
        quire_error_hint(error, "did you mean %s%s?", nearest[1] != '\0' ? "--" : "-", nearest);
    else
        quire_error_hint(error, "\"quire help %s\" lists them", command);
    return QUIRE_USAGE;
}

/* "--json" behind "--html" is not the value; "--html=--json" has it as one. */
static bool is_option_name(struct walk *walk, const char *text)
{
    struct argument other;
    return strncmp(text, "--", 2) == 0 && find_row(walk, text + 2, &other);
}

/* The value of an option that needs one and had no "=value": the next argument. */
static int take_next(struct walk *walk, struct argument *argument, const char *dashes,
                     struct quire_error *error)
{
    if (argument->row->type == QUIRE_OPTION_BOOL || argument->value != NULL) return 0;
    if (walk->at == walk->argc || is_option_name(walk, walk->argv[walk->at]))
        return quire_fail(error, QUIRE_USAGE, walk->cli->command->name, "%s%s needs a value",
                          dashes, argument->name);
    argument->value = walk->argv[walk->at++];
    return 0;
}

/* "-n5", "-n 5", "-h". */
static int read_short(struct walk *walk, const char *text, struct argument *argument, char name[2],
                      struct quire_error *error)
{
    name[0] = text[1];
    name[1] = '\0';
    const char *wanted = strcmp(text, "-h") == 0 ? "help" : name;
    if (!find_row(walk, wanted, argument)) return fail_unknown(walk, "-", text + 1, error);
    if (text[2] != '\0') argument->value = text + 2 + (text[2] == '=');
    return take_next(walk, argument, "-", error);
}

/* "--name", "--name=value", "--no-name". text is cut at the '='. */
static int read_long(struct walk *walk, char *text, struct argument *argument,
                     struct quire_error *error)
{
    char *equals = strchr(text, '=');
    if (equals != NULL) {
        *equals = '\0';
        argument->value = equals + 1;
    }
    const char *name = text + 2;
    if (find_row(walk, name, argument)) {
        /* A variable of the shell that is empty is no "on". */
        if (argument->row->type == QUIRE_OPTION_BOOL && argument->value != NULL &&
            argument->value[0] == '\0')
            return quire_fail(error, QUIRE_USAGE, walk->cli->command->name,
                              "%s: '' is not on or off", name);
        return take_next(walk, argument, "--", error);
    }
    bool negated = strncmp(name, "no-", 3) == 0 && find_row(walk, name + 3, argument) &&
                   argument->row->type == QUIRE_OPTION_BOOL;
    if (!negated) return fail_unknown(walk, "--", name, error);
    if (argument->value != NULL)
        return quire_fail(error, QUIRE_USAGE, walk->cli->command->name, "--%s takes no value",
                          name);
    argument->value = "off";
    return 0;
}

/* Of what a command does with a key, one value would be lost without a word if it came twice. */
static int check_once(struct walk *walk, const struct argument *argument, struct quire_error *error)
{
    if (argument->row->type != QUIRE_OPTION_KEYED || argument->value == NULL ||
        argument->scope->options != walk->cli->options)
        return 0;
    size_t quoted = quire_cli_quoted_size(argument->value);
    size_t row_size = strlen(argument->row->name);
    size_t key_size = quoted + strcspn(argument->value + quoted, "=");
    char *pair = quire_alloc(row_size + key_size + 2);
    if (pair == NULL) return quire_cli_fail_memory(error);
    memcpy(pair, argument->row->name, row_size);
    pair[row_size] = '=';
    memcpy(pair + row_size + 1, argument->value, key_size);
    pair[row_size + 1 + key_size] = '\0';
    int code = 0;
    for (size_t i = 0; code == 0 && i < walk->pairs.size; i++)
        if (strcmp(walk->pairs.names[i], pair) == 0)
            code = quire_fail(error, QUIRE_USAGE, walk->cli->command->name, "--%s gives %.*s twice",
                              argument->row->name, (int)key_size, argument->value);
    if (code == 0 && quire_cli_columns_add(&walk->pairs, pair) != 0)
        code = quire_cli_fail_memory(error);
    quire_free(pair);
    return code;
}

/* An option of two names has one value. */
static int check_alias(struct walk *walk, const struct argument *argument,
                       struct quire_error *error)
{
    const struct quire_option *other = quire_cli_other_name(argument->scope->table, argument->row);
    if (other == NULL || argument->value == NULL) return 0;
    size_t size = strlen(other->name);
    for (size_t i = 0; i < walk->aliases.size; i++) {
        const char *given = walk->aliases.names[i];
        if (strncmp(given, other->name, size) != 0 || given[size] != '=') continue;
        if (strcmp(given + size + 1, argument->value) == 0) continue;
        return quire_fail(error, QUIRE_USAGE, walk->cli->command->name,
                          "--%s is '%.80s' and --%s is '%.80s', and they are one option",
                          other->name, given + size + 1, argument->row->name, argument->value);
    }
    size_t pair_size = strlen(argument->row->name) + strlen(argument->value) + 2;
    char *pair = quire_alloc(pair_size);
    if (pair == NULL) return quire_cli_fail_memory(error);
    snprintf(pair, pair_size, "%s=%s", argument->row->name, argument->value);
    int code = quire_cli_columns_add(&walk->aliases, pair);
    quire_free(pair);
    return code == 0 ? 0 : quire_cli_fail_memory(error);
}

/* A value that is refused is so in this command, but one of the configuration of run logs. */
static int set_argument(struct walk *walk, const struct argument *argument,
                        struct quire_error *error)
{
    QUIRE_TRY(check_once(walk, argument, error));
    QUIRE_TRY(check_alias(walk, argument, error));
    int code =
        quire_cli_option_set(walk->cli, argument->scope, argument->name, argument->value, error);
    if (code == QUIRE_USAGE && error != NULL && strcmp(error->operation, "configure") != 0)
        snprintf(error->operation, sizeof(error->operation), "%s", walk->cli->command->name);
    return code;
}

/* One walk. Only --config is set when config_only; else operands are moved to the
 * front as well. A copy of a long option is cut, so that argv stays whole. */
static int walk_all(struct walk *walk, bool config_only, int *operands, struct quire_error *error)
{
    bool options_end = false;
    *operands = 0;
    for (walk->at = 0; walk->at < walk->argc;) {
        char *text = walk->argv[walk->at++];
        bool is_option = !options_end && text[0] == '-' && text[1] != '\0';
        if (!is_option) {
            if (!config_only) walk->argv[*operands] = text;
            *operands += 1;
            continue;
        }
        if (strcmp(text, "--") == 0) {
            options_end = true;
            continue;
        }
        struct argument argument = {0};
        char short_name[2];
        char *copy = quire_strdup(text);
        if (copy == NULL) return quire_cli_fail_memory(error);
        int code = text[1] == '-' ? read_long(walk, copy, &argument, error)
                                  : read_short(walk, copy, &argument, short_name, error);
        bool wanted =
            argument.row != NULL && (!config_only || strcmp(argument.row->name, "config") == 0);
        if (code == 0 && wanted) code = set_argument(walk, &argument, error);
        quire_free(copy);
        QUIRE_TRY(code);
    }
    return 0;
}

int quire_cli_parse(struct quire_cli *cli, int argc, char **argv, int *operands,
                    struct quire_error *error)
{
    struct walk walk = {.cli = cli, .argc = argc, .argv = argv};
    walk.scopes_size = quire_cli_scopes(cli->command, cli, walk.scopes);
    int found = 0;
    QUIRE_TRY(walk_all(&walk, true, &found, error));
    const char *config = cli->common.config;
    if (config == NULL) config = quire_cli_environment_get("QUIRE_CONFIG");
    if (config != NULL) QUIRE_TRY(quire_cli_config_read(cli, config, error));
    QUIRE_TRY(quire_cli_environment_read(cli, error));
    cli->place = QUIRE_CLI_OF_ARGUMENTS;
    int code = walk_all(&walk, false, &found, error);
    quire_cli_columns_release(&walk.pairs);
    quire_cli_columns_release(&walk.aliases);
    QUIRE_TRY(code);
    *operands = found;
    return 0;
}
