#include "suite_files.h"

#include <dirent.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define BLOCK 65536

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) closedir(*folder);
}

bool suite_walk(const char *path,
                void (*visit)(void *user, const char *path, const char *name, bool is_folder),
                void *user)
{
    QUIRE_CLEANUP(close_folder) DIR *folder = opendir(path);
    if (folder == NULL) return false;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        visit(user, inner, entry->d_name, entry->d_type == DT_DIR);
    }
    return true;
}

int suite_read_file(const char *path, struct quire_buf *bytes)
{
    QUIRE_CLEANUP(close_file) FILE *file = fopen(path, "rb");
    if (file == NULL) return QUIRE_NOT_FOUND;
    for (;;) {
        QUIRE_TRY(quire_buf_reserve(bytes, BLOCK));
        size_t got = fread(quire_buf_end(bytes), 1, BLOCK, file);
        bytes->size += got;
        if (got == 0) return ferror(file) ? QUIRE_IO : 0;
    }
}

void suite_note(struct suite *suite, const char *path, const char *fault,
                const struct quire_error *error)
{
    suite->files++;
    if (fault == NULL) return;
    suite->failed++;
    printf("%s: %s (byte %lld: %s)\n", path, fault, (long long)error->byte, error->cause);
}

int suite_status(const struct suite *suite, int files_min)
{
    printf("%d files, %d failed\n", suite->files, suite->failed);
    return suite->failed > 0 || suite->files < files_min ? 1 : 0;
}
