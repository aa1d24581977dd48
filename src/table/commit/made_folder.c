/* A folder that has anything in it stays, so that another writer's table does, too. */
#include "table/commit/made_folder.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define OPEN_MAX_DEPTH 16

static bool is_missing(const char *path)
{
    struct stat found;
    return lstat(path, &found) != 0 && errno == ENOENT;
}

/* The folder above, by cutting the path; false: there is none. */
static bool cut(char *path)
{
    size_t size = strlen(path);
    while (size > 0 && path[size - 1] == '/')
        size--;
    while (size > 0 && path[size - 1] != '/')
        size--;
    while (size > 0 && path[size - 1] == '/')
        size--;
    path[size] = '\0';
    return size > 0;
}

char *quire_table_folder_missing(const struct quire_table_place *place)
{
    if (strcmp(place->store->ops->name, "file") != 0 || place->key[0] == '\0') return NULL;
    char *missing = quire_strdup(place->key);
    if (missing == NULL) return NULL;
    size_t size = strlen(missing);
    if (size > 1 && missing[size - 1] == '/') missing[size - 1] = '\0';
    size = is_missing(missing) ? strlen(missing) : 0;
    if (size > 0)
        while (cut(missing) && is_missing(missing))
            size = strlen(missing);
    quire_free(missing);
    return size > 0 ? quire_strndup(place->key, size) : NULL;
}

static int take_away(const char *path, const struct stat *found, int kind, struct FTW *at)
{
    (void)found;
    (void)at;
    if (kind == FTW_DP) (void)rmdir(path);
    return 0;
}

void quire_table_folder_undo(const struct quire_table_place *place, const char *missing)
{
    char log[PATH_MAX];
    int size = snprintf(log, sizeof(log), "%s_delta_log", place->key);
    if (missing == NULL || size <= 0 || (size_t)size >= sizeof(log)) return;
    if (rmdir(log) != 0 && errno != ENOENT) return;
    log[strlen(place->key)] = '\0';
    (void)nftw(log, take_away, OPEN_MAX_DEPTH, FTW_DEPTH | FTW_PHYS);
    while (cut(log) && strlen(log) >= strlen(missing))
        if (rmdir(log) != 0) return;
}
