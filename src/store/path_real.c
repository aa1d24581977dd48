#include "store/path_real.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "store/file_store.h"

/* Cuts the last name off, and the slashes before it. */
static void cut(char *path)
{
    size_t size = strlen(path);
    while (size > 0 && path[size - 1] == '/')
        size--;
    while (size > 0 && path[size - 1] != '/')
        size--;
    path[size] = '\0';
}

/* Goes on from a real path by names that are not there: ".." takes back the one before. */
static int descend(struct quire_buf *out, const char *names)
{
    while (*names != '\0') {
        size_t size = strcspn(names, "/");
        if (size == 2 && memcmp(names, "..", 2) == 0) {
            while (out->size > 1 && out->data[--out->size] != '/') {}
        } else if (size > 0 && !(size == 1 && names[0] == '.')) {
            const char *slash = out->size > 1 ? "/" : "";
            if (quire_buf_printf(out, "%s%.*s", slash, (int)size, names) != 0) return QUIRE_MEMORY;
        }
        names += size;
        names += *names == '/';
    }
    return 0;
}

/* The content of a link, in its place, with what stood after it; *links false: it is none. */
static int follow(const char *link, const char *rest, char next[PATH_MAX], bool *links)
{
    char content[PATH_MAX];
    size_t folder = (size_t)(quire_store_file_name(link) - link);
    ssize_t size = readlink(link, content, sizeof(content));
    *links = size >= 0;
    if (size < 0) return 0;
    if (size > 0 && content[0] == '/') folder = 0;
    size_t whole = folder + (size_t)size + 1 + strlen(rest);
    if ((size_t)size == sizeof(content) || whole >= PATH_MAX) return QUIRE_LIMIT;
    memcpy(next, link, folder);
    memcpy(next + folder, content, (size_t)size);
    next[folder + (size_t)size] = '/';
    memcpy(next + folder + (size_t)size + 1, rest, strlen(rest) + 1);
    return 0;
}

/* One look: *done, or the path that a link gives. */
static int look(const char *path, struct quire_buf *out, char next[PATH_MAX], bool *done)
{
    char begin[PATH_MAX], resolved[PATH_MAX];
    bool links = false;
    memcpy(begin, path, strlen(path) + 1);
    while (realpath(begin[0] != '\0' ? begin : ".", resolved) == NULL) {
        size_t size = strlen(begin);
        if (size == 0 || strcmp(begin, "/") == 0) return QUIRE_LIMIT;
        const char *rest = path + size;
        while (size > 1 && begin[size - 1] == '/')
            begin[--size] = '\0';
        QUIRE_TRY(follow(begin, rest, next, &links));
        if (links) return 0;
        cut(begin);
    }
    *done = true;
    quire_buf_clear(out);
    QUIRE_TRY(quire_buf_append_text(out, resolved));
    QUIRE_TRY(descend(out, path + strlen(begin)));
    return quire_buf_terminate(out);
}

int quire_store_path_real(const char *path, struct quire_buf *out)
{
    char now[PATH_MAX], next[PATH_MAX];
    bool done = false;
    if (strlen(path) >= sizeof(now)) return QUIRE_LIMIT;
    memcpy(now, path, strlen(path) + 1);
    for (int links = 0; links <= QUIRE_FILE_LINKS_MAX; links++) {
        QUIRE_TRY(look(now, out, next, &done));
        if (done) return 0;
        memcpy(now, next, strlen(next) + 1);
    }
    return QUIRE_LIMIT;
}

bool quire_store_path_within(const char *path, const char *folder)
{
    size_t size = strlen(folder);
    if (size == 1) return path[0] == '/';
    return strncmp(path, folder, size) == 0 && (path[size] == '\0' || path[size] == '/');
}
