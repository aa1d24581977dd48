/* Inodes hold two contents, now and flushed; names are a list of entries, flushed
 * ones and the changes that wait for an fsync of their folder, in order. A state
 * after power loss is the flushed list with any subset of the waiting changes. */
#include "crash_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash_files.h"

#define ENTRIES_MAX 64
#define CHANGES_MAX 14 /* subsets of them are gone through */

struct entry {
    int folder;
    int inode;
    char name[CRASH_NAME_BYTES];
};

struct change {
    int folder;
    int inode;
    char gone[CRASH_NAME_BYTES], come[CRASH_NAME_BYTES];
};

struct names {
    int count;
    struct entry entries[ENTRIES_MAX];
};

static struct crash_inode inodes[CRASH_INODES_MAX];
static int inodes_count;
static struct names names_now, names_flushed;
static struct change changes[CHANGES_MAX];
static int changes_count;

void crash_require(bool fine, const char *what)
{
    if (fine) return;
    fprintf(stderr, "crash_files: %s\n", what);
    abort();
}

static struct entry *entry_of(struct names *names, int folder, const char *name)
{
    for (int i = 0; i < names->count; i++) {
        struct entry *entry = &names->entries[i];
        if (entry->folder == folder && strcmp(entry->name, name) == 0) return entry;
    }
    return NULL;
}

static void drop_name(struct names *names, int folder, const char *name)
{
    struct entry *entry = entry_of(names, folder, name);
    if (entry != NULL) *entry = names->entries[--names->count];
}

static void apply(struct names *names, const struct change *change)
{
    if (change->gone[0] != '\0') drop_name(names, change->folder, change->gone);
    if (change->come[0] == '\0') return;
    drop_name(names, change->folder, change->come);
    crash_require(names->count < ENTRIES_MAX, "too many names");
    struct entry *entry = &names->entries[names->count++];
    *entry = (struct entry){.folder = change->folder, .inode = change->inode};
    snprintf(entry->name, CRASH_NAME_BYTES, "%s", change->come);
}

void crash_disk_change(int folder, int inode, const char *gone, const char *come)
{
    crash_require(changes_count < CHANGES_MAX, "too many changes that wait");
    struct change *change = &changes[changes_count++];
    *change = (struct change){.folder = folder, .inode = inode};
    snprintf(change->gone, CRASH_NAME_BYTES, "%s", gone);
    snprintf(change->come, CRASH_NAME_BYTES, "%s", come);
    apply(&names_now, change);
}

static int failed(int errno_value)
{
    errno = errno_value;
    return -1;
}

static int walk(struct names *names, const char *path, struct crash_place *place)
{
    *place = (struct crash_place){.folder = CRASH_ROOT, .inode = CRASH_ROOT};
    for (const char *at = path; *at != '\0';) {
        size_t size = strcspn(at, "/");
        if (size > 0 && !(size == 1 && at[0] == '.')) {
            if (place->inode == CRASH_NONE) return failed(ENOENT);
            if (!inodes[place->inode].folder) return failed(ENOTDIR);
            crash_require(size < CRASH_NAME_BYTES, "a name is too long");
            place->folder = place->inode;
            memcpy(place->name, at, size);
            place->name[size] = '\0';
            struct entry *entry = entry_of(names, place->folder, place->name);
            place->inode = entry != NULL ? entry->inode : CRASH_NONE;
        }
        at += size;
        if (*at == '/') at++;
    }
    return 0;
}

int crash_disk_walk(const char *path, struct crash_place *place)
{
    return walk(&names_now, path, place);
}

int crash_disk_new(bool folder)
{
    crash_require(inodes_count < CRASH_INODES_MAX, "too many files");
    inodes[inodes_count] = (struct crash_inode){.folder = folder};
    return inodes_count++;
}

struct crash_inode *crash_disk_inode(int inode)
{
    return &inodes[inode];
}

void crash_disk_reset(void)
{
    inodes_count = 0;
    names_now.count = 0;
    names_flushed.count = 0;
    changes_count = 0;
    crash_disk_new(true); /* CRASH_ROOT */
}

void crash_disk_flush_names(void)
{
    names_flushed = names_now;
    changes_count = 0;
}

void crash_disk_flush(int inode)
{
    inodes[inode].flushed = inodes[inode].now;
    int kept = 0;
    for (int i = 0; i < changes_count; i++) {
        if (changes[i].folder == inode)
            apply(&names_flushed, &changes[i]);
        else
            changes[kept++] = changes[i];
    }
    changes_count = kept;
}

/* Ways to lose what was not flushed of a file: nothing of it, half of it, all of it
 * but the length, its first half but not its second, and none of it. */
enum loss { LOSE_NOTHING, LOSE_HALF, LOSE_BYTES, LOSE_FIRST_HALF, LOSE_ALL, LOSSES };

/* How many bytes at the front are the same now as when they were flushed. */
static size_t unchanged(const struct crash_inode *inode)
{
    const struct crash_content *now = &inode->now, *flushed = &inode->flushed;
    size_t size = 0;
    while (size < now->size && size < flushed->size && now->bytes[size] == flushed->bytes[size])
        size++;
    return size;
}

static void after_loss(const struct crash_inode *inode, enum loss loss,
                       struct crash_content *content)
{
    size_t from = unchanged(inode), to = inode->now.size;
    *content = inode->now;
    size_t middle = from + (to - from) / 2;
    switch (loss) {
    case LOSE_HALF: content->size = middle; break;
    case LOSE_BYTES: memset(content->bytes + from, 0, to - from); break;
    case LOSE_FIRST_HALF: memset(content->bytes + from, 0, middle - from); break;
    case LOSE_ALL: *content = inode->flushed; break;
    default: break;
    }
}

static void report_losses(struct names *names, const char *path, crash_files_state *state,
                          void *user)
{
    struct crash_place place;
    if (walk(names, path, &place) != 0 || place.inode == CRASH_NONE) {
        state(user, NULL, 0);
        return;
    }
    for (int loss = 0; loss < LOSSES; loss++) {
        static struct crash_content content;
        after_loss(&inodes[place.inode], (enum loss)loss, &content);
        state(user, content.bytes, content.size);
    }
}

void crash_files_lose_power(const char *path, crash_files_state *state, void *user)
{
    for (unsigned subset = 0; subset < 1u << changes_count; subset++) {
        static struct names names;
        names = names_flushed;
        for (int i = 0; i < changes_count; i++) {
            if ((subset >> i & 1) != 0) apply(&names, &changes[i]);
        }
        report_losses(&names, path, state, user);
    }
}
