/* The calls over the disk: open files, the power switch, and the table. */
#include "crash_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "crash_disk.h"

#define FDS_MAX  16
#define FD_FIRST 100000

struct open_file {
    bool used;
    int inode;
    size_t offset;
    bool append;
};

static struct open_file files[FDS_MAX];
static int64_t calls_left;
static bool cut, with_unnamed;
static uint64_t entropy_state;

static int failed(int errno_value)
{
    errno = errno_value;
    return -1;
}

/* Counts a call that changes something; false when the power is off. */
static bool powered(void)
{
    if (calls_left == 0) cut = true;
    if (calls_left > 0) calls_left--;
    if (cut) errno = EIO;
    return !cut;
}

static int new_fd(int inode)
{
    for (int i = 0; i < FDS_MAX; i++) {
        if (files[i].used) continue;
        files[i] = (struct open_file){.used = true, .inode = inode};
        return FD_FIRST + i;
    }
    return failed(EMFILE);
}

static struct open_file *file_of(int fd)
{
    crash_require(fd >= FD_FIRST && fd < FD_FIRST + FDS_MAX && files[fd - FD_FIRST].used,
                  "a bad fd");
    return &files[fd - FD_FIRST];
}

/* Calls -------------------------------------------------------------------------- */

static int crash_open(const char *path, int flags, mode_t mode)
{
    (void)mode;
    struct crash_place place;
    if ((flags & O_CREAT) != 0 ? !powered() : cut) return failed(EIO);
    if (crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode != CRASH_NONE && (flags & O_EXCL) != 0) return failed(EEXIST);
    if (place.inode == CRASH_NONE) {
        if ((flags & O_CREAT) == 0) return failed(ENOENT);
        place.inode = crash_disk_new(false);
        crash_disk_change(place.folder, place.inode, "", place.name);
    }
    int fd = new_fd(place.inode);
    if (fd >= 0) file_of(fd)->append = (flags & O_APPEND) != 0;
    return fd;
}

static int crash_open_unnamed(const char *path, mode_t mode)
{
    (void)mode;
    struct crash_place place;
    if (!with_unnamed) return failed(EOPNOTSUPP);
    if (!powered() || crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode == CRASH_NONE) return failed(ENOENT);
    return new_fd(crash_disk_new(false));
}

/* Gives an inode a name that is free. */
static int name_inode(int inode, const char *path)
{
    struct crash_place place;
    if (crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode != CRASH_NONE) return failed(EEXIST);
    crash_disk_change(place.folder, inode, "", place.name);
    return 0;
}

static int crash_link_unnamed(int fd, const char *path)
{
    return powered() ? name_inode(file_of(fd)->inode, path) : -1;
}

static int crash_link(const char *from, const char *to)
{
    struct crash_place place;
    if (!powered() || crash_disk_walk(from, &place) != 0) return -1;
    return place.inode == CRASH_NONE ? failed(ENOENT) : name_inode(place.inode, to);
}

static int crash_rename(const char *from, const char *to)
{
    struct crash_place place, to_place;
    if (!powered() || crash_disk_walk(from, &place) != 0) return -1;
    if (place.inode == CRASH_NONE) return failed(ENOENT);
    if (crash_disk_walk(to, &to_place) != 0) return -1;
    crash_require(place.folder == to_place.folder, "renaming between folders is not modelled");
    crash_disk_change(place.folder, place.inode, place.name, to_place.name);
    return 0;
}

static int crash_rename_new(const char *from, const char *to)
{
    struct crash_place place;
    if (cut || crash_disk_walk(to, &place) != 0) return failed(EIO);
    return place.inode != CRASH_NONE ? failed(EEXIST) : crash_rename(from, to);
}

static int crash_unlink(const char *path)
{
    struct crash_place place;
    if (!powered() || crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode == CRASH_NONE) return failed(ENOENT);
    crash_disk_change(place.folder, CRASH_NONE, place.name, "");
    return 0;
}

static int crash_mkdir(const char *path, mode_t mode)
{
    (void)mode;
    struct crash_place place;
    if (!powered() || crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode != CRASH_NONE) return failed(EEXIST);
    crash_disk_change(place.folder, crash_disk_new(true), "", place.name);
    return 0;
}

static int crash_dup(int fd)
{
    return new_fd(file_of(fd)->inode);
}

static int crash_close(int fd)
{
    file_of(fd)->used = false;
    return cut ? failed(EIO) : 0;
}

static ssize_t crash_pread(int fd, void *bytes, size_t size, off_t offset)
{
    const struct crash_content *content = &crash_disk_inode(file_of(fd)->inode)->now;
    if (cut) return failed(EIO);
    size_t left = (size_t)offset < content->size ? content->size - (size_t)offset : 0;
    if (size > left) size = left;
    memcpy(bytes, content->bytes + offset, size);
    return (ssize_t)size;
}

static ssize_t crash_read(int fd, void *bytes, size_t size)
{
    ssize_t got = crash_pread(fd, bytes, size, (off_t)file_of(fd)->offset);
    if (got > 0) file_of(fd)->offset += (size_t)got;
    return got;
}

/* Takes half at a time, as a system may. */
static ssize_t crash_write(int fd, const void *bytes, size_t size)
{
    if (!powered()) return -1;
    struct open_file *file = file_of(fd);
    struct crash_content *content = &crash_disk_inode(file->inode)->now;
    if (size > 1) size = (size + 1) / 2;
    if (file->append) file->offset = content->size;
    crash_require(file->offset + size <= CRASH_BYTES_MAX, "a file is too large");
    memcpy(content->bytes + file->offset, bytes, size);
    file->offset += size;
    if (file->offset > content->size) content->size = file->offset;
    return (ssize_t)size;
}

static void crash_write_behind(int fd, off_t offset, off_t size)
{
    (void)fd;
    (void)offset;
    (void)size;
}

static int crash_fsync(int fd)
{
    if (!powered()) return -1;
    crash_disk_flush(file_of(fd)->inode);
    return 0;
}

static int crash_ftruncate(int fd, off_t size)
{
    if (!powered()) return -1;
    struct crash_content *content = &crash_disk_inode(file_of(fd)->inode)->now;
    crash_require((size_t)size <= content->size, "making a file longer is not modelled");
    content->size = (size_t)size;
    return 0;
}

/* There is one process, and it never waits for itself. */
static int crash_flock(int fd, int operation)
{
    (void)file_of(fd);
    (void)operation;
    return cut ? failed(EIO) : 0;
}

static void describe(int inode, struct stat *status)
{
    memset(status, 0, sizeof(*status));
    status->st_ino = (ino_t)inode + 1;
    status->st_mode = crash_disk_inode(inode)->folder ? S_IFDIR | 0755 : S_IFREG | 0644;
    status->st_size = (off_t)crash_disk_inode(inode)->now.size;
}

static int crash_stat(const char *path, struct stat *status)
{
    struct crash_place place;
    if (cut) return failed(EIO);
    if (crash_disk_walk(path, &place) != 0) return -1;
    if (place.inode == CRASH_NONE) return failed(ENOENT);
    describe(place.inode, status);
    return 0;
}

static int crash_fstat(int fd, struct stat *status)
{
    if (cut) return failed(EIO);
    describe(file_of(fd)->inode, status);
    return 0;
}

static ssize_t crash_readlink(const char *path, char *buffer, size_t size)
{
    (void)path;
    (void)buffer;
    (void)size;
    return failed(cut ? EIO : EINVAL);
}

static int crash_fchmod(int fd, mode_t mode)
{
    (void)fd;
    (void)mode;
    return powered() ? 0 : -1;
}

static int crash_fchown(int fd, uid_t owner, gid_t group)
{
    (void)fd;
    (void)owner;
    (void)group;
    return powered() ? 0 : -1;
}

static DIR *crash_opendir(const char *path)
{
    (void)path;
    errno = ENOTSUP;
    return NULL;
}

static struct dirent *crash_readdir(DIR *folder)
{
    (void)folder;
    errno = ENOTSUP;
    return NULL;
}

static int crash_closedir(DIR *folder)
{
    (void)folder;
    return failed(ENOTSUP);
}

static int64_t crash_now_us(void)
{
    return 0;
}

static uint64_t crash_entropy(void)
{
    return ++entropy_state;
}

const struct quire_file_system crash_files = {
    .open = crash_open,
    .open_unnamed = crash_open_unnamed,
    .link_unnamed = crash_link_unnamed,
    .dup = crash_dup,
    .close = crash_close,
    .read = crash_read,
    .pread = crash_pread,
    .write = crash_write,
    .write_behind = crash_write_behind,
    .fsync = crash_fsync,
    .ftruncate = crash_ftruncate,
    .flock = crash_flock,
    .rename = crash_rename,
    .rename_new = crash_rename_new,
    .link = crash_link,
    .unlink = crash_unlink,
    .mkdir = crash_mkdir,
    .stat = crash_stat,
    .lstat = crash_stat,
    .fstat = crash_fstat,
    .readlink = crash_readlink,
    .fchmod = crash_fchmod,
    .fchown = crash_fchown,
    .opendir = crash_opendir,
    .readdir = crash_readdir,
    .closedir = crash_closedir,
    .now_us = crash_now_us,
    .entropy = crash_entropy,
};

/* The test's side ------------------------------------------------------------------ */

void crash_files_reset(bool unnamed)
{
    crash_disk_reset();
    memset(files, 0, sizeof(files));
    calls_left = -1;
    cut = false;
    with_unnamed = unnamed;
    entropy_state = 0;
}

void crash_files_add_folder(const char *path)
{
    crash_require(crash_mkdir(path, 0) == 0, path);
    crash_disk_flush_names();
}

void crash_files_add(const char *path, const char *bytes)
{
    int fd = crash_open(path, O_CREAT | O_EXCL, 0);
    crash_require(fd >= 0, path);
    struct crash_inode *inode = crash_disk_inode(file_of(fd)->inode);
    inode->now.size = strlen(bytes);
    memcpy(inode->now.bytes, bytes, inode->now.size);
    inode->flushed = inode->now;
    crash_close(fd);
    crash_disk_flush_names();
}

void crash_files_cut_after(int64_t calls)
{
    calls_left = calls;
}

bool crash_files_is_cut(void)
{
    return cut;
}

bool crash_files_now(const char *path, char *bytes, size_t capacity, size_t *size)
{
    struct crash_place place;
    if (crash_disk_walk(path, &place) != 0 || place.inode == CRASH_NONE) return false;
    const struct crash_content *now = &crash_disk_inode(place.inode)->now;
    *size = now->size < capacity ? now->size : capacity;
    memcpy(bytes, now->bytes, *size);
    return true;
}
