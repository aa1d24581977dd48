#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATHS          32
#define PATH_BYTES     1024
#define READ_BYTES_MAX (1 << 20)

static void check(bool fine, const char *what)
{
    if (fine) return;
    fprintf(stderr, "scratch: %s: %s\n", what, strerror(errno));
    abort();
}

int scratch_setup(void **state)
{
    static char folder[PATH_BYTES];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/quire-test-XXXXXX", base != NULL ? base : "/tmp");
    check(mkdtemp(folder) != NULL, folder);
    *state = folder;
    return 0;
}

int scratch_teardown(void **state)
{
    scratch_remove(*state);
    return 0;
}

const char *scratch_path(const char *folder, const char *name)
{
    static char paths[PATHS][PATH_BYTES];
    static int next;
    char *path = paths[next++ % PATHS];
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

void scratch_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    check(file != NULL, path);
    check(fputs(text, file) >= 0 && fclose(file) == 0, path);
}

const char *scratch_read(const char *path)
{
    static char text[READ_BYTES_MAX];
    FILE *file = fopen(path, "re");
    if (file == NULL) return NULL;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

bool scratch_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

int scratch_count(const char *folder)
{
    DIR *entries = opendir(folder);
    check(entries != NULL, folder);
    int count = 0;
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count - 2; /* "." and ".." */
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void scratch_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
