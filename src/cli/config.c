/* The configuration file: "name = value" a line, '#' before a comment, or a mapping in YAML or
 * JSON; names as the long options have them without dashes. It may give the options that commands
 * share, whichever command runs; a key that none of them has is an error. A section (a mapping in
 * the mapping, or "section.name") says which options are meant. */
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

/* What a name may be of: where sections have one of the same name, a name alone is that of the
 * first ("compression" is of run logs), and the section before it says which is meant:
 * "output.compression". */
#define SECTIONS 4
struct section {
    const char *name; /* NULL: it has none */
    struct quire_cli_scope scope;
};

static void find_sections(struct quire_cli *cli, struct section sections[SECTIONS])
{
    const struct section all[SECTIONS] = {
        {"log", {NULL, quire_runlog_options_table(), &cli->runlog}},
        {NULL, {NULL, &quire_cli_common_table, &cli->common}},
        {"input", {NULL, &quire_cli_reading_table, &cli->reading}},
        {"output", {NULL, &quire_cli_writing_table, &cli->writing}},
    };
    memcpy(sections, all, sizeof(all));
}

/* The section that a name says, NULL: none; *name is then behind it. */
static const struct section *said_section(const struct section sections[SECTIONS],
                                          const char **name)
{
    size_t size = strcspn(*name, ".");
    for (size_t i = 0; (*name)[size] == '.' && i < SECTIONS; i++) {
        const char *section = sections[i].name;
        if (section == NULL || strlen(section) != size || strncmp(section, *name, size) != 0)
            continue;
        *name += size + 1;
        return &sections[i];
    }
    return NULL;
}

static int fail_key(const struct section sections[SECTIONS], const struct section *said,
                    const char *key, struct quire_error *error)
{
    const char *names[QUIRE_CLI_ROWS_MAX];
    size_t size = 0;
    for (size_t i = 0; i < SECTIONS; i++) {
        const struct quire_option_table *table = sections[i].scope.table;
        if (said != NULL && said != &sections[i]) continue;
        for (size_t row = 0; row < table->rows_size && size < QUIRE_CLI_ROWS_MAX; row++) {
            if (may_stand_in_file(&table->rows[row])) names[size++] = table->rows[row].name;
        }
    }
    quire_fail(error, QUIRE_USAGE, "configure", "there is no option \"%.80s\"%s%s", key,
               said != NULL ? " of the section " : "", said != NULL ? said->name : "");
    const char *nearest = quire_options_nearest(names, size, key);
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%s\"?", nearest);
    return QUIRE_USAGE;
}

/* A command that lacks an option of the file is none that it is about. */
static int set_option(struct quire_cli *cli, const char *name, const char *value,
                      struct quire_error *error)
{
    struct section sections[SECTIONS];
    find_sections(cli, sections);
    const struct section *said = said_section(sections, &name);
    for (size_t i = 0; i < SECTIONS; i++) {
        if (said != NULL && said != &sections[i]) continue;
        const struct quire_option *row = quire_options_find(sections[i].scope.table, name);
        if (row != NULL && may_stand_in_file(row))
            return quire_cli_option_set(cli, &sections[i].scope, name, value, error);
    }
    return fail_key(sections, said, name, error);
}

/* The options that a file gave, by which names, and where. */
struct given {
    struct {
        char option[64], name[64];
        int64_t line;
    } rows[QUIRE_CLI_ROWS_MAX];
    size_t size;
};

/* One name of each option, however it is called: without its section, unless it is then another's,
 * and of two names of an option of run logs the first. */
static const char *first_name(struct quire_cli *cli, const char *name)
{
    const struct quire_option_table *table = quire_runlog_options_table();
    struct section sections[SECTIONS];
    const char *whole = name;
    find_sections(cli, sections);
    const struct section *said = said_section(sections, &name);
    const struct quire_option *row = quire_options_find(table, name);
    if (row != NULL && said != NULL && said->scope.table != table) return whole;
    const struct quire_option *other = row != NULL ? quire_cli_other_name(table, row) : NULL;
    return other != NULL && other < row ? other->name : name;
}

/* Names of options are the same in any case and however their words are joined; what is behind the
 * second point may be a column's. */
static void copy_name(const char *name, char out[64])
{
    int points = 0;
    snprintf(out, 64, "%s", name);
    for (char *c = out; *c != '\0' && points < 2; c++) {
        points += *c == '.';
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    }
}

static int note_given(struct quire_cli *cli, struct given *given, const char *name, int64_t line,
                      struct quire_error *error)
{
    char option[64], plain[64];
    copy_name(first_name(cli, name), option);
    copy_name(name, plain);
    for (size_t i = 0; i < given->size; i++) {
        if (strcmp(given->rows[i].option, option) != 0) continue;
        bool other = strcmp(given->rows[i].name, plain) != 0;
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "%.80s: it is there twice, %s%s%sin line %lld and in line %lld", name,
                          other ? "as " : "", other ? given->rows[i].name : "", other ? " " : "",
                          (long long)given->rows[i].line, (long long)line);
    }
    if (given->size == QUIRE_CLI_ROWS_MAX) return 0;
    memcpy(given->rows[given->size].option, option, sizeof(option));
    memcpy(given->rows[given->size].name, plain, sizeof(plain));
    given->rows[given->size++].line = line;
    return 0;
}

static int read_line(struct quire_cli *cli, char *line, struct given *given, int64_t number,
                     struct quire_error *error)
{
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#') return 0;
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return quire_fail(error, QUIRE_USAGE, "configure", "\"%.80s\" is not name = value", text);
    *equals = '\0';
    const char *name = trim(text), *value = trim(equals + 1);
    QUIRE_TRY(note_given(cli, given, name, number, error));
    cli->place = number;
    return set_option(cli, name, value, error);
}

/* Says where in the file an error is. */
static int fail_at(struct quire_error *error, int code, const char *path, int64_t line)
{
    char cause[sizeof(error->cause)];
    memcpy(cause, error->cause, sizeof(cause));
    snprintf(error->cause, sizeof(error->cause), "line %lld: %.470s", (long long)line, cause);
    snprintf(error->operation, sizeof(error->operation), "configure");
    snprintf(error->path, sizeof(error->path), "%s", path);
    return code;
}

/* --- YAML and JSON --------------------------------------------------------------------------- */

struct mapping {
    struct quire_cli *cli;
    const char *path;
    struct given given;
};

/* A list is no value of an option that has one number or word. */
static int check_list(const char *name, struct quire_error *error)
{
    const struct quire_option_table *const tables[] = {
        quire_runlog_options_table(), &quire_cli_common_table, &quire_cli_reading_table,
        &quire_cli_writing_table};
    const char *point = strrchr(name, '.');
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct quire_option *row = quire_options_find(tables[i], name);
        if (row == NULL && point != NULL) row = quire_options_find(tables[i], point + 1);
        if (row == NULL || row->type == QUIRE_OPTION_TEXT || row->type == QUIRE_OPTION_KEYED)
            continue;
        return quire_fail(error, QUIRE_USAGE, "configure",
                          "%.80s: it is a list, and the option has one value", name);
    }
    return 0;
}

static int take_setting(void *user, const struct quire_setting *setting, bool is_list, int64_t line,
                        struct quire_error *error)
{
    struct mapping *mapping = user;
    int code = note_given(mapping->cli, &mapping->given, setting->name, line, error);
    if (code == 0 && is_list) code = check_list(setting->name, error);
    mapping->cli->place = line;
    if (code == 0) code = set_option(mapping->cli, setting->name, setting->value, error);
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
    struct mapping mapping = {.cli = cli, .path = path};
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
    struct given given = {.size = 0};
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
        size_t mark = number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        int code = read_line(cli, line + mark, &given, number, error);
        if (code != 0) return fail_at(error, code, path, number);
    }
    if (ferror(file)) {
        quire_fail(error, QUIRE_USAGE, "", "cannot be read: %s", strerror(errno));
        return fail_at(error, QUIRE_USAGE, path, number + 1);
    }
    return 0;
}

/* The option that an error of the configuration begins with, by its place among those given. */
static size_t find_given(const struct quire_cli *cli, const char *cause)
{
    size_t size = strcspn(cause, ":"), at = 0;
    while (at < cli->given_size && (strlen(cli->given[at]->name) != size ||
                                    strncmp(cli->given[at]->name, cause, size) != 0))
        at++;
    return at;
}

void quire_cli_config_place(struct quire_cli *cli)
{
    struct quire_error *error = &cli->error;
    if (strcmp(error->operation, "configure") != 0) return;
    size_t at = find_given(cli, error->cause);
    if (at == cli->given_size || cli->places[at] == QUIRE_CLI_OF_ARGUMENTS) return;
    const char *path = cli->common.config;
    if (path == NULL) path = quire_cli_environment_get("QUIRE_CONFIG");
    if (cli->places[at] == QUIRE_CLI_OF_ENVIRONMENT)
        quire_cli_environment_place(cli->given[at]->name, error);
    else if (path != NULL)
        fail_at(error, error->code, path, cli->places[at]);
}
