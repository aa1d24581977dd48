/* The configuration file: "name = value" a line, '#' before a comment, or a mapping in YAML or
 * JSON; names as the long options have them without dashes. It may give the options that commands
 * share, whichever command runs; a key that none of them has is an error. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "options.h"
#include "text_file.h"

#define LINE_SIZE_MAX 4096

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    text[size] = '\0';
    return text;
}

/* A file cannot name another file, nor ask for help. */
static bool may_stand_in_file(const struct quire_option *row)
{
    return strcmp(row->name, "config") != 0 && strcmp(row->name, "help") != 0;
}

static int fail_key(const struct quire_cli_scope *scopes, size_t scopes_size, const char *key,
                    struct quire_error *error)
{
    const char *names[QUIRE_CLI_ROWS_MAX];
    size_t size = 0;
    for (size_t i = 0; i < scopes_size; i++) {
        const struct quire_option_table *table = scopes[i].table;
        for (size_t row = 0; row < table->rows_size && size < QUIRE_CLI_ROWS_MAX; row++) {
            if (may_stand_in_file(&table->rows[row])) names[size++] = table->rows[row].name;
        }
    }
    quire_fail(error, QUIRE_USAGE, "configure", "there is no option \"%.80s\"", key);
    const char *nearest = quire_options_nearest(names, size, key);
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%s\"?", nearest);
    return QUIRE_USAGE;
}

/* A command that lacks an option of the file is none that it is about. */
static int set_option(struct quire_cli *cli, const char *name, const char *value,
                      struct quire_error *error)
{
    const struct quire_cli_scope all[] = {
        {NULL, quire_runlog_options_table(), &cli->runlog},
        {NULL, &quire_cli_common_table, &cli->common},
        {NULL, &quire_cli_reading_table, &cli->reading},
        {NULL, &quire_cli_writing_table, &cli->writing},
    };
    /* "compression" is of run logs in their commands alone. */
    bool logs = (cli->command->flags & QUIRE_COMMAND_LOGS) != 0;
    const struct quire_cli_scope scopes[] = {all[logs ? 0 : 1], all[logs ? 1 : 2],
                                             all[logs ? 2 : 3], all[logs ? 3 : 0]};
    size_t scopes_size = sizeof(scopes) / sizeof(scopes[0]);
    for (size_t i = 0; i < scopes_size; i++) {
        const struct quire_option *row = quire_options_find(scopes[i].table, name);
        if (row != NULL && may_stand_in_file(row))
            return quire_cli_option_set(cli, &scopes[i], name, value, error);
    }
    return fail_key(scopes, scopes_size, name, error);
}

static int read_line(struct quire_cli *cli, char *line, struct quire_error *error)
{
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#') return 0;
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return quire_fail(error, QUIRE_USAGE, "configure", "\"%.80s\" is not name = value", text);
    *equals = '\0';
    const char *name = trim(text), *value = trim(equals + 1);
    return set_option(cli, name, value, error);
}

/* Says where in the file an error is. */
static int fail_at(struct quire_error *error, int code, const char *path, int64_t line)
{
    char cause[sizeof(error->cause)];
    memcpy(cause, error->cause, sizeof(cause));
    snprintf(error->cause, sizeof(error->cause), "line %lld: %.400s", (long long)line, cause);
    snprintf(error->operation, sizeof(error->operation), "configure");
    snprintf(error->path, sizeof(error->path), "%s", path);
    return code;
}

/* --- YAML and JSON --------------------------------------------------------------------------- */

struct mapping {
    struct quire_cli *cli;
    const char *path;
};

static int take_setting(void *user, const struct quire_setting *setting, int64_t line,
                        struct quire_error *error)
{
    const struct mapping *mapping = user;
    int code = set_option(mapping->cli, setting->name, setting->value, error);
    return code == 0 ? 0 : fail_at(error, code, mapping->path, line);
}

static bool is_mapping(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static int read_mapping(struct quire_cli *cli, const char *path, struct quire_error *error)
{
    struct mapping mapping = {cli, path};
    char *text = NULL;
    size_t size = 0;
    QUIRE_TRY(quire_cli_text_read(path, &text, &size, error));
    int code = quire_settings_parse(text, size, take_setting, &mapping, error);
    quire_free(text);
    if (code == 0) return 0;
    snprintf(error->operation, sizeof(error->operation), "configure");
    snprintf(error->path, sizeof(error->path), "%s", path);
    return QUIRE_USAGE;
}

int quire_cli_config_read(struct quire_cli *cli, const char *path, struct quire_error *error)
{
    if (is_mapping(path)) return read_mapping(cli, path, error);
    QUIRE_CLEANUP(close_file) FILE *file = fopen(path, "re");
    char line[LINE_SIZE_MAX];
    int64_t number = 0;
    if (file == NULL) {
        quire_fail(error, QUIRE_USAGE, "configure", "%s", strerror(errno));
        snprintf(error->path, sizeof(error->path), "%s", path);
        return QUIRE_USAGE;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        number++;
        if (strlen(line) == sizeof(line) - 1 && line[sizeof(line) - 2] != '\n') {
            quire_fail(error, QUIRE_USAGE, "", "longer than %d bytes", LINE_SIZE_MAX - 2);
            return fail_at(error, QUIRE_USAGE, path, number);
        }
        int code = read_line(cli, line, error);
        if (code != 0) return fail_at(error, code, path, number);
    }
    if (ferror(file)) {
        quire_fail(error, QUIRE_USAGE, "", "cannot be read: %s", strerror(errno));
        return fail_at(error, QUIRE_USAGE, path, number + 1);
    }
    return 0;
}
