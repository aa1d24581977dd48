#include "runlog/write/write_rejects_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_system.h"

#define OPERATION "quality rejects"

int quire_rejects_temporary(const char *path, uint64_t unique, struct quire_buf *out)
{
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    QUIRE_TRY(quire_buf_printf(out, "%.*s.%s.quire-%ld-%016" PRIx64 ".tmp", folder, path,
                               path + folder, (long)getpid(), unique));
    return quire_buf_terminate(out);
}

static int fail(const char *path, const char *what, struct quire_error *error)
{
    int code = errno == ENOSPC || errno == EDQUOT ? QUIRE_FULL : QUIRE_IO;
    quire_fail(error, code, OPERATION, "%s: %s", what, strerror(errno));
    quire_error_path(error, path);
    return code;
}

/* The new name is on the disk. Folders of some file systems cannot be flushed and need not be. */
static int sync_folder(const struct quire_file_system *system, const char *path)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf folder = {0};
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (quire_buf_append(&folder, size > 0 ? path : ".", size > 0 ? size : 1) != 0 ||
        quire_buf_terminate(&folder) != 0) {
        errno = ENOMEM;
        return -1;
    }
    int fd = system->open((const char *)folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = system->fsync(fd);
    if (result != 0 && (errno == EINVAL || errno == ENOTSUP)) result = 0;
    int why = errno;
    system->close(fd);
    errno = why;
    return result;
}

int quire_rejects_hold(const char *from, const char *to, enum quire_durability durability, int *fd,
                       struct quire_error *error)
{
    const struct quire_file_system *system = quire_store_file_system();
    int held = system->open(from, O_RDONLY | O_CLOEXEC, 0);
    if (held < 0) return fail(from, "what waits cannot be opened", error);
    bool holds = system->flock(held, LOCK_EX | LOCK_NB) == 0;
    int code = system->rename(from, to) != 0 ? fail(to, "what waits cannot be named", error) : 0;
    if (code == 0 && durability == QUIRE_DURABILITY_FULL && sync_folder(system, to) != 0)
        code = fail(to, "its folder cannot be flushed", error);
    if (code != 0) (void)system->unlink(from);
    if (code != 0) (void)system->unlink(to);
    *fd = code == 0 && holds ? held : -1;
    if (*fd < 0) system->close(held);
    return code;
}

/* Whether it is still what the name stands for. */
static bool is_in_place(const struct quire_file_system *system, int fd, const char *path)
{
    struct stat now, held;
    return system->fstat(fd, &held) == 0 && system->stat(path, &now) == 0 &&
           held.st_ino == now.st_ino && held.st_dev == now.st_dev;
}

enum quire_rejects_seized quire_rejects_seize(const char *path, int *fd)
{
    const struct quire_file_system *system = quire_store_file_system();
    int held = system->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    *fd = -1;
    if (held < 0) return errno == ENOENT ? QUIRE_REJECTS_IN_USE : QUIRE_REJECTS_UNKNOWN;
    enum quire_rejects_seized seized = QUIRE_REJECTS_SEIZED;
    if (system->flock(held, LOCK_EX | LOCK_NB) != 0)
        seized = errno == EWOULDBLOCK ? QUIRE_REJECTS_IN_USE : QUIRE_REJECTS_UNKNOWN;
    else if (!is_in_place(system, held, path))
        seized = QUIRE_REJECTS_IN_USE;
    if (seized == QUIRE_REJECTS_SEIZED)
        *fd = held;
    else
        system->close(held);
    return seized;
}

void quire_rejects_let_go(int fd)
{
    if (fd >= 0) quire_store_file_system()->close(fd);
}
