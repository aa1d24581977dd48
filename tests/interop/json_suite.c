/* Checks every file of the public JSON test suite (given as a folder) as one whole
 * text: y_ must be accepted, n_ refused with a reason, i_ may be either. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "format/json/json_value.h"

#define FILES_MIN 200 /* fewer: this is not the suite */
#define BLOCK     65536

struct tally {
    int files;
    int failed;
};

static void close_file(FILE **file)
{
    if (*file != NULL) fclose(*file);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL) closedir(*folder);
}

static int read_file(const char *path, struct quire_buf *text)
{
    QUIRE_CLEANUP(close_file) FILE *file = fopen(path, "rb");
    if (file == NULL) return QUIRE_NOT_FOUND;
    for (;;) {
        QUIRE_TRY(quire_buf_reserve(text, BLOCK));
        size_t got = fread(quire_buf_end(text), 1, BLOCK, file);
        text->size += got;
        if (got == 0) return ferror(file) ? QUIRE_IO : 0;
    }
}

/* What is wrong with the answer; NULL when nothing is. */
static const char *judge(char kind, int code, const struct quire_error *error)
{
    if (code != 0 && code != QUIRE_INPUT && code != QUIRE_LIMIT) return "failed otherwise";
    if (code != 0 && (error->cause[0] == '\0' || error->byte < 0)) return "refused without a place";
    if (kind == 'y' && code != 0) return "must be accepted";
    if (kind == 'n' && code == 0) return "must be refused";
    return NULL;
}

static void check_file(const char *folder, const char *name, struct tally *tally)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error error;
    char path[4096];
    quire_error_clear(&error);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    const char *fault = "cannot be read";
    if (read_file(path, &text) == 0)
        fault = judge(name[0], quire_json_check(text.data, text.size, &error), &error);
    tally->files++;
    if (fault == NULL) return;
    tally->failed++;
    printf("%s: %s (%s)\n", name, fault, error.cause);
}

int main(int argc, char **argv)
{
    struct tally tally = {0, 0};
    if (argc != 2) {
        fprintf(stderr, "usage: json_suite FOLDER\n");
        return 2;
    }
    QUIRE_CLEANUP(close_folder) DIR *folder = opendir(argv[1]);
    if (folder == NULL) {
        perror(argv[1]);
        return 2;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        bool is_case = name[0] != '\0' && strchr("yni", name[0]) != NULL && name[1] == '_';
        if (is_case) check_file(argv[1], name, &tally);
    }
    printf("%d files, %d failed\n", tally.files, tally.failed);
    return tally.failed > 0 || tally.files < FILES_MIN ? 1 : 0;
}
