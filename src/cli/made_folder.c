/* A folder that has anything in it stays, so that another writer's table does, too. */
#include "made_folder.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apart.h"

#define OPEN_MAX_DEPTH 16

bool quire_cli_folder_is_new(const char *url)
{
    struct stat found;
    const char *path = quire_cli_local_path(url);
    return path != NULL && lstat(path, &found) != 0 && errno == ENOENT;
}

static int take_away(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found;
    (void)place;
    if (kind == FTW_DP) (void)rmdir(path);
    return 0;
}

void quire_cli_folder_undo(const char *url)
{
    char log[PATH_MAX];
    const char *path = quire_cli_local_path(url);
    if (path == NULL) return;
    int size = snprintf(log, sizeof(log), "%s/_delta_log", path);
    if (size <= 0 || (size_t)size >= sizeof(log)) return;
    if (rmdir(log) != 0 && errno != ENOENT) return;
    (void)nftw(path, take_away, OPEN_MAX_DEPTH, FTW_DEPTH | FTW_PHYS);
}
