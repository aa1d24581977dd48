#include "apart.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quire/table.h"

const char *quire_cli_local_path(const char *url)
{
    if (strncmp(url, "file://", 7) == 0) return url + 7;
    return strstr(url, "://") == NULL ? url : NULL;
}

static int fail_within(const struct quire_cli *cli, const char *what, const char *output,
                       const char *table, struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, cli->command->name, "%s lies within the table %.200s: %.300s",
               what, table, output);
    quire_error_hint(error, "write it to a folder outside the table");
    return QUIRE_USAGE;
}

int quire_cli_apart_from_tables(const struct quire_cli *cli, const char *what, const char *output,
                                struct quire_error *error)
{
    char *table = NULL;
    if (output == NULL || strcmp(output, "-") == 0) return 0;
    /* A name of no store fails when it is written to. */
    if (quire_table_above(output, &table, NULL) != 0 || table == NULL) return 0;
    int code = fail_within(cli, what, output, table, error);
    quire_free(table);
    return code;
}

int quire_cli_apart(const struct quire_cli *cli, const char *what, const char *output,
                    const char *table, struct quire_error *error)
{
    if (output == NULL || strcmp(output, "-") == 0) return 0;
    if (quire_file_within(output, table)) return fail_within(cli, what, output, table, error);
    return quire_cli_apart_from_tables(cli, what, output, error);
}

/* A folder or a prefix with a log is a table; the objects of other stores are not asked for. */
static bool may_be_table(const char *url)
{
    char log[PATH_MAX];
    const char *path = quire_cli_local_path(url);
    if (path == NULL) return true;
    int size = snprintf(log, sizeof(log), "%s/_delta_log", path);
    return size > 0 && (size_t)size < sizeof(log) && access(log, F_OK) == 0;
}

/* Whether an output is the file that standard input is read from. */
static bool is_standard_input(const char *output)
{
    struct stat in, out;
    const char *path = quire_cli_local_path(output);
    return path != NULL && strcmp(output, "-") != 0 && fstat(STDIN_FILENO, &in) == 0 &&
           S_ISREG(in.st_mode) && stat(path, &out) == 0 && in.st_dev == out.st_dev &&
           in.st_ino == out.st_ino;
}

int quire_cli_apart_from_file(const struct quire_cli *cli, const char *what, const char *output,
                              const char *name, const char *file, struct quire_error *error)
{
    bool standard = strcmp(file, "-") == 0;
    if (output == NULL) return 0;
    if (standard ? !is_standard_input(output) : !quire_file_same(file, output)) return 0;
    quire_fail(error, QUIRE_USAGE, cli->command->name, "%s is %s: %.300s", what,
               standard ? "the file of standard input" : name, output);
    quire_error_hint(error, "write to another name, then rename");
    return QUIRE_USAGE;
}

int quire_cli_apart_from_input(const struct quire_cli *cli, const char *what, const char *output,
                               const char *input, struct quire_error *error)
{
    if (output == NULL) return 0;
    if (strcmp(input, "-") != 0 && may_be_table(input))
        QUIRE_TRY(quire_cli_apart(cli, what, output, input, error));
    return quire_cli_apart_from_file(cli, what, output, "one of the inputs", input, error);
}
