/* The disk under crash_files: what is on it now, what of that is flushed, and the
 * changes of names that wait. Failures of the model itself abort. */
#ifndef QUIRE_TESTS_CRASH_DISK_H
#define QUIRE_TESTS_CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>

#define CRASH_INODES_MAX 32
#define CRASH_BYTES_MAX  4096
#define CRASH_NAME_BYTES 128
#define CRASH_ROOT       0
#define CRASH_NONE       (-1)

struct crash_content {
    size_t size;
    char bytes[CRASH_BYTES_MAX];
};

struct crash_inode {
    bool folder;
    struct crash_content now, flushed;
};

/* Where a path leads: its last step, and what is there or CRASH_NONE. */
struct crash_place {
    int folder;
    int inode;
    char name[CRASH_NAME_BYTES];
};

void crash_require(bool fine, const char *what);
void crash_disk_reset(void);
int crash_disk_new(bool folder);
struct crash_inode *crash_disk_inode(int inode);
/* -1 and errno when a folder on the way is missing. */
int crash_disk_walk(const char *path, struct crash_place *place);
/* In one step a name (or none, "") goes and another (or none) comes to an inode. */
void crash_disk_change(int folder, int inode, const char *gone, const char *come);
/* Flushes a file's bytes or a folder's names; or all names there are. */
void crash_disk_flush(int inode);
void crash_disk_flush_names(void);

#endif
