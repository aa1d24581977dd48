/* The operating system as the file store sees it. */
#include "store/file_system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"

/* "/proc/self/fd/" and the digits of an int. */
#define FD_NAME_BYTES 32

/* Not tried again after a signal: only a pipe without its other end makes open wait,
 * and a signal is how one stops waiting for that. */
static int os_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags | O_CLOEXEC, mode);
}

static void fd_name(int fd, char name[FD_NAME_BYTES])
{
    snprintf(name, FD_NAME_BYTES, "/proc/self/fd/%d", fd);
}

/* What a kernel or file system that has no unnamed files answers. */
static bool means_unsupported(int errno_value)
{
    return errno_value == EOPNOTSUPP || errno_value == EISDIR || errno_value == EINVAL ||
           errno_value == ENOSYS;
}

/* A name is given through /proc later, so without /proc this is of no use. */
static int os_open_unnamed(const char *folder, mode_t mode)
{
    int fd = os_open(folder, O_TMPFILE | O_WRONLY, mode);
    if (fd < 0) {
        if (means_unsupported(errno)) errno = EOPNOTSUPP;
        return -1;
    }
    char name[FD_NAME_BYTES];
    fd_name(fd, name);
    if (access(name, F_OK) == 0) return fd;
    close(fd);
    errno = EOPNOTSUPP;
    return -1;
}

static int os_link_unnamed(int fd, const char *path)
{
    char name[FD_NAME_BYTES];
    fd_name(fd, name);
    return linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static int os_dup(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static void os_write_behind(int fd, off_t offset, off_t size)
{
    (void)sync_file_range(fd, offset, size, SYNC_FILE_RANGE_WRITE);
}

static void *os_map(int fd, size_t size)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    return bytes != MAP_FAILED ? bytes : NULL;
}

static void os_unmap(void *bytes, size_t size)
{
    (void)munmap(bytes, size);
}

static int os_rename_new(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

static int64_t os_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const struct quire_file_system quire_store_os_files = {
    .open = os_open,
    .open_unnamed = os_open_unnamed,
    .link_unnamed = os_link_unnamed,
    .dup = os_dup,
    .close = close,
    .read = read,
    .pread = pread,
    .write = write,
    .write_behind = os_write_behind,
    .map = os_map,
    .unmap = os_unmap,
    .fsync = fsync,
    .ftruncate = ftruncate,
    .flock = flock,
    .rename = rename,
    .rename_new = os_rename_new,
    .link = link,
    .unlink = unlink,
    .mkdir = mkdir,
    .stat = stat,
    .lstat = lstat,
    .fstat = fstat,
    .readlink = readlink,
    .fchmod = fchmod,
    .fchown = fchown,
    .opendir = opendir,
    .readdir = readdir,
    .closedir = closedir,
    .now_us = os_now_us,
    .entropy = quire_random_entropy,
};

static const struct quire_file_system *current = &quire_store_os_files;

void quire_store_set_file_system(const struct quire_file_system *system)
{
    current = system != NULL ? system : &quire_store_os_files;
}

const struct quire_file_system *quire_store_file_system(void)
{
    return current;
}
