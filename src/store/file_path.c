/* Paths: where a key really is, the folders above it, and how failures are told.
 *
 * Only the last part of a path is resolved here, because only it is replaced; the
 * kernel follows links in the folders by itself. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_store.h"

/* Open files of a process are a handful of digits. */
#define FD_DIGITS_MAX 6

int quire_store_file_fail(struct quire_error *error, int errno_value, const char *operation,
                          const char *key, const char *what)
{
    int code = quire_fail_errno(error, errno_value, operation, "%s", what);
    quire_error_path(error, key);
    switch (code) {
    case QUIRE_NOT_FOUND:
        quire_error_hint(error, "check the name; a folder on the way is missing or is a file");
        break;
    case QUIRE_PERMISSION:
        quire_error_hint(error, "check the permissions of the file and of its folder");
        break;
    case QUIRE_FULL: quire_error_hint(error, "free space there or use another place"); break;
    default: break;
    }
    return code;
}

int quire_store_file_fail_folder(struct quire_error *error, const char *operation, const char *key)
{
    int code = quire_fail(error, QUIRE_USAGE, operation, "this is a folder, not a file");
    quire_error_path(error, key);
    quire_error_hint(error, "name a file in it");
    return code;
}

void quire_store_file_describe(const struct stat *status, struct quire_object *object)
{
    memset(object, 0, sizeof(*object));
    int64_t seconds = status->st_mtim.tv_sec;
    object->size = S_ISREG(status->st_mode) ? status->st_size : -1;
    /* A time beyond what microseconds can say, which any user may set, is not known. */
    if (__builtin_mul_overflow(seconds, INT64_C(1000000), &object->modified_us))
        object->modified_us = 0;
    else
        object->modified_us += status->st_mtim.tv_nsec / 1000;
    if (!S_ISREG(status->st_mode)) return;
    snprintf(object->etag, sizeof(object->etag), "%llx-%llx-%" PRIx64,
             (unsigned long long)status->st_ino, (unsigned long long)status->st_size,
             (uint64_t)seconds * UINT64_C(1000000000) + (uint64_t)status->st_mtim.tv_nsec);
}

const char *quire_store_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *quire_store_file_folder(const char *path)
{
    size_t size = (size_t)(quire_store_file_name(path) - path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    return size > 0 ? quire_strndup(path, size) : quire_strdup(".");
}

/* The number in "/dev/fd/N" and what links like /dev/stdout lead to; -1 for others. */
static int fd_of(const char *path)
{
    static const char *const places[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        size_t size = strlen(places[i]);
        if (strncmp(path, places[i], size) != 0) continue;
        size_t digits = strspn(path + size, "0123456789");
        if (digits == 0 || digits > FD_DIGITS_MAX || path[size + digits] != '\0') return -1;
        int fd = 0;
        for (const char *digit = path + size; *digit != '\0'; digit++)
            fd = fd * 10 + *digit - '0';
        return fd;
    }
    return -1;
}

/* The path that a link's content means, seen from the link's own folder. */
static char *follow(const char *path, const char *content)
{
    if (content[0] == '/') return quire_strdup(content);
    size_t folder = (size_t)(quire_store_file_name(path) - path);
    size_t size = strlen(content);
    char *joined = quire_alloc(folder + size + 1);
    if (joined == NULL) return NULL;
    memcpy(joined, path, folder);
    memcpy(joined + folder, content, size + 1);
    return joined;
}

int quire_store_file_resolve(const struct quire_file_system *system, const char *operation,
                             const char *key, char **path, int *fd, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *now = quire_strdup(key);
    if (now == NULL) return quire_fail_memory(error, operation);
    for (int links = 0; links <= QUIRE_FILE_LINKS_MAX; links++) {
        char content[PATH_MAX];
        int open_fd = fd_of(now);
        ssize_t size = open_fd < 0 ? system->readlink(now, content, sizeof(content)) : -1;
        if (size < 0) {
            /* Not a link. Whatever else is wrong shows when it is opened. */
            *path = QUIRE_STEAL(now);
            *fd = open_fd;
            return 0;
        }
        if ((size_t)size >= sizeof(content))
            return quire_store_file_fail(error, ENAMETOOLONG, operation, key, "symbolic link");
        content[size] = '\0';
        char *next = follow(now, content);
        if (next == NULL) return quire_fail_memory(error, operation);
        quire_free(now);
        now = next;
    }
    int code = quire_fail(error, QUIRE_IO, operation, "a chain of more than %d symbolic links",
                          QUIRE_FILE_LINKS_MAX);
    quire_error_path(error, key);
    quire_error_hint(error, "does a link lead back to itself?");
    return code;
}

/* The same place, existing or not: what is missing must have one name in one place. */
static bool same_place(const struct quire_file_system *system, const char *a, const char *b)
{
    struct stat status_a, status_b;
    bool there_a = system->stat(a, &status_a) == 0, there_b = system->stat(b, &status_b) == 0;
    if (there_a != there_b) return false;
    /* A device (/dev/null) is no object: what goes there twice does not meet. */
    if (there_a && S_ISCHR(status_a.st_mode)) return false;
    if (there_a) return status_a.st_dev == status_b.st_dev && status_a.st_ino == status_b.st_ino;
    const char *name_a = quire_store_file_name(a), *name_b = quire_store_file_name(b);
    if (strcmp(name_a, name_b) != 0) return false;
    if (name_a == a && name_b == b) return true;
    QUIRE_CLEANUP(quire_cleanup_free) char *folder_a = quire_store_file_folder(a);
    QUIRE_CLEANUP(quire_cleanup_free) char *folder_b = quire_store_file_folder(b);
    /* Without memory, and for a path that ends in a slash, nothing is known to be one. */
    if (folder_a == NULL || folder_b == NULL || name_a[0] == '\0') return false;
    return same_place(system, folder_a, folder_b);
}

bool quire_store_file_same(struct quire_store *store, const char *a, const char *b)
{
    const struct quire_file_system *system = quire_store_file_calls(store);
    QUIRE_CLEANUP(quire_cleanup_free) char *path_a = NULL;
    QUIRE_CLEANUP(quire_cleanup_free) char *path_b = NULL;
    int fd_a = -1, fd_b = -1;
    if (quire_store_file_resolve(system, "compare", a, &path_a, &fd_a, NULL) != 0) return false;
    if (quire_store_file_resolve(system, "compare", b, &path_b, &fd_b, NULL) != 0) return false;
    return same_place(system, path_a, path_b);
}

int quire_store_file_sync_folder(const struct quire_file_system *system, const char *folder)
{
    int fd = system->open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return -1;
    int result = system->fsync(fd);
    int reason = errno;
    system->close(fd);
    if (result == 0 || reason == EINVAL || reason == ENOTSUP) return 0;
    errno = reason;
    return -1;
}

/* Makes one folder; 0 also when it is there already. */
static int make_folder(const struct quire_file_system *system, const char *folder, bool sync)
{
    if (system->mkdir(folder, 0777) != 0) return errno == EEXIST ? 0 : -1;
    if (!sync) return 0;
    QUIRE_CLEANUP(quire_cleanup_free) char *above = quire_store_file_folder(folder);
    if (above == NULL) {
        errno = ENOMEM;
        return -1;
    }
    return quire_store_file_sync_folder(system, above);
}

/* Looked for before any folder is made, so that none is made in vain. */
static bool has_long_name(const char *path)
{
    for (; *path != '\0'; path += *path == '/') {
        size_t size = strcspn(path, "/");
        if (size > NAME_MAX) return true;
        path += size;
    }
    return false;
}

int quire_store_file_make_folders(const struct quire_file_system *system, const char *folder,
                                  bool sync)
{
    if (has_long_name(folder)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    QUIRE_CLEANUP(quire_cleanup_free) char *path = quire_strdup(folder);
    if (path == NULL) {
        errno = ENOMEM;
        return -1;
    }
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    /* Up to the first that exists or can be made, cutting the path at its slashes … */
    size_t end = size;
    int result;
    while ((result = make_folder(system, path, sync)) != 0 && errno == ENOENT) {
        while (end > 0 && path[end] != '/')
            end--;
        while (end > 0 && path[end - 1] == '/')
            end--;
        if (end == 0) return -1;
        path[end] = '\0';
    }
    /* … and down again, putting them back. */
    while (result == 0 && end < size) {
        path[end] = '/';
        end = strlen(path);
        result = make_folder(system, path, sync);
    }
    return result;
}
