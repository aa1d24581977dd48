#include "fault_files.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "store/file_system.h"

static struct fault_files_plan armed;
static _Atomic int64_t calls;

/* Whether the call with this number fails. */
static bool hit(int64_t number)
{
    if (armed.nth == 0) return false;
    if (armed.onwards ? number < armed.nth : number != armed.nth) return false;
    errno = EIO;
    return true;
}

static int64_t count(void)
{
    return atomic_fetch_add(&calls, 1) + 1;
}

/* A call that gives nothing which would have to be given back. */
#define CALL(type, name, parameters, arguments)                         \
    static type fault_##name parameters                                 \
    {                                                                   \
        int64_t number = count();                                       \
        if (!armed.after && hit(number)) return -1;                     \
        type result = quire_store_os_files.name arguments;              \
        return armed.after && result >= 0 && hit(number) ? -1 : result; \
    }

CALL(int, link_unnamed, (int fd, const char *path), (fd, path))
CALL(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
CALL(ssize_t, pread, (int fd, void *bytes, size_t size, off_t offset), (fd, bytes, size, offset))
CALL(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
CALL(int, ftruncate, (int fd, off_t size), (fd, size))
CALL(int, flock, (int fd, int operation), (fd, operation))
CALL(int, rename, (const char *from, const char *to), (from, to))
CALL(int, rename_new, (const char *from, const char *to), (from, to))
CALL(int, link, (const char *from, const char *to), (from, to))
CALL(int, unlink, (const char *path), (path))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(int, stat, (const char *path, struct stat *status), (path, status))
CALL(int, lstat, (const char *path, struct stat *status), (path, status))
CALL(int, fstat, (int fd, struct stat *status), (fd, status))
CALL(ssize_t, readlink, (const char *path, char *buffer, size_t size), (path, buffer, size))
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode))
CALL(int, fchown, (int fd, uid_t owner, gid_t group), (fd, owner, group))

/* A call that gives a descriptor: failing after it took effect, it is closed again. */
#define CALL_OPENING(name, parameters, arguments)                      \
    static int fault_##name parameters                                 \
    {                                                                  \
        int64_t number = count();                                      \
        if (!armed.after && hit(number)) return -1;                    \
        int result = quire_store_os_files.name arguments;              \
        if (!armed.after || result < 0 || !hit(number)) return result; \
        quire_store_os_files.close(result);                            \
        errno = EIO;                                                   \
        return -1;                                                     \
    }

CALL_OPENING(open, (const char *path, int flags, mode_t mode), (path, flags, mode))
CALL_OPENING(open_unnamed, (const char *folder, mode_t mode), (folder, mode))
CALL_OPENING(dup, (int fd), (fd))

/* Whatever close says, the descriptor is gone. */
static int fault_close(int fd)
{
    int64_t number = count();
    int result = quire_store_os_files.close(fd);
    return hit(number) ? -1 : result;
}

static int fault_fsync(int fd)
{
    (void)fd;
    return hit(count()) ? -1 : 0;
}

static DIR *fault_opendir(const char *path)
{
    return hit(count()) ? NULL : quire_store_os_files.opendir(path);
}

static struct dirent *fault_readdir(DIR *folder)
{
    return hit(count()) ? NULL : quire_store_os_files.readdir(folder);
}

void fault_files_arm(const struct fault_files_plan *plan)
{
    static struct quire_file_system files;
    files = quire_store_os_files;
#define TAKE(name) files.name = fault_##name
    TAKE(open), TAKE(open_unnamed), TAKE(link_unnamed), TAKE(dup), TAKE(close), TAKE(read);
    TAKE(pread), TAKE(write), TAKE(fsync), TAKE(ftruncate), TAKE(flock), TAKE(rename);
    TAKE(rename_new), TAKE(link), TAKE(unlink), TAKE(mkdir), TAKE(stat), TAKE(lstat);
    TAKE(fstat), TAKE(readlink), TAKE(fchmod), TAKE(fchown), TAKE(opendir), TAKE(readdir);
#undef TAKE
    armed = *plan;
    calls = 0;
    quire_store_set_file_system(&files);
}

int64_t fault_files_disarm(void)
{
    quire_store_set_file_system(NULL);
    return calls;
}
