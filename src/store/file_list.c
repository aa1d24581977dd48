/* Listing files in the order of their keys.
 *
 * A folder's names are sorted as they stand in keys, a folder as its name and a
 * '/', so that walking folder by folder gives exactly the order of strcmp over all
 * keys. Memory is held for the names of the folders that are being walked, one
 * inside the other, and for nothing else. Folders that nothing is wanted of are not
 * opened: they may be large, or closed to us.
 *
 * Links to files are listed; links to folders are not entered, so there are no
 * loops and nothing outside the tree is seen. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/file_store.h"

struct listing {
    const struct quire_file_system *system;
    const char *prefix;
    const char *start_after;
    bool temporaries; /* these alone, or all but these */
    quire_list_callback *callback;
    void *user;
    struct quire_error *error;
    struct quire_buf key; /* terminated */
    int depth;
    int levels; /* of folders that are entered below the first */
};

/* The names of one folder; a folder's name ends with '/'. */
struct names {
    struct quire_arena arena;
    struct quire_buf pointers; /* char * */
};

static void names_release(struct names *names)
{
    quire_arena_release(&names->arena);
    quire_buf_release(&names->pointers);
}

static int no_memory(struct listing *listing)
{
    return quire_fail_memory(listing->error, "list");
}

static const char *key_text(const struct listing *listing)
{
    return (const char *)listing->key.data;
}

/* Makes the key its first `size` bytes and a name after them. */
static int set_key(struct listing *listing, size_t size, const char *name)
{
    listing->key.size = size;
    if (quire_buf_append_text(&listing->key, name) != 0 || quire_buf_terminate(&listing->key) != 0)
        return no_memory(listing);
    return 0;
}

/* Whether the key (of a folder, when it ends with '/') can hold what is asked for. */
static bool wanted(const struct listing *listing, bool folder)
{
    const char *key = key_text(listing);
    if (!quire_text_starts_with(key, listing->prefix)) return false;
    if (listing->start_after == NULL || strcmp(key, listing->start_after) > 0) return true;
    return folder && quire_text_starts_with(listing->start_after, key);
}

/* DT_REG, DT_DIR, DT_LNK, … of an entry, asking the file system when it did not say. */
static unsigned char entry_type(struct listing *listing, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type;
    if (listing->system->lstat(key_text(listing), &status) != 0) return DT_UNKNOWN;
    return (unsigned char)IFTODT(status.st_mode);
}

static int keep_name(struct listing *listing, struct names *names, const char *name, bool folder)
{
    size_t size = strlen(name);
    char *copy = quire_arena_alloc(&names->arena, size + 2);
    if (copy == NULL) return no_memory(listing);
    memcpy(copy, name, size);
    copy[size] = folder ? '/' : '\0';
    copy[size + 1] = '\0';
    if (quire_buf_append(&names->pointers, &copy, sizeof(copy)) != 0) return no_memory(listing);
    return 0;
}

/* Adds an entry when it is wanted; base is the size of the folder's key. */
static int consider(struct listing *listing, struct names *names, size_t base,
                    const struct dirent *entry)
{
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return 0;
    QUIRE_TRY(set_key(listing, base, name));
    unsigned char type = entry_type(listing, entry);
    bool folder = type == DT_DIR;
    if (!folder && type != DT_REG && type != DT_LNK) return 0;
    if (!folder && quire_store_file_is_temporary(name) != listing->temporaries) return 0;
    if (folder) QUIRE_TRY(set_key(listing, base + strlen(name), "/"));
    if (folder && listing->depth >= listing->levels) return 0;
    if (!wanted(listing, folder)) return 0;
    return keep_name(listing, names, name, folder);
}

static int fail_folder(struct listing *listing, size_t base, int errno_value)
{
    QUIRE_TRY(set_key(listing, base, ""));
    return quire_store_file_fail(listing->error, errno_value, "list",
                                 base > 0 ? key_text(listing) : ".", "the folder cannot be read");
}

static int read_names(struct listing *listing, struct names *names, size_t base, DIR *folder)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = listing->system->readdir(folder);
        if (entry == NULL) return errno == 0 ? 0 : fail_folder(listing, base, errno);
        QUIRE_TRY(consider(listing, names, base, entry));
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Reports the file that the key names; one that is gone meanwhile, or a link to
 * something else, is none. */
static int report(struct listing *listing)
{
    struct stat status;
    if (listing->system->stat(key_text(listing), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return 0;
        return quire_store_file_fail(listing->error, errno, "list", key_text(listing),
                                     "it cannot be looked at");
    }
    if (!S_ISREG(status.st_mode)) return 0;
    struct quire_object object;
    quire_store_file_describe(&status, &object);
    return listing->callback(listing->user, key_text(listing), &object, listing->error);
}

static int list_folder(struct listing *listing);

static int visit(struct listing *listing, size_t base, const char *name)
{
    QUIRE_TRY(set_key(listing, base, name));
    return name[strlen(name) - 1] == '/' ? list_folder(listing) : report(listing);
}

/* Lists the folder whose key stands in listing->key ("" or ending with '/'). */
static int list_folder(struct listing *listing)
{
    size_t base = listing->key.size;
    if (listing->depth == QUIRE_FILE_DEPTH_MAX) {
        int code = quire_fail(listing->error, QUIRE_LIMIT, "list", "folders more than %d deep",
                              QUIRE_FILE_DEPTH_MAX);
        quire_error_path(listing->error, key_text(listing));
        return code;
    }
    DIR *folder = listing->system->opendir(base > 0 ? key_text(listing) : ".");
    if (folder == NULL) /* a folder that is not there holds nothing */
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail_folder(listing, base, errno);
    QUIRE_CLEANUP(names_release) struct names names = {0};
    int code = read_names(listing, &names, base, folder);
    listing->system->closedir(folder);
    QUIRE_TRY(code);
    if (names.pointers.size == 0) return 0;
    char **list = (char **)(void *)names.pointers.data;
    size_t count = names.pointers.size / sizeof(*list);
    qsort(list, count, sizeof(*list), compare_names);
    listing->depth++;
    for (size_t i = 0; i < count && code == 0; i++)
        code = visit(listing, base, list[i]);
    listing->depth--;
    return code;
}

static int list(struct quire_store *store, struct listing listing)
{
    const char *prefix = listing.prefix;
    listing.system = quire_store_file_calls(store);
    size_t folder = (size_t)(quire_store_file_name(prefix) - prefix);
    int code = quire_buf_append(&listing.key, prefix, folder);
    if (code == 0) code = quire_buf_terminate(&listing.key);
    code = code != 0 ? no_memory(&listing) : list_folder(&listing);
    quire_buf_release(&listing.key);
    return code;
}

int quire_store_file_list(struct quire_store *store, const char *prefix, const char *start_after,
                          quire_list_callback *callback, void *user, struct quire_error *error)
{
    return list(store, (struct listing){.prefix = prefix,
                                        .start_after = start_after,
                                        .levels = INT_MAX,
                                        .callback = callback,
                                        .user = user,
                                        .error = error});
}

int quire_store_file_list_near(struct quire_store *store, const char *prefix, int levels,
                               quire_list_callback *callback, void *user, struct quire_error *error)
{
    return list(store, (struct listing){.prefix = prefix,
                                        .levels = levels,
                                        .callback = callback,
                                        .user = user,
                                        .error = error});
}

int quire_store_file_list_temporaries(struct quire_store *store, const char *prefix,
                                      quire_list_callback *callback, void *user,
                                      struct quire_error *error)
{
    return list(store, (struct listing){.prefix = prefix,
                                        .temporaries = true,
                                        .levels = INT_MAX,
                                        .callback = callback,
                                        .user = user,
                                        .error = error});
}
