/* Names compared by where they lead. */
#include <string.h>

#include "base/cleanup.h"
#include "quire/file.h"
#include "quire/store.h"
#include "store/path_real.h"

struct place {
    struct quire_store *store;
    char *key;
};

static void close_place(struct place *place)
{
    quire_store_key_free(place->key);
    quire_store_close(place->store);
}

static bool is_local(const char *name, struct place *place)
{
    return quire_store_open(name, NULL, 0, &place->store, &place->key, NULL) == 0 &&
           (place->store->ops->capabilities & QUIRE_STORE_LOCAL) != 0;
}

static bool begins(const char *name, const char *folder)
{
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/')
        size--;
    return strncmp(name, folder, size) == 0 && (name[size] == '\0' || name[size] == '/');
}

bool quire_file_within(const char *name, const char *folder)
{
    QUIRE_CLEANUP(close_place) struct place of_name = {NULL, NULL};
    QUIRE_CLEANUP(close_place) struct place of_folder = {NULL, NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0}, above = {0};
    bool local = is_local(name, &of_name);
    if (local != is_local(folder, &of_folder)) return false;
    if (!local) return begins(name, folder);
    return quire_store_path_real(of_name.key, &path) == 0 &&
           quire_store_path_real(of_folder.key, &above) == 0 &&
           quire_store_path_within((const char *)path.data, (const char *)above.data);
}
