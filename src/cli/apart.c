/* A local path is followed to where it leads as far as it exists; the names of other stores are
 * compared as they are. */
#include "apart.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char *local_path(const char *url)
{
    if (strncmp(url, "file://", 7) == 0) return url + 7;
    return strstr(url, "://") == NULL ? url : NULL;
}

/* Where a path leads: the longest part of it that exists, the rest as it is. False where that is
 * longer than a path may be. */
static bool resolve(const char *path, char resolved[PATH_MAX])
{
    char begin[PATH_MAX];
    size_t whole = strlen(path), size = whole;
    if (size >= sizeof(begin)) return false;
    memcpy(begin, path, size + 1);
    while (realpath(size > 0 ? begin : ".", resolved) == NULL) {
        if (size == 0) return false;
        while (size > 0 && begin[size - 1] == '/')
            size--;
        while (size > 0 && begin[size - 1] != '/')
            size--;
        begin[size] = '\0';
    }
    if (size == whole) return true;
    size_t found = strlen(resolved);
    int left = snprintf(resolved + found, PATH_MAX - found, "/%s", path + size);
    return left >= 0 && (size_t)left < PATH_MAX - found;
}

static bool begins(const char *path, const char *folder)
{
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/')
        size--;
    return strncmp(path, folder, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

static bool is_within(const char *output, const char *table)
{
    char paths[2][PATH_MAX];
    const char *local[2] = {local_path(output), local_path(table)};
    if (local[0] == NULL || local[1] == NULL) return local[0] == local[1] && begins(output, table);
    return resolve(local[0], paths[0]) && resolve(local[1], paths[1]) && begins(paths[0], paths[1]);
}

int quire_cli_apart(const struct quire_cli *cli, const char *what, const char *output,
                    const char *table, struct quire_error *error)
{
    if (output == NULL || strcmp(output, "-") == 0 || !is_within(output, table)) return 0;
    quire_fail(error, QUIRE_USAGE, cli->command->name, "%s lies within the table %.200s: %.300s",
               what, table, output);
    quire_error_hint(error, "write it to a folder outside the table");
    return QUIRE_USAGE;
}

/* A folder or a prefix with a log is a table; the objects of other stores are not asked for. */
static bool may_be_table(const char *url)
{
    char log[PATH_MAX];
    const char *path = local_path(url);
    if (path == NULL) return true;
    int size = snprintf(log, sizeof(log), "%s/_delta_log", path);
    return size > 0 && (size_t)size < sizeof(log) && access(log, F_OK) == 0;
}

int quire_cli_apart_from_input(const struct quire_cli *cli, const char *what, const char *output,
                               const char *input, struct quire_error *error)
{
    if (output == NULL) return 0;
    if (may_be_table(input)) QUIRE_TRY(quire_cli_apart(cli, what, output, input, error));
    if (!quire_file_same(input, output)) return 0;
    quire_fail(error, QUIRE_USAGE, cli->command->name, "%s is one of the inputs: %.300s", what,
               output);
    quire_error_hint(error, "write to another name, then rename");
    return QUIRE_USAGE;
}
