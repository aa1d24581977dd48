/* The system calls that the file store makes, as a table, so that a test can put
 * a file system of its own underneath: one that fails, or that loses what was not
 * flushed when the power goes.
 *
 * Every function behaves as the call of the same name: -1 (NULL) and errno on
 * failure. The three that are not system calls say so. */
#ifndef QUIRE_STORE_FILE_SYSTEM_H
#define QUIRE_STORE_FILE_SYSTEM_H

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct quire_file_system {
    int (*open)(const char *path, int flags, mode_t mode);
    /* A file without a name in a folder, for writing (O_TMPFILE), that link_unnamed
     * can give a name to; EOPNOTSUPP where there is no such thing. */
    int (*open_unnamed)(const char *folder, mode_t mode);
    int (*link_unnamed)(int fd, const char *path); /* EEXIST when the name is taken */
    int (*dup)(int fd);
    int (*close)(int fd);
    ssize_t (*read)(int fd, void *bytes, size_t size);
    ssize_t (*pread)(int fd, void *bytes, size_t size, off_t offset);
    ssize_t (*write)(int fd, const void *bytes, size_t size);
    /* Starts writing a range to the disk and promises nothing; failure is ignored. */
    void (*write_behind)(int fd, off_t offset, off_t size);
    /* The first size bytes to look at; NULL and errno when that cannot be. */
    void *(*map)(int fd, size_t size);
    void (*unmap)(void *bytes, size_t size);
    int (*fsync)(int fd);
    int (*ftruncate)(int fd, off_t size);
    int (*flock)(int fd, int operation);
    int (*rename)(const char *from, const char *to);
    int (*rename_new)(const char *from, const char *to); /* EEXIST instead of replacing */
    int (*link)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*stat)(const char *path, struct stat *status);
    int (*lstat)(const char *path, struct stat *status);
    int (*fstat)(int fd, struct stat *status);
    ssize_t (*readlink)(const char *path, char *buffer, size_t size);
    int (*fchmod)(int fd, mode_t mode);
    int (*fchown)(int fd, uid_t owner, gid_t group);
    DIR *(*opendir)(const char *path);
    struct dirent *(*readdir)(DIR *folder);
    int (*closedir)(DIR *folder);
    int64_t (*now_us)(void);   /* since the epoch */
    uint64_t (*entropy)(void); /* 64 bits that no other writer draws */
};

/* The operating system's. */
extern const struct quire_file_system quire_store_os_files;

/* The table that file stores opened from now on use; NULL restores the operating
 * system's. For tests: not thread-safe. */
void quire_store_set_file_system(const struct quire_file_system *system);
const struct quire_file_system *quire_store_file_system(void);

#endif
