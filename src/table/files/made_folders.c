/* A folder with anything in it stays, so that files of others do. A file that another writer has
 * not put in place yet may have no name there: its store makes the folder again then. */
#include "table/files/made_folders.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/store.h"

/* The folder of a table in the file system; false: it is in another store. */
static bool find_root(const char *url, struct quire_buf *root)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    bool found = quire_store_open(url, NULL, 0, &store, &key, NULL) == 0 &&
                 strcmp(store->ops->name, "file") == 0 && quire_buf_append_text(root, key) == 0;
    quire_store_key_free(key);
    quire_store_close(store);
    return found;
}

static bool is_missing(const char *folder)
{
    struct stat found;
    return lstat(folder, &found) != 0 && errno == ENOENT;
}

int quire_made_folders_note(const char *url, const char *path, struct quire_buf *made)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf folder = {0};
    const char *end = strchr(path, '/');
    if (end == NULL || !find_root(url, &folder)) return 0;
    size_t root = folder.size;
    for (; end != NULL; end = strchr(end + 1, '/')) {
        folder.size = root;
        QUIRE_TRY(quire_buf_append(&folder, path, (size_t)(end - path)));
        QUIRE_TRY(quire_buf_terminate(&folder));
        if (!is_missing((const char *)folder.data)) continue;
        QUIRE_TRY(quire_buf_append(made, path, (size_t)(end - path)));
        QUIRE_TRY(quire_buf_push(made, '\0'));
    }
    return 0;
}

/* The last first, as it may lie in one before it. */
void quire_made_folders_undo(const char *url, const struct quire_buf *made)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf folder = {0};
    size_t end = made->size;
    if (end == 0 || !find_root(url, &folder)) return;
    size_t root = folder.size;
    while (end > 0) {
        size_t begin = end - 1;
        while (begin > 0 && made->data[begin - 1] != '\0')
            begin--;
        folder.size = root;
        if (quire_buf_append(&folder, made->data + begin, end - begin) != 0) return;
        (void)rmdir((const char *)folder.data);
        end = begin;
    }
}
